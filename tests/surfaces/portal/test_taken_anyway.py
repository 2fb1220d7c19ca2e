"""Who is in danger is heard at once: what is wrong besides is left out, and said by name."""

import errno
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.models import Issue
from qijie.records.models import Attachment, Event
from qijie.ui.moves.anyway import MOST_CHARS
from tests.surfaces.portal.resident import (
    REPORT,
    a_picture,
    a_report,
    hand_in,
    id_of,
    stored,
    the_issue,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FIRE = "三楼着火了，有人困在里面"
NO_PHOTO = SimpleUploadedFile("a.jpg", b"not a photo", "image/jpeg")
MANY = [a_picture(f"{n}.jpg", (8, 8 + n)) for n in range(8)]

LEFT_OUT: dict[str, tuple[dict[str, Any], str]] = {
    "a phone that is none": ({"phone": "abc"}, "电话"),
    "a phone as long as a novel": ({"phone": "1" * 41}, "电话"),
    "an e-mail that is none": ({"email": "x"}, "邮箱"),
    "a name too long": ({"name": "李" * 41}, "称呼"),
    "an unknown category": ({"category": "no-such"}, "类别"),
    "a category out of all measure": ({"category": "x" * 99}, "类别"),
    "nobody known": ({"about": "unit:zz"}, "反映的是哪一个"),
    "a point outside": ({"lon": "121.5", "lat": "31.2"}, "图上的点"),
    "a point that is none": ({"lon": "abc"}, "图上的点"),
    "a photo that is none": ({"photos": NO_PHOTO}, "照片"),
    "too many photos": ({"photos": MANY}, "照片"),
}


def taken(client: Client, **changes: Any) -> tuple[Issue, str]:
    """The matter made of a report of danger, and the page its sender is led to."""
    answer = client.post(REPORT, a_report(words=FIRE, danger="yes", **changes))
    assert answer.status_code == 303, unescape(answer.content.decode())
    token = answer.url.split("/")[2]
    return the_issue(token), unescape(client.get(answer.url).content.decode())


@pytest.mark.parametrize(("changes", "named"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_is_optional_holds_up_no_danger(
    client: Client, changes: dict[str, Any], named: str
) -> None:
    for value in changes.get("photos", ()) if isinstance(changes.get("photos"), list) else ():
        value.seek(0)
    issue, page = taken(client, **changes)
    assert (issue.words, issue.urgency) == (FIRE, "urgent")
    assert f"没能一起收下的：{named}" in page
    assert "补充情况" in page or "受理席" in page


def test_everything_wrong_at_once_is_taken_and_named(client: Client) -> None:
    wrong = {"phone": "abc", "email": "x", "category": "no-such", "key": "", "came": "x" * 999}
    issue, page = taken(client, **wrong, photos=[NO_PHOTO, a_picture()])
    assert issue.words == FIRE
    assert "类别、电话、邮箱、照片" in page
    with scope(SYSTEM):
        assert Attachment.objects.filter(subject_id=issue.pk).count() == 1


def test_the_good_photos_of_many_are_kept(client: Client) -> None:
    pictures = [a_picture(f"{n}.jpg", (8, 8 + n)) for n in range(8)]
    issue, _ = taken(client, photos=pictures)
    with scope(SYSTEM):
        assert Attachment.objects.filter(subject_id=issue.pk).count() == 6


def test_a_full_disk_costs_the_photos_and_not_the_danger(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("qijie.records.photos._write", full)
    issue, page = taken(client, photos=a_picture())
    assert issue.urgency == "urgent"
    assert "没能一起收下的：照片" in page


def test_words_are_cut_nowhere(client: Client) -> None:
    long = f"{FIRE}，{'快来' * 1500}"
    answer = client.post(REPORT, a_report(words=long, danger="yes"))
    assert the_issue(answer.url.split("/")[2]).words == long
    longer = f"{FIRE}{'很' * MOST_CHARS}"
    answer = client.post(REPORT, a_report(words=longer, danger="yes"))
    assert the_issue(answer.url.split("/")[2]).words == longer[:MOST_CHARS]
    assert f"{MOST_CHARS} 字以后的话" in client.get(answer.url).content.decode()


def test_a_place_of_many_words_goes_on_in_the_words(client: Client) -> None:
    place = "槐荫苑" + "往里走" * 80
    answer = client.post(REPORT, a_report(words=FIRE, danger="yes", place_words=place))
    issue = the_issue(answer.url.split("/")[2])
    assert issue.place_words == place[:200]
    assert issue.words == f"{FIRE}\n（在哪里：{place}）"


def test_what_cannot_be_kept_of_the_words_is_taken_out(client: Client) -> None:
    answer = client.post(REPORT, a_report(words=f"\u202e{FIRE}\x07\x00", danger="yes"))
    assert the_issue(answer.url.split("/")[2]).words == FIRE


@pytest.mark.parametrize("move", ["add", "urge"])
def test_a_private_link_takes_words_of_danger_of_any_length(client: Client, move: str) -> None:
    token = hand_in(client)
    words = f"{FIRE}{'快来' * 600}"
    pictures = [a_picture(f"{n}.jpg", (8, 8 + n)) for n in range(8)]
    typed = {"words": words, "danger": "yes", "photos": pictures}
    answer = client.post(f"/m/{token}/{move}/", typed)
    assert answer.status_code == 303
    with scope(SYSTEM):
        said = Event.objects.filter(subject_id=id_of(token), actor_kind="reporter")
        assert words in said.values_list("words", flat=True)
        kept = Attachment.objects.filter(subject_id=id_of(token)).count()
    assert the_issue(token).urgency == "urgent"
    page = client.get(answer.url).content.decode()
    assert "没能一起收下的：照片" in page
    assert kept == (6 if move == "add" else 0)
    # Urgent by now, nobody is asked again: the words are taken all the same.
    again = client.post(f"/m/{token}/add/", {"words": f"{words}还在烧"})
    assert again.status_code == 303


def test_where_nobody_is_in_danger_everything_is_asked_for_as_before(client: Client) -> None:
    before = stored()
    answer = client.post(REPORT, a_report(words=FIRE, danger="no", phone="abc"))
    assert answer.status_code == 422
    assert stored() == before


@pytest.mark.parametrize("answer", ["zz", "YES", "x" * 99])
def test_only_an_answer_is_an_answer(client: Client, answer: str) -> None:
    link = f"/m/{hand_in(client)}/add/"
    before = stored()
    for path in (REPORT, link):
        stop = client.post(path, a_report(words=FIRE, danger=answer))
        assert stop.status_code == 200
        assert "先保证安全" in stop.content.decode()
    assert stored() == before
    usual = client.post(link, {"words": "今天又多了一袋", "danger": answer})
    assert usual.status_code == 303
