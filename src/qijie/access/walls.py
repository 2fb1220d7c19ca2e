"""Raises both walls in the database after migrations, and looks whether they still stand."""

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

from qijie.access.grants import APP, LEAKPROOF, READ, grant_sql
from qijie.access.policies import OPEN, OPEN_FRAMEWORK_PREFIXES, POLICED, VERBS, policy_sql

_TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    ORDER BY c.relname
"""


def tables(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return [name for (name,) in cursor.fetchall()]


def raise_walls(connection: BaseDatabaseWrapper) -> None:
    """Applies the grant matrix and every row policy. Run as the owner, after migrating."""
    present = tables(connection)
    with connection.cursor() as cursor:
        for table in present:
            # PostGIS's list belongs to the superuser who made the extension and is public anyway.
            if table != "spatial_ref_sys":
                for statement in grant_sql(table):
                    cursor.execute(statement)
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP}")
        for policed in POLICED:
            for statement in policy_sql(policed, (APP, READ)):
                cursor.execute(statement)


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
    return [*_role_defects(connection), *_mark_defects(connection), *_policy_defects(connection)]


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
