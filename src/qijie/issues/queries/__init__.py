"""Reads of the closed loop, always through `visible_to`."""

from qijie.issues.queries.lists import Filters, Page, page_of, visible_to
from qijie.issues.queries.matter import (
    accused_of,
    history_of,
    is_about_somebody,
    matter_of,
    orders_of,
    visible_or_none,
)

__all__ = [
    "Filters",
    "Page",
    "accused_of",
    "history_of",
    "is_about_somebody",
    "matter_of",
    "orders_of",
    "page_of",
    "visible_or_none",
    "visible_to",
]
