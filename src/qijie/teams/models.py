from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from qijie.access.viewer import Role
from qijie.kernel.codes import Level
from qijie.kernel.ids import new_id
from qijie.territory.models import DaySpan

LEVELS = [
    (Level.GRID, "网格"),
    (Level.COMMUNITY, "社区"),
    (Level.STREET, "街道"),
    (Level.DISTRICT, "区"),
    (Level.CITY, "市"),
]
ROLES = [
    (Role.GRID_WORKER, "网格员"),
    (Role.LEAD, "网格长"),
    (Role.DESK, "受理"),
    (Role.DISPATCHER, "派遣"),
    (Role.HANDLER, "处置"),
    (Role.VERIFIER, "核查"),
    (Role.SUPERVISOR, "督查"),
    (Role.LEADER, "领导"),
    (Role.SYSTEM_ADMIN, "系统管理"),
    (Role.SECURITY_ADMIN, "安全管理"),
    (Role.AUDIT_ADMIN, "审计管理"),
]


class OrgUnit(models.Model):
    """A department, centre, station, company or committee that orders can be sent to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField("单位编码", max_length=40, unique=True)
    name = models.CharField("单位名称", max_length=80)
    kind = models.CharField("单位类别", max_length=40)
    level = models.CharField("层级", max_length=12, choices=LEVELS)
    path = models.CharField("辖区", max_length=32)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="children", verbose_name="上级"
    )
    duty_phone = models.CharField("值班电话", max_length=20, blank=True)
    takes_orders = models.BooleanField("接收工单", default=True)

    class Meta:
        verbose_name = "单位"
        indexes: ClassVar = [models.Index(fields=["path", "kind"], name="unit_of_place")]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """What somebody may be appointed to; exists whether or not it is held today."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField("岗位编码", max_length=60, unique=True)
    kind = models.CharField("岗位类别", max_length=32)
    title = models.CharField("岗位名称", max_length=80)
    role = models.CharField("职权", max_length=16, choices=ROLES, blank=True)
    level = models.CharField("层级", max_length=12, choices=LEVELS)
    path = models.CharField("辖区", max_length=32)
    unit = models.ForeignKey(
        OrgUnit, on_delete=models.PROTECT, null=True, related_name="posts", verbose_name="单位"
    )
    needs_mfa = models.BooleanField("须二次验证", default=False)
    duty_phone = models.CharField("联系电话", max_length=20, blank=True)
    office_hours = models.CharField("值守时间", max_length=60, blank=True)
    valid_from = models.DateField("设立日期")
    valid_to = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        verbose_name = "岗位"
        indexes: ClassVar = [
            models.Index(
                fields=["path", "role"],
                name="post_of_place",
                opclasses=["varchar_pattern_ops", "text_ops"],
            )
        ]

    def __str__(self) -> str:
        return self.title


class Holding(models.Model):
    """Somebody in a post for a span of days. One main holder a day; stand-ins come on top."""

    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, related_name="holdings", verbose_name="岗位"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="holdings",
        verbose_name="任职人",
    )
    from_on = models.DateField("任职日期")
    to_on = models.DateField("离任日期", null=True, blank=True)
    is_stand_in = models.BooleanField("代班", default=False)
    appointed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="appointments_made",
        verbose_name="办理人",
    )

    class Meta:
        verbose_name = "任职"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_main_holder_a_day",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    (DaySpan(F("from_on"), F("to_on")), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_stand_in=False),
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gt=F("from_on")),
                name="holding_lasts_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.from_on}"
