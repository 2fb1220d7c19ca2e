"""The boards of a place on a day, whole files of them, and what was solved there lately."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import CharField, Count, DateField, Func, Q, QuerySet, Value
from django.db.models.functions import Length, TruncMonth
from django.urls import reverse
from django.utils import timezone

from qijie.access.viewer import Kind, Viewer
from qijie.boards.ground import Ground, ground_of
from qijie.boards.models import BoardFile, Solved
from qijie.boards.rules import (
    NAMED,
    UNDER_WAY,
    Answerer,
    Change,
    Paper,
    months_before,
    short_title,
    with_deputies,
)
from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import Family, State
from qijie.kernel.codes import DIVISION_DIGITS, Level, ancestors, path_at
from qijie.teams.models import Holding, OrgUnit, Post
from qijie.teams.queries import posts_responsible_for
from qijie.territory.borders import homes_in
from qijie.territory.models import Node
from qijie.territory.queries import in_divisions_of, nodes, subtree

GRID_KIND_WORDS = {"general": "综合网格", "dedicated": "专属网格", "undeveloped": "待开发网格"}
# Whose telephone a post without one of its own is reached by.
_OFFICE_OF_LEVEL = {
    Level.GRID: "community_committee",
    Level.COMMUNITY: "community_committee",
    Level.STREET: "street_office",
}
_ABOUT_PEOPLE = (Family.HELP, Family.DISPUTE)
_DESKS = ("desk", "duty_desk")
# Where borders were drawn by two hands, slivers overlap; they are nobody's ground.
_LEAST_SHARE = 0.02
_DIGITS = re.compile(r"([0-9]+)")


@dataclass(frozen=True, slots=True)
class Board:
    """Everything a grid's notice board says on a day."""

    node_id: int
    code: str
    path: str
    name: str
    kind_words: str
    community: str
    street: str
    district: str
    on: date
    valid_from: date
    """Since when everything on it has been so."""
    change: Change | None
    is_illustrative: bool
    households: int
    buildings: int
    places: tuple[str, ...]
    """Its compounds; its buildings by name where it has none."""
    answerers: tuple[Answerer, ...]

    @property
    def title(self) -> str:
        return f"{self.community} {self.name}".strip()

    @property
    def page_url(self) -> str:
        """Where the code on the board leads."""
        return page_url(self.code)


def page_url(code: str) -> str:
    return f"{settings.PUBLIC_ADDRESS.rstrip('/')}{reverse('portal:grid', args=[code])}"


# Which grids


def grids_of(path: str, on: date) -> QuerySet[Node]:
    """The grids of a street, a community or a grid itself on a day, in the order of their codes."""
    return subtree(path, on).filter(kind="grid").defer("boundary")


def grid_of_code(code: str, on: date) -> Node | None:
    """A grid's row on a day; else its last one before it, else its first one after it.

    None for a code no grid ever had. One query.
    """
    rows = list(Node.objects.filter(code=code, kind="grid").defer("boundary"))
    begun = [row for row in rows if row.valid_from <= on]
    if begun:
        return max(begun, key=lambda row: row.valid_from)
    return min(rows, key=lambda row: row.valid_from, default=None)


def is_in_force(node: Node, on: date) -> bool:
    return node.valid_from <= on and (node.valid_to is None or node.valid_to > on)


def days_of_change(path: str, after: date) -> list[date]:
    """The days to come from which a grid of a place is drawn anew; one query."""
    later = Node.objects.filter(kind="grid", path__startswith=path, valid_from__gt=after)
    return list(later.order_by("valid_from").values_list("valid_from", flat=True).distinct())


