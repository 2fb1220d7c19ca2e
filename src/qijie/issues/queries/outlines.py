"""What waits for a desk, as the grid's own staff may know of it: when and roughly where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from qijie.access.accused import GRID_STAFF
from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Viewer
from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import Channel, State, Urgency
from qijie.kernel.codes import Level

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Outline:
    """No words, no photo, no address: nobody has looked yet whom it is about.

    danger: the one exception. Where somebody may come to harm, the kind of danger and the place
    are said at once, whoever reads them.
    """

    at: datetime
    where: str
    danger: str = ""
    place_words: str = ""


def outlines_for(viewer: Viewer) -> Sequence[Outline]:
    """Reports of no category that no desk has taken, in the viewer's grids; the newest first.

    The row wall hides them from these posts, so the system reads, and gives away these columns
    alone. What is about somebody, or seems to be, is not even counted here.
    """
    here = _grids_of(viewer)
    if not here:
        return ()
    with scope(SYSTEM):
        rows = list(
            Issue.objects.filter(
                here,
                channel=Channel.PORTAL,
                category__isnull=True,
                accepted_at__isnull=True,
                state=State.REPORTED,
                about_path="",
                about_post_id__isnull=True,
                about_unit_id__isnull=True,
                hinted_ids=[],
            )
            .select_related("grid__parent")
            .defer("grid__boundary", "grid__parent__boundary", "words")
            .order_by("-reported_at", "-id")[:MOST_SHOWN]
        )
    return tuple(_outline(row) for row in rows)


def _grids_of(viewer: Viewer) -> Q:
    here = Q()
    for post in viewer.posts:
        if post.role not in GRID_STAFF:
            continue
        if post.level is Level.GRID:
            here |= Q(grid_id__in=post.grid_ids)
        elif post.level is Level.COMMUNITY:
            here |= Q(community_code=post.path)
        elif post.level is Level.STREET:
            here |= Q(street_code=post.path)
    return here


def _outline(issue: Issue) -> Outline:
    around = issue.grid.parent.name if issue.grid and issue.grid.parent else ""
    where = f"{around}{issue.grid.name}" if issue.grid else "网格未定"
    danger = kind_of_danger(issue)
    return Outline(issue.reported_at, where, danger, issue.place_words if danger else "")


def kind_of_danger(issue: Issue) -> str:
    """In a word what may harm somebody; empty where nothing seems to."""
    return "紧急情况" if issue.urgency == Urgency.URGENT else ""
