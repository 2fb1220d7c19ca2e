"""Which categories a worker is shown first, and what a search finds."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from qijie.access.viewer import Viewer
from qijie.issues.models import Category
from qijie.issues.queries import visible_to

Choice = tuple[str, str]
SHOWN_AT_FIRST = 6
FOUND_AT_MOST = 12
_RECENT_REPORTS = 40


def offered(viewer: Viewer, *, chosen: str = "", likely: Sequence[str] = ()) -> list[Choice]:
    """The chosen one, the likely ones, then those the viewer reported last, filled up from the
    catalogue's head."""
    wanted = [code for code in (chosen, *likely) if code] + _recent(viewer)
    known = _named(list(dict.fromkeys(wanted))[:SHOWN_AT_FIRST])
    if len(known) < SHOWN_AT_FIRST:
        known |= dict(_current().values_list("code", "name")[: SHOWN_AT_FIRST + len(known)])
    return list(known.items())[:SHOWN_AT_FIRST]


def found(words: str, *, chosen: str = "") -> list[Choice]:
    """Categories whose name, plain name or keyword holds the words; the chosen one stays first."""
    rows = _current().values_list("code", "name", "plain_name", "keywords")
    kept = _named([chosen]) if chosen else {}
    return list((kept | dict(in_order(words, rows))).items())[:FOUND_AT_MOST]


def in_order(words: str, rows: Iterable[tuple[str, str, str, list[str]]]) -> list[Choice]:
    """Code and name of what holds the words, from rows of code, name, plain name and keywords.

    The very name comes before names that begin so, those before the rest, the shorter first.
    """
    words = words.strip().casefold()
    hits = sorted(
        (min(_fit(words, name), _fit(words, plain_name)), len(name), name, code)
        for code, name, plain_name, keywords in rows
        if any(words in each.casefold() for each in (name, plain_name, *keywords))
    )
    return [(code, name) for *_, name, code in hits]


def _fit(words: str, name: str) -> int:
    name = name.casefold()
    if name == words:
        return 0
    return 1 if name.startswith(words) else 2 if words in name else 3


def _recent(viewer: Viewer) -> list[str]:
    mine = visible_to(viewer).filter(
        participant_ids__overlap=list(viewer.post_ids),
        reported_by_id=viewer.user_id,
        category__is_current=True,
    )
    codes = mine.order_by("-reported_at").values_list("category_id", flat=True)
    return list(dict.fromkeys(codes[:_RECENT_REPORTS]))


def _named(codes: Iterable[str]) -> dict[str, str]:
    """Names in the order of the codes; unknown codes are left out."""
    codes = [code for code in codes if code.isprintable()]
    names = dict(_current().filter(pk__in=codes).values_list("code", "name")) if codes else {}
    return {code: names[code] for code in codes if code in names}


def _current() -> QuerySet[Category]:
    return Category.objects.filter(is_current=True)