_TAKERS = """
    SELECT code, name FROM (
        SELECT n.code, p.name || ' ' || n.name AS name,
               ST_Area(ST_Intersection(n.boundary, h.boundary)::geography)
               / nullif(ST_Area(h.boundary::geography), 0) AS share
        FROM territory_node h
        JOIN territory_node n ON n.boundary && h.boundary
         AND ST_Intersects(n.boundary, h.boundary)
        JOIN territory_node p ON p.id = n.parent_id
        WHERE h.id = %(node)s AND n.kind = 'grid' AND n.code <> h.code
          AND n.valid_from <= %(on)s AND (n.valid_to IS NULL OR n.valid_to > %(on)s)
    ) taker WHERE share > %(least)s ORDER BY share DESC, code
"""


def change_of(node: Node, on: date) -> Change | None:
    """What ends a grid's row and who takes over its ground; None for a row without an end.

    Two queries where there is an end, none otherwise.
    """
    if node.valid_to is None:
        return None
    goes_on = Node.objects.filter(code=node.code, valid_from=node.valid_to).exists()
    then = max(node.valid_to, on) if not goes_on else node.valid_to
    with connection.cursor() as cursor:
        cursor.execute(_TAKERS, {"node": node.pk, "on": then, "least": _LEAST_SHARE})
        takers = tuple((code, name) for code, name in cursor.fetchall())
    return Change(node.valid_to, is_end=not goes_on, takers=takers)


# What a board says


def board_of(node: Node, on: date) -> Board:
    """The board of a grid's row; five queries, two more where the row has an end."""
    names = dict(nodes(on).filter(path__in=ancestors(node.path)).values_list("path", "name"))
    named = {level: names.get(path_at(node.path, level) or "", "") for level in Level}
    posts = posts_named(node.path, on)
    homes = list(homes_in(node.path, on).values_list("name", "compound__name"))
    return Board(
        node_id=node.pk,
        code=node.code,
        path=node.path,
        name=node.name,
        kind_words=GRID_KIND_WORDS[node.grid_kind],
        community=named[Level.COMMUNITY],
        street=named[Level.STREET],
        district=named[Level.DISTRICT],
        on=on,
        valid_from=max([node.valid_from, *_held_since(posts)]),
        change=change_of(node, on),
        is_illustrative=node.is_illustrative,
        households=node.households,
        buildings=len(homes),
        places=_places(homes),
        answerers=with_deputies(_answerers(posts, node, named)),
    )


def _places(homes: Sequence[tuple[str, str | None]]) -> tuple[str, ...]:
    compounds = dict.fromkeys(compound for _, compound in homes if compound)
    return tuple(compounds or sorted({name for name, _ in homes}, key=_as_counted))


def _as_counted(name: str) -> list[tuple[int, str]]:
    """Sorts 2 号 before 10 号."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in _DIGITS.split(name)]


def posts_named(path: str, on: date) -> list[Post]:
    """Whom the boards of a place name, in their order; two queries.

    Of the street its desk alone, for when the community is shut.
    """
    found = [
        post
        for post in posts_responsible_for(path, on)
        if post.kind in (_DESKS if post.level == Level.STREET else NAMED)
        and Level(post.level) <= Level.STREET
    ]
    return sorted(found, key=lambda p: (Level(p.level).rank, NAMED.index(p.kind), p.code))


def _holders(post: Post) -> list[Holding]:
    return list(getattr(post, "holders_today", []))


def _held_since(posts: Iterable[Post]) -> list[date]:
    return [holding.from_on for post in posts for holding in _holders(post)]


def _answerers(posts: Sequence[Post], node: Node, named: dict[Level, str]) -> list[Answerer]:
    units, offices = _telephones(posts, node.path)
    # The longest way of naming a place first, so that nothing of it is left standing.
    places = (named[Level.STREET], named[Level.COMMUNITY], node.name)
    return [
        Answerer(
            post=short_title(post.title, post.level, places),
            name="、".join(h.user.name for h in _holders(post) if not h.is_stand_in),
            stand_ins=tuple(h.user.name for h in _holders(post) if h.is_stand_in),
            phone=own or offices.get(_OFFICE_OF_LEVEL[Level(post.level)], ""),
            is_shared_phone=not own,
            hours=post.office_hours,
        )
        for post in posts
        for own in [post.duty_phone or units.get(post.unit_id, "")]
    ]


def _telephones(posts: Sequence[Post], path: str) -> tuple[dict[UUID | None, str], dict[str, str]]:
    """Of the posts' own units by id, and of the offices of the place by kind; one query."""
    wanted = {post.unit_id for post in posts if post.unit_id}
    offices = Q(kind__in=set(_OFFICE_OF_LEVEL.values()), path__in=ancestors(path))
    found = OrgUnit.objects.filter(Q(pk__in=wanted) | offices).exclude(duty_phone="")
    rows = list(found.order_by("path").values_list("pk", "kind", "duty_phone"))
    return {pk: phone for pk, _, phone in rows}, {kind: phone for _, kind, phone in rows}


