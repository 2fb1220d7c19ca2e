"""Danger is answered before it is filed, and never with tomorrow."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from qijie.access.form_keys import FIELD
from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues import actions
from qijie.issues.models import Deadline, Issue
from qijie.issues.rules.vocabulary import Move
from qijie.outbound.actions.telling import deliver
from qijie.outbound.models import Notice
from qijie.records.models import Attachment, Event
from qijie.teams.models import OrgUnit
from tests import town
from tests.keyed import key_in
from tests.surfaces.portal.resident import (
    REPORT,
    a_picture,
    a_report,
    accept_and_file,
    bring_to_close,
    dispatch,
    hand_in,
    id_of,
    post_of,
    stored,
    the_issue,
    token_in,
)

pytestmark = pytest.mark.django_db

GAS = "楼道里有很重的煤气味，头晕"
NOW = {"words": GAS, "danger": "yes"}
UNPLACED = {"lon": "", "lat": "", "system": "", "category": "", "place_words": ""}


def typed_on(page: str) -> dict[str, str]:
    """What the stop page carries on, as a browser without script would send it."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def in_danger(client: Client, words: str = GAS, **changes: str) -> str:
    typed = a_report(words=words, category="", danger="yes", **changes)
    answer = client.post(REPORT, typed)
    assert answer.status_code == 303, answer.content.decode()
    return token_in(answer.url)


def test_words_of_danger_meet_what_to_do_before_anything_is_stored(client: Client) -> None:
    before = stored()
    page = client.post(REPORT, a_report(words=GAS, category="")).content.decode()
    assert stored() == before
    assert "先保证安全" in page
    assert 'href="tel:119"' in page
    assert "不要开灯" in page


def test_one_press_goes_on_with_everything_typed_under_the_same_key(client: Client) -> None:
    typed = a_report(words=GAS, category="", phone="13912345678", photos=[a_picture()])
    page = client.post(REPORT, typed).content.decode()
    carried = typed_on(page)
    assert carried["key"] == typed["key"]
    token = token_in(client.post(REPORT, {**carried, "danger": "yes"}).url)
    issue = the_issue(token)
    assert (issue.words, issue.reporter.phone, issue.urgency) == (GAS, "13912345678", "urgent")
    with scope(SYSTEM):
        assert Attachment.objects.filter(subject_id=issue.pk).count() == 1


def test_who_says_there_is_no_danger_reports_as_ever(client: Client) -> None:
    page = client.post(REPORT, a_report(words=GAS, category="")).content.decode()
    token = token_in(client.post(REPORT, {**typed_on(page), "danger": "no"}).url)
    assert the_issue(token).urgency == "normal"


def test_going_back_brings_the_form_as_it_was(client: Client) -> None:
    page = client.post(REPORT, a_report(words=GAS, category="", photos=[a_picture()]))
    back = client.post(REPORT, {**typed_on(page.content.decode()), "danger": "back"})
    form = back.content.decode()
    assert back.status_code == 200
    assert GAS in form
    assert "已经收好您选的 1 张照片" in form


def test_danger_is_heard_without_place_or_category(client: Client) -> None:
    page = client.post(REPORT, a_report(words=GAS, **UNPLACED)).content.decode()
    token = token_in(client.post(REPORT, {**typed_on(page), "danger": "yes"}).url)
    assert the_issue(token).urgency == "urgent"


def test_the_receipt_says_what_to_do_and_never_tomorrow(client: Client) -> None:
    page = client.get(f"/m/{in_danger(client)}/?done=report").content.decode()
    assert 'href="tel:119"' in page
    assert "打开门窗" in page
    assert "明天" not in page


def test_somebody_who_thinks_of_dying_gets_a_human_answer(client: Client) -> None:
    stop = client.post(REPORT, a_report(words="我不想活了", **UNPLACED)).content.decode()
    receipt = client.get(f"/m/{in_danger(client, '我不想活了')}/?done=report").content.decode()
    for page in (stop, receipt):
        assert 'href="tel:12356"' in page
        assert "事项" not in page.split("<main")[1].split("</main>")[0]


