"""Whoever the words name waits until a desk has looked, whichever move brought it before them."""

from collections.abc import Callable
from uuid import UUID

import pytest

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, reporter_of
from qijie.issues import actions
from qijie.issues.actions.regridding import regrid
from qijie.issues.models import Issue
from qijie.issues.queries import matter_of
from qijie.issues.queries.book import book
from qijie.issues.queries.matter import history_of
from qijie.issues.rules.decide import Refused, replay
from qijie.issues.rules.matter import Actor, EventValue
from qijie.issues.rules.naming import asked_of
from qijie.issues.rules.vocabulary import Channel, Evidence, Move, State
from qijie.kernel.codes import Level
from qijie.records.models import Event, OutboxEntry
from qijie.teams.models import Post
from tests import town
from tests.access.matters import AT, as_post, dispatch, order_of, report
from tests.issues.rules.scenes import SCENES, played

pytestmark = [pytest.mark.django_db(databases=["default", "owner"]), pytest.mark.slow]

RUDE = "网格员态度恶劣，上门推我"


def sees(name: str, matter: UUID) -> bool:
    with scope(town.viewer(name)):
        return Issue.objects.filter(pk=matter).exists()


def stored(matter: UUID) -> Issue:
    with scope(SYSTEM):
        return Issue.objects.get(pk=matter)


def hinted(matter: UUID) -> set[UUID]:
    return set(stored(matter).hinted_ids)


def post(code: str) -> UUID:
    return Post.objects.get(code=code).pk


def somewhere(words: str = RUDE, **facts: object) -> UUID:
    """A resident's report with its place in words alone: it lies with the street."""
    return report(None, words=words, place_words="楼下花坛边", **facts)


def accept(matter: UUID, **facts: object) -> None:
    as_post("zheng", actions.accept, matter, category=town.NOISE, path=town.GRID_1, **facts)


def more(matter: UUID, words: str) -> None:
    first = reporter_of(matter)
    with scope(first):
        actions.add(matter, by=first, at=AT, words=words)


# Every move that may say where it is


def _accepted() -> UUID:
    matter = somewhere()
    accept(matter)
    return matter


def _moved() -> UUID:
    matter = somewhere()
    as_post("zheng", actions.move, matter, path=town.GRID_1, words="在第一网格")
    return matter


def _regridded() -> UUID:
    matter = report(town.IN_GRID_2, words=RUDE, category=town.NOISE)
    as_post("wang", actions.accept, matter)
    assert sees("liu", matter)
    with scope(SYSTEM):
        regrid(matter, grid_path=town.GRID_1, words="网格调整", at=AT)
    return matter


def _reported() -> UUID:
    return report(town.IN_GRID_1, words=RUDE)


BROUGHT: dict[Move, Callable[[], UUID]] = {
    Move.REPORT: _reported,
    Move.ACCEPT: _accepted,
    Move.MOVE: _moved,
    Move.REGRID: _regridded,
}


def test_these_are_all_the_moves_that_say_where_it_is() -> None:
    """A new one that changes the path has to be tried below as well."""
    may_say = {row.move for row in SCENES if "grid_path" in row.brings.__dataclass_fields__}
    change_it = {
        row.move
        for row, (matter, act) in SCENES.items()
        if played(matter, act).matter.path != matter.path
    }
    assert may_say | change_it == set(BROUGHT)


@pytest.mark.parametrize("brought", BROUGHT.values(), ids=BROUGHT)
def test_the_worker_of_the_place_it_came_to_does_not_see_it(brought: Callable[[], UUID]) -> None:
    matter = brought()
    assert stored(matter).path == town.GRID_1
    assert post("worker-1") in hinted(matter)
    assert not sees("chen", matter)
    assert sees("wang", matter)


@pytest.mark.parametrize("brought", BROUGHT.values(), ids=BROUGHT)
def test_its_history_alone_makes_the_same_of_it(brought: Callable[[], UUID]) -> None:
    issue = stored(brought())
    with scope(SYSTEM):
        events = [_value(event) for event in history_of(issue)]
        again, now = replay(events, book()), matter_of(issue)
    assert (again.hinted_ids, again.level, again.path) == (now.hinted_ids, now.level, now.path)


def _value(event: Event) -> EventValue:
    actor = Actor(role=event.actor_kind, user_id=event.actor_user_id, post_id=event.actor_post_id)
    held = Post.objects.filter(pk=event.actor_post_id).first()
    if held is not None:
        actor = Actor(
            role=event.actor_kind,
            side=event.actor_side,
            user_id=event.actor_user_id,
            post_id=held.pk,
            level=Level(held.level),
            path=held.path,
        )
    return EventValue(
        matter_id=event.subject_id,
        sequence=event.sequence,
        move=Move(event.verb),
        from_state=State(event.from_state) if event.from_state else None,
        to_state=State(event.to_state),
        level=Level(event.level),
        actor=actor,
        at=event.at,
        device_at=event.device_at,
        words=event.words,
        order_id=event.order_id,
        facts=event.facts,
        follows=event.follows,
    )


# What a desk says of it


