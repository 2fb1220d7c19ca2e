from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q

from qijie.kernel.ids import new_id
from qijie.redrawing.rules import PlanState, Purpose, RunState, Verb
from qijie.territory.models import SRID


class Run(models.Model):
    """One drawing somebody ordered: the units it is put together from, and one or more plans."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region_code = models.CharField("区县", max_length=6)
    street_code = models.CharField("街道", max_length=9)
    community_code = models.CharField("社区", max_length=12, blank=True)
    path = models.CharField("范围", max_length=32)
    purpose = models.CharField("目的", max_length=12, choices=Purpose.choices())
    as_of = models.DateField("数据日期")
    # What was ordered, as `rules.Order` writes it: balances, seed, plans wanted, price, bound.
    rules = models.JSONField("要求", default=dict)
    # A plan the machine goes on from, with its locks and price; empty for a drawing from scratch.
    going_on = models.JSONField("接续", default=dict)
    asked_by_id = models.UUIDField("申请人", null=True)
    asked_post_id = models.UUIDField("申请岗位", null=True)
    asked_at = models.DateTimeField("申请时间")

    state = models.CharField("状态", max_length=12, choices=RunState.choices())
    done_parts = models.PositiveIntegerField("已完成", default=0)
    of_parts = models.PositiveIntegerField("共", default=0)
    now_words = models.CharField("正在", max_length=80, blank=True)
    cancel_asked_at = models.DateTimeField("要求取消", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    failure = models.CharField("失败原因", max_length=400, blank=True)

    # What was mended or named while the units were made: kind, sentence, keys.
    findings = models.JSONField("数据提示", default=list)
    # Who borders on whom and what measures need besides: measured again without any geometry.
    graph = models.JSONField("相邻关系", default=dict)
    # Ids of the grids in force on `as_of`: a plan is stale once they are others.
    grids_then = ArrayField(models.BigIntegerField(), verbose_name="当时网格", default=list)

    class Meta:
        verbose_name = "网格划分"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region_code", "id"], name="run_in_region")
        ]
        indexes: ClassVar = [
            models.Index(fields=["street_code", "-asked_at"], name="run_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.asked_at:%Y-%m-%d %H:%M}"


class Block(models.Model):
    """One unit of a drawing, never cut: a block, a compound, or a building with its ground."""

    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, related_name="blocks", verbose_name="划分"
    )
    position = models.PositiveIntegerField("次序")
    key = models.CharField("单元", max_length=80)
    community_code = models.CharField("社区", max_length=12)
    shape = models.MultiPolygonField("形状", srid=SRID, spatial_index=False)
    # In the order of the run's `measures`, households first.
    loads = ArrayField(models.FloatField(), verbose_name="工作量")
    block = models.CharField("街区", max_length=80, blank=True)
    compound = models.CharField("小区", max_length=80, blank=True)
    dedicated = models.CharField("专属", max_length=80, blank=True)
    building_codes = ArrayField(models.CharField(max_length=24), verbose_name="楼栋", default=list)
    # The code of the grid it lies in on `as_of`; empty where there was none.
    today_grid = models.CharField("现网格", max_length=24, blank=True)

    class Meta:
        verbose_name = "地块"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "position"], name="block_of_run")
        ]
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return self.key


class Plan(models.Model):
    """A grid for every block of a run; changed by hand until it is adopted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, related_name="plans", verbose_name="划分"
    )
    region_code = models.CharField("区县", max_length=6)
    street_code = models.CharField("街道", max_length=9)
    community_code = models.CharField("社区", max_length=12, blank=True)
    number = models.PositiveSmallIntegerField("方案号")
    name = models.CharField("名称", max_length=80)
    seed = models.IntegerField("种子", default=0)
    from_plan_id = models.UUIDField("接自方案", null=True)
    state = models.CharField("状态", max_length=12, choices=PlanState.choices())
    # Grid number of each block, by its position; numbers are from 1 and may have holes.
    grid = ArrayField(models.IntegerField(), verbose_name="网格")
    # Numbers of the grids that are kept as they are.
    locked = ArrayField(models.IntegerField(), verbose_name="锁定", default=list)
    # As `rules.measures_json` writes them.
    measures = models.JSONField("指标", default=dict)
    # Which rule gave way, where and why: rule, reason, community, grid, amount, keys, sentence.
    gave_way = models.JSONField("让步", default=list)
    moved_households = models.FloatField("换网格户数", default=0)
    version = models.PositiveIntegerField("版本", default=0)
    made_at = models.DateTimeField("生成时间")

    in_force_on = models.DateField("启用日期", null=True)
    adopted_by_id = models.UUIDField("采用人", null=True)
    adopted_at = models.DateTimeField("采用时间", null=True)
    withdrawn_by_id = models.UUIDField("撤回人", null=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    # Why grids out of band are put into force all the same.
    reason = models.CharField("说明", max_length=400, blank=True)
    # Grid number to the code it gets: continued or new.
    codes = models.JSONField("编码", default=dict)
    # Code of every grid that ends to the code its matters without a point go to.
    successors = models.JSONField("承接", default=dict)
    # What undoing needs: rows that were closed, with what they said, and rows that were made.
    before = models.JSONField("采用前", default=dict)

    class Meta:
        verbose_name = "划分方案"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "number"], name="plan_of_run"),
            models.CheckConstraint(
                condition=~Q(state="adopted")
                | Q(in_force_on__isnull=False, adopted_at__isnull=False),
                name="adopted_from_a_day",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["street_code", "in_force_on"],
                name="plan_adopted",
                condition=Q(state="adopted"),
            )
        ]
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return self.name


class PlanStep(models.Model):
    """One change by hand; undoing takes the last one back and is a step of its own."""

    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, related_name="steps", verbose_name="方案"
    )
    sequence = models.PositiveIntegerField("序号")
    verb = models.CharField("动作", max_length=12, choices=Verb.choices())
    # {"grid": {position: number}, "locked": [...]} of what changed, before and after.
    before = models.JSONField("改前", default=dict)
    after = models.JSONField("改后", default=dict)
    # The sequence of the step an undoing takes back.
    undoes = models.PositiveIntegerField("撤销", null=True)
    by_id = models.UUIDField("人员", null=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "方案改动"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "sequence"], name="step_of_plan")
        ]
        ordering: ClassVar = ["sequence"]

    def __str__(self) -> str:
        return f"{self.sequence} {self.get_verb_display()}"
