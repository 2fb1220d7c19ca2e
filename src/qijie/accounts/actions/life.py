"""The life of an account: its code on paper, its own password, its second factor, its end.

Each leaves a line for the owner (`AccountChange`) and one for the auditor (access log).
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE, Kind, Viewer
from qijie.accounts.models import AccountChange, ActivationCode, User
from qijie.accounts.rules import folded
from qijie.kernel.ids import new_id
from qijie.records import actions as records
from qijie.records.actions import AccessNote

CODE_LIFETIME = timedelta(days=14)
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 4, 4
DOOR = "account"


@dataclass(frozen=True, slots=True)
class Doer:
    """Who changes an account, as its owner and the auditor will read it."""

    name: str
    viewer: Viewer
    address: str | None = None


def the_owner(user: User, address: str | None) -> Doer:
    return Doer("本人", Viewer(Kind.STAFF, user_id=user.pk, name=user.name), address)


# Codes


def issue_code(user: User, *, by: Doer, at: datetime) -> str:
    """A new activation code, told this once; the one before it no longer counts."""
    [code] = _issue([user], at, "default").values()
    note_change(user, "发了新的激活码", by=by, at=at)
    return code


def issue_codes(users: Iterable[User], *, at: datetime, using: str) -> dict[str, str]:
    """User name to code, for accounts that are just being made."""
    return _issue(users, at, using)


def _issue(users: Iterable[User], at: datetime, using: str) -> dict[str, str]:
    told = {user: _random_code() for user in users}
    kept = ActivationCode.objects.using(using)
    kept.filter(user__in=list(told)).delete()
    kept.bulk_create(
        ActivationCode(
            user=user, digest=_digest(user, code), made_at=at, expires_at=at + CODE_LIFETIME
        )
        for user, code in told.items()
    )
    return {user.username: code for user, code in told.items()}


def _random_code() -> str:
    """80 random bits in groups of four, without letters that look alike."""
    groups = ["".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)]
    return "-".join(groups)


def _digest(user: User | None, typed: str) -> bytes:
    plain = "".join(letter for letter in folded(typed).upper() if letter in _LETTERS)
    return sha256(f"{user.pk if user else ''} {plain}".encode()).digest()


def open_code(username: str, typed: str, at: datetime) -> ActivationCode | None:
    """The live code of this account, locked, if it is the one typed; None for every other case."""
    codes = ActivationCode.objects.select_related("user").select_for_update(of=("self",))
    row = codes.filter(user__username=username, user__is_active=True, expires_at__gt=at).first()
    kept = bytes(row.digest) if row else bytes(32)
    return row if compare_digest(_digest(row.user if row else None, typed), kept) else None


@transaction.atomic
def set_first_password(code: ActivationCode, password: str, *, by: Doer, at: datetime) -> User:
    """The owner's own password; every session and the code's use for a password end with it."""
    user = code.user
    user.password, user.sessions_of = make_password(password), new_id()
    user.save(update_fields=["password", "sessions_of"])
    code.password_set_at = at
    code.save(update_fields=["password_set_at"])
    note_change(user, "用激活码设了密码", by=by, at=at)
    return user


# Second factor


def enrolled(user: User, *, by: Doer, at: datetime) -> None:
    """Ends the sessions begun without the factor, and the paper code that allowed it."""
    ActivationCode.objects.filter(user=user).delete()
    _end_sessions(user)
    note_change(user, "启用了二次验证", by=by, at=at)


def unenrolled(user: User, *, by: Doer, at: datetime) -> None:
    _end_sessions(user)
    note_change(user, "停用了二次验证", by=by, at=at)


@transaction.atomic
def reset_second_factor(user: User, *, by: Doer, at: datetime) -> str:
    """Takes away a lost factor and its recovery codes; returns the code for enrolling anew."""
    Authenticator.objects.filter(user=user).delete()
    _end_sessions(user)
    note_change(user, "清除了二次验证", by=by, at=at)
    return issue_code(user, by=by, at=at)


# Being let in at all


@transaction.atomic
def disable(user: User, *, by: Doer, at: datetime) -> None:
    """No more sign-in, and every session ends at its next request."""
    ActivationCode.objects.filter(user=user).delete()
    user.is_active, user.sessions_of = False, new_id()
    user.save(update_fields=["is_active", "sessions_of"])
    note_change(user, "停用了账号", by=by, at=at)


def enable(user: User, *, by: Doer, at: datetime) -> None:
    user.is_active = True
    user.save(update_fields=["is_active"])
    note_change(user, "恢复了账号", by=by, at=at)


def _end_sessions(user: User) -> None:
    user.sessions_of = new_id()
    user.save(update_fields=["sessions_of"])


# What is left behind


def note_change(user: User, what: str, *, by: Doer, at: datetime) -> None:
    AccountChange.objects.create(user=user, what=what, by=by.name, address=by.address, at=at)
    note = AccessNote("changed", DOOR, user.username[:64], purpose=f"{what}（{by.name}）")
    with scope(INTAKE):
        records.note_access([note], viewer=by.viewer, address=by.address, at=at)


def unseen_changes(user: User, at: datetime) -> list[AccountChange]:
    """What its owner was not told yet; told from now on."""
    unseen = AccountChange.objects.filter(user=user, seen_at=None)
    told = list(unseen)
    unseen.update(seen_at=at)
    return told
