"""The words of the closed loop: English on the wire, Chinese on the page."""

from qijie.kernel.codes import Level
from qijie.kernel.words import Word


class State(Word):
    """Where a matter stands. Due soon, overdue and paused are derived from clocks, never states."""

    REPORTED = "reported", "已上报"
    ACCEPTED = "accepted", "已受理"
    FILED = "filed", "已立案"
    DISPATCHED = "dispatched", "处置中"
    HANDLED = "handled", "待核查"
    SUSPENDED = "suspended", "已挂账"
    CLOSED = "closed", "已结案"
    VOIDED = "voided", "已作废"
    MERGED = "merged", "已并案"
    REFERRED = "referred", "已转介"

    @property
    def is_end(self) -> bool:
        return self in ENDS


ENDS = frozenset({State.CLOSED, State.VOIDED, State.MERGED, State.REFERRED})
ENDED = sorted(state.value for state in ENDS)
"""As words in one order, so that a query's condition is the index's own."""


class OrderState(Word):
    SENT = "sent", "待签收"
    SIGNED = "signed", "已签收"
    DONE = "done", "已反馈"
    RETURNED = "returned", "已退单"
    RECALLED = "recalled", "已撤单"
    WAIVED = "waived", "已免除"

    @property
    def is_open(self) -> bool:
        return self in (OrderState.SENT, OrderState.SIGNED)


class Move(Word):
    """Everything that can happen to a matter; each leaves exactly one event."""

    REPORT = "report", "上报"
    ADD = "add", "补充"
    WITHDRAW = "withdraw", "撤回"
    URGE = "urge", "催办"
    ANSWER = "answer", "答复"
    ACCEPT = "accept", "受理"
    DIRECT_URGENT = "direct_urgent", "紧急直派"
    VOID = "void", "不予受理"
    OBJECT = "object", "异议"
    ABOUT = "about", "涉及工作人员"
    SEEM = "seem", "可能涉及"
    NOT_MEANT = "not_meant", "核对为不涉及"
    MOVE = "move", "改辖区"
    REFUSE_MOVE = "refuse_move", "退回改辖区"
    ASK_CHECK = "ask_check", "请求核查"
    CHECK = "check", "前置核查"
    MERGE = "merge", "并案"
    UNMERGE = "unmerge", "解除并案"
    FOLLOW = "follow", "随主办事项办结"
    ASK_RECLASSIFY = "ask_reclassify", "提请改类"
    RECLASSIFY = "reclassify", "改类"
    FILE = "file", "立案"
    SOLVE = "solve", "即时解"
    CONVENE = "convene", "协同解"
    DISPATCH = "dispatch", "派单"
    SIGN = "sign", "签收"
    MAKE_SAFE = "make_safe", "止险"
    DONE = "done", "反馈"
    RETURN_ORDER = "return_order", "退单"
    RULE_ON_RETURNS = "rule_on_returns", "裁定主办"
    ADD_ORDER = "add_order", "加派"
    RECALL = "recall", "撤单"
    WAIVE = "waive", "免除"
    FALL_BACK = "fall_back", "退回待派单"
    COMPLETE = "complete", "处置完毕"
    WHISTLE = "whistle", "吹哨"
    REFER = "refer", "转介"
    ASK_HANG_UP = "ask_hang_up", "申请挂账"
    HANG_UP = "hang_up", "挂账"
    RESUME = "resume", "恢复办理"
    ASK_EXTEND = "ask_extend", "申请延期"
    EXTEND = "extend", "延期"
    DECLINE = "decline", "驳回申请"
    SUPERVISE = "supervise", "督办"
    REGRID = "regrid", "网格调整"
    RAISE = "raise", "转为紧急"
    SEND_BACK = "send_back", "返工"
    CLOSE = "close", "结案"
    CONFIRM = "confirm", "确认"
    AUTO_CONFIRM = "auto_confirm", "到期确认"
    JUDGE = "judge", "评价"
    FINAL_ANSWER = "final_answer", "书面终答"
    NOT_REACHED = "not_reached", "未回访到"
    REOPEN = "reopen", "重开"
    APPEAL = "appeal", "申诉"
    REVIEW_APPEAL = "review_appeal", "申诉复核"


class Relation(Word):
    """What an actor is to this one matter. A row of the table names relations, never roles."""

    ANYONE = "anyone", "任何人"
    REPORTER = "reporter", "反映人"
    WORKER_OF_GRID = "worker_of_grid", "本网格网格员"
    LEAD_OVER_GRID = "lead_over_grid", "所辖网格长"
    DESK_OF_LEVEL = "desk_of_level", "本级受理席"
    DISPATCHER_OF_LEVEL = "dispatcher_of_level", "本级派单席"
    VERIFIER_OF_LEVEL = "verifier_of_level", "本级核查员"
    UNIT_OF_ORDER = "unit_of_order", "工单承办方"
    SUPERVISOR_OVER = "supervisor_over", "上级及本级督查"
    SUPERVISION_ABOVE = "supervision_above", "上一级监督方"
    SUPERIOR = "superior", "上一级派单席"
    SYSTEM = "system", "系统自动"


class Family(Word):
    CITY_MANAGEMENT = "city_management", "城市管理部件事项"
    NEIGHBOURHOOD = "neighbourhood", "邻里与物业"
    DISPUTE = "dispute", "矛盾纠纷"
    SERVICE = "service", "服务咨询"
    HAZARD = "hazard", "安全隐患"
    HELP = "help", "求助"
    OTHER = "other", "其他·无主"


