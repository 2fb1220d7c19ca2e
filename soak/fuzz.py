"""Odd input at every door: no answer is a 500."""

from soak.house import House
from soak.verdict import Row

SECONDS = 300


def run(house: House, pace: float) -> list[Row]:
    tried, wrong = throw(house.address, SECONDS * pace)
    return [Row("odd requests", tried, len(wrong), note="; ".join(wrong[:3]))]


def throw(base_url: str, seconds: float) -> tuple[int, list[str]]:
    """How many were thrown, and each that was answered with a 500."""
    import time

    from soak.visitor import NO_ANSWER, Visitor

    visitor, tried, wrong = Visitor(base_url), 0, []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and tried < len(_ODD):
        path = _ODD[tried]
        try:
            status = visitor.get(path).status
        except NO_ANSWER:
            status = 0
        if status >= 500:
            wrong.append(f"{path} {status}")
        tried += 1
    return tried, wrong


_ODD = ("/grids/%00/", "/m/%00/", "/where/?lon=nan&lat=1e999&system=%00", "/addresses/?q=%00")
