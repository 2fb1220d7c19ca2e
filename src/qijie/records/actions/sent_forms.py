"""Forms that took effect: each is held while it is worked on, and remembered with its answer."""

from datetime import datetime

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from qijie.records.models import SentForm

WAIT = "3s"
_TRY, _HOLD = "SELECT pg_try_advisory_xact_lock(%s)", "SELECT pg_advisory_xact_lock(%s)"
_PATIENCE = "SELECT set_config('lock_timeout', %s, true)"


def hold_form(digest: bytes) -> bool:
    """Keeps everybody else with this form outside until the transaction ends.

    Waits a little for somebody who is inside; False when they are there still.
    """
    number = int.from_bytes(digest[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute(_TRY, [number])
        if cursor.fetchone()[0]:
            return True
        cursor.execute("SELECT current_setting('lock_timeout')")
        usual = cursor.fetchone()[0]
        try:
            with transaction.atomic():
                cursor.execute(_PATIENCE, [WAIT])
                cursor.execute(_HOLD, [number])
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                return False
            raise
        cursor.execute(_PATIENCE, [usual])
    return True


def keep_form(digest: bytes, *, body: bytes, answer: bytes, at: datetime) -> None:
    """Remembers that a form took effect, with its sealed answer."""
    SentForm.objects.bulk_create([SentForm(digest=digest, body=body, answer=answer, at=at)])