def test_the_desk_that_gave_the_grid_is_told_and_files_it_as_not_meant() -> None:
    matter = _accepted()
    issue = stored(matter)
    assert issue.level == "street"
    assert [(asked.name, asked.words) for asked in asked_of(issue.hints)] == [
        ("槐荫社区第一网格网格员", "网格员")
    ]
    with scope(SYSTEM):
        entries = list(OutboxEntry.objects.filter(subject_id=matter))
    told = [(one["move"], one["audience"]) for entry in entries for one in entry.told]
    assert [audience for move, audience in told if move == "seem"] == ["desk"]
    as_post("zheng", actions.file, matter, condition="noise-1")
    assert (hinted(matter), sees("chen", matter)) == (set(), True)


def test_what_was_answered_is_answered_wherever_the_matter_goes_then() -> None:
    matter = _accepted()
    as_post("zheng", actions.not_meant, matter)
    assert sees("chen", matter)
    as_post("zheng", actions.move, matter, path=town.GRID_2, words="在第二网格")
    assert hinted(matter) == {post("worker-2")}
    as_post("wang", actions.not_meant, matter)
    as_post("wang", actions.move, matter, path=town.GRID_3, words="在柳溪")
    assert hinted(matter) == {post("worker-3")}


def _answered() -> UUID:
    matter = report(town.IN_GRID_1, words="网格员说垃圾桶满了", category=town.NOISE)
    as_post("wang", actions.not_meant, matter)
    assert sees("chen", matter)
    return matter


@pytest.mark.parametrize("said", ["网格员陈静收了我的红包", "那个网格员今天又来了"])
def test_words_said_after_the_answer_ask_again(said: str) -> None:
    matter = _answered()
    more(matter, said)
    assert (hinted(matter), sees("chen", matter)) == ({post("worker-1")}, False)
    as_post("wang", actions.not_meant, matter)
    more(matter, "楼下的灯也坏了")
    assert sees("chen", matter)


def test_words_said_elsewhere_are_asked_about_when_the_matter_comes_back() -> None:
    matter = _answered()
    as_post("wang", actions.move, matter, path=town.NEXT_COMMUNITY, words="在榆林")
    more(matter, "陈静收了我的红包")
    _back_from_elsewhere(matter)
    assert post("worker-1") in hinted(matter)
    assert not sees("chen", matter)


def _back_from_elsewhere(matter: UUID) -> None:
    as_post("qian", actions.move, matter, path=town.GRID_3, words="在柳溪")
    as_post("zheng", actions.move, matter, path=town.GRID_1, words="在槐荫")


def test_a_desk_that_does_not_know_those_named_does_not_clear_them() -> None:
    matter = report(town.IN_GRID_1, words="陈静收了我的红包", category=town.NOISE)
    as_post("wang", actions.move, matter, path=town.NEXT_COMMUNITY, words="在榆林")
    as_post("qian", actions.accept, matter, path=town.NEXT_GRID)
    assert hinted(matter) == set()
    _back_from_elsewhere(matter)
    assert (hinted(matter), sees("chen", matter)) == ({post("worker-1")}, False)


def test_said_to_be_about_somebody_it_asks_of_nobody_else() -> None:
    matter = somewhere()
    as_post("zheng", actions.about, matter, post_id=post("worker-2"))
    as_post("zheng", actions.accept, matter, category=town.NOISE, path=town.GRID_1)
    assert (hinted(matter), sees("chen", matter)) == (set(), True)


def test_moved_within_the_community_it_does_not_come_to_the_desk_that_is_named() -> None:
    matter = report(town.IN_GRID_1, words="王芳接电话骂人")
    assert stored(matter).level == "street"
    as_post("zheng", actions.move, matter, path=town.GRID_2, words="在第二网格")
    assert (stored(matter).level, sees("wang", matter)) == ("street", False)


# Words that came later


def test_a_holder_named_in_an_addition_waits_and_the_matter_goes_above_a_named_desk() -> None:
    matter = report(town.IN_GRID_1, words="路面有个坑", category=town.NOISE)
    assert sees("chen", matter)
    more(matter, "陈静和王芳都骂人")
    assert not sees("chen", matter)
    assert (sees("wang", matter), stored(matter).level) == (False, "street")
    assert sees("zheng", matter)


def test_an_addition_is_read_again_where_the_matter_is_moved_to() -> None:
    matter = somewhere("路面有个坑")
    more(matter, RUDE)
    assert hinted(matter) == set()
    accept(matter)
    assert (hinted(matter), sees("chen", matter)) == ({post("worker-1")}, False)


def test_what_staff_wrote_down_themselves_hides_nothing_from_them() -> None:
    chen = town.viewer("chen")
    matter = report(
        None, by=chen, words="网格员巡查发现路面有坑", channel=Channel.WORKER, path=town.LIUXI
    )
    as_post("zheng", actions.accept, matter, category=town.NOISE, path=town.GRID_1)
    assert hinted(matter) == set()


