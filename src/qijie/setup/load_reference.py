"""`qijie load-refdata`: reads and checks `refdata/` and the profile's overlay, then publishes."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings

from qijie.issues.actions.catalogue import publish
from qijie.issues.models import Category, Condition, Responsibility
from qijie.issues.queries import book as loaded
from qijie.issues.rules.vocabulary import ClockKind, Urgency
from qijie.kernel.working_time import Limit
from qijie.setup.migrate import ALIAS
from qijie.setup.progress import Progress
from qijie.setup.reference import Reference, read_reference
from qijie.setup.reference.rows import CategoryRow, ConditionRow, ResponsibilityRow
from qijie.setup.reference.rows import Evidence as Asked

# The clock of the loop each row of clocks.csv sets; rows of moves that come later are not here.
CLOCKS = {
    "accept": (ClockKind.ACCEPT, Urgency.NORMAL),
    "accept_urgent": (ClockKind.ACCEPT, Urgency.URGENT),
    "file": (ClockKind.FILE, Urgency.NORMAL),
    "name_owner": (ClockKind.NAME_OWNER, Urgency.NORMAL),
    "sign": (ClockKind.SIGN, Urgency.NORMAL),
    "make_safe_urgent": (ClockKind.MAKE_SAFE, Urgency.URGENT),
    "convene_answer": (ClockKind.CONVENE_ANSWER, Urgency.NORMAL),
    "convene_answer_urgent": (ClockKind.CONVENE_ANSWER, Urgency.URGENT),
    "rule_on_returns": (ClockKind.RULING, Urgency.NORMAL),
    "verify": (ClockKind.VERIFY, Urgency.NORMAL),
    "first_answer": (ClockKind.FIRST_ANSWER, Urgency.NORMAL),
    "first_answer_urgent": (ClockKind.FIRST_ANSWER, Urgency.URGENT),
    "file_urgent": (ClockKind.FILE, Urgency.URGENT),
    "sign_urgent": (ClockKind.SIGN, Urgency.URGENT),
    "urge_answer": (ClockKind.URGE_ANSWER, Urgency.NORMAL),
    "urge_answer_urgent": (ClockKind.URGE_ANSWER, Urgency.URGENT),
    "call_back": (ClockKind.CALL_BACK, Urgency.NORMAL),
    "call_back_urgent": (ClockKind.CALL_BACK, Urgency.URGENT),
    "call_back_window": (ClockKind.CALL_BACK_WINDOW, Urgency.NORMAL),
    "confirm": (ClockKind.CONFIRM_WINDOW, Urgency.NORMAL),
    "object_window": (ClockKind.OBJECTION_WINDOW, Urgency.NORMAL),
    "reopen_window": (ClockKind.REOPEN_WINDOW, Urgency.NORMAL),
    "hang_up_review": (ClockKind.REVIEW, Urgency.NORMAL),
}
EVIDENCE = {
    Asked.NONE: [],
    Asked.PHOTO_AFTER: ["photo_after"],
    Asked.PHOTO_BEFORE_AFTER: ["photo_after"],
    Asked.RECORD: ["record"],
    Asked.OWN_LOOK: ["own_look"],
    Asked.OTHER_SIDE: ["other_side"],
}


def reference() -> Reference:
    overlay = settings.PROFILE_FOLDER / "refdata"
    return read_reference(settings.REFERENCE_FOLDER, overlay if overlay.exists() else None)


def run(progress: Progress) -> None:
    found = reference()
    publish(
        categories=list(categories(found.categories)),
        conditions=list(conditions(found.conditions)),
        responsibilities=[_responsibility(row, found) for row in found.responsibility],
        reference=loop_reference(found),
        digest=found.version,
        using=ALIAS,
    )
    loaded.forget_book()
    progress.note(
        f"{len(found.categories)} 个类别、{len(found.conditions)} 条立案条件，"
        f"{len(found.responsibility)} 条权责"
    )


def categories(rows: Sequence[CategoryRow]) -> Iterator[Category]:
    for position, row in enumerate(rows):
        yield Category(
            code=row.code,
            family=row.family,
            name=row.name_zh,
            plain_name=row.resident_name_zh,
            keywords=list(row.keywords),
            is_urgent=row.is_urgent,
            main_unit_kind=row.main_unit_kind,
            standard=row.standard,
            standard_code=row.standard_code,
            successor_code=" ".join(row.successor_codes),
            source=row.source,
            position=position,
        )


def conditions(rows: Sequence[ConditionRow]) -> Iterator[Condition]:
    for position, row in enumerate(rows):
        yield Condition(
            code=row.code,
            category_id=row.category,
            wording=row.wording_zh,
            close_standard=row.close_standard_zh,
            stage=row.stage or "",
            follows=row.follows,
            limit_value=row.limit.value if row.limit else None,
            limit_unit=row.limit.unit if row.limit else "",
            evidence=list(dict.fromkeys(word for one in row.evidence for word in EVIDENCE[one])),
            source=row.source,
            position=position,
        )


def _responsibility(row: ResponsibilityRow, found: Reference) -> Responsibility:
    is_family = row.subject in {family.code for family in found.families}
    return Responsibility(
        code=row.subject,
        family=row.subject if is_family else "",
        category_id=None if is_family else row.subject,
        main_unit_kind=row.main_unit_kind,
        assisting_unit_kinds=list(row.assisting_unit_kinds),
        level=row.level,
        source=row.source,
    )


def loop_reference(found: Reference) -> dict[str, list[dict[str, Any]]]:
    """The small tables the rules' Book is made from, as JSON rows."""
    return {
        loaded.CLOCKS: [
            {
                "kind": kind.value,
                "urgency": urgency.value,
                "warn": " ".join(map(str, found.clock(code).warn_percent)),
                **_limit(found.clock(code).limit),
            }
            for code, (kind, urgency) in CLOCKS.items()
        ],
        loaded.FAMILIES: [
            {"family": row.code, **_limit(row.default_limit)} for row in found.families
        ],
        loaded.NUMBERS: [
            {"code": row.code, "value": " ".join(map(str, row.values))} for row in found.numbers
        ],
        loaded.OFFICE_HOURS: [
            {
                "path": row.territory_path,
                "opens": row.opens.isoformat("minutes"),
                "closes": row.closes.isoformat("minutes"),
            }
            for row in found.office_hours
        ],
        loaded.DANGERS: danger_rows(found),
        loaded.TITLES: title_rows(found),
        loaded.OVERRIDES: [
            {
                "on": row.on.isoformat(),
                "kind": row.kind.value,
                "name_zh": row.name_zh,
                "of_notice": "yes" if row.of_notice else "no",
            }
            for row in found.days
        ],
    }


def danger_rows(found: Reference) -> list[dict[str, Any]]:
    return [
        {
            "code": row.code,
            "name": row.name_zh,
            "advice": list(row.advice_zh),
            "calls": [list(call) for call in row.calls],
            "patterns": list(row.patterns),
            "harmless": list(row.harmless),
            "categories": list(row.categories),
        }
        for row in found.dangers
    ]


def title_rows(found: Reference) -> list[dict[str, Any]]:
    return [
        {"kind": row.kind, "words": list(row.titles), "by_short_name": row.by_short_name}
        for row in found.titles
    ]


def _limit(limit: Limit) -> dict[str, str]:
    return {"value": str(limit.value), "unit": limit.unit.value}
