"""How much a door takes, and for how long it waits: one place for the numbers."""

from dataclasses import dataclass
from enum import StrEnum

from django.urls import Resolver404, resolve

from qijie.access.doors import door_of
from qijie.records.photos import MAX_BYTES, MAX_PHOTOS

MEGABYTE = 1024 * 1024
SMALL_BODY = 4 * MEGABYTE
"""Text alone; the longest form of the product stays below a tenth of it."""
PHOTO_BODY = MAX_PHOTOS * MAX_BYTES + SMALL_BODY
SLOWEST_BYTES_PER_SECOND = 8 * 1024
"""A photo of 2.5 MB may take five minutes; who sends slower holds a place somebody else needs."""
LONGEST_SECONDS = 15 * 60
DRAINED = 2 * PHOTO_BODY
"""Read and thrown away after a refusal, so that a browser gets to see the page that says why."""


class Fault(StrEnum):
    """Why a body was refused before anything looked at it."""

    CUT = "cut"
    TOO_LARGE = "too_large"
    NO_LENGTH = "no_length"
    TOO_SLOW = "too_slow"
    BUSY = "busy"
    NO_ROOM = "no_room"


@dataclass(frozen=True, slots=True)
class Refused:
    fault: Fault
    most_bytes: int
    came_bytes: int = 0


def most_bytes(path: str) -> int:
    """What the door behind a path takes; an address nobody answers to takes the small size."""
    try:
        door = door_of(resolve(path).view_name)
    except Resolver404:
        return SMALL_BODY
    return PHOTO_BODY if door and door.takes_photos else SMALL_BODY


def seconds_for(length: int, grace: int) -> float:
    """How long a body of that length may take to come in."""
    return min(grace + length / SLOWEST_BYTES_PER_SECOND, LONGEST_SECONDS)
