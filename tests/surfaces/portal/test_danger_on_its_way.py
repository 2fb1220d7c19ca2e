"""Sent straight, danger has its own limit on every page, and the resident is promised no day."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues import actions
from qijie.issues.models import Category, Condition, Deadline, WorkOrder
from qijie.issues.queries.book import forget_book
from qijie.kernel.calendars import SHANGHAI
from qijie.outbound.actions.telling import deliver
from qijie.outbound.models import Notice
from qijie.teams.models import OrgUnit
from tests import town
from tests.surfaces.portal.resident import (
    accept_and_file,
    dispatch,
    hand_in,
    id_of,
    post_of,
    the_issue,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

GAS = "楼道里有很重的煤气味，头晕"
A_DAY = re.compile(r"明天|工作日|办好的日子|前办结")


@pytest.fixture(scope="module", autouse=True)
def gas(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A kind of danger as the shipped catalogue has it: made safe in 40 minutes, then mended."""
    categories, conditions = (model.objects.using("owner") for model in (Category, Condition))
    with django_db_blocker.unblock():
        kind = categories.create(
            code="hazard-gas", family="hazard", name="燃气", plain_name="煤气味", source="town"
        )
        safe = {"stage": "make_safe", "limit_value": "0.6667", "limit_unit": "urgent_hour"}
        mend = {"stage": "restore", "limit_value": 3, "limit_unit": "working_day"}
        conditions.create(code="gas-1", category=kind, wording="闻到燃气味", source="town", **safe)
        conditions.create(
            code="gas-2",
            category=kind,
            wording="恢复供气",
            source="town",
            follows="gas-1",
            evidence=["record"],
            **mend,
        )
        forget_book()
        yield
        conditions.filter(category_id="hazard-gas").delete()
        categories.filter(pk="hazard-gas").delete()
        forget_book()


def in_danger(client: Client) -> str:
    return hand_in(client, words=GAS, danger="yes", category="hazard-gas")


def send_straight(client: Client, token: str, **typed: str) -> None:
    client.force_login(town.user("wang"))
    page = client.get(f"/console/matters/{id_of(token)}/direct_urgent/")
    form = page.context["form"]
    unit = OrgUnit.objects.get(code=town.SANITATION)
    sent = {"unit": str(unit.pk), "words": "", "seen": the_issue(token).version, "order": ""}
    condition = {"condition": form["condition"].value() or ""} if "condition" in form.fields else {}
    answer = client.post(
        f"/console/matters/{id_of(token)}/direct_urgent/", {**condition, **sent, **typed}
    )
    assert answer.status_code == 302, answer.content.decode()


def make_safe_due(token: str) -> datetime:
    with scope(SYSTEM):
        clock = Deadline.objects.get(
            issue_id=id_of(token), kind="make_safe", order_id=None, stopped_at=None
        )
    return clock.due_at.astimezone(SHANGHAI)


def main_of(client: Client, url: str) -> str:
    return client.get(url).content.decode().split("<main")[1].split("</main>")[0]


def test_the_conditions_limit_stands_on_the_order_the_desk_and_the_phone(client: Client) -> None:
    token = in_danger(client)
    send_straight(client, token)
    assert the_issue(token).condition_id == "gas-1"
    due = make_safe_due(token)
    with scope(SYSTEM):
        clocks = Deadline.objects.filter(issue_id=id_of(token), kind="make_safe")
        spans = {clock.due_at - clock.started_at for clock in clocks}
        assert {clock.order_id is None for clock in clocks} == {True, False}
    assert {round(span / timedelta(minutes=1)) for span in spans} == {40}
    assert f"{due:%H:%M}" in main_of(client, f"/console/matters/{id_of(token)}/")
    client.force_login(town.user("sun"))
    phone = main_of(client, f"/field/matters/{id_of(token)}/")
    assert "止险" in phone
    assert f"{due:%H:%M}" in phone


def test_the_resident_reads_who_was_sent_and_by_when_somebody_is_there(client: Client) -> None:
    token = in_danger(client)
    send_straight(client, token)
    page = main_of(client, f"/m/{token}/")
    unit = OrgUnit.objects.get(code=town.SANITATION).name
    due = make_safe_due(token)
    assert f"已派{unit}，最晚 {due.month}月{due.day}日 {due:%H:%M} 到现场" in page
    assert f"按紧急直接派给{unit}" in page
    assert not A_DAY.search(page)


def test_signed_for_it_is_still_no_day_and_made_safe_the_mending_has_one(client: Client) -> None:
    token = in_danger(client)
    send_straight(client, token)
    handler = post_of("sun")
    with scope(handler):
        order = WorkOrder.objects.get(issue=id_of(token), state="sent")
        actions.sign(id_of(token), order_id=order.pk, by=handler, at=timezone.now())
    page = main_of(client, f"/m/{token}/")
    assert "最晚到现场排除危险的时间" in page
    assert not A_DAY.search(page)
    client.force_login(town.user("sun"))
    at_hand = main_of(client, f"/field/matters/{id_of(token)}/")
    assert at_hand.index("已止险") < at_hand.index("反馈")
    answer = client.post(
        f"/field/matters/{id_of(token)}/make_safe/?order={order.pk}",
        {"words": "关了总阀，人都撤了", "seen": the_issue(token).version, "order": str(order.pk)},
    )
    assert answer.status_code == 302, answer.content.decode()
    page = main_of(client, f"/m/{token}/")
    assert "现场已先排除危险" in page
    assert "关了总阀" in page
    assert "最晚修好的日子" in page
    assert "已止险" not in main_of(client, f"/field/matters/{id_of(token)}/").split("经过")[0]


