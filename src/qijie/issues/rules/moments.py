"""A moment as sentences say it."""

from datetime import datetime

from qijie.kernel.calendars import SHANGHAI


def moment_in_words(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
