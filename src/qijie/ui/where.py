"""Two statements of one place in one form: the words and the point have to mean the same community.

The page keeps them together while somebody types; here it is said once more before anything is
stored, and whoever filled the form in says which of the two holds.
"""

from datetime import date
from typing import Any
from unicodedata import normalize

from django import forms

from qijie.kernel.codes import Level, path_at
from qijie.kernel.coordinates import Coordinate
from qijie.territory.queries import communities_said, locate, node_at

WORDS, POINT = "words", "point"


def which_holds() -> forms.ChoiceField:
    """The question; it stands on the page only after the two were found apart."""
    return forms.ChoiceField(
        label="以哪个为准",
        required=False,
        choices=[(WORDS, "以写的地址为准，去掉图上的点"), (POINT, "以图上标的点为准")],
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "请选择以哪个为准。"},
    )


def place_agreed(
    form: forms.Form, words: str, point: Coordinate | None, on: date, *, chosen: str = ""
) -> tuple[Coordinate | None, str]:
    """The point that holds, and the path where the words hold instead of it.

    chosen: the path picked from a list, a statement like the words. Where the two are apart and
    nobody said which holds, the form gets the question as an error of its field `which_holds`.
    """
    if point is None:
        return None, chosen
    said = _said(words, chosen, on)
    found = locate(point, on) if said else None
    if found is None or any(_agree(path, found.path) for path in said):
        return point, ""
    match form.cleaned_data.get("which_holds"):
        case "words":
            return None, chosen or next(iter(said))
        case "point":
            return point, ""
    written = "、".join(said.values())
    pointed = path_at(found.path, Level.COMMUNITY)
    at = node_at(pointed, on) if pointed else None
    form.add_error(
        "which_holds",
        f"写的地点在{written}，图上标的点却在{at.name if at else found.name}，请选择以哪个为准。",
    )
    return point, ""


def is_of_other_words(came: str, words: str) -> bool:
    """Whether a point was found by an address that is not the one written now; then it is nobody's.

    came: what the picker noted of the point, as “search:the address then”. One set by hand is not
    of any words. More words after the same beginning only say it more exactly.
    """
    by, _, then = came.partition(":")
    return by == "search" and not _plain(words).startswith(_plain(then))


def _plain(words: str) -> str:
    return "".join(normalize("NFKC", words).split())


def _said(words: str, chosen: str, on: date) -> dict[str, str]:
    """Paths the form speaks of in words, with their names; a chosen one says it best."""
    if chosen:
        node = node_at(chosen.split("-")[0], on)
        return {chosen: node.name} if node else {}
    return communities_said(words, on)


def _agree(one: str, other: str) -> bool:
    """Whether they may be the same community: within one, the point is the more exact word."""
    one, other = (path_at(path, Level.COMMUNITY) or path for path in (one, other))
    return one.startswith(other) or other.startswith(one)


def asks_which(form: Any) -> bool:
    """Whether the page shows the question."""
    return bool(form.errors.get("which_holds") or form["which_holds"].value())