def test_ten_minutes_by_the_wall_clock_run_from_the_report_and_after_it(client: Client) -> None:
    token = in_danger(client)
    with scope(SYSTEM):
        clock = Deadline.objects.get(issue_id=id_of(token), kind="accept")
        assert (clock.due_at - clock.started_at).total_seconds() == 600
    now, desk = timezone.now(), post_of("wang")
    with scope(desk):
        actions.accept(id_of(token), by=desk, at=now, category=town.RUBBISH)
    with scope(SYSTEM):
        clock = Deadline.objects.get(issue_id=id_of(token), kind="file")
        assert (clock.due_at - clock.started_at).total_seconds() == 600


def test_urgent_stands_on_top_of_every_tab_and_order(client: Client) -> None:
    for number in range(3):
        client.post(REPORT, a_report(words=f"垃圾没人清 {number}"))
    token = in_danger(client)
    client.post(REPORT, a_report(words="垃圾又没人清"))
    client.force_login(town.user("wang"))
    for query in ("view=waiting&order=due", "view=waiting&order=newest", "view=open", "view=all"):
        rows = client.get(f"/console/?{query}").context["rows"]
        assert rows[0]["issue"].pk == id_of(token), query
        assert rows[0]["is_urgent"]
        assert len({row["issue"].pk for row in rows}) == len(rows) == 5


def test_the_workers_phone_shows_it_first_with_the_kind_of_danger(client: Client) -> None:
    client.post(REPORT, a_report())
    client.post(REPORT, a_report(words=GAS, danger="yes"))
    client.force_login(town.user("chen"))
    section = client.get("/field/").context["sections"][0]
    assert section["title"] == "紧急，先看这里"
    assert "煤气" in str(section["rows"][0])


def test_a_desk_sends_danger_straight_to_a_unit(client: Client) -> None:
    token = in_danger(client)
    client.force_login(town.user("wang"))
    page = client.get(f"/console/matters/{id_of(token)}/").content.decode()
    assert "紧急直派" in page
    unit = OrgUnit.objects.get(code=town.SANITATION)
    with scope(SYSTEM):
        seen = Issue.objects.get(pk=id_of(token)).version
    answer = client.post(
        f"/console/matters/{id_of(token)}/direct_urgent/",
        {"category": town.RUBBISH, "unit": str(unit.pk), "words": "", "seen": seen, "order": ""},
    )
    assert answer.status_code == 302, answer.content.decode()
    assert the_issue(token).state == "dispatched"
    with scope(SYSTEM):
        sign = Deadline.objects.get(issue_id=id_of(token), kind="sign")
    assert (sign.due_at - sign.started_at).total_seconds() == 600


def test_no_rule_stops_the_ten_minute_clock_unseen(client: Client) -> None:
    token = in_danger(client)
    assert not actions.accept_by_rule(id_of(token), at=timezone.now())


def test_danger_told_later_is_answered_on_the_page_too(client: Client) -> None:
    token = token_in(client.post(REPORT, a_report(words="楼道灯不亮")).url)
    answer = client.post(f"/m/{token}/add/", NOW, follow=True)
    shown = answer.content.decode()
    assert "这件事已转为紧急" in shown
    assert 'href="tel:119"' in shown


def raised(token: str) -> list[Event]:
    with scope(SYSTEM):
        return list(Event.objects.filter(subject_id=id_of(token), verb=Move.RAISE))


def test_danger_told_later_makes_the_matter_urgent_and_calls_the_desk(client: Client) -> None:
    token = hand_in(client, words="楼道灯不亮")
    hand_in(client)
    client.post(f"/m/{token}/add/", NOW)
    assert the_issue(token).urgency == "urgent"
    assert "煤气" in raised(token)[0].words
    with scope(SYSTEM):
        clock = Deadline.objects.get(issue_id=id_of(token), kind="accept", stopped_at=None)
        assert (clock.due_at - clock.started_at).total_seconds() == 600
    deliver(timezone.now())
    with scope(SYSTEM):
        assert Notice.objects.filter(subject_id=id_of(token), sentence__startswith="转为紧急")
    client.force_login(town.user("wang"))
    assert client.get("/console/?view=waiting").context["rows"][0]["issue"].pk == id_of(token)
    assert "转为紧急" in client.get(f"/console/matters/{id_of(token)}/").content.decode()
    client.force_login(town.user("chen"))
    assert client.get("/field/").context["sections"][0]["title"] == "紧急，先看这里"


