"""A plan or a drawing, locked and asked about before anything is done to it."""

from uuid import UUID

from qijie.access.viewer import Viewer
from qijie.kernel.refusal import Refusal
from qijie.redrawing.models import Plan, Run
from qijie.redrawing.queries import may_adopt, may_draw, plans_seen_by, runs_seen_by


class NotVisible(LookupError):
    """No such drawing or plan for this viewer; the answer is the same 404 either way."""


class Outdated(Refusal):
    """The plan was changed since the page was drawn (409)."""


def locked_run(run_id: UUID, by: Viewer) -> Run:
    """Raises NotVisible, or Refusal for somebody who may look but not draw."""
    run = runs_seen_by(by).select_for_update(of=("self",)).filter(pk=run_id).first()
    if run is None:
        raise NotVisible(run_id)
    if not may_draw(by, run.path):
        raise Refusal("您的岗位不能划分这里的网格，请联系本社区或街道的网格管理岗位。")
    return run


def locked_plan(plan_id: UUID, by: Viewer, *, version: int | None, adopting: bool = False) -> Plan:
    """version: the one the person decided on; None where it does not matter.

    Raises NotVisible, Refusal, or Outdated.
    """
    seen = plans_seen_by(by).select_related("run")
    plan = seen.select_for_update(of=("self",)).filter(pk=plan_id).first()
    if plan is None:
        raise NotVisible(plan_id)
    if adopting and not may_adopt(by, plan.run.path):
        raise Refusal("采用和撤回划分方案须由街道及以上的领导岗位办理。")
    if not adopting and not may_draw(by, plan.run.path):
        raise Refusal("您的岗位不能划分这里的网格，请联系本社区或街道的网格管理岗位。")
    if version is not None and version != plan.version:
        raise Outdated("方案刚刚由别人改过。请看最新的方案，再决定是否继续。")
    return plan
