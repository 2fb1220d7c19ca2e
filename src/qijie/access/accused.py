"""Who stands too near the accused to see a complaint, and who may not yet read a fresh one.

Said once and read twice: `is_near` asks it of one post, `SEEN` says the same of rows to PostgreSQL,
for the row policies and for the queries alike. A test holds the two against an oracle.

A matter about somebody hides from the accused by name: the post, whoever holds it (in whatever
other post), the members of the unit. Beyond that it hides by level and subordination: from every
post at or below `hidden_level` whose territory meets the accused's.

What came in through the portal and no desk has taken yet is read by desks alone: nobody has looked
whom it is about. The grid's own staff learn that something waits; whom its words seem to name,
nothing at all.
"""

from dataclasses import dataclass
from uuid import UUID

from qijie.access.viewer import HeldPost, Role, Viewer
from qijie.kernel.codes import Level

GRID_STAFF = frozenset({Role.GRID_WORKER, Role.LEAD})


@dataclass(frozen=True, slots=True)
class Accused:
    """Whom a matter is about, as far as anybody said; all empty for an ordinary matter."""

    path: str = ""
    hidden_level: Level | None = None
    post_id: UUID | None = None
    unit_id: UUID | None = None
    user_ids: tuple[UUID, ...] = ()


def meets(path: str, other: str) -> bool:
    """Whether one territory lies within the other."""
    return path.startswith(other) or other.startswith(path)


def is_near(accused: Accused, level: Level | None, path: str) -> bool:
    """Whether a post of this rung and territory stands below or beside the accused."""
    if not accused.path or accused.hidden_level is None or level is None:
        return False
    return level <= accused.hidden_level and meets(path, accused.path)


def is_named(
    accused: Accused, post_id: UUID | None, unit_id: UUID | None, user_id: UUID | None
) -> bool:
    """Whether it is about this very post, its unit, or the person who held it then."""
    about_post = accused.post_id is not None and accused.post_id == post_id
    about_unit = accused.unit_id is not None and accused.unit_id == unit_id
    return about_post or about_unit or user_id in accused.user_ids


# What a post opens by itself, as one letter of the scope.
GRID, TERRITORY, UNIT, NOTHING = "g", "t", "u", "n"


def opens(post: HeldPost) -> str:
    if post.role in GRID_STAFF:
        return GRID
    if post.is_territorial:
        return TERRITORY
    return UNIT if post.role is Role.HANDLER else NOTHING


def rank_of(level: Level) -> int:
    """Counted from one, as PostgreSQL counts."""
    return level.rank + 1


def opening_path(post: HeldPost) -> str:
    """A micro-grid's worker answers for the grid it lies in."""
    return post.path.partition("-")[0]


_LEVELS = ", ".join(f"'{level.value}'" for level in Level)
HIDDEN_RANK = f"array_position(ARRAY[{_LEVELS}], {{hidden_level}}::text)"
# Untaken: nobody chose a category, no desk has looked.
RAW = "({channel} = 'portal' AND {category_id} IS NULL AND {accepted_at} IS NULL)"
NEAR = (
    f"({{about_path}} <> '' AND held.rank <= {HIDDEN_RANK}"
    " AND (starts_with(held.path, {about_path}) OR starts_with({about_path}, held.path)))"
)
_PLAIN = (
    "({about_path} = '' AND {about_post_id} IS NULL AND {about_unit_id} IS NULL"
    " AND cardinality({hinted_ids}) = 0 AND NOT " + RAW + ")"
)
_NOT_NAMED = (
    "({about_unit_id} IS NULL OR {about_unit_id} <> ALL(coalesce({memberships}, ARRAY[]::uuid[])))"
    " AND ({about_post_id} IS NULL OR {about_post_id} <> ALL(coalesce({posts}, ARRAY[]::uuid[])))"
    " AND NOT ({about_user_ids} && coalesce({user}, ARRAY[]::uuid[]))"
    " AND NOT ({hinted_ids} && coalesce({memberships}, ARRAY[]::uuid[]))"
    " AND NOT ({hinted_ids} && coalesce({posts}, ARRAY[]::uuid[]))"
)
_OPENED = (
    "(held.id = ANY({participant_ids})"
    f" OR (held.opens = '{UNIT}' AND nullif(held.unit, '')::uuid = ANY({{unit_ids}}))"
    f" OR (held.opens = '{TERRITORY}' AND starts_with({{path}}, held.path))"
    f" OR (held.opens = '{GRID}' AND starts_with({{path}}, held.path) AND NOT {RAW}))"
)
_HELD = "unnest({posts}, {paths}, {ranks}, {units}, {opens}) held(id, path, rank, unit, opens)"
_THROUGH_A_POST = f"EXISTS (SELECT 1 FROM {_HELD} WHERE NOT {NEAR} AND {_OPENED})"  # noqa: S608
SEEN = f"({_PLAIN} OR ({_NOT_NAMED} AND {_THROUGH_A_POST}))"
COLUMNS = (
    "about_path",
    "hidden_level",
    "about_post_id",
    "about_unit_id",
    "about_user_ids",
    "hinted_ids",
    "channel",
    "category_id",
    "accepted_at",
    "participant_ids",
    "unit_ids",
    "path",
)
"""The columns of a matter that `SEEN` reads."""


@dataclass(frozen=True, slots=True)
class Held:
    """A viewer's posts as parallel lists, in the order of the scope's settings."""

    posts: list[str]
    paths: list[str]
    ranks: list[int]
    units: list[str]
    opens: list[str]
    memberships: list[str]
    user: list[str]


def held_by(viewer: Viewer) -> Held:
    return Held(
        posts=[str(post.post_id) for post in viewer.posts],
        paths=[opening_path(post) for post in viewer.posts],
        ranks=[rank_of(post.level) for post in viewer.posts],
        units=[str(post.unit_id or "") for post in viewer.posts],
        opens=[opens(post) for post in viewer.posts],
        memberships=[str(unit_id) for unit_id in viewer.unit_ids],
        user=[str(viewer.user_id)] if viewer.user_id else [],
    )
