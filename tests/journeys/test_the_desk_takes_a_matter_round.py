"""One call at the desk, all the way to the archive, through pages alone."""

import re
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from qijie.access.scope import scope
from qijie.issues.models import Issue
from qijie.teams.models import OrgUnit
from qijie.teams.queries import viewer_for
from tests import town

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


class Desk:
    """One person at one browser."""

    def __init__(self, username: str) -> None:
        self.client = Client()
        self.client.force_login(town.user(username))

    def opens(self, url: str) -> str:
        return self.client.get(url).content.decode()

    def version(self, url: str) -> str:
        """The version the page handed out, as the hidden box of its form carries it."""
        page = self.opens(url)
        return page.split('name="seen" value="')[1].split('"')[0]

    def moves(self, matter: str, move: str, **said: object) -> HttpResponse:
        order = f"?order={said['order']}" if "order" in said else ""
        url = f"{matter}{move}/{order}"
        return self.client.post(url, {"seen": self.version(url)} | said)


def photo() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (64, 48), "green").save(content, "JPEG")
    return SimpleUploadedFile("清运后.jpg", content.getvalue(), "image/jpeg")


def state_of(matter: str) -> str:
    from django.utils import timezone

    with scope(viewer_for(town.user("wu"), timezone.localdate())):
        return Issue.objects.get(pk=UUID(matter.split("/")[3])).state


def a_call(desk: Desk) -> str:
    response = desk.client.post(
        "/console/report/",
        {
            "key": str(uuid4()),
            "channel": "hotline",
            "urgency": "normal",
            "words": "菜场后巷垃圾堆了两天",
            "category": town.RUBBISH,
            "path": town.GRID_1,
            "phone": "13912345678",
        },
    )
    assert response.status_code == 302
    return str(response["Location"]).partition("?")[0]


def test_a_call_goes_from_the_desk_to_the_archive() -> None:
    desk, dispatcher, handler, verifier = map(Desk, ("wang", "zhao", "sun", "zhou"))
    matter = a_call(desk)
    assert "菜场后巷垃圾堆了两天" in desk.opens("/console/")
    desk.moves(matter, "accept", urgency="normal", category=town.RUBBISH, path=town.GRID_1)
    desk.moves(matter, "file", condition="rubbish-1")
    assert "菜场后巷垃圾堆了两天" not in desk.opens("/console/")

    assert "菜场后巷垃圾堆了两天" in dispatcher.opens("/console/")
    unit = OrgUnit.objects.get(code=town.SANITATION)
    dispatcher.moves(matter, "dispatch", unit=unit.pk)

    assert "菜场后巷垃圾堆了两天" in handler.opens("/console/")
    order = handler.opens(matter).split("sign/?order=")[1].split('"')[0]
    handler.moves(matter, "sign", order=order)
    handler.moves(matter, "done", order=order, words="已清运并冲洗", photos=photo())

    assert "已清运并冲洗" in verifier.opens(matter)
    verifier.moves(matter, "close", is_standard_met="on", words="现场干净")
    assert state_of(matter) == "closed"
    told = desk.opens(matter)
    for move in ("上报", "受理", "立案", "派单", "签收", "反馈", "结案"):
        assert re.search(f"<strong>{move}(：[^<]+)?</strong>", told), move


def test_work_that_is_not_right_goes_back_and_comes_round_again() -> None:
    desk, dispatcher, handler, verifier = map(Desk, ("wang", "zhao", "sun", "zhou"))
    matter = a_call(desk)
    desk.moves(matter, "accept", urgency="normal")
    desk.moves(matter, "file", condition="rubbish-1")
    dispatcher.moves(matter, "dispatch", unit=OrgUnit.objects.get(code=town.SANITATION).pk)
    for words in ("第一次清运", "第二次清运"):
        page = handler.opens(matter)
        if "sign/?order=" in page:
            handler.moves(matter, "sign", order=page.split("sign/?order=")[1].split('"')[0])
        order = handler.opens(matter).split("done/?order=")[1].split('"')[0]
        handler.moves(matter, "done", order=order, words=words, photos=photo())
        assert state_of(matter) == "handled"
        if words == "第一次清运":
            verifier.moves(matter, "send_back", words="墙角还有一堆")
            assert state_of(matter) == "dispatched"
            assert "墙角还有一堆" in handler.opens(matter)
    verifier.moves(matter, "close", is_standard_met="on")
    assert state_of(matter) == "closed"


def test_of_two_desks_at_one_matter_the_slower_is_told_and_loses_no_word() -> None:
    one, other = Desk("wang"), Desk("wang")
    matter = a_call(one)
    read_by_other = other.version(f"{matter}void/")
    one.moves(matter, "accept", urgency="normal")
    late = other.client.post(
        f"{matter}void/", {"seen": read_by_other, "reason": "outside", "words": "地址在邻区"}
    )
    page = late.content.decode()
    assert "这件事项刚刚由别人办理过。请看最新情况，再决定是否继续。" in page
    assert "地址在邻区" in page
    assert "已受理" in page
    assert state_of(matter) == "accepted"
