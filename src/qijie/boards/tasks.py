"""What the worker does for the boards; each may be repeated."""

from uuid import UUID

from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from qijie.boards import actions

# A worker that goes down hands the file to the next one.
PATIENCE = RetryStrategy(max_attempts=5, wait=5, retry_exceptions={actions.Interrupted})


@app.task(name=actions.DRAW_FILE, queue=actions.DRAWING_QUEUE, retry=PATIENCE, pass_context=True)
def draw_file(context: JobContext, file_id: str) -> None:
    actions.draw_file(UUID(file_id), stopping=context.should_abort)


@app.periodic(cron="27 3 * * *")
@app.task(name="boards.forget_files", queueing_lock="boards.forget_files", pass_context=False)
def forget_files(timestamp: int) -> None:
    actions.forget_files(timezone.now())


@app.periodic(cron="47 1 * * *")
@app.task(name="boards.count_solved", queueing_lock="boards.count_solved", pass_context=False)
def count_solved(timestamp: int) -> None:
    actions.count_solved(timezone.now())