MAP_ASPECT = 222 / 194
"""Width over height of the printed map; the ground is framed to it."""


def ground_of_board(board: Board, aspect: float = MAP_ASPECT) -> Ground | None:
    return ground_of(board.node_id, board.on, aspect=aspect)


# Whole files


def visible_files(viewer: Viewer) -> QuerySet[BoardFile]:
    """Files of the territories a viewer's posts answer for, from the community up."""
    if viewer.kind is Kind.SYSTEM:
        return BoardFile.objects.all()
    mine = in_divisions_of(viewer)
    return BoardFile.objects.filter(mine) if mine else BoardFile.objects.none()


def files_of(path: str, viewer: Viewer, *, at_most: int = 6) -> list[BoardFile]:
    """The latest files of a place."""
    return list(visible_files(viewer).filter(path=path).order_by("-asked_at", "-pk")[:at_most])


def file_under_way(path: str, on: date, paper: Paper) -> BoardFile | None:
    waiting = BoardFile.objects.filter(path=path, made_for=on, paper=paper, state__in=UNDER_WAY)
    return waiting.first()


# What was solved lately


@dataclass(frozen=True, slots=True)
class SolvedMonth:
    month: date
    rows: tuple[tuple[str, int | None], ...]
    """A category in the residents' words, and its count; None stands for fewer than the floor."""


def solved_in(path: str, on: date) -> list[SolvedMonth]:
    """The last months of a grid in which something was closed, the latest first; one query."""
    found = (
        Solved.objects.filter(path=path, month__in=months_before(on))
        .order_by("-month", "category__position", "category_id")
        .values_list("month", "category__plain_name", "count")
    )
    months: dict[date, list[tuple[str, int | None]]] = {}
    for month, category, count in found:
        months.setdefault(month, []).append((category, count))
    return [SolvedMonth(month, tuple(rows)) for month, rows in months.items()]


def closed_by_month(months: Collection[date], until: date) -> list[tuple[str, date, str, int]]:
    """Grid path, month, category and how many matters were closed; needs the scope of the worker.

    Only what is about things and places is counted: no help in need and no quarrel, which are about
    somebody's life, and no complaint about a post or unit.
    """
    zone = timezone.get_current_timezone()
    since, before = (
        datetime.combine(day, time(), zone) for day in (min(months), until.replace(day=1))
    )
    grid = Func("path", Value("-"), Value(1), function="split_part", output_field=CharField())
    closed = (
        Issue.objects.filter(state=State.CLOSED, closed_at__gte=since, closed_at__lt=before)
        .filter(category__isnull=False, about_post_id__isnull=True, about_unit_id__isnull=True)
        .exclude(family__in=_ABOUT_PEOPLE)
        .annotate(of_grid=grid, month=TruncMonth("closed_at", output_field=DateField()))
        .annotate(digits=Length("of_grid"))
        .filter(digits__gt=DIVISION_DIGITS)
    )
    counted = closed.order_by().values_list("of_grid", "month", "category_id")
    return [(*row, total) for *row, total in counted.annotate(total=Count("pk"))]