def test_a_worker_named_while_she_has_the_order_loses_it_to_whoever_is_sent_next() -> None:
    matter = report(town.IN_GRID_1, words="路面有个坑", category=town.NOISE)
    as_post("wang", actions.accept, matter)
    as_post("wang", actions.file, matter, condition="noise-1")
    as_post("zhao", actions.dispatch, matter, post_id=post("worker-1"))
    more(matter, RUDE)
    assert not sees("chen", matter)
    as_post("wang", actions.about, matter, post_id=post("worker-1"))
    issue = stored(matter)
    assert (issue.state, issue.about_post_id, issue.hinted_ids) == ("filed", post("worker-1"), [])
    with scope(SYSTEM):
        assert list(issue.orders.values_list("state", flat=True)) == ["recalled"]


def test_nobody_who_is_named_is_sent_before_the_desk_has_looked() -> None:
    matter = report(town.IN_GRID_1, words="路面有个坑", category=town.NOISE)
    as_post("wang", actions.accept, matter)
    as_post("wang", actions.file, matter, condition="noise-1")
    more(matter, RUDE)
    with pytest.raises(Refused, match="请受理席先核对是否涉及"):
        as_post("zhao", actions.dispatch, matter, post_id=post("worker-1"))
    as_post("wang", actions.not_meant, matter)
    as_post("zhao", actions.dispatch, matter, post_id=post("worker-1"))
    assert sees("chen", matter)


def test_whoever_else_is_named_in_a_matter_about_somebody_waits_too() -> None:
    matter = somewhere("路面有个坑")
    as_post("zheng", actions.about, matter, post_id=post("worker-2"))
    as_post("zheng", actions.accept, matter, category=town.NOISE, path=town.GRID_1)
    more(matter, "陈静也收了红包")
    assert (hinted(matter), sees("chen", matter)) == ({post("worker-1")}, False)


# Words that end a matter, or come after its end


def _ended_by(move: Callable[..., object], matter: UUID, **facts: object) -> UUID:
    first = reporter_of(matter)
    with scope(first):
        move(matter, by=first, at=AT, **facts)
    return matter


def _plain() -> UUID:
    return report(town.IN_GRID_1, words="路面有个坑", category=town.NOISE)


def _withdrawn() -> UUID:
    return _ended_by(actions.withdraw, _plain(), words="陈静上门让我撤回")


def _solved() -> UUID:
    matter = _plain()
    as_post("chen", actions.solve, matter, words="已填平")
    return matter


def _confirmed() -> UUID:
    return _ended_by(actions.confirm, _solved(), is_satisfied=True, words="陈静要了我红包")


def _judged() -> UUID:
    matter = dispatch(report(town.IN_GRID_1, category=town.RUBBISH), town.SANITATION)
    order = order_of(matter, "sun")
    as_post("sun", actions.sign, matter, order_id=order)
    as_post("sun", actions.done, matter, order_id=order, words="已清", evidence=[Evidence.RECORD])
    as_post("zhou", actions.close, matter, is_standard_met=True)
    answers = {"is_solved": False, "is_satisfied": False}
    return _ended_by(actions.judge, matter, **answers, words="陈静要了我红包")


@pytest.mark.parametrize("made", [_withdrawn, _confirmed, _judged])
def test_words_that_end_a_matter_or_follow_its_end_wait_for_the_desk(
    made: Callable[[], UUID],
) -> None:
    matter = made()
    assert stored(matter).state in ("closed", "voided")
    assert (hinted(matter), sees("chen", matter)) == ({post("worker-1")}, False)
    with scope(SYSTEM):
        entries = list(OutboxEntry.objects.filter(subject_id=matter))
    told = [(one["move"], one["audience"]) for entry in entries for one in entry.told]
    assert ("seem", "desk") in told
    as_post("wang", actions.not_meant, matter)
    assert sees("chen", matter)


def test_the_desk_says_of_an_ended_matter_whom_it_is_about_and_nothing_else_moves() -> None:
    matter = _judged()
    before = stored(matter)
    as_post("wang", actions.about, matter, post_id=post("worker-1"))
    after = stored(matter)
    assert (after.state, after.answered_level) == (before.state, before.answered_level)
    assert (after.about_post_id, sees("chen", matter)) == (post("worker-1"), False)


# A place in words


def test_a_place_named_as_an_address_names_nobody() -> None:
    matter = report(town.IN_GRID_1, words="垃圾满了", place_words="网格员工作站、槐荫物业门口")
    assert hinted(matter) == set()


def test_a_person_in_the_place_is_named() -> None:
    matter = report(town.IN_GRID_1, words="有人堵门", place_words="网格员陈静家门口")
    assert hinted(matter) == {post("worker-1")}


@pytest.mark.parametrize("said", [{"words": "槐荫社区的受理员不理人"}, {"place_words": "槐荫社区"}])
def test_a_community_said_in_words_has_its_own_people(said: dict[str, str]) -> None:
    matter = report(None, **{"words": "受理员不理人", "place_words": "路口"} | said)
    assert post("desk") in hinted(matter)
    assert not sees("wang", matter)
    assert post("desk") not in hinted(somewhere("受理员不理人"))
