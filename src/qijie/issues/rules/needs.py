"""Named facts a move cannot do without, each with its label and the sentence shown when missing.

A need's name is the field of the facts (or `words`) it asks for, so a form can mark the box.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from qijie.access.accused import is_named, is_near
from qijie.issues.rules import facts as brought
from qijie.issues.rules.book import Book
from qijie.issues.rules.deadlines import classified, handling_due_at, reckoned_later
from qijie.issues.rules.facts import Classified, OrderRequest
from qijie.issues.rules.matter import Act, Matter
from qijie.issues.rules.vocabulary import ClockKind, Family, Move, OrderState
from qijie.kernel.calendars import SHANGHAI


@dataclass(frozen=True, slots=True)
class Need:
    """`is_met` judges the act's facts; they are of the kind the row brings."""

    name: str
    label: str
    missing: str
    is_met: Callable[[Matter, Act[Any], Book], bool]


def _has(name: str) -> Callable[[Matter, Act[Any], Book], bool]:
    return lambda matter, act, book: bool(getattr(act.facts, name))


def _is_told(name: str) -> Callable[[Matter, Act[Any], Book], bool]:
    """For yes-or-no answers: a no is an answer too."""
    return lambda matter, act, book: getattr(act.facts, name) is not None


def _either(name: str) -> Callable[[Matter, Act[Any], Book], bool]:
    """Known already, or said now."""
    return lambda matter, act, book: bool(getattr(act.facts, name) or getattr(matter, name))


def _has_words(matter: Matter, act: Act[Any], book: Book) -> bool:
    return bool(act.words.strip())


def _has_words_or(name: str) -> Callable[[Matter, Act[Any], Book], bool]:
    return lambda matter, act, book: bool(act.words.strip() or getattr(act.facts, name))


def words(label: str, missing: str) -> Need:
    return Need("words", label, missing, _has_words)


def _says_where(matter: Matter, act: Act[brought.ReportFacts], book: Book) -> bool:
    return act.facts.grid_path is not None or act.facts.place_unknown


def _knows_condition(matter: Matter, act: Act[Classified], book: Book) -> bool:
    chosen = book.condition(act.facts.condition or matter.condition)
    return chosen is not None and chosen.category == (act.facts.category or matter.category)


def _is_service(matter: Matter, act: Act[Classified], book: Book) -> bool:
    return (act.facts.family or matter.family) is Family.SERVICE


def _addresses(request: OrderRequest) -> bool:
    return (request.unit_id is None) is not (request.post_id is None)


def _has_one_main(matter: Matter, act: Act[brought.DispatchFacts], book: Book) -> bool:
    return sum(request.is_main for request in act.facts.orders) == 1


def _are_addressed(matter: Matter, act: Act[Any], book: Book) -> bool:
    return all(_addresses(request) for request in _requests(act.facts))


def _requests(facts: Any) -> tuple[OrderRequest, ...]:
    for name in ("orders", "forces"):
        if hasattr(facts, name):
            requests: tuple[OrderRequest, ...] = getattr(facts, name)
            return requests
    return (facts.order,)


def _avoids_the_concerned(matter: Matter, act: Act[Any], book: Book) -> bool:
    accused = matter.accused
    return not any(
        is_named(accused, request.post_id, request.unit_id, None)
        or (request.path and is_near(accused, request.level, request.path))
        for request in _requests(act.facts)
    )


def _avoids_the_hinted(matter: Matter, act: Act[Any], book: Book) -> bool:
    hinted = set(matter.hinted_ids)
    return not any({asked.post_id, asked.unit_id} & hinted for asked in _requests(act.facts))


def _avoids_another_hinted(matter: Matter, act: Act[Any], book: Book) -> bool:
    """Sending somebody says that nobody is meant, but not of a second one beside the accused."""
    return not matter.is_about_somebody or _avoids_the_hinted(matter, act, book)


def _names_somebody(matter: Matter, act: Act[brought.AboutFacts], book: Book) -> bool:
    return (act.facts.post_id is None) is not (act.facts.unit_id is None)


