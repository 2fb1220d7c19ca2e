"""Times in the words people use: 今天 14:05, 还剩3小时, 超期1天. Plain values in, words out."""

from datetime import date, datetime, timedelta

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

NEAR_DAYS = {-1: "昨天", 0: "今天", 1: "明天"}
WEEKDAYS = "一二三四五六日"


def day_words(day: date, today: date) -> str:
    """今天, 11月20日, or 2025年3月1日 when the year is another one."""
    if near := NEAR_DAYS.get((day - today).days):
        return near
    words = f"{day.month}月{day.day}日"
    return words if day.year == today.year else f"{day.year}年{words}"


def moment_words(at: datetime, now: datetime) -> str:
    """Both in the zone the reader lives in."""
    return f"{day_words(at.date(), now.date())} {at:%H:%M}"


def full_words(at: date) -> str:
    """2026年11月20日 星期五, and the time of day to the second where there is one."""
    words = f"{at.year}年{at.month}月{at.day}日 星期{WEEKDAYS[at.weekday()]}"
    return f"{words} {at:%H:%M:%S}" if isinstance(at, datetime) else words


def span_words(span: timedelta) -> str:
    """The largest whole unit that fits, never rounded up: nobody is promised time they lack."""
    for unit, word in ((DAY, "天"), (HOUR, "小时"), (MINUTE, "分钟")):
        if span >= unit:
            return f"{span // unit}{word}"
    return "不到1分钟"


def until_words(due_at: datetime, now: datetime) -> str:
    if due_at >= now:
        return f"还剩{span_words(due_at - now)}"
    return f"超期{span_words(now - due_at)}"
