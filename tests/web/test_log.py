"""No log holds what opens a matter or an account."""

import logging
import sys

import pytest

from qijie.web.log import MASK, NoSecrets, masked, through_the_mask
from tests.web.site import Site, head

ENDS = "Connection: close\r\n\r\n"
LINK = "dZKpxIyYtx3NwlKAkd94uw"


@pytest.mark.parametrize(
    "line",
    [
        f"Forbidden (CSRF cookie not set.): /m/{LINK}/urge/",
        f"Referer checking failed - https://qijie.example/m/{LINK}/ does not match",
        f"Not Found: /m/{LINK}。",
        f"Not Found: /m//{LINK}",
        f"Not Found: /{LINK}/",
        f"Not Found: /report/{LINK}/urge/",
        f"GET /account/login/?next=%2Fm%2F{LINK}%2F HTTP/1.1",
        f"Reverse for 'move' with arguments ('{LINK}', 'urge') not found.",
        f"{LINK}",
        "POST code=482913 refused",
        "{'code': '482913', 'csrfmiddlewaretoken': 'HhVbTr1xHhVbTr1x'}",
        "activation_code=ABCD-EFGH-JKLM-NPQR",
        "the paper says abcd-efgh-jklm-npqr",
        "oldpassword=correct-horse&password1=battery",
    ],
)
def test_a_line_with_a_secret_loses_it(line: str) -> None:
    told = masked(line)
    assert MASK in told
    for secret in (LINK, "482913", "HhVb", "JKLM", "jklm", "horse", "battery"):
        assert secret not in told


@pytest.mark.parametrize(
    "line",
    [
        "Not Found: /grids/420103008001001/",
        "django.utils.datastructures.MultiValueDictKeyError: 'words'",
        "qijie.outbound.worker a_name_of_22_characters done",
        "Not Found: /console/a-name-of-22-letters/",
        "exit code: 1, region_code=420103008",
        "01a218a0-6877-7358-bf9c-30b88d98a7ca at 2026-11-26 16:00:00",
    ],
)
def test_what_is_no_secret_stays_readable(line: str) -> None:
    assert masked(line) == line


def test_a_traceback_is_masked_too() -> None:
    try:
        raise ValueError(f"no page /m/{LINK}/ for {LINK}")
    except ValueError:
        record = logging.LogRecord(
            "x", logging.ERROR, "", 1, "Internal Server Error: %s", (f"/m/{LINK}/",), sys.exc_info()
        )
    assert NoSecrets().filter(record)
    written = logging.Formatter().format(record)
    assert "Internal Server Error: /m/***/" in written
    assert "ValueError" in written
    assert LINK not in written


def test_a_record_that_cannot_be_put_together_is_written_all_the_same() -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 1, "%d wrong", (f"/m/{LINK}/",), None)
    assert NoSecrets().filter(record)
    assert LINK not in logging.Formatter().format(record)


def test_every_handler_of_a_configuration_passes_the_mask() -> None:
    plain = {"handlers": {"a": {"class": "x"}, "b": {"class": "y", "filters": ["z"]}}}
    masking = through_the_mask(plain)["handlers"].values()
    assert all("no_secrets" in handler["filters"] for handler in masking)
    assert "filters" not in plain["handlers"]["a"]


@pytest.mark.slow
@pytest.mark.django_db
def test_the_server_itself_writes_no_link(site: Site) -> None:
    body = b"words=x"
    raw = head(f"/m/{LINK}/urge/", f"Content-Length: {len(body)}") + body
    assert site.send(raw).status == 403
    assert (
        site.send(f"GET /m/{LINK}/x/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{ENDS}".encode()).status == 404
    )
    assert "/m/***/urge/" in site.log
    assert LINK not in site.log
