"""Side effects that may be repeated; run by Procrastinate from PostgreSQL."""

from django.core.mail import EmailMessage
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

# 4, 16, 64 … seconds: a mail server may be away for most of a day.
PATIENCE = RetryStrategy(max_attempts=8, exponential_wait=4)


@app.task(name="outbound.send_mail", retry=PATIENCE, queue="mail")
def send_mail(to: str, subject: str, body: str) -> None:
    EmailMessage(subject, body, to=[to]).send()


@app.periodic(cron="*/5 * * * *")
@app.task(name="outbound.retry_stalled", queueing_lock="outbound.retry_stalled", pass_context=False)
async def retry_stalled(timestamp: int) -> None:
    """Jobs whose worker died are given to another."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)