def _corrects(matter: Matter, act: Act[brought.AboutFacts], book: Book) -> bool:
    """Somebody else, or nobody any more."""
    facts = act.facts
    named = (facts.post_id, facts.unit_id)
    return None in named and (
        named != (matter.about_post_id, matter.about_unit_id) or not any(named)
    )


def _is_elsewhere(matter: Matter, act: Act[brought.MoveFacts], book: Book) -> bool:
    """Another place; the superior may also say that it was rightly sent where it is."""
    facts = act.facts
    is_ruling = matter.is_move_refused and facts.level < matter.level
    return facts.path != matter.path or is_ruling


def _is_not_returned(matter: Matter, act: Act[brought.MoveFacts], book: Book) -> bool:
    """Back to where it came from goes by 退回, which is once and ends with the superior."""
    return matter.is_move_refused or not matter.moved_from or act.facts.path != matter.moved_from


def _names_class(matter: Matter, act: Act[Classified], book: Book) -> bool:
    said = act.facts
    chosen = book.condition(said.condition)
    fits = chosen is None or chosen.category == (said.category or matter.category)
    return fits and (said.condition is None or chosen is not None)


def _is_other_class(matter: Matter, act: Act[Classified], book: Book) -> bool:
    after = classified(matter, act.facts)
    return (after.category, after.condition) != (matter.category, matter.condition)


def _is_not_pushed_down(matter: Matter, act: Act[Any], book: Book) -> bool:
    return all(
        request.has_consented or request.level not in matter.whistled_from
        for request in _requests(act.facts)
    )


def _is_main_order(matter: Matter, act: Act[Any], book: Book) -> bool:
    return bool(act.facts.order.is_main)


def _leaves_one_main(matter: Matter, act: Act[brought.AddOrderFacts], book: Book) -> bool:
    main = matter.main_order
    taken = main is not None and (main.is_open or main.state is OrderState.DONE)
    return not (act.facts.order.is_main and taken)


def _shows_evidence(matter: Matter, act: Act[brought.DoneFacts], book: Book) -> bool:
    condition = book.condition(matter.condition)
    order = matter.order(act.facts.order_id)
    if condition is None or order is None or not order.is_main:
        return True
    return not condition.evidence or bool(set(condition.evidence) & set(act.facts.evidence))


def _shows_on_the_spot(matter: Matter, act: Act[brought.SolveFacts], book: Book) -> bool:
    """Only a filed matter says what it asks; before that the words and the sample have to do."""
    condition = book.condition(matter.condition)
    if condition is None or not condition.evidence:
        return True
    return bool(set(condition.evidence) & set(act.facts.evidence))


def _has_looked(matter: Matter, act: Act[brought.CloseFacts], book: Book) -> bool:
    return not matter.awaits_look or bool(act.words.strip())


def _names_safe_order(matter: Matter, act: Act[brought.ReturnFacts], book: Book) -> bool:
    is_second = matter.return_count >= 1 and matter.bound_unit_id is matter.bound_post_id is None
    return act.facts.make_safe_order_id is not None or not is_second


def _is_higher(matter: Matter, act: Act[brought.WhistleFacts], book: Book) -> bool:
    return act.facts.level is not None and act.facts.level > matter.level


def _is_another(matter: Matter, act: Act[brought.MergeFacts], book: Book) -> bool:
    master_id, state = act.facts.master_id, act.facts.master_state
    is_open = state is not None and not state.is_end
    return master_id is not None and master_id != matter.id and is_open


def _is_after_today(name: str) -> Callable[[Matter, Act[Any], Book], bool]:
    def is_met(matter: Matter, act: Act[Any], book: Book) -> bool:
        day = getattr(act.facts, name)
        return day is not None and day > act.at.astimezone(SHANGHAI).date()

    return is_met


def _is_within_the_longest_wait(matter: Matter, act: Act[brought.HangUpFacts], book: Book) -> bool:
    review_on, today = act.facts.review_on, act.at.astimezone(SHANGHAI).date()
    longest = timedelta(days=float(book.limit(ClockKind.REVIEW, matter.urgency).value))
    return review_on is not None and timedelta(days=1) <= review_on - today <= longest


