"""What there is to read about accounts."""

from django.contrib.auth.hashers import check_password
from django.db.models import Count, Q

from qijie.accounts import demo
from qijie.accounts.models import AccountChange, User

_MOST_CHANGES = 8


def changes_of(user: User) -> list[AccountChange]:
    """The latest changes of an account, for its owner."""
    return list(AccountChange.objects.filter(user=user)[:_MOST_CHANGES])


def account_of(username: str) -> User | None:
    """Whoever signs in, or may not sign in any more, under this name in any spelling."""
    return User.objects.filter(username=username).first()


def accounts_with_demo_password() -> list[str]:
    """User names that still open with the public password.

    Only hashes that the demo marked, or that several accounts share, are tried: each costs a
    tenth of a second, and nobody can choose that password.
    """
    shared = User.objects.values("password").annotate(people=Count("pk"))
    suspect = shared.filter(Q(people__gt=1) | Q(password__contains=demo.mark_in_hash()))
    hashes = suspect.values_list("password", flat=True)
    known = [one for one in hashes if check_password(demo.PASSWORD, one)]
    names = User.objects.filter(password__in=known).order_by("username")
    return list(names.values_list("username", flat=True))
