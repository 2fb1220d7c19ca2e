"""Timed work that failed: tried again in growing pauses, and after a while somebody's task."""

from datetime import datetime, timedelta

from django.utils import timezone

from qijie.access.viewer import Role
from qijie.kernel.codes import Level
from qijie.records import actions as records
from qijie.records.models import Timer
from qijie.teams.queries import posts_over

_FIRST_PAUSE, _LONGEST = timedelta(seconds=10), 2**10
TRIES_BEFORE_A_TASK = 8
"""After about twenty minutes a timer that fails is somebody's task."""
_NOTICES_PAGE = "/console/notices/"


def leave_for_later(timer: Timer, now: datetime, *, number: str, what: str) -> None:
    """It goes on being tried, but after some tries the system administrators have to look at it.

    number: what the notice is headed; what: the sentence's beginning, up to how often it failed.
    """
    records.try_again(timer, until=now + _FIRST_PAUSE * min(2**timer.tries, _LONGEST))
    if timer.tries + 1 != TRIES_BEFORE_A_TASK:
        return
    posts = posts_over(
        timer.region_code, Role.SYSTEM_ADMIN, Level.DISTRICT, timezone.localdate(now)
    )
    told = [
        {
            "post": str(post.pk),
            "number": number,
            "sentence": f"{what}失败了 {TRIES_BEFORE_A_TASK} 次，请查看运行记录。",
            "page": _NOTICES_PAGE,
        }
        for post in posts
    ]
    records.tell_later(told, region_code=timer.region_code, subject_id=timer.pk, at=now)
