"""A matter about somebody, over HTTP: the same 404 on every road, and the moves that correct it."""

from uuid import UUID

import pytest
from django.test import Client

from qijie.access.scope import scope
from qijie.access.viewer import Role, reporter_of
from qijie.issues import actions
from qijie.issues.models import Issue
from qijie.records.models import Attachment
from tests import town
from tests.access.matters import AT, report
from tests.issues.test_accused import SEEN_BY, about
from tests.photos import look_at_all

pytestmark = [pytest.mark.django_db(databases=["default", "owner"]), pytest.mark.slow]


@pytest.mark.parametrize(
    "accused", ["nobody", "worker-1", "verifier", "unit-property", "somebody here", "street-desk"]
)
def test_whoever_must_not_see_it_meets_the_same_404_on_every_road(
    client: Client, accused: str
) -> None:
    matter = report(town.IN_GRID_1, photo=True, **about(accused))
    look_at_all(AT)
    with scope(town.viewer("zheng" if accused != "street-desk" else "wu")):
        issue = Issue.objects.get(pk=matter)
        photo = Attachment.objects.get(subject_id=matter)
    for name in ("wang", "zhou", "chen", "luo"):
        client.force_login(town.user(name))
        surface = "field" if town.viewer(name).roles <= {Role.GRID_WORKER, Role.HANDLER} else ""
        expected = name in SEEN_BY[accused]
        for path in _roads(surface or "console", matter, photo.pk):
            assert (client.get(path).status_code != 404) is expected, (name, path)
        if not surface:
            assert _found_by_number(client, issue.number) is expected
            reveal = client.post(f"/console/matters/{matter}/reporter/", {"purpose": "回访"})
            assert (reveal.status_code == 200) is expected


def _roads(surface: str, matter: UUID, photo: UUID) -> list[str]:
    here = f"/{surface}/matters/{matter}/"
    return [here, f"{here}photos/{photo}/"]


def _found_by_number(client: Client, number: str) -> bool:
    return client.get("/console/find/", {"q": number}).status_code == 302


def _of_no_known_place(words: str) -> UUID:
    return report(None, words=words, place_words="楼下花坛边")


def _accepted_into_grid_1(client: Client, matter: UUID) -> str:
    client.force_login(town.user("zheng"))
    typed = {"category": town.NOISE, "path": town.GRID_1, "urgency": "normal"}
    taken = client.post(f"/console/matters/{matter}/accept/", typed)
    assert taken.status_code == 302, taken.content.decode()
    return client.get(taken["Location"]).content.decode()


def test_the_desk_that_gives_the_grid_reads_who_seems_to_be_meant_there(client: Client) -> None:
    matter = _of_no_known_place("网格员态度恶劣，上门推我")
    page = _accepted_into_grid_1(client, matter)
    who = "槐荫社区第一网格网格员（原话“网格员”）"
    assert f"原话可能涉及：{who}。核对之前，他们看不到这件事项。" in page
    assert "请核对；立案即视为不涉及" in page
    client.force_login(town.user("chen"))
    assert client.get(f"/field/matters/{matter}/").status_code == 404


def test_one_press_says_that_nobody_of_the_staff_is_meant(client: Client) -> None:
    matter = _of_no_known_place("网格员说垃圾桶满了")
    assert "核对为不涉及" in _accepted_into_grid_1(client, matter)
    said = client.post(f"/console/matters/{matter}/not_meant/", {})
    assert "核对为不涉及" in client.get(said["Location"]).content.decode()
    client.force_login(town.user("chen"))
    assert client.get(f"/field/matters/{matter}/").status_code == 200


def test_what_the_desk_wrote_when_it_looked_is_for_its_own_side(client: Client) -> None:
    matter = _of_no_known_place("网格员说垃圾桶满了")
    _accepted_into_grid_1(client, matter)
    why = "问过反映人，收红包的另有其人"
    client.post(f"/console/matters/{matter}/not_meant/", {"words": why})
    here = f"matters/{matter}/"
    for username, url, reads in (
        ("chen", f"/field/{here}", False),
        ("zhao", f"/console/{here}", False),
        ("wang", f"/console/{here}", True),
    ):
        client.force_login(town.user(username))
        shown = client.get(url).content.decode()
        assert "核对为不涉及" in shown
        assert (why in shown) is reads, username


def test_the_desk_that_was_asked_about_reads_no_word_of_it_either(client: Client) -> None:
    matter = report(town.IN_GRID_1, words="王芳说垃圾桶满了", category=town.NOISE)
    why = "问过反映人，不是说她"
    client.force_login(town.user("zheng"))
    client.post(f"/console/matters/{matter}/not_meant/", {"words": why})
    assert why in client.get(f"/console/matters/{matter}/").content.decode()
    client.force_login(town.user("wang"))
    shown = client.get(f"/console/matters/{matter}/").content.decode()
    assert "核对为不涉及" in shown
    assert why not in shown


def test_an_ended_matter_tells_the_desk_whom_its_last_words_seem_to_name(client: Client) -> None:
    matter = report(town.IN_GRID_1, words="路面有个坑", category=town.NOISE)
    first = reporter_of(matter)
    with scope(first):
        actions.withdraw(matter, by=first, at=AT, words="陈静上门让我撤回")
    client.force_login(town.user("wang"))
    page = client.get(f"/console/matters/{matter}/").content.decode()
    assert "可能涉及" in page
    assert "核对为不涉及" in page
    said = client.post(f"/console/matters/{matter}/not_meant/", {"words": "问过了"})
    assert "按原话提示" not in client.get(said["Location"]).content.decode()


def test_where_the_words_name_nobody_no_button_asks(client: Client) -> None:
    page = _accepted_into_grid_1(client, _of_no_known_place("路面有个坑"))
    assert "核对为不涉及" not in page
    assert "可能涉及" not in page
