"""Rows written ahead of their day: only those whose day is still to come may be deleted."""

from django.db import migrations

_GUARD = """
    CREATE FUNCTION qijie_refuse_past_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.{since} <= (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
            RAISE EXCEPTION 'row % of {table} was in force since % and stays', OLD.id, OLD.{since}
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END $$;
    CREATE TRIGGER qijie_never_in_force BEFORE DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION qijie_refuse_past_{table}();
"""
_GONE = """
    DROP TRIGGER qijie_never_in_force ON {table};
    DROP FUNCTION qijie_refuse_past_{table}();
"""


def refuse_past(table: str, since: str) -> migrations.RunSQL:
    """The trigger that keeps what was in force. since: the column of a row's first day."""
    return migrations.RunSQL(
        _GUARD.format(table=table, since=since), _GONE.format(table=table, since=since)
    )
