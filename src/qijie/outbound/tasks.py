"""Side effects that may be repeated; run by Procrastinate from PostgreSQL."""

from uuid import UUID

from django.core.mail import EmailMessage
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.actions.retention import forget_contacts
from qijie.outbound.actions import SEND_LETTER, claim_letter, forget

# 4, 16, 64 … seconds: a mail server may be away for most of a day.
PATIENCE = RetryStrategy(max_attempts=8, exponential_wait=4)


@app.task(name=SEND_LETTER, retry=PATIENCE, queue="mail")
def send_letter(letter_id: str) -> None:
    """Sends a letter and forgets it; one that is gone was sent before."""
    with scope(SYSTEM):
        letter = claim_letter(UUID(letter_id))
        if letter is not None:
            EmailMessage(letter.subject, letter.body, to=[letter.to]).send()
            forget(letter)


@app.periodic(cron="*/5 * * * *")
@app.task(name="outbound.retry_stalled", queueing_lock="outbound.retry_stalled", pass_context=False)
async def retry_stalled(timestamp: int) -> None:
    """Jobs whose worker died are given to another."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)


@app.periodic(cron="17 3 * * *")
@app.task(name="outbound.forget", queueing_lock="outbound.forget", pass_context=False)
def forget_old_contacts(timestamp: int) -> None:
    forget_contacts(timezone.now())
