from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db.models import Q

from qijie.issues.rules import vocabulary
from qijie.kernel.ids import new_id
from qijie.kernel.working_time import LimitUnit
from qijie.teams.models import LEVELS
from qijie.territory.models import SRID, Node

LIMIT_UNITS = [
    (LimitUnit.URGENT_HOUR, "小时"),
    (LimitUnit.WORKING_HOUR, "工作小时"),
    (LimitUnit.WORKING_DAY, "工作日"),
    (LimitUnit.NATURAL_DAY, "自然日"),
]


class Category(models.Model):
    """What a matter is about, in the catalogue's words and in the resident's."""

    code = models.CharField("类别编码", max_length=40, primary_key=True)
    family = models.CharField("大类", max_length=20, choices=vocabulary.Family.choices())
    name = models.CharField("类别", max_length=60)
    plain_name = models.CharField("通俗名称", max_length=60)
    keywords = ArrayField(models.CharField(max_length=20), verbose_name="检索词", default=list)
    is_urgent = models.BooleanField("紧急", default=False)
    main_unit_kind = models.CharField("主办单位类别", max_length=40, blank=True)
    standard = models.CharField("标准", max_length=60, blank=True)
    standard_code = models.CharField("标准编码", max_length=40, blank=True)
    successor_code = models.CharField("2026 年编码", max_length=60, blank=True)
    source = models.CharField("来源", max_length=60)
    position = models.PositiveIntegerField("次序", default=0)
    is_current = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = "事项类别"
        ordering: ClassVar = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class Condition(models.Model):
    """A filing condition: the defect within a category. It carries the limit."""

    code = models.CharField("立案条件编码", max_length=60, primary_key=True)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="conditions", verbose_name="类别"
    )
    wording = models.CharField("立案条件", max_length=200)
    close_standard = models.CharField("结案标准", max_length=200, blank=True)
    stage = models.CharField("阶段", max_length=12, choices=vocabulary.Stage.choices(), blank=True)
    # A restoring stage names the make-safe condition a worker chooses; it is not chosen itself.
    follows = models.CharField("先行条件", max_length=60, blank=True)
    limit_value = models.DecimalField("时限", max_digits=7, decimal_places=4, null=True)
    limit_unit = models.CharField("时限单位", max_length=12, choices=LIMIT_UNITS, blank=True)
    evidence = ArrayField(models.CharField(max_length=20), verbose_name="可收凭证", default=list)
    source = models.CharField("来源", max_length=60)
    position = models.PositiveIntegerField("次序", default=0)
    is_current = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = "立案条件"
        ordering: ClassVar = ["position", "code"]

    def __str__(self) -> str:
        return self.wording


