"""The recipes for nginx and Caddy do what they promise, before a real site."""

import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.accounts.actions.tries import Caller
from qijie.accounts.models import FailedTries
from qijie.issues.models import Issue
from tests.records.samples import jpeg_with_position
from tests.web.conftest import Start
from tests.web.proxies import HOST, Front, read_all
from tests.web.site import MULTIPART, Answer, Site, fields, multipart

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("front"), pytest.mark.django_db]
MEGABYTE = 1024 * 1024
SLOW_BODIES, HALF_HEADERS, NEIGHBOURS = 40, 200, 60
LINK = "n0tALink-that-0pens-anything"


@pytest.fixture(scope="module")
def site(start: Start) -> Site:
    return start(
        QIJIE_HTTPS="true",
        QIJIE_TRUSTED_PROXY_COUNT="1",
        QIJIE_HOSTS=f"{HOST},127.0.0.1",
        QIJIE_PUBLIC_ADDRESS=f"https://{HOST}",
    )


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def front(
    request: pytest.FixtureRequest,
    site: Site,
    assets: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Front]:
    front = Front(request.param, tmp_path_factory.mktemp("front"), app=site.port, static=assets)
    try:
        yield front.until_ready()
    finally:
        front.stop()


def matters() -> int:
    with scope(SYSTEM):
        return Issue.objects.count()


def posted(front: Front, path: str, values: dict[str, str], *lines: str, source: str) -> Answer:
    body = urlencode(values).encode()
    kind = "Content-Type: application/x-www-form-urlencoded"
    head = front.head("POST", path, kind, f"Content-Length: {len(body)}", *lines)
    return front.send(head + body, source=source)


def test_a_page_and_what_it_loads_come_through(front: Front) -> None:
    page = front.get("/")
    assert page.status == 200
    assert "strict-transport-security" in page.head.lower()
    style = page.page.partition('href="/static/ui/ui.')[2].partition('"')[0]
    asset = front.get(f"/static/ui/ui.{style}", "Accept-Encoding: gzip")
    assert asset.status == 200
    assert "immutable" in asset.head
    assert "content-encoding: gzip" in asset.head.lower()
    assert "set-cookie" not in asset.head.lower()


def test_it_speaks_the_newer_protocol(front: Front) -> None:
    with front.line(speaks="h2") as line:
        assert line.selected_alpn_protocol() == "h2"


