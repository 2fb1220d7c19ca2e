"""Every name the product reads from its environment."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.reference.tables import table

READERS = ("config/*.py", "qijie/setup/places.py")
NAME = re.compile(r"QIJIE_[A-Z_]+|(OWNER_)?DATABASE_[A-Z_]+|PORT")
KINDS = {
    "flag": "true or false",
    "number": "whole number",
    "words": "comma-separated",
    "secret": "secret",
}

MEANINGS = {
    "DATABASE_URL": "Database as the role `qijie_app`. Unset: the private database of this folder.",
    "OWNER_DATABASE_URL": "The same as `qijie_migrate`: for migrations and bulk loads only.",
    "DATABASE_POOL_MAX": "Most connections of one web process; 0 goes without a pool.",
    "DATABASE_POOL_MIN": "Connections a web process keeps open.",
    "PORT": "Port of the website, 8000 unless set.",
    "QIJIE_ENCRYPTION_KEYS": "What seals second factors: newest first, commas between; or a file.",
    "QIJIE_SECRET_KEY": "At least 40 characters. Signs sessions and makes private links: keep it.",
    "QIJIE_BODY_GRACE_SECONDS": "Seconds any body may take to come in; long ones get more by size.",
    "QIJIE_INTAKE_UNITS": "Reports and megabytes strangers of one network may send at once.",
    "QIJIE_HOSTS": "Host names the site answers to.",
    "QIJIE_ORIGINS": "Origins forms may be sent from, where a proxy changes the host.",
    "QIJIE_PUBLIC_ADDRESS": "Where residents and staff reach the site; stands in e-mails.",
    "QIJIE_SECURITY_CONTACT": "Whom to tell of a weakness: mailto: or https:, else /report/.",
    "QIJIE_HTTPS": "Served over TLS: secure cookies, redirect, HSTS. Set it in production.",
    "QIJIE_TRUSTED_PROXY_COUNT": "How many of your proxies stand in front and set X-Forwarded-For.",
    "QIJIE_MFA_REQUIRED": "Posts that ask for a second factor need one. On unless it is the demo.",
    "QIJIE_IDLE_MINUTES": "Minutes without anybody at it before a signed-in browser is signed out.",
    "QIJIE_DEMO": "The demo: made-up people, one known password. Refused on a public host.",
    "QIJIE_DEBUG": "Django's debug pages, for development.",
    "QIJIE_HOME": "The folder whose `var/` is used; unset: the checkout.",
    "QIJIE_VAR": "Where photos, mail files and collected assets go; `var/` unless set.",
    "QIJIE_PHOTO_FOLDER": "Photos; `photos` under `QIJIE_VAR` unless set.",
    "QIJIE_BOARD_FOLDER": "Printed notice boards; `boards` under `QIJIE_VAR` unless set.",
    "QIJIE_REFDATA": "Reference data to load; `refdata/` unless set.",
    "QIJIE_PROFILE": "The place to load; `profiles/jianghan` unless set.",
    "QIJIE_HOME_PATH": "Path of the street whose desk takes reports that say no place.",
    "QIJIE_GRID_HOUSEHOLDS_MIN": "Households a general grid has at least.",
    "QIJIE_GRID_HOUSEHOLDS_MAX": "Households a general grid has at most.",
    "QIJIE_GRID_PEOPLE_MIN": "People a general grid has at least, where a drawing balances people.",
    "QIJIE_GRID_PEOPLE_MAX": "People a general grid has at most, where a drawing balances people.",
    "QIJIE_PERSONS_PER_100_HOUSEHOLDS": "Persons in a hundred households, to reckon people by.",
    "QIJIE_GRID_SUFFIX_WIDTH": "Digits a grid's code adds to its community's.",
    "QIJIE_EMAIL_BACKEND": "Django's e-mail backend: SMTP, in the demo files under `QIJIE_VAR`.",
    "QIJIE_EMAIL_HOST": "Mail server.",
    "QIJIE_EMAIL_PORT": "Its port.",
    "QIJIE_EMAIL_USER": "Account on it.",
    "QIJIE_EMAIL_PASSWORD": "That account's password.",
    "QIJIE_EMAIL_TLS": "Speak TLS to it.",
    "QIJIE_EMAIL_FROM": "Sender.",
    "QIJIE_EMAIL_TIMEOUT": "Seconds to wait for one answer of the mail server.",
    "QIJIE_EMAIL_GIVE_UP_HOURS": "Hours after which a mail is given up and listed as 没有送达.",
    "QIJIE_KEEP_JOBS_DAYS": "Days finished jobs of the queue are kept.",
    "QIJIE_KEEP_KEYS_DAYS": "Days the key of a report refuses a second one.",
    "QIJIE_KEEP_LETTERS_DAYS": "Days a mail that was given up stays listed.",
    "QIJIE_KEEP_MISSES_DAYS": "Days the counts of refused strangers are kept.",
    "QIJIE_KEEP_NOTICES_DAYS": "Days a notice is kept after it was read.",
    "QIJIE_KEEP_TRIES_DAYS": "Days the count of wrong passwords of one name is kept.",
    "QIJIE_KEEP_TIMERS_DAYS": "Days a timer is kept after it rang.",
    "QIJIE_KEEP_UNREAD_DAYS": "Days a notice is kept that nobody ever reads.",
}


def page(source: Path) -> str:
    found = read_by_the_code(source)
    rows = [(f"`{name}`", MEANINGS[name], *_details(*found[name])) for name in _ordered(found)]
    return "\n".join(
        [
            "# Settings from the environment 环境变量",
            "",
            "The names are collected from the code by `make docs`."
            " `qijie check` says which are missing or unsafe. A secret may be a file instead: give"
            " its path as `NAME_FILE`.",
            "",
            *table(("name", "meaning", "kind", "unless set"), rows),
        ]
    )


def _ordered(names: dict[str, tuple[str, str]]) -> list[str]:
    """As the meanings stand; raises KeyError for a name nobody explained."""
    if unexplained := names.keys() - MEANINGS.keys():
        raise KeyError(f"explain in tools/reference/settings.py: {', '.join(sorted(unexplained))}")
    return [name for name in MEANINGS if name in names]


def read_by_the_code(source: Path) -> dict[str, tuple[str, str]]:
    """Name to the reader's kind and the default as written, where it is a plain value."""
    found: dict[str, tuple[str, str]] = {}
    for pattern in READERS:
        for path in sorted(source.glob(pattern)):
            for name, kind, default in _reads(ast.parse(path.read_text("utf-8"))):
                if name not in found or default:
                    found[name] = (kind, default)
    return found


def _reads(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            names = [arg for arg in node.args[:2] if _is_name(arg)]
            if names:
                yield names[0].value, _reader(node), _default(node)  # type: ignore[attr-defined]
        elif isinstance(node, ast.Subscript) and _is_name(node.slice):
            yield node.slice.value, "", ""  # type: ignore[attr-defined]


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and bool(NAME.fullmatch(str(node.value)))


def _reader(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _default(call: ast.Call) -> str:
    given = [*call.args, *(keyword.value for keyword in call.keywords)][1:]
    plain = [one.value for one in given if isinstance(one, ast.Constant) and not _is_name(one)]
    return str(plain[0]) if plain else ""


def _details(kind: str, default: str) -> tuple[str, str]:
    return KINDS.get(kind, ""), f"`{default}`" if default else ""
