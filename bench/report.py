"""Handing in a report over HTTP, against the bare rows it leaves, written by psycopg."""

import os
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import psycopg
from django.contrib.gis.db.backends.postgis.adapter import PostGISAdapter
from django.test import Client
from psycopg import Binary

from bench import place
from bench.figures import Figure
from bench.sizes import Sizes
from bench.stage import Served, served
from bench.statements import Statement, captured

CLIENTS = 4
MATTER_NUMBER = re.compile(r"\d{6}-\d{8}-\d{5}-\d")
PATH = "/report/"


def measure(sizes: Sizes) -> list[Figure]:
    form = _form()
    statements = _statements_of_one_report(form)
    with served() as server:
        _hand_in(server, form, CLIENTS)
        used, begun = server.cpu_seconds(), time.perf_counter()
        _hand_in(server, form, sizes.reports)
        seconds = time.perf_counter() - begun
        cpu_ms = (server.cpu_seconds() - used) / sizes.reports * 1000
    inserts = [one for one in statements if one[0].lstrip().startswith("INSERT")]
    ours, bare = sizes.reports / seconds, sizes.reports / _bare_seconds(inserts, sizes.reports)
    return [
        Figure("report over HTTP, queries", len(statements), at_most=15),
        Figure("report over HTTP, CPU of the web processes", cpu_ms, "ms", at_most=25),
        Figure(
            f"report over HTTP, rate against its {len(inserts)} bare inserts",
            ours / bare,
            at_least=0.15,
            note=f"{ours:.0f} a second against {bare:.0f}, {CLIENTS} clients each",
        ),
    ]


def _form() -> dict[str, str]:
    new = place.new_report()
    at = place.point_in_first_grid()
    return {
        "words": new.words,
        "place_words": new.place_words,
        "lon": str(at.lon),
        "lat": str(at.lat),
        "system": at.system.value,
        "category": new.category,
        "phone": new.phone,
    }


def _statements_of_one_report(form: Mapping[str, str]) -> list[Statement]:
    """Everything one POST asks of the database, in a process that is warm."""
    client = Client()
    _expect_receipt(client.post(PATH, _with_key(form)).status_code)
    with captured() as statements:
        _expect_receipt(client.post(PATH, _with_key(form)).status_code)
    return statements


def _with_key(form: Mapping[str, str], **more: str) -> dict[str, str]:
    return {**form, "form_key": str(uuid4()), **more}


def _expect_receipt(status: int) -> None:
    if status != 303:
        raise RuntimeError(f"A report was answered with {status}.")


def _hand_in(server: Served, form: Mapping[str, str], reports: int) -> None:
    _in_parallel(reports, lambda share: _hand_in_share(server, form, share))


def _in_parallel(amount: int, work: Callable[[int], None]) -> None:
    shares = [amount // CLIENTS + (client < amount % CLIENTS) for client in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(work, shares))


def _hand_in_share(server: Served, form: Mapping[str, str], reports: int) -> None:
    """One resident's browser: the form once for its cookie and token, then report after report."""
    browser = HTTPConnection("127.0.0.1", server.port)
    browser.request("GET", PATH)
    answer = browser.getresponse()
    cookie = answer.getheader("Set-Cookie", "").partition(";")[0]
    [token] = re.findall(rb'name="csrfmiddlewaretoken" value="(\w+)"', answer.read())[:1]
    for _ in range(reports):
        body = urlencode(_with_key(form, csrfmiddlewaretoken=token.decode()))
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        browser.request("POST", PATH, body, headers)
        answer = browser.getresponse()
        answer.read()
        _expect_receipt(answer.status)
    browser.close()


def _bare_seconds(inserts: Sequence[Statement], reports: int) -> float:
    """The same rows with new keys, a transaction a report, past every wall and rule."""
    begun = time.perf_counter()
    _in_parallel(reports, lambda share: _insert_share(inserts, share))
    return time.perf_counter() - begun


def _insert_share(inserts: Sequence[Statement], reports: int) -> None:
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"]) as bare:
        for _ in range(reports):
            fresh = Fresh()
            with bare.transaction():
                for statement, parameters in inserts:
                    bare.execute(statement, [fresh.value(one) for one in parameters])


class Fresh:
    """New keys for old, the same new one wherever the old one stood."""

    def __init__(self) -> None:
        self._known: dict[object, object] = {}

    def value(self, old: Any) -> Any:
        if isinstance(old, list):
            return [self.value(one) for one in old]
        if isinstance(old, PostGISAdapter):
            return old.ewkb
        if isinstance(old, Binary):
            return self._known.setdefault(bytes(old.obj), secrets.token_bytes(32))
        if isinstance(old, UUID):
            return self._known.setdefault(old, uuid4())
        if isinstance(old, str) and MATTER_NUMBER.fullmatch(old):
            return self._known.setdefault(old, uuid4().hex)
        return old