class Channel(Word):
    PORTAL = "portal", "居民门户"
    WORKER = "worker", "网格员"
    HOTLINE = "hotline", "热线"
    DESK = "desk", "受理席"
    VISIT = "visit", "来访"
    SYSTEM = "system", "系统"


class Urgency(Word):
    NORMAL = "normal", "一般"
    URGENT = "urgent", "紧急"


class ClockKind(Word):
    """What is being timed. A window closes a right; every other clock is somebody's deadline."""

    ACCEPT = "accept", "受理"
    FIRST_ANSWER = "first_answer", "首次答复"
    FILE = "file", "立案"
    NAME_OWNER = "name_owner", "明确责任单位"
    HANDLE = "handle", "处置"
    MAKE_SAFE = "make_safe", "止险"
    SIGN = "sign", "签收"
    CONVENE_ANSWER = "convene_answer", "协同响应"
    RULING = "ruling", "裁定主办"
    VERIFY = "verify", "核查"
    URGE_ANSWER = "urge_answer", "催办答复"
    SUPERVISE_ANSWER = "supervise_answer", "督办答复"
    CALL_BACK = "call_back", "回访"
    REVIEW = "review", "挂账复核"
    FOLLOW_UP = "follow_up", "转介回访"
    CONFIRM_WINDOW = "confirm_window", "确认期"
    OBJECTION_WINDOW = "objection_window", "异议期"
    REOPEN_WINDOW = "reopen_window", "重开期"
    CALL_BACK_WINDOW = "call_back_window", "回访期"

    @property
    def is_window(self) -> bool:
        return self in WINDOWS


WINDOWS = frozenset(
    {
        ClockKind.CONFIRM_WINDOW,
        ClockKind.OBJECTION_WINDOW,
        ClockKind.REOPEN_WINDOW,
        ClockKind.CALL_BACK_WINDOW,
    }
)


class Standing(Word):
    """How a clock looks at a moment; always derived."""

    ON_TIME = "on_time", "按时"
    DUE_SOON = "due_soon", "临期"
    OVERDUE = "overdue", "超期"
    PAUSED = "paused", "计时暂停"
    MET = "met", "按时完成"
    MISSED = "missed", "超期完成"
    # Given back, recalled, waived, withdrawn, merged, referred: nobody did what was timed.
    ENDED = "ended", "计时终止"
    ENDED_LATE = "ended_late", "终止时已超期"


class Audience(Word):
    REPORTER = "reporter", "反映人"
    PARTIES = "parties", "纠纷双方"
    FOLLOWERS = "followers", "并入事项的反映人"
    NEXT_HOLDER = "next_holder", "下一环节"
    DESK = "desk", "受理席"
    UNIT = "unit", "承办方"
    SUPERVISOR = "supervisor", "督查"
    LEVELS_BETWEEN = "levels_between", "途经各级"


class Purpose(Word):
    """Why an order was opened."""

    SHARE = "share", "处置"
    FORCE = "force", "到场协同"
    MAKE_SAFE = "make_safe", "先行止险"


class Stage(Word):
    MAKE_SAFE = "make_safe", "止险"
    RESTORE = "restore", "修复"


class Evidence(Word):
    """What a filing condition accepts as showing that an order is done; any one will do."""

    PHOTO_BEFORE = "photo_before", "处置前照片"
    PHOTO_AFTER = "photo_after", "处置后照片"
    JOINT_RECORD = "joint_record", "协同处置记录"
    AGREEMENT = "agreement", "调解协议"
    RECHECK_RECORD = "recheck_record", "隐患复查记录"
    RECORD = "record", "书面记录"
    OWN_LOOK = "own_look", "核查员现场查看"
    OTHER_SIDE = "other_side", "对方确认"


class VoidReason(Word):
    """The closed list behind 不予受理; a duplicate is merged instead, a court's case referred."""

    NOT_PUBLIC = "not_public", "不属于社区治理事项"
    OUTSIDE = "outside", "不在本市辖区"
    NO_SUCH_PLACE = "no_such_place", "地点无法查实"
    NOT_FOUND = "not_found", "现场核查未发现所述情况"
    ALREADY_SETTLED = "already_settled", "同一诉求已依法办结并答复"


class ReturnReason(Word):
    NOT_OURS = "not_ours", "不属于本单位职责"
    WRONG_PLACE = "wrong_place", "不在本单位管辖范围"
    FACTS_MISSING = "facts_missing", "信息不足，无法处置"
    OTHERS_FIRST = "others_first", "须其他单位先行处置"
    LACKS_MEANS = "lacks_means", "超出本单位处置能力"


class Receiver(Word):
    """Who outside the loop may take a referred matter."""

    COURT = "court", "人民法院"
    ARBITRATION = "arbitration", "仲裁机构"
    POLICE = "police", "公安机关"
    MEDIATION = "mediation", "人民调解委员会"
    PETITION = "petition", "信访工作机构"


class Verdict(Word):
    """What the reporter said in the end. Silence is its own word and never counts as satisfied.

    So is a “not solved” nobody called back about: counted apart, and not solved all the same.
    """

    SOLVED = "solved", "已解决"
    NOT_SOLVED = "not_solved", "未解决"
    UNCONFIRMED = "unconfirmed", "未确认"
    NOT_REACHED = "not_reached", "未解决，未回访到"


class Appeal(Word):
    NONE = "none", "未申诉"
    LODGED = "lodged", "待初审"
    REVIEWED = "reviewed", "待复审"
    UPHELD = "upheld", "申诉成立"
    REJECTED = "rejected", "申诉不成立"


LEVEL_LABELS = {
    Level.GRID: "网格",
    Level.COMMUNITY: "社区",
    Level.STREET: "街道",
    Level.DISTRICT: "区",
    Level.CITY: "市",
}
