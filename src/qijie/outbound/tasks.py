"""Side effects that may be repeated; run by Procrastinate from PostgreSQL."""

from django.core.mail import EmailMessage
from procrastinate.contrib.django import app

RETRIES = 5


@app.task(name="outbound.send_mail", retry=RETRIES, queue="mail")
def send_mail(to: str, subject: str, body: str) -> None:
    EmailMessage(subject, body, to=[to]).send()


@app.periodic(cron="*/5 * * * *")
@app.task(name="outbound.retry_stalled", queueing_lock="outbound.retry_stalled", pass_context=False)
async def retry_stalled(timestamp: int) -> None:
    """Jobs whose worker died are given to another."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)