class Issue(models.Model):
    """One matter from report to archive. Its state is small; how it stands is derived."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField("编号", max_length=32)

    # Where: what rights, figures and distribution go by
    region_code = models.CharField("区县", max_length=6)
    street_code = models.CharField("街道", max_length=9, blank=True)
    community_code = models.CharField("社区", max_length=12, blank=True)
    grid = models.ForeignKey(
        Node, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="网格"
    )
    path = models.CharField("辖区", max_length=32)
    level = models.CharField("办理层级", max_length=12, choices=LEVELS)
    point = models.PointField("位置", srid=SRID, null=True, spatial_index=False)
    place_words = models.CharField("地点", max_length=200, blank=True)
    unit_ids = ArrayField(models.UUIDField(), verbose_name="承办单位", default=list)
    participant_ids = ArrayField(models.UUIDField(), verbose_name="参与岗位", default=list)
    about_post_id = models.UUIDField("所涉岗位", null=True)
    about_unit_id = models.UUIDField("所涉单位", null=True)
    # Who held the post then, whatever else they hold; and from which rung down it is hidden there.
    about_user_ids = ArrayField(models.UUIDField(), verbose_name="所涉人员", default=list)
    about_path = models.CharField("所涉辖区", max_length=32, blank=True)
    hidden_level = models.CharField("回避到哪级", max_length=12, choices=LEVELS, blank=True)
    about_words = models.CharField("反映的对象", max_length=100, blank=True)
    stand_in_roles = models.CharField("督查代行的职权", max_length=40, blank=True)
    hinted_ids = ArrayField(models.UUIDField(), verbose_name="疑似所涉", default=list)
    hints = models.JSONField("疑似所涉的依据", default=list)
    moved_from = models.CharField("改自辖区", max_length=32, blank=True)
    is_move_refused = models.BooleanField("已退回改辖区", default=False)

    # What
    family = models.CharField(
        "大类", max_length=20, choices=vocabulary.Family.choices(), blank=True
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="类别"
    )
    condition = models.ForeignKey(
        Condition, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="立案条件"
    )
    words = models.TextField("描述", max_length=2000)
    channel = models.CharField("来源", max_length=12, choices=vocabulary.Channel.choices())
    urgency = models.CharField("紧急程度", max_length=8, choices=vocabulary.Urgency.choices())

    # How far
    state = models.CharField("状态", max_length=12, choices=vocabulary.State.choices())
    reported_at = models.DateTimeField("上报时间")
    accepted_at = models.DateTimeField("受理时间", null=True)
    filed_at = models.DateTimeField("立案时间", null=True)
    handled_at = models.DateTimeField("处置完毕时间", null=True)
    closed_at = models.DateTimeField("结案时间", null=True)
    promised_at = models.DateTimeField("承诺办结时间", null=True)
    due_at = models.DateTimeField("本环节时限", null=True)
    soon_at = models.DateTimeField("本环节临期", null=True)
    warn_at = models.DateTimeField("本环节首次提醒", null=True)
    has_reporter = models.BooleanField("有反映人", default=False)
    reported_by_id = models.UUIDField("上报人员", null=True)
    round = models.PositiveSmallIntegerField("轮次", default=0)
    rework_count = models.PositiveSmallIntegerField("返工次数", default=0)
    reopen_count = models.PositiveSmallIntegerField("重开次数", default=0)
    return_count = models.PositiveSmallIntegerField("退单次数", default=0)
    suspension_count = models.PositiveSmallIntegerField("挂账次数", default=0)
    is_extended = models.BooleanField("已延期", default=False)
    objection_used = models.BooleanField("已提异议", default=False)
    final_answer_given = models.BooleanField("已书面终答", default=False)
    final_answer_objected = models.BooleanField("对终答有异议", default=False)
    is_final_review = models.BooleanField("区级终审", default=False)
    is_on_the_spot = models.BooleanField("即时解", default=False)
    is_sampled = models.BooleanField("抽查", default=False)
    awaits_look = models.BooleanField("待核查员查看", default=False)
    answered_level = models.CharField("办结层级", max_length=12, choices=LEVELS, blank=True)
    worked_level = models.CharField("处置层级", max_length=12, choices=LEVELS, blank=True)
    bound_unit_id = models.UUIDField("裁定单位", null=True)
    bound_post_id = models.UUIDField("裁定岗位", null=True)
    whistled_from = ArrayField(
        models.CharField(max_length=12), verbose_name="吹哨途经", default=list
    )
    resume_to = models.CharField(
        "恢复后状态", max_length=12, choices=vocabulary.State.choices(), blank=True
    )
    master = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="followers", verbose_name="主案"
    )
    verdict = models.CharField(
        "评价", max_length=12, choices=vocabulary.Verdict.choices(), blank=True
    )
    appeal = models.CharField("申诉", max_length=12, choices=vocabulary.Appeal.choices())
    follow_up_on = models.DateField("回访日期", null=True)
    last_urged_on = models.DateField("最近催办", null=True)
    urge_count = models.PositiveSmallIntegerField("当日催办次数", default=0)
    hands = models.JSONField("经手", default=list)
    requests = models.JSONField("待批申请", default=list)
    version = models.PositiveIntegerField("版本", default=0)

    class Meta:
        verbose_name = "事项"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region_code", "id"], name="issue_in_region"),
            models.UniqueConstraint(fields=["region_code", "number"], name="issue_number"),
        ]
        indexes: ClassVar = [
            # For whoever sees most rows: the list is read in its own order and stops at a page.
            models.Index(fields=["-reported_at", "-id"], name="issue_newest"),
            models.Index(
                fields=["due_at", "id"], name="issue_due", condition=Q(due_at__isnull=False)
            ),
            # On top of every list: the few that are urgent, found without reading the others.
            models.Index(
                fields=["due_at", "id"],
                name="issue_urgent",
                condition=Q(urgency="urgent") & ~Q(state__in=vocabulary.ENDED),
            ),
            # The same of one place, which every page of staff counts.
            *(
                models.Index(
                    fields=[column],
                    name=f"issue_urgent_in_{place}",
                    condition=Q(urgency="urgent") & ~Q(state__in=vocabulary.ENDED),
                )
                for place, column in (
                    ("region", "region_code"),
                    ("street", "street_code"),
                    ("community", "community_code"),
                    ("grid", "grid"),
                )
            ),
            models.Index(fields=["street_code", "-reported_at", "-id"], name="issue_street_newest"),
            models.Index(
                fields=["community_code", "-reported_at", "-id"], name="issue_community_newest"
            ),
            models.Index(fields=["region_code", "-reported_at", "-id"], name="issue_region_newest"),
            models.Index(fields=["grid", "-reported_at", "-id"], name="issue_grid_newest"),
            models.Index(
                fields=["region_code", "due_at", "id"],
                name="issue_region_due",
                condition=Q(due_at__isnull=False),
            ),
            models.Index(
                fields=["street_code", "due_at", "id"],
                name="issue_street_due",
                condition=Q(due_at__isnull=False),
            ),
            models.Index(
                fields=["community_code", "due_at", "id"],
                name="issue_community_due",
                condition=Q(due_at__isnull=False),
            ),
            # Few matters run a clock: a desk's list and counts read these alone.
            models.Index(
                fields=["region_code", "level", "state", "due_at", "id"],
                name="issue_running",
                condition=Q(due_at__isnull=False),
            ),
            # A rare state or level, found without reading the others. Whole, not of the open ones
            # alone: such a small index is read through to the end by whoever asks for what is open.
            models.Index(
                fields=["region_code", "state", "-reported_at", "-id"], name="issue_by_state"
            ),
            models.Index(
                fields=["region_code", "level", "-reported_at", "-id"], name="issue_by_level"
            ),
            models.Index(fields=["number"], name="issue_by_number"),
            GinIndex(fields=["unit_ids"], name="issue_units"),
            GinIndex(fields=["participant_ids"], name="issue_participants"),
            GistIndex(fields=["point"], name="issue_on_map"),
            GinIndex(OpClass("words", "gin_trgm_ops"), name="issue_words"),
            GinIndex(OpClass("place_words", "gin_trgm_ops"), name="issue_place_words"),
        ]

    def __str__(self) -> str:
        return self.number


class WorkOrder(models.Model):
    """One unit's or post's share of a matter."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region_code = models.CharField("区县", max_length=6)
    issue = models.ForeignKey(
        Issue, on_delete=models.PROTECT, related_name="orders", verbose_name="事项"
    )
    unit_id = models.UUIDField("承办单位", null=True)
    post_id = models.UUIDField("承办岗位", null=True)
    is_main = models.BooleanField("主办", default=True)
    purpose = models.CharField("用途", max_length=12, choices=vocabulary.Purpose.choices())
    state = models.CharField("工单状态", max_length=12, choices=vocabulary.OrderState.choices())
    round = models.PositiveSmallIntegerField("轮次", default=0)
    level = models.CharField("层级", max_length=12, choices=LEVELS, blank=True)
    sent_at = models.DateTimeField("派出时间")
    signed_at = models.DateTimeField("签收时间", null=True)
    made_safe_at = models.DateTimeField("止险时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    return_reason = models.CharField(
        "退单理由", max_length=20, choices=vocabulary.ReturnReason.choices(), blank=True
    )

    class Meta:
        verbose_name = "工单"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region_code", "id"], name="order_in_region"),
            models.CheckConstraint(
                condition=Q(unit_id__isnull=False) | Q(post_id__isnull=False),
                name="order_goes_somewhere",
            ),
            models.UniqueConstraint(
                fields=["region_code", "issue"],
                name="one_open_main_order",
                condition=Q(is_main=True, state__in=["sent", "signed"]),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["unit_id", "state", "-sent_at"], name="order_of_unit"),
            models.Index(fields=["post_id", "state", "-sent_at"], name="order_of_post"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.pk}"


