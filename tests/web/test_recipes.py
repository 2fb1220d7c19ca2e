"""The numbers of the recipes are the product's own."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from granian.http import HTTP1Settings

from qijie.web import limits
from qijie.web.limits import MEGABYTE
from tests.web.proxies import DEPLOY, Front

NGINX, CADDY = ((DEPLOY / name).read_text() for name in ("nginx.conf", "Caddyfile"))
# An idle line waits for its next header, and no longer.
IDLE_SECONDS = HTTP1Settings().header_read_timeout // 1000
UNITS = {"s": 1, "m": 60}


def value(recipe: str, words: str) -> str:
    found = re.findall(rf"^\s*{words}\s+([^\s;]+);?$", recipe, re.M)
    assert found, words
    assert len(set(found)) == 1, found
    return str(found[0])


def seconds(told: str) -> int:
    return int(told[:-1]) * UNITS[told[-1]]


def test_a_body_may_be_as_large_before_the_product_as_inside() -> None:
    assert value(NGINX, "client_max_body_size") == f"{limits.PHOTO_BODY // MEGABYTE}m"
    assert value(CADDY, "max_size") == f"{limits.PHOTO_BODY // MEGABYTE}MiB"
    assert limits.PHOTO_BODY % MEGABYTE == 0


@pytest.mark.parametrize(("length", "refused"), [
    (limits.PHOTO_BODY, False),
    (67_999_999, False),
    (68_000_000, True),
    (70_000_000, True),
    (99_999_999, True),
    (100_000_000, True),
    (700_000_000_000, True),
    (9_999_999, False),
])  # fmt: skip
def test_caddy_refuses_by_length_only_what_the_product_would(length: int, refused: bool) -> None:
    told = re.search(r"header_regexp Content-Length (\S+)", CADDY)
    assert told is not None
    assert bool(re.search(told[1], str(length))) is refused
    assert not refused or length > limits.PHOTO_BODY


def test_the_page_for_too_large_a_body_names_the_products_limit() -> None:
    page = (DEPLOY / "pages" / "large.html").read_text()
    assert f"一次最多收 {limits.PHOTO_BODY // MEGABYTE} MB" in page
    assert f"照片最多 {limits.MAX_PHOTOS} 张" in page
    assert f"每张不超过 {limits.MAX_BYTES // MEGABYTE} MB" in page


def test_times_agree() -> None:
    assert seconds(value(NGINX, "client_body_timeout")) == settings.BODY_GRACE_SECONDS
    assert seconds(value(CADDY, "read_body")) == limits.LONGEST_SECONDS
    assert seconds(value(CADDY, "write")) > limits.LONGEST_SECONDS
    assert seconds(value(NGINX, "proxy_read_timeout")) == seconds(
        value(CADDY, "response_header_timeout")
    )


def test_an_idle_line_is_shut_by_the_proxy_first() -> None:
    within = NGINX.partition("upstream qijie {")[2].partition("}")[0]
    assert seconds(value(within, "keepalive_timeout")) < IDLE_SECONDS
    assert seconds(value(CADDY, "keepalive")) < IDLE_SECONDS


@pytest.mark.parametrize("name", ["away", "large", "busy"])
def test_a_page_of_the_proxy_says_try_again_and_that_nothing_typed_is_lost(name: str) -> None:
    page = (DEPLOY / "pages" / f"{name}.html").read_text()
    assert '<html lang="zh-Hans">' in page
    assert "后退" in page
    assert "您写的字还留在这台设备上" in page or "您刚才写的字还留在这台设备上" in page
    assert 'href="tel:119"' in page
    # Nothing to load from a site that does not answer.
    assert not re.search(r"<script|<link|<img|url\(", page)


def test_no_recipe_compresses_a_page() -> None:
    assert value(NGINX, "gzip") == "off"
    assert not re.search(r"^\s*encode\b", CADDY, re.M)


def test_one_who_sends_without_end_is_slowed_and_nobody_else(tmp_path: Path) -> None:
    """What nginx answers by itself is counted like what it passes on, and is quicker."""
    front = Front("nginx", tmp_path, app=1, static=tmp_path)
    try:
        front.until_ready()
        last = front.head("POST", "/static/none", "Content-Length: 0")
        again = last.replace(b"Connection: close", b"Connection: keep-alive")
        for source in ("127.0.0.5", "127.0.0.6"):
            told = front.send(again * 899 + last, source=source).raw.decode()
            first, _, rest = told.partition("HTTP/1.1 429 ")
            assert first.count("HTTP/1.1 404 ") >= 600
            assert "Retry-After: 20" in rest
            assert "从您所在的网络同时交来的太多" in rest
        read = front.get("/static/none", source="127.0.0.6")
        assert read.status == 404
    finally:
        front.stop()
