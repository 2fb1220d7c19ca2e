"""Reads only the desk needs: counts that stop early, loads of places, names of places."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Left

from qijie.access.viewer import HeldPost, Viewer
from qijie.accounts.models import User
from qijie.issues.models import Issue
from qijie.issues.queries.standing import overdue
from qijie.issues.queries.waiting import at_home, topmost
from qijie.kernel.codes import Level, ancestors, path_at
from qijie.surfaces.console.desk import View, matters_in, views_of
from qijie.surfaces.console.frame import SHOWN_AT_MOST
from qijie.territory.models import Node
from qijie.territory.queries import nodes

COUNTED = (View.WAITING, View.OVERDUE)


def tab_counts(viewer: Viewer, now: datetime) -> dict[View, int]:
    """How many matters each counted tab holds, no further than a badge shows; one query."""
    counted = [view for view in COUNTED if view in views_of(viewer)]
    first, *others = (
        matters_in(view, viewer, now)
        .order_by()
        .annotate(view=Value(view.value))
        .values_list("view", flat=True)[: SHOWN_AT_MOST + 1]
        for view in counted
    )
    found = [View(word) for word in first.union(*others, all=True)]
    return {view: found.count(view) for view in counted}


@dataclass(frozen=True, slots=True)
class Choice:
    path: str
    name: str


def names_and_choices(
    viewer: Viewer, issues: Iterable[Issue], on: date
) -> tuple[dict[str, str], list[Choice]]:
    """Names of the matters' communities, and the places a viewer may narrow a list to; one query.

    The choices are what lies up to two rungs below the viewer's own territory.
    """
    tops = topmost(viewer)
    mine = {issue.community_code or issue.street_code for issue in issues}
    found = (
        nodes(on)
        .filter(_below(tops) | Q(path__in=mine))
        .order_by("path")
        .values_list("path", "name")
    )
    names = dict(found)
    choices = [
        Choice(path, _name_within(path, names))
        for path in names
        if any(path.startswith(top.path) and path != top.path for top in tops)
    ]
    return names, choices


def choices_within(tops: Sequence[HeldPost], on: date) -> list[Choice]:
    """The territories themselves and what lies up to two rungs below them; one query."""
    own = Q(path__in=[top.path for top in tops])
    found = nodes(on).filter(own | _below(tops)).order_by("path").values_list("path", "name")
    names = dict(found)
    return [Choice(path, _name_within(path, names)) for path in names]


def place_names(paths: Iterable[str], on: date) -> dict[str, str]:
    """Each place by its own name after that of the place around it; one query."""
    wanted = set(paths)
    around = {step for path in wanted for step in ancestors(path)[-1:]}
    names = dict(nodes(on).filter(path__in=wanted | around).values_list("path", "name"))
    return {path: _name_within(path, names) for path in wanted & names.keys()}


def _below(tops: Iterable[HeldPost]) -> Q:
    below = Q(pk__in=[])
    for top in tops:
        below |= Q(path__startswith=top.path, kind__in=_kinds_below(top.level))
    return below


def _kinds_below(level: Level) -> tuple[str, ...]:
    communities, streets = ("community", "village"), ("street", "town")
    if level is Level.CITY:
        return ("district", *streets)
    return (*streets, *communities) if level is Level.DISTRICT else communities


def _name_within(path: str, names: Mapping[str, str]) -> str:
    above = [names[step] for step in ancestors(path) if step in names]
    return " ".join([*above[-1:], names[path]])


_DIGITS_BELOW = {4: 6, 6: 9, 9: 12}
"""From a city, district or street, the digits of the paths one rung below."""


@dataclass(frozen=True, slots=True)
class Load:
    """Matters of one place that the viewer may see and whose clock runs."""

    open: int = 0
    overdue: int = 0


_GROUPED_BY = {
    Level.CITY: (Level.DISTRICT, "region_code"),
    Level.DISTRICT: (Level.STREET, "street_code"),
    Level.STREET: (Level.COMMUNITY, "community_code"),
    Level.COMMUNITY: (Level.GRID, "path"),
}


def load_below(path: str, level: Level, viewer: Viewer, now: datetime) -> dict[str, Load]:
    """Open and overdue matters of each child of a place, keyed by the child's path; one query."""
    below = _GROUPED_BY.get(level)
    if below is None:
        return {}
    running = at_home(viewer).filter(_placed_in(path, level), due_at__isnull=False)
    rows = (
        running.order_by()
        .values(place=F(below[1]))
        .annotate(open=Count("pk"), late=Count("pk", filter=overdue(now)))
    )
    return {row["place"]: Load(row["open"], row["late"]) for row in rows}


def load_together(loads: Iterable[Load]) -> Load:
    """The load of a place of whose children this is the whole."""
    parts = list(loads)
    return Load(sum(part.open for part in parts), sum(part.overdue for part in parts))


def load_of(path: str, level: Level, viewer: Viewer, now: datetime) -> Load:
    """The same for one place as a whole."""
    running = at_home(viewer).filter(_placed_in(path, level), due_at__isnull=False)
    return Load(**running.aggregate(open=Count("pk"), overdue=Count("pk", filter=overdue(now))))


def _placed_in(path: str, level: Level) -> Q:
    if level is Level.CITY:
        return Q(region_code__startswith=path)
    if level is Level.GRID:
        return Q(community_code=path_at(path, Level.COMMUNITY), path=path)
    column = {
        Level.DISTRICT: "region_code",
        Level.STREET: "street_code",
        Level.COMMUNITY: "community_code",
    }[level]
    return Q(**{column: path})


def households_below(path: str, on: date) -> dict[str, int]:
    """Households of each division below a place, summed over its grids; one query."""
    width = _DIGITS_BELOW.get(len(path))
    if width is None:
        return {}
    grids = nodes(on).filter(kind="grid", path__startswith=path).order_by()
    summed = grids.values(place=Left("path", width)).annotate(total=Sum("households"))
    return dict(summed.values_list("place", "total"))


def drawings_of(node: Node) -> QuerySet[Node]:
    """Every drawing a code ever had, the newest first."""
    return Node.objects.filter(code=node.code).defer("boundary").order_by("-valid_from")


def names_of_users(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    return dict(User.objects.filter(pk__in={one for one in ids if one}).values_list("pk", "name"))
