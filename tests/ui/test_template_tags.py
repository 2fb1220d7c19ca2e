from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest, QueryDict
from django.template import engines
from django.utils import timezone

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def rendered(source: str, query: str = "", **context: Any) -> str:
    request = HttpRequest()
    request.GET = QueryDict(query)
    template = engines["django"].from_string("{% load qijie_ui %}" + source)
    return template.render(context, request)


def test_an_icon_alone_is_silent_and_an_icon_with_a_label_speaks() -> None:
    assert 'aria-hidden="true"' in rendered('{% icon "check" %}')
    spoken = rendered('{% icon "check" label="完成" %}')
    assert 'role="img" aria-label="完成"' in spoken
    assert "aria-hidden" not in spoken


def test_an_icon_points_into_the_sprite() -> None:
    assert 'href="/static/ui/icons.svg#check"' in rendered('{% icon "check" %}')


def test_a_label_cannot_break_out_of_its_attribute() -> None:
    assert '"><script>' not in rendered('{% icon "check" label=words %}', words='"><script>')


def test_a_moment_is_shown_in_local_time_with_its_full_date_as_title() -> None:
    html = rendered("{{ at|moment }}", at=NOON.replace(year=2025))
    assert "2025年11月20日 12:00</time>" in html
    assert 'title="2025年11月20日 星期四 12:00:00"' in html
    assert 'datetime="2025-11-20T12:00:00+08:00"' in html


def test_a_date_has_no_time_of_day() -> None:
    assert ">2025年1月5日</time>" in rendered("{{ on|moment }}", on=date(2025, 1, 5))


def test_no_moment_shows_nothing() -> None:
    assert rendered("{{ at|moment }}{{ at|until }}", at=None) == ""


@pytest.mark.parametrize(
    ("due_in", "words"), [(timedelta(hours=3), "还剩3小时"), (-timedelta(days=1), "超期1天")]
)
def test_until_counts_from_the_given_now(due_in: timedelta, words: str) -> None:
    assert rendered("{{ due|until:now }}", due=NOON + due_in, now=NOON) == words


@pytest.mark.parametrize(
    ("query", "tag", "result"),
    [
        ("state=filed&after=x", "{% query_with after='y' %}", "?state=filed&amp;after=y"),
        ("state=filed&after=x", "{% query_with before='y' %}", "?state=filed&amp;before=y"),
        ("state=filed&after=x", "{% query_with state='closed' %}", "?state=closed"),
        ("state=filed&q=a", "{% query_with state=None %}", "?q=a"),
        ("state=filed", "{% query_with state='' %}", "?"),
        ("", "{% query_with q='漏水' %}", "?q=%E6%BC%8F%E6%B0%B4"),
    ],
)
def test_a_query_is_changed_and_paging_begins_anew(query: str, tag: str, result: str) -> None:
    assert rendered(tag, query) == result


def test_a_state_is_said_in_words_and_drawn() -> None:
    html = rendered("{% include 'ui/parts/state.html' with state='filed' %}")
    assert "已立案" in html
    assert "#cell-2" in html


def test_an_order_state_is_not_taken_for_a_matter_state() -> None:
    html = rendered("{% include 'ui/parts/state.html' with state='returned' kind='order' %}")
    assert "已退单" in html


def test_a_state_nobody_drew_is_an_error() -> None:
    with pytest.raises(KeyError):
        rendered("{% include 'ui/parts/state.html' with state='lost' %}")


@pytest.mark.parametrize(
    ("standing", "words"),
    [("paused", "计时暂停"), ("met", "按时完成"), ("missed", "超期完成"), ("", "超期1天")],
)
def test_a_deadline_chip_says_how_it_stands(standing: str, words: str) -> None:
    html = rendered(
        "{% include 'ui/parts/deadline.html' %}",
        due_at=timezone.now() - timedelta(days=1, hours=1),
        standing=standing,
    )
    assert words in html


def test_a_deadline_explains_itself_to_a_reader_and_a_listener() -> None:
    html = rendered(
        "{% include 'ui/parts/deadline.html' %}", due_at=NOON, basis="按 2 个工作日计算"
    )
    assert 'title="按 2 个工作日计算"' in html
    assert html.count("按 2 个工作日计算") == 2


def test_no_deadline_shows_no_chip() -> None:
    assert rendered("{% include 'ui/parts/deadline.html' %}").strip() == ""
