"""While the database is away nobody sees a fault of ours; when it is back it is simply there."""

from urllib.parse import urlencode

import pytest

from tests.web.conftest import Start
from tests.web.line import Line
from tests.web.site import Answer, Site, fields, head

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("site"), pytest.mark.django_db]


@pytest.fixture(scope="module")
def line(own_database: None, tmp_path_factory: pytest.TempPathFactory) -> Line:
    return Line(tmp_path_factory.mktemp("away"), "away")


@pytest.fixture(scope="module")
def site(start: Start, line: Line) -> Site:
    return start(**line.environment)


def get(site: Site, path: str) -> Answer:
    return site.send(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    )


def test_after_the_server_hung_up_no_page_is_a_fault(site: Site, line: Line) -> None:
    for _ in range(3):
        get(site, "/report/")
        line.hang_up()
        paths = ["/health/", "/report/", "/grids/", "/account/login/"] * 3
        assert {get(site, path).status for path in paths} <= {200, 302, 404}


def test_while_it_is_away_everybody_is_told_when_to_come_back(site: Site, line: Line) -> None:
    assert get(site, "/report/").status == 200
    line.cut()
    try:
        for path in ("/health/", "/report/", "/m/nonsense/"):
            answer = get(site, path)
            assert answer.status == 503, (path, answer.head)
            assert "retry-after: 5" in answer.head.lower()
            assert "x-qijie-away" not in answer.head.lower()
            assert "请稍等一下，系统正在恢复" in answer.page
        body = urlencode(fields()).encode()
        sent = site.send(head("/report/", f"Content-Length: {len(body)}") + body)
        assert sent.status == 503
        assert "您写的字还留在这台设备上" in sent.page
    finally:
        line.mend()
    assert get(site, "/report/").status == 200
    assert get(site, "/health/").status == 200
