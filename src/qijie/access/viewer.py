from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from qijie.kernel.codes import Level


class Role(StrEnum):
    """What a post may do, whatever its local title is. Post kinds map to roles in `refdata/`."""

    GRID_WORKER = "grid_worker"
    LEAD = "lead"
    DESK = "desk"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    VERIFIER = "verifier"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


class Side(StrEnum):
    """Supervision judges, command sends, units do: nobody stands on two sides of one matter."""

    SUPERVISION = "supervision"
    COMMAND = "command"
    FIELD = "field"
    UNIT = "unit"
    NONE = "none"


SIDE_OF_ROLE = {
    Role.GRID_WORKER: Side.FIELD,
    Role.LEAD: Side.COMMAND,
    Role.DESK: Side.SUPERVISION,
    Role.DISPATCHER: Side.COMMAND,
    Role.HANDLER: Side.UNIT,
    Role.VERIFIER: Side.SUPERVISION,
    Role.SUPERVISOR: Side.SUPERVISION,
    Role.LEADER: Side.NONE,
    Role.SYSTEM_ADMIN: Side.NONE,
    Role.SECURITY_ADMIN: Side.NONE,
    Role.AUDIT_ADMIN: Side.NONE,
}

# Roles whose territory opens the matters in it. A handler sees what its unit was sent; the three
# administrators run the system and see no matter at all.
TERRITORIAL_ROLES = frozenset(
    {
        Role.GRID_WORKER,
        Role.LEAD,
        Role.DESK,
        Role.DISPATCHER,
        Role.VERIFIER,
        Role.SUPERVISOR,
        Role.LEADER,
    }
)


class Kind(StrEnum):
    """Which set of row policies answers."""

    NOBODY = ""
    STAFF = "staff"
    INTAKE = "intake"
    """The anonymous reporter's one act: insert, see nothing back."""
    REPORTER = "reporter"
    """Whoever holds the private link of one matter."""
    SYSTEM = "system"
    """The worker process and commands."""


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post as access sees it on the day the Viewer was built."""

    post_id: UUID
    title: str
    role: Role
    level: Level
    path: str
    """Territory path; a prefix of everything the post answers for."""
    unit_id: UUID | None = None
    grid_ids: tuple[int, ...] = ()
    """For grid posts: the rows of this grid, past drawings included."""
    needs_mfa: bool = False

    @property
    def side(self) -> Side:
        return SIDE_OF_ROLE[self.role]

    @property
    def is_territorial(self) -> bool:
        return self.role in TERRITORIAL_ROLES


@dataclass(frozen=True, slots=True)
class Viewer:
    kind: Kind
    user_id: UUID | None = None
    name: str = ""
    posts: tuple[HeldPost, ...] = ()
    matter_id: UUID | None = None

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(post.role for post in self.posts)

    @property
    def unit_ids(self) -> tuple[UUID, ...]:
        return tuple({post.unit_id: None for post in self.posts if post.unit_id is not None})

    @property
    def handling_unit_ids(self) -> tuple[UUID, ...]:
        """Units whose orders the viewer handles; membership of an office is not enough."""
        handling = (post for post in self.posts if post.role is Role.HANDLER)
        return tuple({post.unit_id: None for post in handling if post.unit_id is not None})

    @property
    def post_ids(self) -> tuple[UUID, ...]:
        return tuple(post.post_id for post in self.posts)

    def paths_at(self, *levels: Level) -> tuple[str, ...]:
        territorial = (p for p in self.posts if p.is_territorial and p.level in levels)
        return tuple(dict.fromkeys(post.path for post in territorial))

    @property
    def supervised(self) -> tuple[tuple[str, Level], ...]:
        """Territory and rung of each post on the supervision side."""
        judging = (post for post in self.posts if post.side is Side.SUPERVISION and post.path)
        return tuple(dict.fromkeys((post.path, post.level) for post in judging))

    @property
    def supervised_paths(self) -> tuple[str, ...]:
        return tuple(path for path, _ in self.supervised)

    @property
    def grid_ids(self) -> tuple[int, ...]:
        territorial = (p for p in self.posts if p.is_territorial and p.level is Level.GRID)
        return tuple(dict.fromkeys(grid for post in territorial for grid in post.grid_ids))


NOBODY = Viewer(Kind.NOBODY)
INTAKE = Viewer(Kind.INTAKE)
SYSTEM = Viewer(Kind.SYSTEM, name="系统")


def reporter_of(matter_id: UUID) -> Viewer:
    return Viewer(Kind.REPORTER, name="反映人", matter_id=matter_id)
