"""What the worker does by the hour; each may be repeated."""

from django.utils import timezone
from procrastinate.contrib.django import app

from qijie.issues.actions.retention import forget_contacts
from qijie.outbound.actions import clear, forget_letters
from qijie.outbound.darkroom import sweep


@app.periodic(cron="17 3 * * *")
@app.task(name="outbound.forget", queueing_lock="outbound.forget", pass_context=False)
def forget_old_contacts(timestamp: int) -> None:
    """Contacts whose time ran out, and with them the letters that go to them."""
    forget_contacts(timezone.now())
    forget_letters(timezone.now())


@app.periodic(cron="37 3 * * *")
@app.task(name="outbound.clear", queueing_lock="outbound.clear", pass_context=False)
def clear_stale(timestamp: int) -> None:
    clear(timezone.now())


@app.periodic(cron="7 * * * *")
@app.task(name="outbound.sweep_photos", queueing_lock="outbound.sweep_photos", pass_context=False)
def sweep_photos(timestamp: int) -> None:
    """Photos of reports that failed, and files half written when somebody died."""
    sweep()
