"""A wrong place, a wrong category, a wrong word about somebody: mended through pages alone."""

from uuid import UUID

import pytest
from django.utils import timezone

from qijie.access.scope import scope
from qijie.issues.models import Deadline, Issue
from qijie.records.models import Event
from qijie.teams.models import OrgUnit, Post
from qijie.teams.queries import viewer_for
from tests import town
from tests.journeys.test_the_desk_takes_a_matter_round import Desk
from tests.surfaces.portal.resident import hand_in, id_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def stored(issue_id: UUID) -> Issue:
    with scope(viewer_for(town.user("wu"), timezone.localdate())):
        return Issue.objects.get(pk=issue_id)


def steps(issue_id: UUID) -> list[str]:
    with scope(viewer_for(town.user("wu"), timezone.localdate())):
        found = Event.objects.filter(subject_id=issue_id).order_by("sequence")
        return [event.verb for event in found]


def test_a_matter_in_the_wrong_community_is_put_into_the_right_one_and_closed(client) -> None:
    token = hand_in(client, category=town.LAMP)
    matter = f"/console/matters/{id_of(token)}/"
    wang, zheng, he = Desk("wang"), Desk("zheng"), Desk("he")
    assert "改辖区" in wang.opens(matter)
    assert "柳溪社区 第一网格" in wang.opens(f"{matter}move/")
    clock = stored(id_of(token)).due_at
    moved = wang.moves(matter, "move", path=town.GRID_3, words="地点在柳溪社区")
    assert moved.url == "/console/"
    assert "您的辖区里不再有" in wang.opens("/console/")
    assert wang.client.get(matter).status_code == 404
    issue = stored(id_of(token))
    assert (issue.path, issue.grid.path, issue.level) == (town.GRID_3, town.GRID_3, "street")
    assert (issue.point, issue.due_at, issue.moved_from) == (None, clock, town.GRID_1)
    page = client.get(f"/m/{token}/").content.decode()
    assert "您反映的地点属于柳溪社区第一网格，已转给那里办理，时限照旧" in page

    assert zheng.moves(matter, "accept", category=town.LAMP, urgency="normal").status_code == 302
    assert zheng.moves(matter, "file", condition="lamp-1").status_code == 302
    unit = OrgUnit.objects.get(code=town.SANITATION)
    assert he.moves(matter, "dispatch", unit=str(unit.pk)).status_code == 302
    sun = Desk("sun").client
    with scope(viewer_for(town.user("sun"), timezone.localdate())):
        order = Issue.objects.get(pk=id_of(token)).orders.get().pk
    field = f"/field/matters/{id_of(token)}/"
    sun.post(f"{field}sign/?order={order}")
    sun.post(f"{field}done/?order={order}", {"words": "灯修好了"})
    feng = Desk("feng")
    assert feng.moves(matter, "close", is_standard_met="on").status_code == 302
    assert stored(id_of(token)).state == "closed"
    assert steps(id_of(token))[:3] == ["report", "move", "accept"]


def test_the_desk_it_came_to_may_say_no_once_and_the_common_superior_says(client) -> None:
    here = {"lon": str(town.IN_GRID_3.lon), "lat": str(town.IN_GRID_3.lat)}
    token = hand_in(client, **here)
    matter = f"/console/matters/{id_of(token)}/"
    wang, zheng = Desk("wang"), Desk("zheng")
    assert zheng.moves(matter, "move", path=town.GRID_1, words="在槐荫苑").status_code == 302
    assert stored(id_of(token)).level == "community"
    back = wang.moves(matter, "move", path=town.GRID_3, words="不是我们的")
    assert "请用“退回改辖区”" in back.content.decode()
    assert wang.moves(matter, "refuse_move", words="槐荫苑没有这栋楼").status_code == 302
    assert stored(id_of(token)).level == "street"
    assert zheng.moves(matter, "move", path=town.GRID_1, words="界线图上属槐荫").status_code == 302
    assert stored(id_of(token)).level == "community"
    page = wang.opens(matter)
    assert "退回改辖区" not in page.split("经过")[0] or "上级已经裁定" in page
    again = wang.moves(matter, "move", path=town.GRID_3, words="还是不收")
    assert "上级已经裁定由本辖区办理" in again.content.decode()
    assert steps(id_of(token)) == ["report", "move", "refuse_move", "move"]


def test_a_wrong_category_is_changed_by_two_where_the_deadline_gets_later(client) -> None:
    token = hand_in(client)
    matter = f"/console/matters/{id_of(token)}/"
    wang, zheng = Desk("wang"), Desk("zheng")
    wang.moves(matter, "accept", category=town.RUBBISH, path=town.GRID_1, urgency="normal")
    wang.moves(matter, "file", condition="rubbish-1")
    said = {"category": town.LAMP, "condition": "lamp-1", "words": "说的是路灯"}
    alone = wang.moves(matter, "reclassify", **said)
    assert "须由另一位受理员先提请" in alone.content.decode()
    assert wang.moves(matter, "ask_reclassify", **said).status_code == 302
    assert zheng.moves(matter, "reclassify", **said).status_code == 302
    issue = stored(id_of(token))
    assert (issue.category_id, issue.condition_id) == (town.LAMP, "lamp-1")
    with scope(viewer_for(town.user("wu"), timezone.localdate())):
        handle = list(Deadline.objects.filter(issue=issue, kind="handle").order_by("position"))
    assert [clock.is_replaced for clock in handle] == [True, False]
    assert handle[1].due_at > handle[0].due_at
    assert "调整了类别" in client.get(f"/m/{token}/").content.decode()


def test_a_filed_matters_new_category_asks_for_its_condition(client) -> None:
    token = hand_in(client)
    matter = f"/console/matters/{id_of(token)}/"
    wang = Desk("wang")
    wang.moves(matter, "accept", category=town.RUBBISH, path=town.GRID_1, urgency="normal")
    wang.moves(matter, "file", condition="rubbish-1")
    asked = wang.moves(matter, "reclassify", category=town.LAMP, words="说的是路灯")
    assert asked.status_code == 422
    assert "路灯，一般情形" in asked.content.decode()


def test_what_the_desk_may_not_answer_itself_leads_to_buttons_that_exist(client) -> None:
    token = hand_in(client, category="")
    matter = f"/console/matters/{id_of(token)}/"
    wang = Desk("wang")
    refused = wang.moves(matter, "solve", category=town.RUBBISH, words="清了")
    assert "请改派或改类" in refused.content.decode()
    assert f"{matter}reclassify/" in wang.opens(matter)


def test_the_desk_says_whom_it_is_about_and_the_desk_above_takes_it_back(client) -> None:
    token = hand_in(client, category="")
    matter = f"/console/matters/{id_of(token)}/"
    wang, zheng = Desk("wang"), Desk("zheng")
    lead = Post.objects.get(code="lead")
    given = wang.moves(matter, "about", about=f"post:{lead.pk}")
    assert given.url == "/console/"
    assert "从现在起您看不到" in wang.opens("/console/")
    assert wang.client.get(matter).status_code == 404
    page = client.get(f"/m/{token}/").content.decode()
    assert "已交街道办理，涉及的人看不到这件事项" in page
    bare = zheng.moves(matter, "about", about="nobody")
    assert bare.status_code == 422
    assert zheng.moves(matter, "about", about="nobody", words="说的是楼长").status_code == 302
    assert wang.client.get(matter).status_code == 200
    assert steps(id_of(token)) == ["report", "about", "about"]
