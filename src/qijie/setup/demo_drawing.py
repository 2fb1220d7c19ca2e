"""`qijie load-drawing`: a profile's drawn plan comes into force from its day, as a street's would.

`drawing.csv` names the file that `qijie draw plan` wrote, the place, who adopts it, when, and from
which day it holds.
"""

from datetime import date, datetime, time

from django.conf import settings
from django.db import transaction

from qijie.access.scope import scope
from qijie.access.viewer import Viewer
from qijie.kernel.calendars import SHANGHAI
from qijie.kernel.refusal import Refusal
from qijie.redrawing.actions import adopt
from qijie.redrawing.actions.importing import take_in
from qijie.redrawing.queries import plans_of
from qijie.setup.failures import SetupFailure
from qijie.setup.profile import Profile, Row
from qijie.setup.progress import Progress
from qijie.teams.models import Holding
from qijie.teams.queries import viewer_for
from qijie.territory.models import Node


def run(progress: Progress) -> None:
    profile = Profile(settings.PROFILE_FOLDER)
    for row in profile.rows("drawing.csv"):
        if _is_done(row):
            progress.note(f"{row['path']} 的网格已按方案启用，未作改动。")
        else:
            progress.note(_put_into_force(profile, row))


def _is_done(row: Row) -> bool:
    """People may have gone on from there; a second drawing would undo theirs."""
    return Node.objects.filter(
        kind="grid", path__startswith=row["path"], valid_from__gte=row["in_force_on"]
    ).exists()


def _put_into_force(profile: Profile, row: Row) -> str:
    at = datetime.combine(date.fromisoformat(row["adopted_on"]), time(10), SHANGHAI)
    on = date.fromisoformat(row["in_force_on"])
    try:
        with transaction.atomic():
            file = profile.folder / row["file"]
            drawn = take_in(file, path=row["path"], as_of=at.date(), at=at, name=row["name"])
            leader = _holder(row["adopted_by"], at.date())
            with scope(leader):
                plan = plans_of(drawn)[0]
                adopt(
                    plan.pk, on=on, holders={}, version=plan.version, by=leader, at=at, boards=False
                )
    except Refusal as refusal:
        raise SetupFailure(f"地方档案的 {row['file']} 不能启用：{refusal.sentence}") from refusal
    found = plan.measures
    return f"{found['general']} 个综合网格，{found['in_band']:.0%} 合规模，自 {on} 起启用"


def _holder(post: str, on: date) -> Viewer:
    held = Holding.objects.select_related("user").filter(post__code=post).first()
    if held is None:
        raise SetupFailure(f"地方档案的 drawing.csv 里没有岗位 {post}，请对照 posts.csv 改正。")
    return viewer_for(held.user, on)