def test_pressed_twice_or_said_again_it_turns_urgent_once(client: Client) -> None:
    token = hand_in(client, words="楼道灯不亮")
    page = f"/m/{token}/add/"
    typed = {**NOW, FIELD: key_in(client.get(page))}
    for words in (typed, typed, {"words": "煤气味更重了"}):
        client.post(page, words)
    assert len(raised(token)) == 1
    with scope(SYSTEM):
        assert Event.objects.filter(subject_id=id_of(token), verb=Move.ADD).count() == 2


def test_what_was_urgent_from_the_first_is_not_raised(client: Client) -> None:
    token = in_danger(client)
    client.post(f"/m/{token}/add/", {"words": GAS})
    assert raised(token) == []


def test_harmless_words_leave_it_as_it_was(client: Client) -> None:
    token = hand_in(client, words="楼道灯不亮")
    client.post(f"/m/{token}/add/", {"words": "顺便问一下煤气费在哪里交"})
    assert (the_issue(token).urgency, raised(token)) == ("normal", [])


def test_whoever_has_the_order_has_ten_minutes_to_answer(client: Client) -> None:
    token = hand_in(client, words="楼道灯不亮")
    accept_and_file(token)
    dispatch(token)
    client.post(f"/m/{token}/urge/", NOW)
    assert len(raised(token)) == 1
    with scope(SYSTEM):
        clock = Deadline.objects.get(issue_id=id_of(token), kind="urge_answer", stopped_at=None)
    assert (clock.due_at - clock.started_at).total_seconds() == 600


def test_what_has_ended_turns_urgent_only_by_being_reopened(client: Client) -> None:
    token = hand_in(client, words="楼道灯不亮")
    bring_to_close(token)
    assert client.post(f"/m/{token}/add/", NOW).status_code == 422
    assert raised(token) == []
    client.post(f"/m/{token}/reopen/", NOW)
    assert the_issue(token).state == "filed"
    assert len(raised(token)) == 1


def test_no_page_of_what_is_urgent_speaks_of_days(client: Client) -> None:
    token = hand_in(client, words="楼道灯不亮")
    accept_and_file(token)
    dispatch(token)
    client.post(f"/m/{token}/add/", NOW)
    page = client.get(f"/m/{token}/").content.decode()
    assert "最晚有人接手的时间" in page
    shown = [page, client.get(f"/m/{token}/urge/").content.decode()]
    client.post(f"/m/{token}/urge/", {"words": ""})
    shown.append(client.post(f"/m/{token}/urge/", {"words": ""}).content.decode())
    shown.append(client.get(f"/m/{token}/").content.decode())
    assert "10分钟内答复" in shown[1]
    assert "请用“补充情况”" in shown[2]
    for one in shown:
        assert not re.search("明天|工作日", one.split("<main")[1])


def test_not_solved_is_called_back_in_ten_minutes_too(client: Client) -> None:
    token = hand_in(client, words=GAS, danger="yes")
    bring_to_close(token)
    client.post(f"/m/{token}/judge/", {"is_solved": "no", "is_satisfied": "no", "words": ""})
    with scope(SYSTEM):
        clock = Deadline.objects.get(issue_id=id_of(token), kind="call_back")
    assert (clock.due_at - clock.started_at).total_seconds() == 600


def test_the_clock_of_the_first_ten_minutes_is_the_one_shown(client: Client) -> None:
    token = in_danger(client)
    client.force_login(town.user("wang"))
    for address in ("/console/", f"/console/matters/{id_of(token)}/"):
        page = client.get(address).content.decode()
        assert "紧急" in page
        assert not re.search("明天|工作日", page.split("<main")[1])


def test_when_the_ten_minutes_are_over_the_desk_reads_that_nobody_came(client: Client) -> None:
    token = in_danger(client)
    client.force_login(town.user("wang"))
    assert "前要有人接" in client.get("/console/").content.decode()
    with scope(SYSTEM):
        Issue.objects.filter(pk=id_of(token)).update(due_at=timezone.now() - timedelta(days=2))
    late = client.get("/console/").content.decode()
    assert "还没有人接" in late
    assert "前要有人接" not in late


@pytest.mark.parametrize("field", ["place_words", "about_words"])
def test_danger_written_beside_the_words_is_heard(client: Client, field: str) -> None:
    said = {"category": "", "words": "快来人", field: "3号楼楼道里有很重的煤气味"}
    before = stored()
    assert "先保证安全" in client.post(REPORT, a_report(**said)).content.decode()
    assert stored() == before
    link = client.post(REPORT, a_report(**said, danger="yes")).url
    assert "不要开灯" in client.get(link).content.decode()