def test_plain_is_led_to_the_secure_page_once(front: Front) -> None:
    with socket.create_connection(("127.0.0.1", front.plain), timeout=30) as line:
        line.sendall(f"GET /report/ HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        moved = Answer(read_all(line))
    assert moved.status in (301, 308)
    # Only the test's own port is not known to Caddy.
    told = dict(line.lower().split(": ", 1) for line in moved.head.splitlines()[1:])
    assert told["location"] in (f"https://{HOST}:{front.secure}/report/", f"https://{HOST}/report/")
    assert front.get("/report/").status == 200


@pytest.mark.parametrize(
    "forged",
    [
        "X-Forwarded-For: 203.0.113.9",
        "x-forwarded-for: 203.0.113.9, 203.0.113.10",
        "X_Forwarded_For: 203.0.113.9",
        "X-Forwarded_For: 203.0.113.9",
        "Forwarded: for=203.0.113.9",
        "X-Real-IP: 203.0.113.9",
    ],
)
def test_the_callers_own_address_arrives_and_no_typed_one(front: Front, forged: str) -> None:
    name = f"nobody-{uuid4()}"
    answer = posted(
        front, "/account/login/", {"login": name, "password": "x", **token()}, forged,
        source="127.0.0.5",
    )  # fmt: skip
    assert answer.status in (200, 429), answer.head
    assert tries_of(name, "127.0.0.5") == 1
    assert tries_of(name, "203.0.113.9") == 0


def token() -> dict[str, str]:
    return {"csrfmiddlewaretoken": fields()["csrfmiddlewaretoken"]}


def tries_of(name: str, network: str) -> int:
    from_here = next(iter(Caller(f" {name}", network).counts()))
    return sum(FailedTries.objects.filter(key=from_here).values_list("failures", flat=True))


def test_slow_bodies_and_half_headers_leave_the_site_open(front: Front) -> None:
    with ExitStack() as held:
        for number in range(SLOW_BODIES):
            line = held.enter_context(front.line(f"127.0.1.{number + 1}"))
            line.sendall(front.head("POST", "/report/", "Content-Length: 2000") + b"csrf")
        for _ in range(HALF_HEADERS):
            half = held.enter_context(socket.create_connection(("127.0.0.1", front.plain)))
            half.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Half".encode())
        for _ in range(3):
            assert front.get("/health/").status == 200
            assert front.get("/").status == 200
            # Others still send, as if nothing were.
            assert posted(front, "/report/", fields(), source="127.0.0.9").status == 303


def test_too_large_a_body_is_answered_in_words(front: Front) -> None:
    before = matters()
    head = front.head("POST", "/report/", f"Content-Length: {65 * MEGABYTE}")
    answer = front.send(head)
    assert answer.status == 413, answer.head
    assert "一次最多收 64 MB" in answer.page
    assert matters() == before


def test_the_largest_body_of_the_product_comes_through(front: Front) -> None:
    body = multipart(fields(), (b"x" * (9 * MEGABYTE),) * 6)
    kind = f"Content-Type: {MULTIPART}"
    head = front.head("POST", "/report/", kind, f"Content-Length: {len(body)}")
    assert front.send(head + body).status == 422


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_cut_upload_becomes_no_matter(front: Front, site: Site, share: float) -> None:
    before, photo = matters(), jpeg_with_position()
    body = multipart(fields(), (photo, photo))
    kind = f"Content-Type: {MULTIPART}"
    head = front.head("POST", "/report/", kind, f"Content-Length: {len(body)}")
    with front.line() as line:
        line.sendall(head + body[: int(len(body) * share)])
    assert front.get("/health/").status == 200
    assert matters() == before
    assert front.send(head + body).status == 303
    assert matters() == before + 1


@pytest.mark.parametrize(
    "path", [f"/m/{LINK}/", f"/%6d/{LINK}/", f"//m/{LINK}/", f"/m%2F{LINK}/", f"/grids/x/?q={LINK}"]
)
def test_a_private_link_is_in_no_line_of_the_log(front: Front, path: str) -> None:
    front.get(path, f"Referer: https://{HOST}/m/{LINK}/")
    posted(front, path, token(), source="127.0.0.1")
    front.get("/privacy/")
    assert "/privacy/" in front.logs
    assert LINK not in front.logs


def test_the_link_of_a_new_report_is_in_no_line_of_the_log(front: Front) -> None:
    made = posted(front, "/report/", fields(), source="127.0.0.1")
    link = made.head.lower().partition("location: /m/")[2].partition("/")[0]
    assert len(link) > 20
    front.get("/privacy/")
    assert link not in front.logs.lower()


def test_while_the_site_is_away_everybody_is_told_to_try_again(
    front: Front, assets: Path, tmp_path: Path
) -> None:
    away = Front(front.kind, tmp_path, app=1, static=assets)
    try:
        answer = away.until_ready().get(f"/m/{LINK}/")
        assert answer.status in (502, 503)
        assert "retry-after: 20" in answer.head.lower()
        assert "no-store" in answer.head.lower()
        assert "按浏览器的“后退”回到刚才那一页" in answer.page
        sent = posted(away, "/report/", fields(), source="127.0.0.1")
        assert sent.status in (502, 503)
        assert "重复提交也只算一次" in sent.page
        assert LINK not in away.logs
    finally:
        away.stop()


def test_a_compound_behind_one_address_is_not_felt(front: Front) -> None:
    """Everybody at home presses 提交 at the same moment."""
    before, photo = matters(), jpeg_with_position()
    bodies = [multipart(fields(), (photo,)) for _ in range(NEIGHBOURS)]
    kind = f"Content-Type: {MULTIPART}"

    def press(body: bytes) -> int:
        head = front.head("POST", "/report/", kind, f"Content-Length: {len(body)}")
        return front.send(head + body, source="127.0.0.7").status

    with ThreadPoolExecutor(NEIGHBOURS) as everybody:
        assert Counter(everybody.map(press, bodies)) == {303: NEIGHBOURS}
    assert matters() == before + NEIGHBOURS