def test_of_no_condition_the_usual_urgent_limit_holds(client: Client) -> None:
    token = in_danger(client)
    send_straight(client, token, condition="")
    with scope(SYSTEM):
        clock = Deadline.objects.get(issue_id=id_of(token), kind="make_safe", order_id=None)
    assert clock.due_at - clock.started_at == timedelta(minutes=30)
    assert not A_DAY.search(main_of(client, f"/m/{token}/"))


def test_the_first_answers_old_date_is_no_promise_once_it_is_urgent(client: Client) -> None:
    token = hand_in(client, words="楼道灯不亮")
    assert "前会给您首次答复" in main_of(client, f"/m/{token}/")
    client.post(f"/m/{token}/add/", {"words": GAS, "danger": "yes"})
    page = main_of(client, f"/m/{token}/")
    assert "首次答复" not in page
    assert "后来转为紧急，当时告诉您的时间不再算数" in page


def test_no_day_told_before_stands_once_it_is_urgent(client: Client) -> None:
    token = hand_in(client, words="楼下垃圾没清")
    accept_and_file(token)
    dispatch(token)
    assert A_DAY.search(main_of(client, f"/m/{token}/"))
    client.post(f"/m/{token}/add/", {"words": GAS, "danger": "yes"})
    page = main_of(client, f"/m/{token}/")
    assert not A_DAY.search(page)
    assert "到现场，先把危险排除" in page


def test_accepted_and_filed_in_the_usual_way_danger_is_promised_no_day(client: Client) -> None:
    token = hand_in(client, words=GAS, danger="yes", category=town.RUBBISH)
    accept_and_file(token)
    page = main_of(client, f"/m/{token}/")
    assert "正在安排人去" in page
    assert not A_DAY.search(page)
    dispatch(token)
    assert not A_DAY.search(main_of(client, f"/m/{token}/"))
    client.force_login(town.user("wang"))
    assert "答应居民" not in main_of(client, f"/console/matters/{id_of(token)}/")


def make_safe(client: Client, token: str) -> None:
    handler = post_of("sun")
    with scope(handler):
        order = WorkOrder.objects.get(issue=id_of(token), state="sent")
        actions.sign(id_of(token), order_id=order.pk, by=handler, at=timezone.now())
        actions.make_safe(
            id_of(token), order_id=order.pk, by=handler, at=timezone.now(), words="关了总阀"
        )


@pytest.mark.parametrize("move", ["urge", "add"])
def test_danger_told_after_it_was_made_safe_is_an_alarm_again(client: Client, move: str) -> None:
    token = in_danger(client)
    send_straight(client, token)
    make_safe(client, token)
    typed = {"words": "又漏气了，头晕，快来"}
    stopped = client.post(f"/m/{token}/{move}/", typed)
    assert stopped.status_code == 200
    assert "119" in stopped.content.decode()
    assert client.post(f"/m/{token}/{move}/", {**typed, "danger": "yes"}).status_code == 303
    due = make_safe_due(token)
    deliver(timezone.now())
    with scope(SYSTEM):
        running = Deadline.objects.filter(
            issue_id=id_of(token), kind="make_safe", stopped_at__isnull=True
        )
        assert {clock.order_id is None for clock in running} == {True, False}
        told = Notice.objects.filter(subject_id=id_of(token), sentence__startswith="转为紧急")
        assert told.exists()
    page = main_of(client, f"/m/{token}/")
    assert f"{due:%H:%M}" in page
    assert not A_DAY.search(page)
    client.force_login(town.user("wang"))
    desk = main_of(client, f"/console/matters/{id_of(token)}/")
    assert "止险以后又有险情，重新按紧急办" in desk
    client.force_login(town.user("sun"))
    assert "已止险" in main_of(client, f"/field/matters/{id_of(token)}/").split("经过")[0]
    send_straight(client, token)
    assert not A_DAY.search(main_of(client, f"/m/{token}/"))


def test_made_safe_the_page_is_calm_and_what_to_do_is_folded_away(client: Client) -> None:
    token = in_danger(client)
    send_straight(client, token)
    page = main_of(client, f"/m/{token}/")
    assert "已按紧急情况排在最前面" in page
    assert "<details" not in page.split("马上离开")[0]
    make_safe(client, token)
    page = main_of(client, f"/m/{token}/")
    assert "已按紧急情况排在最前面" not in page
    assert "现场已先排除危险，接着修好" in page.split("<details")[0]
    assert "马上离开" in page.split("<details")[1].split("</details>")[0]
    assert "打 119" in page


def test_overdue_and_urged_already_other_ways_are_named(client: Client) -> None:
    token = in_danger(client)
    with scope(SYSTEM):
        past = timezone.now() - timedelta(minutes=1)
        Deadline.objects.filter(issue_id=id_of(token)).update(due_at=past)
    assert "您可以“催办”" in main_of(client, f"/m/{token}/")
    client.post(f"/m/{token}/urge/", {"words": "快一点"})
    with scope(SYSTEM):
        Deadline.objects.filter(issue_id=id_of(token)).update(due_at=past)
    page = main_of(client, f"/m/{token}/")
    assert "您可以“催办”" not in page
    assert "明天可以再催；等不及，打 12345；有危险，打 119" in page


def test_what_is_said_to_be_no_danger_any_more_is_no_new_alarm(client: Client) -> None:
    token = in_danger(client)
    send_straight(client, token)
    make_safe(client, token)
    client.post(f"/m/{token}/add/", {"words": GAS, "danger": "no"})
    with scope(SYSTEM):
        clocks = Deadline.objects.filter(issue_id=id_of(token), kind="make_safe")
        assert not clocks.filter(stopped_at__isnull=True).exists()
