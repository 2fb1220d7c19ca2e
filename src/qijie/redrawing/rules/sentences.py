"""Why a rule gave way, in words a planner reads."""

from collections.abc import Mapping

from qijie.territory.drawing.model import GaveWay, Reason, Rule

_RULES: Mapping[Rule, str] = {
    Rule.WHOLE: "不切楼栋和小区",
    Rule.COMMUNITY: "不跨社区",
    Rule.CONTIGUITY: "连成一片",
    Rule.DEDICATED: "专属网格单列",
    Rule.SIZE: "规模适度",
    Rule.STREETS: "街巷定界",
    Rule.COMPACTNESS: "形状紧凑",
}
_REASONS: Mapping[Reason, str] = {
    Reason.TOO_FEW_HERE: "这一片的总量不够一个网格",
    Reason.UNIT_TOO_LARGE: "其中一个小区或楼栋自身就超过上限，不能切开",
    Reason.NO_COUNT_FITS: "这一片的总量不能整分成合规的网格",
    Reason.COMMUNITY_IN_PIECES: "社区本身不连片",
    Reason.WOULD_CUT_OFF: "单列专属网格会把其余部分隔断",
    Reason.PROVED_IN_MODEL: "精确模型在其形状范围内没有找到更好的划法",
    Reason.BEST_FOUND: "已是搜索到的最好结果",
    Reason.LOCKED: "网格已锁定",
    Reason.BOUND: "再改会超过允许换网格的户数",
    Reason.BLOCK_TOO_LARGE: "一个街区的量超过一个网格的上限，边界只能从街区里穿过",
}


def gave_way_sentence(one: GaveWay) -> str:
    """One sentence: which grid, which rule, by how much, why."""
    rule, reason = _RULES[one.rule], _REASONS[one.reason]
    return f"第 {one.grid} 号网格未能做到“{rule}”{_amount(one)}：{reason}。"


def _amount(one: GaveWay) -> str:
    size = round(abs(one.amount), 1)
    if one.rule is Rule.SIZE:
        return f"（{'超出' if one.amount > 0 else '不足'} {size:g}）"
    if one.rule is Rule.CONTIGUITY:
        return f"（多出 {size:g} 块）"
    return ""
