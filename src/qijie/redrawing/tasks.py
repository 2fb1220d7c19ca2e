"""Drawing in the background, in a queue of its own: no mail waits for it."""

from uuid import UUID

from django.db import OperationalError
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from qijie.redrawing.actions.ordering import DRAW, QUEUE


class Unfinished(Exception):
    """To be drawn again by another worker."""


# A worker that goes down hands the drawing to the next one, which starts it anew.
PATIENCE = RetryStrategy(max_attempts=5, wait=5, retry_exceptions={Unfinished, OperationalError})


@app.task(name=DRAW, queue=QUEUE, retry=PATIENCE, pass_context=True)
def draw_run(context: JobContext, run_id: str) -> None:
    """Draws a run; one that was drawn or cancelled meanwhile is left as it is."""
    # Compiling and exact models cost seconds and memory that only the worker has to spend.
    from qijie.redrawing.actions.drawing import Interrupted, draw

    try:
        draw(UUID(run_id), stopping=context.should_abort)
    except Interrupted:
        raise Unfinished from None
