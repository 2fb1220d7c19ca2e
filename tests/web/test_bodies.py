"""What a door does with a body that is cut, too large, too slow or without a length."""

import socket
import urllib.parse
from contextlib import ExitStack

import pytest

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.models import Issue
from qijie.records.models import Attachment
from qijie.web.body import READING, THREADS
from tests.records.samples import jpeg_with_position
from tests.web.site import MULTIPART, Site, fields, head, multipart

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("site"), pytest.mark.django_db]
MEGABYTE = 1024 * 1024


def matters() -> int:
    with scope(SYSTEM):
        return Issue.objects.count()


def sent(site: Site, body: bytes, *, cut_at: int, kind: str) -> int:
    raw = head("/report/", f"Content-Length: {len(body)}", kind=kind) + body[:cut_at]
    return site.send(raw, half_close=cut_at < len(body)).status


def test_a_photo_cut_anywhere_is_refused_and_its_whole_body_then_taken_whole(site: Site) -> None:
    before, photo = matters(), jpeg_with_position()
    whole = multipart(fields(), (photo, photo))
    cuts = [0, 1, len(whole) - 1, *range(7, len(whole), len(whole) // 20)]
    assert {sent(site, whole, cut_at=cut, kind=MULTIPART) for cut in cuts} == {400}
    assert matters() == before
    assert sent(site, whole, cut_at=len(whole), kind=MULTIPART) == 303
    with scope(SYSTEM):
        made = Issue.objects.latest("reported_at")
        assert Attachment.objects.filter(subject_id=made.pk).count() == 2
    assert matters() == before + 1


@pytest.mark.parametrize(
    "path", ["/report/", "/m/nobody/add/", "/account/login/", "/console/report/", "/no/such/"]
)
def test_words_cut_in_the_middle_are_refused_on_every_kind_of_door(site: Site, path: str) -> None:
    before = matters()
    body = urllib.parse.urlencode(fields()).encode()
    raw = head(path, f"Content-Length: {len(body)}") + body[: len(body) // 2]
    answer = site.send(raw, half_close=True)
    assert answer.status == 400
    assert "只到了一部分" in answer.page
    assert matters() == before


def test_a_line_that_drops_leaves_nothing_behind(site: Site) -> None:
    before = matters()
    body = urllib.parse.urlencode(fields()).encode()
    with socket.create_connection(("127.0.0.1", site.port)) as line:
        line.sendall(head("/report/", f"Content-Length: {len(body)}") + body[:-1])
    assert site.answers()
    assert matters() == before


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("Transfer-Encoding: chunked",), 411),
        (("Transfer-Encoding: chunked", "Content-Length: 5"), 411),
        (("Content-Length: five",), 400),
        (("Content-Length: -5",), 400),
        (("Content-Length: +5",), 400),
        (("Content-Length: 5", "Content-Length: 6"), 400),
        (("Content-Length: 99999999999999999999999999",), 400),
        ((), 403),
    ],
)
def test_a_body_without_one_plain_length_is_refused(
    site: Site, lines: tuple[str, ...], status: int
) -> None:
    answer = site.send(head("/report/", *lines) + b"5\r\nhello\r\n0\r\n\r\n")
    assert answer.status == status


@pytest.mark.parametrize(
    ("path", "most"), [("/report/", 64), ("/m/nobody/add/", 64), ("/account/login/", 4)]
)
def test_a_huge_length_is_refused_before_a_byte_is_read(site: Site, path: str, most: int) -> None:
    answer = site.send(head(path, f"Content-Length: {700 * MEGABYTE}"))
    assert answer.status == 413
    assert f"最多收 {most} MB" in answer.page
    assert "connection: close" in answer.head.lower()


@pytest.mark.parametrize(
    ("lines", "method"),
    [
        (("Transfer-Encoding: chunked",), "POST"),
        ((f"Content-Length: {700 * MEGABYTE}",), "POST"),
        (("Content-Length: 1x",), "POST"),
        (("Content-Length: 9",), "PUT"),
        (("Content-Length: 9",), "DELETE"),
        (("Transfer-Encoding: chunked",), "GET"),
    ],
)
def test_an_answer_before_the_body_was_read_says_it_is_the_last(
    site: Site, lines: tuple[str, ...], method: str
) -> None:
    raw = head("/report/", *lines).replace(b"Connection: close\r\n", b"")
    answer = site.send(
        raw.replace(b"POST", method.encode(), 1) + b"5\r\nhello\r\n", half_close=True
    )
    assert "connection: close" in answer.head.lower()


def test_one_who_sends_a_little_too_much_gets_to_read_why(site: Site) -> None:
    body = b"x" * (70 * MEGABYTE)
    answer = site.send(head("/report/", f"Content-Length: {len(body)}", kind=MULTIPART) + body)
    assert answer.status == 413
    assert "这次提交有 70 MB，这一页一次最多收 64 MB" in answer.page


def test_a_large_upload_costs_no_memory(site: Site) -> None:
    before = site.memory()
    body = b"x" * (60 * MEGABYTE)
    cut = head("/report/", f"Content-Length: {len(body) + 1}", kind=MULTIPART) + body
    assert site.send(cut, half_close=True).status == 400
    assert site.memory() - before < 30


def test_slow_bodies_leave_the_site_open_and_are_ended(site: Site) -> None:
    with ExitStack() as held:
        lines = [_slow(site, held) for _ in range(THREADS + 8)]
        assert site.answers()
        told = [_first_line(line) for line in lines]
    assert site.answers()
    assert set(told) == {b"HTTP/1.1 408", b"HTTP/1.1 503"}
    assert told.count(b"HTTP/1.1 408") == READING // 2


def _slow(site: Site, held: ExitStack) -> socket.socket:
    line = held.enter_context(socket.create_connection(("127.0.0.1", site.port), timeout=60))
    line.sendall(head("/report/", "Content-Length: 2000") + b"csrf")
    return line


def _first_line(line: socket.socket) -> bytes:
    return line.recv(12)