def _is_later(matter: Matter, act: Act[brought.ExtendFacts], book: Book) -> bool:
    until, due = act.facts.until, handling_due_at(matter)
    return until is not None and until > act.at and (due is None or until > due)


def _is_ahead(matter: Matter, act: Act[Any], book: Book) -> bool:
    until = act.facts.until
    return until is not None and until > act.at


def _has_second_person(matter: Matter, act: Act[Classified], book: Book) -> bool:
    if not reckoned_later(matter, act.facts, book):
        return True
    asked = matter.request(Move.ASK_RECLASSIFY)
    if asked is None or asked.by_user_id == act.actor.user_id:
        return False
    said = (act.facts.family, act.facts.category, act.facts.condition)
    return said == (asked.family, asked.category, asked.condition)


def _has_follow_up(matter: Matter, act: Act[brought.CloseFacts], book: Book) -> bool:
    return matter.family is not Family.DISPUTE or act.facts.follow_up_on is not None


def _is_request_of(*moves: Move) -> Callable[[Matter, Act[brought.DeclineFacts], Book], bool]:
    def is_met(matter: Matter, act: Act[brought.DeclineFacts], book: Book) -> bool:
        asked = act.facts.request
        return asked in moves and matter.request(asked) is not None

    return is_met


WHAT = Need(
    "words",
    "情况说明或类别",
    "请写一句发生了什么，或者选一个类别。",
    _has_words_or("category"),
)
WHERE = Need(
    "grid_path", "地点", "请在地图上点出地点或填写地址；确实说不清时请选“地点不明”。", _says_where
)
MORE = Need("words", "补充内容", "请写下要补充的情况，或者上传照片。", _has_words_or("photos"))
CATEGORY = Need("category", "类别", "还没有选定类别，请从目录中选择一个。", _either("category"))
FAMILY = Need("family", "大类", "还没有选定大类，请从目录中选择一个。", _either("family"))
GRID = Need(
    "grid_path", "所属网格", "还没有定位到网格，请在地图上选定所属网格。", _either("grid_path")
)
RULE = Need("rule", "匹配的规则", "没有匹配到派单规则，须由受理席人工受理。", _has("rule"))
CONDITION = Need(
    "condition", "立案条件", "请从该类别下选择一条立案条件，处置时限由它决定。", _knows_condition
)
QUESTION = Need("family", "大类", "受理席只能当场答复“服务咨询”，请改派或改类。", _is_service)
CONCERNED = Need("unit_id", "涉及谁", "请选择涉及的单位或岗位。", _names_somebody)
OTHER_CONCERNED = Need(
    "unit_id", "涉及谁", "请选择另一个单位或岗位，或者选“不涉及工作人员”。", _corrects
)
NEW_PLACE = Need("path", "改到哪里", "请选择与现在不同的社区或网格。", _is_elsewhere)
NOT_RETURNED = Need(
    "path",
    "改到哪里",
    "这件事项正是从那里改来的，不同意请用“退回改辖区”，由上级裁定。",
    _is_not_returned,
)
OTHER_CLASS = Need("category", "改成哪一类", "请选择与现在不同的类别。", _is_other_class)
FITTING_CONDITION = Need(
    "condition", "立案条件", "立案条件不属于所选的类别，请重新选择。", _names_class
)
VOID_REASON = Need("reason", "不予受理的理由", "请从清单中选择不予受理的理由。", _has("reason"))
RETURN_REASON = Need("reason", "退单理由", "请从清单中选择退单理由。", _has("reason"))
MAKE_SAFE_ORDER = Need(
    "make_safe_order_id",
    "止险工单号",
    "第二次退单须同时为首接单位开出先行止险工单，请重新提交。",
    _names_safe_order,
)
MASTER = Need("master_id", "主办事项", "请选择另一件正在办理的事项作为主办事项。", _is_another)
ONE_MAIN = Need("orders", "主办单位", "请指定且只指定一个主办单位，其余为协办。", _has_one_main)
FORCES = Need("forces", "协同力量", "请至少点一支到场的力量。", _has("forces"))
MEET_AT = Need("meet_at", "到场时间", "请填写到场时间。", _has("meet_at"))
MEET_PLACE = Need("place", "到场地点", "请填写到场地点。", _has("place"))
ADDRESSED = Need(
    "orders", "承办方", "每张工单须写明一个单位或一个岗位，不能都填或都不填。", _are_addressed
)
NOT_THE_CONCERNED = Need(
    "orders",
    "承办方",
    "本事项反映的正是该单位或岗位，不能由其承办，请改派其他单位。",
    _avoids_the_concerned,
)
NOT_THE_HINTED = Need(
    "orders",
    "承办方",
    "原话里疑似涉及该单位或岗位，请受理席先核对是否涉及，或者改派其他单位。",
    _avoids_the_hinted,
)
NOT_ANOTHER_HINTED = Need(
    NOT_THE_HINTED.name, NOT_THE_HINTED.label, NOT_THE_HINTED.missing, _avoids_another_hinted
)
CONSENT = Need(
    "orders",
    "下级同意",
    "本事项是从该级吹哨上来的，未经其同意不得再派回，请先征得同意。",
    _is_not_pushed_down,
)
A_MAIN_ORDER = Need(
    "order", "主办单位", "裁定须明确一个主办单位，请将工单设为主办。", _is_main_order
)
LEAVES_ONE_MAIN = Need(
    "order", "协办单位", "已有主办单位，只能加派协办；如需换主办请先撤单。", _leaves_one_main
)
EVIDENCE = Need(
    "evidence",
    "处置凭证",
    "请附一张照片，或选一种凭证：书面记录、对方确认、请核查员现场查看。",
    _shows_evidence,
)
EVIDENCE_ON_THE_SPOT = Need("evidence", EVIDENCE.label, EVIDENCE.missing, _shows_on_the_spot)
OWN_LOOK = Need(
    "words",
    "您到现场看到了什么",
    "承办方没有照片和凭证，等您到现场查看：请写明您看到了什么。",
    _has_looked,
)
HIGHER_LEVEL = Need("level", "吹到哪一级", "请选择比当前更高的一级。", _is_higher)
RECEIVER = Need("receiver", "接收单位", "请选择接收转介的单位。", _has("receiver"))
RECEIPT = Need(
    "receipt", "对方回执", "请填写对方接收的回执编号或经办人，没有接收不能转介。", _has("receipt")
)
FOLLOW_UP = Need(
    "follow_up_on", "回访日期", "请填写今天之后的一个回访日期。", _is_after_today("follow_up_on")
)
REVIEW_ON = Need(
    "review_on", "复核日期", "请填写{review_span}之内的复核日期。", _is_within_the_longest_wait
)
NEW_DATE = Need("new_due_at", "新的期限", "请填写晚于现有期限的新期限。", _is_later)
ANSWER_BY = Need("answer_by", "答复期限", "请填写今后的一个答复期限。", _is_ahead)
SECOND_PERSON = Need(
    "condition",
    "第二人同意",
    "这样改类会使期限变晚，须由另一位受理员先提请，再由您同意。",
    _has_second_person,
)
WAITING_REQUEST = Need(
    "request",
    "要驳回的申请",
    "请选择要驳回的挂账或延期申请。",
    _is_request_of(Move.ASK_HANG_UP, Move.ASK_EXTEND),
)
CLASS_REQUEST = Need(
    "request",
    "要驳回的申请",
    "请选择要驳回的改类申请。",
    _is_request_of(Move.ASK_RECLASSIFY),
)
STANDARD_MET = Need(
    "is_standard_met",
    "达到结案标准",
    "请确认已达到结案标准；没有达到请选择返工。",
    _has("is_standard_met"),
)
AGREED_FOLLOW_UP = Need(
    "follow_up_on", "协议回访日期", "纠纷结案须写明协议约定的回访日期。", _has_follow_up
)
IS_SOLVED = Need("is_solved", "是否解决", "请选择“已解决”或“未解决”。", _is_told("is_solved"))
IS_UPHELD = Need("is_upheld", "复核意见", "请选择申诉成立或不成立。", _is_told("is_upheld"))
