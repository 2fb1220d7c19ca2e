"""Who may do what, at most; and the door of every URL."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from qijie.access.doors import DOORS
from qijie.access.permissions import (
    MATTER_STAFF,
    PERMISSIONS,
    STAFF,
    Door,
    Permission,
    Reach,
    Who,
    roles_that_may,
)
from qijie.access.viewer import SIDE_OF_ROLE, TERRITORIAL_ROLES, Role
from qijie.teams.models import ROLES
from tools.reference.tables import code, generated_from, table

LABELS = dict(ROLES)
REACHES = {
    Reach.ANY: "wherever it is",
    Reach.OWN_TERRITORY: "what lies in the post's territory",
    Reach.OWN_LEVEL: "a matter handled at the post's own level, in its territory",
    Reach.LEVEL_ABOVE: "a matter handled one level below the post, in its territory",
    Reach.OWN_ORDER: "an order sent to the post or its unit",
    Reach.OWN_REPORT: "a matter the person reported",
    Reach.SELF: "what belongs to the person",
}
KNOCKERS = {
    Who.ANYONE: "anyone; runs unscoped and sees no policed row",
    Who.INTAKE: "anyone, to hand in a report; nothing can be read back",
    Who.LINK_HOLDER: "whoever holds the private link of one matter",
    Who.STAFF: "signed in, with a post whose role has the verb",
    Who.SIGNING_IN: "sign-in's own pages",
}


def page() -> str:
    return "\n".join(
        [
            "# Who may do what 权限表",
            "",
            generated_from("src/qijie/access/permissions.py` and `src/qijie/access/doors.py"),
            "",
            "What has no row is not allowed, and looks as if it did not exist. For the moves of a"
            " matter this is the most a role may ever do; *when* is in"
            " [life-cycle.md](life-cycle.md).",
            "",
            "## Roles 职权",
            "",
            *table(("role", "中文", "side", "its territory opens matters"), map(_role, Role)),
            "## Verbs",
            "",
            *table(("verb", "roles", "reach"), map(_permission, PERMISSIONS)),
            "| reach | of the thing acted on |\n| --- | --- |",
            *(f"| `{reach.value}` | {words} |" for reach, words in REACHES.items()),
            "",
            "## Doors",
            "",
            "One row a URL; a URL without a row answers 404 and fails the build.",
            "",
            *table(("address", "name", "who", "verb", "roles"), _doors()),
            "| who | means |\n| --- | --- |",
            *(f"| `{who.value}` | {words} |" for who, words in KNOCKERS.items()),
            "",
        ]
    )


def _role(role: Role) -> tuple[str, ...]:
    opens = "yes" if role in TERRITORIAL_ROLES else ""
    return f"`{role.value}`", LABELS[role], SIDE_OF_ROLE[role].value, opens


def _permission(permission: Permission) -> tuple[str, ...]:
    return f"`{permission.verb}`", _names(permission.roles), f"`{permission.reach.value}`"


def _names(roles: frozenset[Role]) -> str:
    if roles == STAFF:
        return "all"
    if roles == MATTER_STAFF:
        return "all but the three administrators"
    return code(role.value for role in Role if role in roles)


def _doors() -> Iterator[tuple[str, ...]]:
    addresses = dict(_addresses(get_resolver().url_patterns))
    for door in DOORS:
        yield f"`/{addresses.get(door.url_name, '—')}`", *_door(door)


def _door(door: Door) -> tuple[str, ...]:
    verb = f"`{door.verb}`" if door.verb else ""
    roles = _names(roles_that_may(door.verb)) if door.verb else ""
    return f"`{door.url_name}`", f"`{door.who.value}`", verb, roles


def _addresses(
    patterns: list[URLPattern | URLResolver], before: str = "", space: str = ""
) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else space
            yield from _addresses(pattern.url_patterns, route, inner)
        elif pattern.name:
            yield f"{space}{pattern.name}", route
