"""Places for bodies: a crowd passes one after the other, who only holds one keeps to his share."""

import io
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from qijie.web.body import WRITING, WholeBodies
from qijie.web.slow import Places, Reading


def reading(who: str) -> Reading:
    return Reading(who=who, peer="127.0.0.1", port=1, until=float("inf"))


def test_a_crowd_from_one_address_passes_one_after_the_other() -> None:
    places, together = Places(4, 32), threading.Barrier(24)

    def come(_: int) -> bool:
        together.wait()
        with places.taken(reading("compound")) as is_free:
            return is_free

    with ThreadPoolExecutor(24) as crowd:
        assert set(crowd.map(come, range(24))) == {True}


def test_who_holds_a_share_leaves_the_rest_to_others() -> None:
    places = Places(4, 1)
    with places.taken(reading("a")) as first, places.taken(reading("a")) as second:
        assert (first, second) == (True, True)
        with places.taken(reading("a")) as third, places.taken(reading("b")) as other:
            assert (third, other) == (False, True)


def test_where_too_many_wait_the_next_is_answered_at_once() -> None:
    places = Places(2, 1)

    def wait() -> bool:
        with places.taken(reading("a")) as is_free:
            return is_free

    with places.taken(reading("a")), ThreadPoolExecutor(2) as crowd:
        told = [crowd.submit(wait) for _ in range(2)]
        assert [one.result() for one in told] == [False, False]
    with places.taken(reading("a")) as is_free:
        assert is_free


def asked(method: str) -> dict[str, Any]:
    own = {"REQUEST_METHOD": method, "PATH_INFO": "/report/", "wsgi.input": io.BytesIO(b"a")}
    return {**own, "CONTENT_LENGTH": "1", "REMOTE_ADDR": "127.0.0.1"}


def test_who_looks_never_stands_in_line_behind_those_who_write() -> None:
    inside, may_end = threading.Semaphore(0), threading.Event()

    def site(environ: dict[str, Any], _: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            inside.release()
            may_end.wait()
        return [environ["REQUEST_METHOD"].encode()]

    bodies = WholeBodies(site)
    with ThreadPoolExecutor(WRITING + 2) as writers, ThreadPoolExecutor(1) as reader:
        written = [writers.submit(bodies, asked("POST"), print) for _ in range(WRITING + 1)]
        for _ in range(WRITING):
            inside.acquire()
        seen = reader.submit(bodies, asked("GET"), print)
        try:
            assert seen.result(timeout=20) == [b"GET"]
            assert not inside.acquire(blocking=False), "more were let in than may write at once"
        finally:
            may_end.set()
        assert [one.result() for one in written] == [[b"POST"]] * (WRITING + 1)
