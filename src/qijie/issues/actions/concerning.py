"""What a report says, or seems to say, about somebody of the staff, as facts for the rules."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from qijie.issues.actions.handed_in import NewReport
from qijie.issues.queries.aiming import Concerned, concerned_in, who_looks
from qijie.issues.queries.naming import hinted
from qijie.issues.rules.facts import ReportFacts
from qijie.issues.rules.matter import Act
from qijie.issues.rules.naming import Hint
from qijie.issues.rules.vocabulary import Channel
from qijie.territory.queries import Located


def concerned_of(new: NewReport, located: Located, at: datetime) -> Concerned | None:
    """Whom the report says it is about; None for an ordinary one."""
    named = (new.about_post_id, new.about_unit_id)
    if not (new.is_about_staff or any(named)):
        return None
    return concerned_in(
        located.path,
        timezone.localdate(at),
        post_id=new.about_post_id,
        unit_id=new.about_unit_id,
    )


def about_facts(new: NewReport, concerned: Concerned | None) -> dict[str, Any]:
    if concerned is None:
        return {}
    return {
        "about_post_id": concerned.post_id,
        "about_unit_id": concerned.unit_id,
        "about_level": concerned.level,
        "about_path": concerned.path,
        "about_user_ids": concerned.user_ids,
        "hidden_level": concerned.aim.hidden_level,
        "home_level": concerned.aim.level,
        "stand_in_roles": concerned.aim.stand_in_roles,
        "about_words": new.about_words,
    }


def hinted_by(
    new: NewReport, located: Located, concerned: Concerned | None, at: datetime
) -> tuple[Hint, ...]:
    """Only where a resident's words came in and nobody was named outright."""
    if new.channel is not Channel.PORTAL or (
        concerned and (concerned.post_id or concerned.unit_id)
    ):
        return ()
    on = timezone.localdate(at)
    return hinted(f"{new.words} {new.about_words}", located.path, on, place=new.place_words)


def hint_facts(
    seemingly: tuple[Hint, ...], located: Located, act: Act[ReportFacts], at: datetime
) -> dict[str, Any]:
    """Whoever seems to be named does not decide whether they are: then the next desk above does."""
    if not seemingly:
        return {}
    ids = [hint.id for hint in seemingly]
    home, waiting = who_looks(ids, located.path, act.facts.level, timezone.localdate(at))
    level = max(act.facts.home_level or home, home)
    return {"hinted_ids": tuple(one for one in ids if one in waiting), "home_level": level}
