"""Closed lists: English on the wire, Chinese on the page."""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A code that goes on the wire, carrying the label people read."""

    _value_: str
    label: str

    def __new__(cls, code: str, label: str = "") -> Self:
        word = str.__new__(cls, code)
        word._value_ = code
        word.label = label
        return word

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Code and label of each, as a column or a form takes them."""
        return [(word.value, word.label) for word in cls]
