"""User names of an older version, brought into the one spelling they are looked up by."""

from django.db import connections, transaction

from qijie.accounts.rules import folded, one_and_the_same
from qijie.kernel.refusal import Refusal

_RENAME = "UPDATE accounts_user SET username = %s WHERE username = %s"


def fold_user_names(alias: str) -> None:
    """Before the tables change. Raises Refusal, nothing changed, where two names would be one."""
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SELECT to_regclass('accounts_user') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("SELECT username FROM accounts_user")
        names = [name for (name,) in cursor.fetchall()]
        if twins := one_and_the_same(names):
            raise Refusal(_told(twins))
        for name in names:
            if folded(name) != name:
                cursor.execute(_RENAME, [folded(name), name])


def _told(twins: list[tuple[str, ...]]) -> str:
    named = "；".join("、".join(f"“{name}”" for name in group) for group in twins)
    rename = _RENAME.replace("%s", "'{}'").format("新用户名", twins[0][-1])
    return (
        f"用户名不分大小写和全角半角，下面各组会成为同一个名字：{named}。没有改动任何数据。"
        "请每组只留一个原名，把其余的改成别的名字并告诉本人，再执行 qijie migrate。改名："
        f'psql "$OWNER_DATABASE_URL" -c "{rename}"'
    )
