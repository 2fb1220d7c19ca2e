"""Named conditions on a move that hold or not before anything is typed; each says why not.

They look at the matter, the actor, the moment and the order meant, so they also grey the buttons.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from qijie.access.viewer import Side
from qijie.issues.rules.book import Numbers
from qijie.issues.rules.matter import Actor, Matter, Order
from qijie.issues.rules.vocabulary import (
    Appeal,
    Channel,
    ClockKind,
    Family,
    Move,
    OrderState,
    Purpose,
    State,
    Urgency,
    Verdict,
)
from qijie.kernel.calendars import SHANGHAI
from qijie.kernel.codes import Level


@dataclass(frozen=True, slots=True)
class Case:
    """One actor before one matter at one moment, with the order meant, if the move has one.

    `numbers` are the city's own: how often something may be.
    """

    matter: Matter
    actor: Actor
    now: datetime
    numbers: Numbers
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    name: str
    holds: Callable[[Case], bool]
    why_not: str


_DOING = frozenset({Side.COMMAND, Side.FIELD, Side.UNIT})


def is_one_sided(case: Case) -> bool:
    taken = set(case.matter.sides_of(case.actor.user_id))
    if case.actor.side is Side.SUPERVISION:
        return not taken & _DOING
    return case.actor.side not in _DOING or Side.SUPERVISION not in taken


def _did_not_do_it(case: Case) -> bool:
    return not set(case.matter.sides_of(case.actor.user_id)) & _DOING


def _is_window_open(kind: ClockKind) -> Callable[[Case], bool]:
    def holds(case: Case) -> bool:
        window = case.matter.running(kind)
        return window is not None and case.now <= window.due_at

    return holds


def _has_passed(kind: ClockKind) -> Callable[[Case], bool]:
    def holds(case: Case) -> bool:
        clock = case.matter.running(kind)
        return clock is not None and case.now >= clock.due_at

    return holds


def _is_running(*kinds: ClockKind) -> Callable[[Case], bool]:
    return lambda case: any(case.matter.running(kind) for kind in kinds)


def _is_asked(*moves: Move) -> Callable[[Case], bool]:
    return lambda case: any(case.matter.request(move) for move in moves)


def _is_not_asked(move: Move) -> Callable[[Case], bool]:
    return lambda case: case.matter.request(move) is None


def _is_urgent(case: Case) -> bool:
    return case.matter.urgency is Urgency.URGENT


def _has_urged_enough(case: Case) -> bool:
    today = case.now.astimezone(SHANGHAI).date()
    return case.matter.urged_on(today) >= case.numbers.urges_a_day


def _is_reporter(case: Case) -> bool:
    return case.actor.role == "reporter" or (
        case.actor.user_id is not None and case.actor.user_id == case.matter.reported_by
    )


def _may_still_reopen(case: Case) -> bool:
    """The reporter within the window, a verifier while calling back, a supervisor any time."""
    if case.actor.role == "supervisor":
        return True
    if case.actor.role == "verifier":
        return case.matter.running(ClockKind.CALL_BACK) is not None
    return _is_window_open(ClockKind.REOPEN_WINDOW)(case)


def _may_still_object(case: Case) -> bool:
    if case.matter.state is State.VOIDED:
        return case.matter.has_reporter and not case.matter.objection_used
    return case.matter.has_reporter and not case.matter.final_answer_objected


def _is_duty_silent(case: Case) -> bool:
    main = case.matter.main_order
    if main is None or main.state is not OrderState.SENT:
        return False
    sign = case.matter.running(ClockKind.SIGN, main.id)
    return sign is not None and case.now >= sign.due_at


def _is_in_time(case: Case) -> bool:
    handling = [c for c in case.matter.clocks if c.kind is ClockKind.HANDLE and c.is_running]
    return any(case.now <= clock.due_at for clock in handling)


def _is_main_done(case: Case) -> bool:
    main = case.matter.main_order
    return main is not None and main.state is OrderState.DONE


def _are_others_settled(case: Case) -> bool:
    settled = (OrderState.DONE, OrderState.RECALLED, OrderState.WAIVED)
    others = (order for order in case.matter.orders_of_round if not order.is_main)
    return all(order.state in settled for order in others)


def _is_returnable(case: Case) -> bool:
    order, matter = case.order, case.matter
    if order is None or order.purpose is Purpose.MAKE_SAFE:
        return False
    bound = (matter.bound_unit_id, matter.bound_post_id)
    return bound == (None, None) or bound != (order.unit_id, order.post_id)


def _is_to_be_made_safe(case: Case) -> bool:
    order_id = case.order.id if case.order else None
    return any(case.matter.running(ClockKind.MAKE_SAFE, of) for of in (None, order_id))


def _is_danger_waiting(case: Case) -> bool:
    """Danger is told and nobody was sent for it: nobody at all, or before the clock to make safe
    began, which was for something else, or only whoever may not see the matter any more."""
    clock = case.matter.running(ClockKind.MAKE_SAFE)
    if clock is None or not _is_urgent(case):
        return False
    sent = [order for order in case.matter.open_orders if order.sent_at >= clock.started_at]
    return all(case.matter.is_kept_from(order) for order in sent)


def _is_late_somewhere(case: Case) -> bool:
    own = {order.id for order in case.matter.orders if order.unit_id == case.actor.unit_id}
    return any(
        clock.order_id in own and clock.was_late
        for clock in case.matter.clocks
        if clock.order_id is not None and not clock.is_replaced
    )


def _is_reopened_again(case: Case) -> bool:
    return 0 < case.matter.reopen_count < case.numbers.reopenings - 1


# Who may touch it at all
ONE_SIDE = Guard(
    "one_side",
    is_one_sided,
    "您已在本事项的另一方（监督方，或指挥、承办方）经办过，不能两边都经办，请换一位同事。",
)
INDEPENDENT = Guard(
    "independent",
    _did_not_do_it,
    "核查人不能是本事项的派单人或承办人，请换一位核查员。",
)
NOT_OWN_WORK = Guard(
    "not_own_work", _did_not_do_it, "您参与了本事项的处置，不能替反映人确认自己的结果。"
)

PLACE_IS_IN_A_GRID = Guard(
    "place_is_in_a_grid",
    lambda case: case.matter.grid_path is not None,
    "事项还没有落到网格，请由受理席先选定网格。",
)

# Reporter
URGE_ONCE_A_DAY = Guard(
    "urge_once_a_day",
    lambda case: _is_urgent(case) or not (_is_reporter(case) and _has_urged_enough(case)),
    "今天已经催办过 {urges_a_day} 次，{urge_answer_span}内会有答复，明天可以再催。",
)
URGENT_IS_URGED_ONCE = Guard(
    "urgent_is_urged_once",
    lambda case: not (_is_urgent(case) and _is_reporter(case) and _has_urged_enough(case)),
    "已经催办过，{urge_answer_span}内会有答复。情况有变，请用“补充情况”告诉我们；"
    "有人身危险，请先打 110、119 或 120。",
)
NOT_A_HAZARD = Guard(
    "not_a_hazard",
    lambda case: case.matter.family is not Family.HAZARD,
    "安全隐患撤回后仍由受理席决定是否继续办理。",
)
IS_A_HAZARD = Guard(
    "is_a_hazard",
    lambda case: case.matter.family is Family.HAZARD,
    "只有安全隐患在撤回后由受理席留办。",
)
OBJECTION_OPEN = Guard(
    "objection_open",
    _is_window_open(ClockKind.OBJECTION_WINDOW),
    "异议须在收到决定后{objection_window_span}内提出，期限已过。",
)
NOT_OBJECTED = Guard(
    "not_objected",
    lambda case: not case.matter.objection_used,
    "异议只能提出一次，本事项已经提出过。",
)
FINAL_ANSWER_GIVEN = Guard(
    "final_answer_given",
    lambda case: case.matter.final_answer_given,
    "尚未作出书面终答，如认为没有解决，请先评价“未解决”或申请重开。",
)
FINAL_ANSWER_NOT_OBJECTED = Guard(
    "final_answer_not_objected",
    lambda case: not case.matter.final_answer_objected,
    "对书面终答的异议只能提出一次，本事项已经提出过。",
)
MAY_REOPEN = Guard(
    "may_reopen",
    _may_still_reopen,
    "重开期限已过（一般为结案后{reopen_window_span}），请重新上报一件新事项。",
)
MASTER_HAS_ENDED = Guard(
    "master_has_ended",
    lambda case: case.matter.is_master_ended,
    "主办事项尚未办结，办结时会通知您，届时可申请重开。",
)
FIRST_REOPENING = Guard(
    "first_reopening",
    lambda case: case.matter.reopen_count == 0 and case.numbers.reopenings > 1,
    "本事项已经重开过，再次重开须上提一级。",
)
REOPENED_AGAIN = Guard("reopened_again", _is_reopened_again, "只有再次重开才上提一级办理。")
LAST_REOPENING = Guard(
    "last_reopening",
    lambda case: case.matter.reopen_count == case.numbers.reopenings - 1,
    "同一事项最多重开 {reopenings} 次，最后一次由区终审，本事项不再重开；"
    "如仍不服，可依法申请行政复议、提起行政诉讼或仲裁。",
)
MAY_JUDGE = Guard(
    "may_judge",
    lambda case: case.matter.verdict in (None, Verdict.UNCONFIRMED),
    "本次办理您已经评价过，如情况有变，请申请重开。",
)

# Desk
CATEGORY_WAS_CHOSEN = Guard(
    "category_was_chosen",
    lambda case: case.matter.category is not None and case.matter.grid_path is not None,
    "上报时没有选定类别或没有定位到网格，须由受理席人工受理。",
)
IS_URGENT = Guard(
    "is_urgent",
    _is_urgent,
    "只有紧急事项才自动直派，请由受理席处理。",
)
DANGER_IS_NEW = Guard(
    "danger_is_new",
    lambda case: not case.matter.is_alarm,
    "本事项已经按紧急办理，险情还没有排除。",
)
DANGER_WAITS = Guard(
    "danger_waits",
    _is_danger_waiting,
    "没有新的险情，或者已经派人去排险，不用再紧急直派。",
)
HOLDER_KEPT_OUT = Guard(
    "holder_kept_out",
    lambda case: case.matter.is_kept_from_all_sent,
    "派去的单位还能看到这件事项，不用换人。",
)
DUTY_IS_SILENT = Guard(
    "duty_is_silent", _is_duty_silent, "值班单位仍在签收时限内，尚不需要转派下一家。"
)
NAMED_FAMILY = Guard(
    "named_family",
    lambda case: case.matter.family not in (None, Family.OTHER),
    "“其他·无主”事项按先明确责任单位立案。",
)
UNOWNED_FAMILY = Guard(
    "unowned_family",
    lambda case: case.matter.family is Family.OTHER,
    "已有明确大类的事项须选定立案条件后立案。",
)
IS_A_QUESTION = Guard(
    "is_a_question",
    lambda case: case.matter.family in (None, Family.SERVICE),
    "受理席只能当场答复咨询，其他事项请派给网格员或承办单位。",
)
CHECK_ASKED = Guard(
    "check_asked", _is_asked(Move.ASK_CHECK), "受理席没有请求前置核查，不需要核查。"
)
CHECK_NOT_ASKED = Guard(
    "check_not_asked", _is_not_asked(Move.ASK_CHECK), "已经请网格员核查，请等待核查结果。"
)
RECLASSIFY_NOT_ASKED = Guard(
    "reclassify_not_asked",
    _is_not_asked(Move.ASK_RECLASSIFY),
    "已有同事提请改类，请先同意或驳回。",
)
RECLASSIFY_ASKED = Guard(
    "reclassify_asked", _is_asked(Move.ASK_RECLASSIFY), "没有待答复的改类申请。"
)
MASTER_IS_OPEN = Guard(
    "master_is_open",
    lambda case: not case.matter.is_master_ended,
    "主办事项已经办结，不能再解除并案，请通知反映人申请重开。",
)
ANSWER_IS_OWED = Guard(
    "answer_is_owed",
    _is_running(ClockKind.URGE_ANSWER, ClockKind.SUPERVISE_ANSWER),
    "当前没有待答复的催办或督办。",
)

TAKEN_OR_CLASSIFIED = Guard(
    "taken_or_classified",
    lambda case: (
        case.matter.channel is not Channel.PORTAL
        or case.matter.category is not None
        or case.matter.accepted_at is not None
    ),
    "居民反映的事项还没有选定类别，须先由受理席受理。",
)
NOT_ABOUT_YET = Guard(
    "not_about_yet",
    lambda case: not case.matter.is_about_somebody,
    "已经写明涉及工作人员，要更正请写明理由。",
)
ABOUT_ALREADY = Guard(
    "about_already",
    lambda case: case.matter.is_about_somebody,
    "还没有写明涉及工作人员，没有可以更正的。",
)
SEEMS_TO_NAME = Guard(
    "seems_to_name",
    lambda case: bool(case.matter.hinted_ids),
    "原话里没有疑似涉及的岗位或单位，不需要核对。",
)
MOVE_NOT_RULED = Guard(
    "move_not_ruled",
    lambda case: not case.matter.is_move_refused or bool(case.matter.moved_from),
    "上级已经裁定由本辖区办理，不能再改辖区；确有困难请向上级反映。",
)
MOVED_HERE = Guard(
    "moved_here",
    lambda case: bool(case.matter.moved_from) and not case.matter.is_move_refused,
    "只有从别处改来、还没有退回过的事项可以退回一次。",
)

# Orders
NO_ORDER_OPEN = Guard(
    "no_order_open", lambda case: not case.matter.open_orders, "还有工单没有办结。"
)
MAIN_NOT_DONE = Guard("main_not_done", lambda case: not _is_main_done(case), "主办工单已经反馈。")
MAIN_DONE = Guard("main_done", _is_main_done, "主办工单还没有反馈。")
OTHERS_SETTLED = Guard("others_settled", _are_others_settled, "还有协办工单没有反馈、撤单或免除。")
RETURNABLE = Guard(
    "returnable",
    _is_returnable,
    "上级已裁定由您单位承办（或先行止险），不能再退单，请先处置，争议另行反映。",
)
ASSISTING_ONLY = Guard(
    "assisting_only",
    lambda case: case.order is not None and not case.order.is_main,
    "主办工单不能免除，如需换人请撤单后重新派单。",
)
RULING_DUE = Guard(
    "ruling_due", _is_running(ClockKind.RULING), "本事项没有第二次退单，不需要上级裁定。"
)
LEVEL_ABOVE = Guard(
    "level_above",
    lambda case: case.matter.level is not Level.CITY,
    "本事项已在市级，没有更高一级可以吹哨。",
)

TO_BE_MADE_SAFE = Guard(
    "to_be_made_safe",
    _is_to_be_made_safe,
    "本事项没有在计时的止险，处置完请直接反馈。",
)

# Waiting
HANG_UP_NOT_ASKED = Guard(
    "hang_up_not_asked", _is_not_asked(Move.ASK_HANG_UP), "挂账申请已经提交，请等待答复。"
)
HANG_UP_ASKED = Guard("hang_up_asked", _is_asked(Move.ASK_HANG_UP), "没有待答复的挂账申请。")
SUSPENSIONS_LEFT = Guard(
    "suspensions_left",
    lambda case: case.matter.suspension_count < case.numbers.suspensions,
    "同一事项最多挂账 {suspensions} 次，本事项已满，请吹哨、转介或书面终答。",
)
REVIEW_DUE = Guard(
    "review_due", _has_passed(ClockKind.REVIEW), "挂账复核日未到，需要提前恢复请人工办理。"
)
BEFORE_DEADLINE = Guard(
    "before_deadline", _is_in_time, "延期须在处置时限届满之前申请，现在已经超时。"
)
NOT_EXTENDED = Guard(
    "not_extended", lambda case: not case.matter.is_extended, "同一事项只能延期一次。"
)
EXTEND_NOT_ASKED = Guard(
    "extend_not_asked", _is_not_asked(Move.ASK_EXTEND), "延期申请已经提交，请等待答复。"
)
EXTEND_ASKED = Guard("extend_asked", _is_asked(Move.ASK_EXTEND), "没有待答复的延期申请。")
WAITING_ASKED = Guard(
    "waiting_asked",
    _is_asked(Move.ASK_HANG_UP, Move.ASK_EXTEND),
    "没有待答复的挂账或延期申请。",
)

# Ending
ON_THE_SPOT = Guard(
    "on_the_spot",
    lambda case: case.matter.is_on_the_spot,
    "只有即时解的事项由反映人直接确认，其他事项由核查员核查结案。",
)
NOT_SAMPLED = Guard(
    "not_sampled", lambda case: not case.matter.is_sampled, "本事项已被抽中，须由核查员查看。"
)
CONFIRM_WINDOW_PASSED = Guard(
    "confirm_window_passed",
    _has_passed(ClockKind.CONFIRM_WINDOW),
    "确认期（{confirm_window_span}）未满，不能自动结案。",
)
NOT_DENIED = Guard(
    "not_denied",
    lambda case: case.matter.verdict is not Verdict.NOT_SOLVED,
    "反映人已表示没有解决，须先回访，返工或书面终答。",
)
CALL_BACK_DUE = Guard(
    "call_back_due",
    _is_running(ClockKind.CALL_BACK),
    "反映人没有表示未解决，不需要书面终答。",
)
CALL_BACK_WINDOW_PASSED = Guard(
    "call_back_window_passed",
    _has_passed(ClockKind.CALL_BACK_WINDOW),
    "回访期（{call_back_window_span}）未满，还可以回访，不能按“未回访到”记录。",
)
FOLLOW_UP_DUE = Guard(
    "follow_up_due", _is_running(ClockKind.FOLLOW_UP), "转介的回访已经记录，不需要再记。"
)
APPEAL_UNUSED = Guard(
    "appeal_unused",
    lambda case: case.matter.appeal is Appeal.NONE,
    "每件事项只能申诉一次，本事项已经申诉过。",
)
WAS_LATE = Guard("was_late", _is_late_somewhere, "您单位在本事项上没有超时记录，不需要申诉。")
APPEAL_LODGED = Guard(
    "appeal_lodged",
    lambda case: case.matter.appeal is Appeal.LODGED,
    "没有待初审的申诉。",
)
APPEAL_REVIEWED = Guard(
    "appeal_reviewed",
    lambda case: case.matter.appeal is Appeal.REVIEWED,
    "申诉须先由本级初审，再由上一级复审。",
)

# Clocks that start only sometimes
SAMPLED = Guard("sampled", lambda case: case.matter.is_sampled, "本事项没有被抽中核查。")
RETURNED_TWICE = Guard(
    "returned_twice",
    lambda case: case.matter.return_count >= 2 and case.matter.bound_unit_id is None,
    "本事项没有第二次退单。",
)
SAID_NOT_SOLVED = Guard(
    "said_not_solved",
    lambda case: case.matter.verdict is Verdict.NOT_SOLVED,
    "反映人没有表示未解决。",
)
CLOSED_UNSOLVED = Guard(
    "closed_unsolved",
    lambda case: case.matter.state is State.CLOSED and case.matter.verdict is Verdict.NOT_SOLVED,
    "事项还没有结案，或者反映人没有表示未解决。",
)
HAS_REPORTER = Guard(
    "has_reporter", lambda case: case.matter.has_reporter, "本事项没有可联系的反映人。"
)
MAY_STILL_OBJECT = Guard("may_still_object", _may_still_object, "异议的机会已经用过。")
STILL_REPORTED = Guard(
    "still_reported",
    lambda case: case.matter.accepted_at is None and case.matter.filed_at is None,
    "本事项已经受理。",
)