class Deadline(models.Model):
    """One clock of a matter or order. It keeps the rule and calendar it was reckoned by."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region_code = models.CharField("区县", max_length=6)
    issue = models.ForeignKey(
        Issue, on_delete=models.PROTECT, related_name="deadlines", verbose_name="事项"
    )
    position = models.PositiveSmallIntegerField("次序")
    kind = models.CharField("时限类别", max_length=20, choices=vocabulary.ClockKind.choices())
    order_id = models.UUIDField("工单", null=True)
    started_at = models.DateTimeField("起算")
    due_at = models.DateTimeField("到期")
    warn_at = models.DateTimeField("首次提醒", null=True)
    soon_at = models.DateTimeField("临期提醒", null=True)
    original_due_at = models.DateTimeField("原到期", null=True)
    stopped_at = models.DateTimeField("停止", null=True)
    paused_at = models.DateTimeField("暂停", null=True)
    pauses = models.JSONField("暂停记录", default=list)
    is_half = models.BooleanField("减半", default=False)
    is_met = models.BooleanField("已完成", default=False)
    is_replaced = models.BooleanField("已重算", default=False)
    limit_value = models.DecimalField("时限", max_digits=7, decimal_places=4, null=True)
    limit_unit = models.CharField("时限单位", max_length=12, choices=LIMIT_UNITS, blank=True)
    rule = models.CharField("依据", max_length=120, blank=True)
    calendar_version = models.CharField("日历版本", max_length=60, blank=True)
    explanation = models.CharField("计算说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "时限"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region_code", "issue", "position"], name="deadline_of_issue"
            )
        ]
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_at:%Y-%m-%d %H:%M}"


class Reporter(models.Model):
    """How to reach whoever reported; kept apart because the handled side must not see it."""

    issue = models.OneToOneField(
        Issue, on_delete=models.PROTECT, primary_key=True, related_name="reporter"
    )
    region_code = models.CharField("区县", max_length=6)
    name = models.CharField("称呼", max_length=40, blank=True)
    phone = models.CharField("电话", max_length=20, blank=True)
    email = models.EmailField("邮箱", blank=True)
    notice_version = models.CharField("告知书版本", max_length=20)

    class Meta:
        verbose_name = "反映人"

    def __str__(self) -> str:
        return str(self.issue_id)


class Responsibility(models.Model):
    """A row of the responsibility list: which kind of unit answers for what."""

    code = models.CharField("编码", max_length=60, primary_key=True)
    family = models.CharField(
        "大类", max_length=20, choices=vocabulary.Family.choices(), blank=True
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="类别"
    )
    main_unit_kind = models.CharField("主办单位类别", max_length=40)
    assisting_unit_kinds = ArrayField(
        models.CharField(max_length=40), verbose_name="协办单位类别", default=list
    )
    level = models.CharField("层级", max_length=12, choices=LEVELS)
    source = models.CharField("来源", max_length=60)

    class Meta:
        verbose_name = "权责清单"

    def __str__(self) -> str:
        return self.code


class Reference(models.Model):
    """Reference rows the loop needs besides the catalogue: clock defaults, calendars, reasons."""

    name = models.CharField("名称", max_length=40, primary_key=True)
    rows = models.JSONField("内容")
    digest = models.CharField("摘要", max_length=64)

    class Meta:
        verbose_name = "参考数据"

    def __str__(self) -> str:
        return self.name
