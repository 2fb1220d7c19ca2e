"""Raises both walls in the database after migrations, and looks whether they still stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from qijie.access.grants import APP, LEAKPROOF, READ, grant_sql, privileges_of
from qijie.access.policies import (
    OPEN,
    OPEN_FRAMEWORK_PREFIXES,
    POLICED,
    VERBS,
    Policed,
    policy_sql,
)
from qijie.access.quiet import loud_settings

_TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    ORDER BY c.relname
"""


def tables(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return [name for (name,) in cursor.fetchall()]


def raise_walls(connection: BaseDatabaseWrapper) -> list[str]:
    """Lays the grants and row policies that differ from the declared ones; the tables touched.

    Run as the owner inside one transaction, after migrating: who is reading meanwhile sees the old
    walls whole or the new ones. Where nothing differs no table is locked.
    """
    granted, walled = _wrongly_granted(connection), _wrongly_walled(connection)
    with connection.cursor() as cursor:
        if walled:
            named = ", ".join(policed.table for policed in walled)
            cursor.execute(f"LOCK TABLE {named} IN ACCESS EXCLUSIVE MODE")
        for table in granted:
            for statement in grant_sql(table):
                cursor.execute(statement)
        for policed in walled:
            for statement in policy_sql(policed, (APP, READ)):
                cursor.execute(statement)
        _grant_sequences(cursor)
        if walled:
            standing = _standing(connection)
            for policed in walled:
                seal = _seal(policed, standing[policed.table])
                cursor.execute(f"COMMENT ON POLICY {_SEALED} ON {policed.table} IS '{seal}'")
    return sorted({*granted, *(policed.table for policed in walled)})


_GRANTED = """
    SELECT c.relname, a.grantee::regrole::text, a.privilege_type
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
        aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND a.grantee <> c.relowner
"""


def _wrongly_granted(connection: BaseDatabaseWrapper) -> list[str]:
    """PostGIS's list belongs to the superuser who made the extension and is public anyway."""
    found: dict[str, set[tuple[str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_GRANTED)
        for table, role, privilege in cursor.fetchall():
            if role in (APP, READ, "-"):
                found.setdefault(table, set()).add((role, privilege))
    return [
        table
        for table in tables(connection)
        if table != "spatial_ref_sys" and found.get(table, set()) != privileges_of(table)
    ]


def _grant_sequences(cursor: CursorWrapper) -> None:
    cursor.execute(
        "SELECT 1 FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid"
        " WHERE c.relnamespace = 'public'::regnamespace"
        " AND NOT has_sequence_privilege(%s, s.seqrelid, 'USAGE') LIMIT 1",
        [APP],
    )
    if cursor.fetchone():
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP}")


# The first policy of a table carries a seal of all: of what was declared when they were laid, and
# of what the database then made of it. Whatever changes either breaks the seal.
_SEALED = "qijie_select"
_LAID = """
    SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
        md5(string_agg(concat_ws('|', p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[],
            pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid)),
            '|' ORDER BY p.polname)),
        max(obj_description(p.oid, 'pg_policy')) FILTER (WHERE p.polname = %s)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_policy p ON p.polrelid = c.oid
    WHERE n.nspname = 'public' GROUP BY c.oid, c.relname
"""


@dataclass(frozen=True, slots=True)
class _Laid:
    is_on: bool
    policies: str
    """What the database holds, digested."""
    seal: str


def _standing(connection: BaseDatabaseWrapper) -> dict[str, _Laid]:
    with connection.cursor() as cursor:
        cursor.execute(_LAID, [_SEALED])
        return {
            table: _Laid(is_on, policies, seal or "")
            for table, is_on, policies, seal in cursor.fetchall()
        }


def _seal(policed: Policed, laid: _Laid) -> str:
    declared = "\n".join(policy_sql(policed, (APP, READ)))
    return sha256(f"{declared}\n{laid.policies}".encode()).hexdigest()


def _wrongly_walled(connection: BaseDatabaseWrapper) -> list[Policed]:
    standing = _standing(connection)
    return [
        policed
        for policed in POLICED
        if not (laid := standing.get(policed.table))
        or not laid.is_on
        or laid.seal != _seal(policed, laid)
    ]


def undeclared(present: list[str]) -> list[str]:
    """Tables that are neither policed nor declared open with a reason."""
    policed = {row.table for row in POLICED}
    return [
        table
        for table in present
        if table not in policed
        and table not in OPEN
        and not table.startswith(tuple(OPEN_FRAMEWORK_PREFIXES))
    ]


def defects(connection: BaseDatabaseWrapper) -> list[str]:
    """Why this connection must not serve; each a sentence with its cure. Empty when walls stand."""
    return [
        *_role_defects(connection),
        *_mark_defects(connection),
        *_log_defects(connection),
        *_policy_defects(connection),
    ]


def _role_defects(connection: BaseDatabaseWrapper) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls,"
            " EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            "  WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relowner = r.oid)"
            " FROM pg_roles r WHERE rolname = current_user"
        )
        name, is_super, bypasses, owns = cursor.fetchone()
    if is_super or bypasses or owns:
        why = "超级用户" if is_super else "可绕过行级安全" if bypasses else "拥有数据表"
        yield (
            f"数据库角色 {name} 是{why}，行级安全对它不起作用。"
            f"请让 DATABASE_URL 使用角色 {APP}（见 qijie bootstrap-database --print-sql）。"
        )


def _mark_defects(connection: BaseDatabaseWrapper) -> Iterator[str]:
    with connection.cursor() as cursor:
        for function in LEAKPROOF:
            cursor.execute(
                "SELECT proleakproof FROM pg_proc WHERE oid = %s::regprocedure", [function]
            )
            row = cursor.fetchone()
            if not (row and row[0]):
                yield (
                    f"函数 {function} 没有 LEAKPROOF 标记（备份恢复会丢失它），地图和查找会慢百倍。"
                    f"请由数据库管理员执行：ALTER FUNCTION {function} LEAKPROOF;"
                )


def _log_defects(connection: BaseDatabaseWrapper) -> Iterator[str]:
    if loud := loud_settings(connection):
        yield (
            f"数据库会把居民写的话记进自己的日志（{'，'.join(loud)}）。"
            "请由超级用户重新执行 qijie bootstrap-database --print-sql 打印的脚本，再重启程序。"
        )


_STANDING = """
    SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
        array(SELECT p.polname::text FROM pg_policy p WHERE p.polrelid = c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relname = ANY(%s)
"""


def _policy_defects(connection: BaseDatabaseWrapper) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [[policed.table for policed in POLICED]])
        standing = {table: (walled, set(found)) for table, walled, found in cursor.fetchall()}
    for policed in POLICED:
        walled, found = standing.get(policed.table, (False, set()))
        if not walled:
            yield f"表 {policed.table} 没有开启行级安全。请执行 qijie migrate。"
        elif missing := {f"qijie_{verb}" for verb in VERBS} - found:
            names = "、".join(sorted(missing))
            yield f"表 {policed.table} 缺少行级安全策略 {names}。请执行 qijie migrate。"
        elif strange := found - {f"qijie_{verb}" for verb in VERBS}:
            names = "、".join(sorted(strange))
            yield (
                f"表 {policed.table} 有不是由本系统生成的策略 {names}，"
                "可能放宽了行级安全。请由数据库管理员删除。"
            )
