"""Wall 1: the permission table (role × verb × relation) and the door of every URL.

Verbs of the closed loop are the moves of `issues.rules`; a test holds the two tables against each
other. Whoever has no row here is told nothing, not even that the thing exists.
"""

from dataclasses import dataclass
from enum import StrEnum

from qijie.access.viewer import Kind, Role, Viewer

STAFF = frozenset(Role)
MATTER_STAFF = STAFF - {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
SUPERVISION = frozenset({Role.DESK, Role.VERIFIER, Role.SUPERVISOR})
# Units are sent orders through their handlers; a worker who solves or a lead who convenes holds
# the order opened for that very post.
ORDER_HOLDERS = frozenset({Role.HANDLER, Role.GRID_WORKER, Role.LEAD})
GRID_TEAM = frozenset({Role.GRID_WORKER, Role.LEAD})


class Reach(StrEnum):
    """How the post must stand to the thing it acts on."""

    ANY = "any"
    OWN_TERRITORY = "own_territory"
    OWN_LEVEL = "own_level"
    """The matter is at the post's own level and in its territory."""
    LEVEL_ABOVE = "level_above"
    OWN_ORDER = "own_order"
    """An order was sent to the post or to its unit."""
    OWN_REPORT = "own_report"
    """The matter is one the person reported."""
    STANDS_IN = "stands_in"
    """The matter's own level, for a seat whose only holder the matter is about."""
    SELF = "self"


@dataclass(frozen=True, slots=True)
class Permission:
    verb: str
    roles: frozenset[Role]
    reach: Reach


def _row(verb: str, roles: frozenset[Role] | set[Role], reach: Reach) -> Permission:
    return Permission(verb, frozenset(roles), reach)


SEE_MATTERS = "see_matters"
SEE_REPORTER = "see_reporter"
SEE_TERRITORY = "see_territory"
SEE_NOTICES = "see_notices"
SEE_ACCESS_LOG = "see_access_log"
SEE_UNDELIVERED = "see_undelivered"
SEE_OWN_DAY = "see_own_day"
CHECK_TERRITORY = "check_territory"
PRINT_BOARDS = "print_boards"
HAND_OVER_POST = "hand_over_post"
MANAGE_ACCOUNTS = "manage_accounts"
DRAW_GRIDS = "draw_grids"
ADOPT_GRIDS = "adopt_grids"
MANAGE_OWN_ACCOUNT = "manage_own_account"

_IN_ONES_OWN_SEAT: tuple[Permission, ...] = (
    _row(SEE_MATTERS, MATTER_STAFF, Reach.OWN_TERRITORY),
    _row(SEE_REPORTER, SUPERVISION, Reach.OWN_TERRITORY),
    _row(SEE_TERRITORY, STAFF, Reach.ANY),
    _row(SEE_NOTICES, STAFF, Reach.SELF),
    _row(SEE_OWN_DAY, {Role.GRID_WORKER, Role.LEAD, Role.HANDLER}, Reach.SELF),
    _row(SEE_ACCESS_LOG, {Role.AUDIT_ADMIN}, Reach.ANY),
    _row(SEE_UNDELIVERED, {Role.SYSTEM_ADMIN}, Reach.OWN_TERRITORY),
    _row(CHECK_TERRITORY, {Role.SYSTEM_ADMIN, Role.SUPERVISOR, Role.LEADER}, Reach.ANY),
    _row(
        PRINT_BOARDS,
        {Role.LEAD, Role.DESK, Role.DISPATCHER, Role.SUPERVISOR, Role.LEADER},
        Reach.OWN_TERRITORY,
    ),
    _row(HAND_OVER_POST, {Role.SECURITY_ADMIN}, Reach.OWN_TERRITORY),
    _row(MANAGE_ACCOUNTS, {Role.SECURITY_ADMIN}, Reach.OWN_TERRITORY),
    # At the community or above; adopting at the street or above. `redrawing.rules.may` asks where.
    _row(DRAW_GRIDS, {Role.DESK, Role.DISPATCHER, Role.LEAD, Role.LEADER}, Reach.OWN_TERRITORY),
    _row(ADOPT_GRIDS, {Role.LEADER}, Reach.OWN_TERRITORY),
    _row(MANAGE_OWN_ACCOUNT, STAFF, Reach.SELF),
    # The closed loop: who may, at most. `issues.rules.table` says when.
    _row("report", MATTER_STAFF, Reach.ANY),
    _row("add", MATTER_STAFF, Reach.OWN_REPORT),
    _row("withdraw", MATTER_STAFF, Reach.OWN_REPORT),
    _row("urge", MATTER_STAFF, Reach.OWN_REPORT),
    _row("urge", {Role.SUPERVISOR}, Reach.OWN_TERRITORY),
    _row("answer", {Role.DESK, Role.DISPATCHER, Role.VERIFIER}, Reach.OWN_LEVEL),
    _row("answer", ORDER_HOLDERS, Reach.OWN_ORDER),
    _row("accept", {Role.DESK}, Reach.OWN_LEVEL),
    _row("direct_urgent", {Role.DESK}, Reach.OWN_LEVEL),
    _row("void", {Role.DESK}, Reach.OWN_LEVEL),
    _row("object", MATTER_STAFF, Reach.OWN_REPORT),
    _row("about", {Role.DESK}, Reach.OWN_LEVEL),
    _row("not_meant", {Role.DESK}, Reach.OWN_LEVEL),
    _row("move", {Role.DESK}, Reach.OWN_LEVEL),
    _row("refuse_move", {Role.DESK}, Reach.OWN_LEVEL),
    _row("ask_check", {Role.DESK}, Reach.OWN_LEVEL),
    _row("check", {Role.GRID_WORKER}, Reach.OWN_TERRITORY),
    _row("merge", {Role.DESK}, Reach.OWN_LEVEL),
    _row("unmerge", {Role.DESK}, Reach.OWN_LEVEL),
    _row("ask_reclassify", {Role.DESK}, Reach.OWN_LEVEL),
    _row("reclassify", {Role.DESK}, Reach.OWN_LEVEL),
    _row("reclassify", SUPERVISION, Reach.LEVEL_ABOVE),
    _row("file", {Role.DESK}, Reach.OWN_LEVEL),
    _row("solve", {Role.GRID_WORKER}, Reach.OWN_TERRITORY),
    _row("solve", {Role.DESK}, Reach.OWN_LEVEL),
    _row("convene", GRID_TEAM, Reach.OWN_TERRITORY),
    _row("dispatch", {Role.DISPATCHER}, Reach.OWN_LEVEL),
    _row("sign", ORDER_HOLDERS, Reach.OWN_ORDER),
    _row("make_safe", ORDER_HOLDERS, Reach.OWN_ORDER),
    _row("done", ORDER_HOLDERS, Reach.OWN_ORDER),
    _row("return_order", ORDER_HOLDERS, Reach.OWN_ORDER),
    _row("rule_on_returns", {Role.DISPATCHER}, Reach.LEVEL_ABOVE),
    _row("add_order", {Role.DISPATCHER}, Reach.OWN_LEVEL),
    _row("recall", {Role.DISPATCHER}, Reach.OWN_LEVEL),
    _row("waive", {Role.DISPATCHER}, Reach.OWN_LEVEL),
    _row("whistle", GRID_TEAM, Reach.OWN_TERRITORY),
    _row("whistle", {Role.DESK}, Reach.OWN_LEVEL),
    _row("refer", {Role.DESK}, Reach.OWN_LEVEL),
    _row("ask_hang_up", ORDER_HOLDERS, Reach.OWN_ORDER),
    _row("ask_hang_up", {Role.DISPATCHER}, Reach.OWN_LEVEL),
    _row("hang_up", SUPERVISION, Reach.LEVEL_ABOVE),
    _row("resume", SUPERVISION, Reach.LEVEL_ABOVE),
    _row("resume", {Role.DISPATCHER}, Reach.OWN_LEVEL),
    _row("ask_extend", ORDER_HOLDERS, Reach.OWN_ORDER),
    _row("extend", SUPERVISION, Reach.LEVEL_ABOVE),
    _row("decline", SUPERVISION, Reach.LEVEL_ABOVE),
    _row("decline", {Role.DESK}, Reach.OWN_LEVEL),
    _row("supervise", {Role.SUPERVISOR}, Reach.OWN_TERRITORY),
    _row("send_back", {Role.VERIFIER}, Reach.OWN_LEVEL),
    _row("close", {Role.VERIFIER}, Reach.OWN_LEVEL),
    _row("confirm", MATTER_STAFF, Reach.OWN_REPORT),
    _row("judge", MATTER_STAFF, Reach.OWN_REPORT),
    _row("final_answer", {Role.VERIFIER}, Reach.OWN_LEVEL),
    _row("reopen", MATTER_STAFF, Reach.OWN_REPORT),
    _row("reopen", {Role.SUPERVISOR}, Reach.OWN_TERRITORY),
    _row("reopen", {Role.VERIFIER}, Reach.OWN_LEVEL),
    _row("appeal", ORDER_HOLDERS, Reach.OWN_ORDER),
    _row("review_appeal", {Role.VERIFIER}, Reach.OWN_LEVEL),
    _row("review_appeal", SUPERVISION, Reach.LEVEL_ABOVE),
)
PERMISSIONS: tuple[Permission, ...] = (
    *_IN_ONES_OWN_SEAT,
    # At the top, where the only desk or verifier is the accused: the supervisor of that rung.
    *(
        _row(own.verb, {Role.SUPERVISOR}, Reach.STANDS_IN)
        for own in _IN_ONES_OWN_SEAT
        if own.reach is Reach.OWN_LEVEL and own.roles & {Role.DESK, Role.VERIFIER}
    ),
)


def roles_that_may(verb: str) -> frozenset[Role]:
    """Nobody, where the table has no row."""
    return frozenset(
        role for permission in PERMISSIONS if permission.verb == verb for role in permission.roles
    )


def may(viewer: Viewer, verb: str) -> bool:
    """Whether any post of the viewer has a row for `verb`; the reach is asked where the row is."""
    return bool(viewer.roles & roles_that_may(verb))


# Whoever may do one of these signs in with a second factor, whatever the post is called.
WEIGHTY = (SEE_REPORTER, SEE_ACCESS_LOG, HAND_OVER_POST, MANAGE_ACCOUNTS, ADOPT_GRIDS)


def needs_second_factor(viewer: Viewer) -> bool:
    """By what the viewer may do, and by the kinds of posts that ask for it besides (refdata)."""
    return any(may(viewer, verb) for verb in WEIGHTY) or any(
        post.needs_mfa for post in viewer.posts
    )


class Who(StrEnum):
    """What a door asks of whoever knocks."""

    ANYONE = "anyone"
    """No sign-in, no matter: runs unscoped and sees no policed row."""
    INTAKE = "intake"
    """No sign-in; may hand in a report."""
    LINK_HOLDER = "link_holder"
    """Holds the private link of one matter."""
    STAFF = "staff"
    """Signed in, with a post whose role has the verb."""
    SIGNING_IN = "signing_in"
    """Sign-in's own pages, run by django-allauth."""


@dataclass(frozen=True, slots=True)
class Door:
    url_name: str
    who: Who
    verb: str = ""
    takes_photos: bool = False
    """Takes as much in one request as a form with photos may hold; others take text alone."""
    keyless: str = ""
    """Why what is sent through it needs no key; every other door does a thing once (teams.once)."""
    answers_in_place: bool = False
    """Does its work and answers with the page or with data, instead of leading on."""
    tells_another: bool = False
    """Says itself, with everything typed, that more came under a key than the first time."""
    hears_danger: bool = False
    """Takes words of danger in as an act of their own, under whatever key they come."""
    remembers: bool = False
    """What it does keeps the key itself, with what was done: nothing is remembered besides."""


def lets_in(door: Door, viewer: Viewer) -> bool:
    if door.who is Who.STAFF:
        return viewer.kind is Kind.STAFF and may(viewer, door.verb)
    if door.who is Who.LINK_HOLDER:
        return viewer.kind is Kind.REPORTER
    return True
