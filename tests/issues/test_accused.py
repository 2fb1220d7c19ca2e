"""Who sees a matter about somebody: every accused against every post, by list, id, photo.

The oracle is written from the sentences people are promised, not from the code: it knows the posts
of the town by what they are called.
"""

import pytest

from qijie.access.scope import scope
from qijie.issues import actions
from qijie.issues.models import Issue
from qijie.issues.queries import visible_to
from qijie.issues.rules.decide import Refused
from qijie.records.models import Attachment, Event
from qijie.teams.models import OrgUnit, Post
from tests import town
from tests.access.matters import as_post, report

pytestmark = [pytest.mark.django_db(databases=["default", "owner"]), pytest.mark.slow]

STAFF = (
    *("chen", "liu", "ma", "song", "wang", "zhao", "zhou", "sun", "luo", "wu", "zheng", "he"),
    *("feng", "xu", "qian", "han", "cao", "deng"),
)
STREET_SIDE = {"wu", "zheng", "he", "feng", "xu"}
COMMUNITY_SIDE = {"song", "wang", "zhao", "zhou"}
# Whom it is about, in grid 1 of 槐荫社区, and who of the town may see it then.
SEEN_BY = {
    "nobody": {"chen", "song", "wang", "zhao", "zhou", *STREET_SIDE},
    "worker-1": COMMUNITY_SIDE | STREET_SIDE,
    "worker-2": {"chen"} | COMMUNITY_SIDE | STREET_SIDE,
    "desk": STREET_SIDE,
    "lead": STREET_SIDE,
    "dispatcher": STREET_SIDE,
    "verifier": STREET_SIDE,
    town.PROPERTY: STREET_SIDE,
    "handler-2": STREET_SIDE,
    "somebody here": STREET_SIDE,
    # Nobody is above the street in this town: the street's own stay, but for whoever is meant.
    town.STREET_OFFICE: STREET_SIDE - {"xu"},
    town.SANITATION: STREET_SIDE,
    "leader": STREET_SIDE - {"xu"},
    "street-desk": STREET_SIDE - {"zheng"},
    "street-verifier": STREET_SIDE - {"feng"},
    "supervisor": STREET_SIDE - {"wu"},
}


def about(accused: str) -> dict[str, object]:
    known: dict[str, object] = {"category": town.RUBBISH}
    if accused == "nobody":
        return known
    if accused == "somebody here":
        return known | {"is_about_staff": True, "about_words": "一个穿红马甲的"}
    if post := Post.objects.filter(code=accused).first():
        return known | {"about_post_id": post.pk}
    return known | {"about_unit_id": OrgUnit.objects.get(code=accused).pk}


@pytest.mark.parametrize("accused", SEEN_BY)
def test_exactly_those_who_stand_neither_below_nor_beside_see_it(accused: str) -> None:
    matter = report(town.IN_GRID_1, photo=True, **about(accused))
    by_list, behind_the_wall, photos, events = set(), set(), set(), set()
    for name in STAFF:
        viewer = town.viewer(name)
        with scope(viewer):
            if visible_to(viewer).filter(pk=matter).exists():
                by_list.add(name)
            if Issue.objects.filter(pk=matter).exists():
                behind_the_wall.add(name)
            if Attachment.objects.filter(subject_id=matter).exists():
                photos.add(name)
            if Event.objects.filter(subject_id=matter).exists():
                events.add(name)
    assert by_list == behind_the_wall == photos == events == SEEN_BY[accused]


@pytest.mark.parametrize("accused", sorted(set(SEEN_BY) - {"nobody"}))
def test_a_desk_or_who_stands_in_for_it_takes_it(accused: str) -> None:
    matter = report(town.IN_GRID_1, **about(accused))
    takes = {"street-desk": "wu", "worker-1": "wang", "worker-2": "wang"}.get(accused, "zheng")
    as_post(takes, actions.accept, matter)
    with scope(town.viewer("he")):
        assert Issue.objects.get(pk=matter).state == "accepted"


def test_who_held_the_post_does_not_see_it_in_another_post_either() -> None:
    matter = report(town.IN_GRID_1, **about("worker-1"))
    with scope(town.viewer("zheng")):
        assert Issue.objects.get(pk=matter).about_user_ids == [town.user("chen").pk]


def test_the_desk_hands_on_what_is_about_its_own_office_and_sees_it_no_more() -> None:
    matter = report(town.IN_GRID_1)
    unit = OrgUnit.objects.get(code=town.PROPERTY)
    as_post("wang", actions.about, matter, unit_id=unit.pk)
    with scope(town.viewer("wang")):
        assert not Issue.objects.filter(pk=matter).exists()
    with scope(town.viewer("zheng")):
        issue = Issue.objects.get(pk=matter)
        assert (issue.level, issue.about_path) == ("street", town.HUAIYIN)


def test_a_wrong_word_is_taken_back_by_the_desk_above_with_a_reason_and_both_are_kept() -> None:
    matter = report(town.IN_GRID_1, **about("worker-1"))
    with pytest.raises(Refused, match="请写明为什么更正"):
        as_post("wang", actions.about, matter)
    as_post("wang", actions.about, matter, words="说的是居民，不是网格员")
    with scope(town.viewer("wang")):
        issue = Issue.objects.get(pk=matter)
        assert (issue.level, issue.about_path, issue.about_post_id) == ("community", "", None)
        told = list(Event.objects.filter(subject_id=matter).order_by("sequence"))
    assert [event.verb for event in told] == ["report", "about"]
    assert told[0].facts["about_post_id"] == str(Post.objects.get(code="worker-1").pk)


def test_no_order_goes_to_anybody_below_or_beside_the_accused() -> None:
    matter = report(town.IN_GRID_1, **about("desk"))
    as_post("zheng", actions.accept, matter, category=town.RUBBISH)
    as_post("zheng", actions.file, matter, condition="rubbish-1")
    near = OrgUnit.objects.get(code=town.PROPERTY)
    with pytest.raises(Refused, match="不能由其承办"):
        as_post(
            "he",
            actions.dispatch,
            matter,
            unit_id=near.pk,
            unit_level=near.level,
            unit_path=near.path,
        )
