from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db.models import F, Func, Q

from qijie.kernel.codes import NodeKind

SRID = 4490
"""CGCS2000, the one system geometry is stored in."""


class DaySpan(Func):
    """The half-open range of days a row is in force."""

    function = "daterange"
    output_field = DateRangeField()


NODE_KINDS = [
    (NodeKind.CITY, "市"),
    (NodeKind.DISTRICT, "区县"),
    (NodeKind.STREET, "街道"),
    (NodeKind.TOWN, "乡镇"),
    (NodeKind.COMMUNITY, "社区"),
    (NodeKind.VILLAGE, "村"),
    (NodeKind.GRID, "网格"),
    (NodeKind.MICRO_GRID, "微网格"),
    (NodeKind.COMPOUND, "小区"),
]
GRID_KINDS = [("general", "综合网格"), ("dedicated", "专属网格"), ("undeveloped", "待开发网格")]
BUILDING_USES = [
    ("residential", "住宅"),
    ("commercial", "商业"),
    ("mixed", "商住"),
    ("school", "学校"),
    ("hospital", "医院"),
    ("market", "市场"),
    ("office", "办公"),
    ("public", "公共"),
]


class Node(models.Model):
    """One drawing of a division, grid, micro-grid or compound, in force for a span of days."""

    code = models.CharField("编码", max_length=24)
    path = models.CharField("路径", max_length=32)
    kind = models.CharField("类别", max_length=12, choices=NODE_KINDS)
    name = models.CharField("名称", max_length=80)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="children", verbose_name="上级"
    )
    grid_kind = models.CharField("网格类型", max_length=12, choices=GRID_KINDS, blank=True)
    boundary = models.MultiPolygonField("边界", srid=SRID, null=True)
    households = models.PositiveIntegerField("户数", default=0)
    is_illustrative = models.BooleanField("示意边界", default=False)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "区划与网格"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_drawing_of_a_code_a_day",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (DaySpan(F("valid_from"), F("valid_to")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="node_valid_for_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind="grid", grid_kind__in=["general", "dedicated", "undeveloped"])
                | (~Q(kind="grid") & Q(grid_kind="")),
                name="grid_kind_of_grids_only",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["path"], name="node_subtree", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["code"], name="node_code"),
        ]

    def __str__(self) -> str:
        return self.name


class Building(models.Model):
    """One building in one grid for a span of days; keeps its code when its grid is redrawn."""

    code = models.CharField("楼栋编码", max_length=24)
    path = models.CharField("路径", max_length=32)
    name = models.CharField("楼栋", max_length=60)
    address = models.CharField("门牌", max_length=120, blank=True)
    grid = models.ForeignKey(
        Node, on_delete=models.PROTECT, related_name="buildings", verbose_name="网格"
    )
    compound = models.ForeignKey(
        Node,
        on_delete=models.PROTECT,
        null=True,
        related_name="compound_buildings",
        verbose_name="小区",
    )
    footprint = models.PolygonField("轮廓", srid=SRID)
    use = models.CharField("用途", max_length=12, choices=BUILDING_USES)
    floors = models.PositiveSmallIntegerField("层数", default=1)
    units = models.PositiveSmallIntegerField("单元数", default=1)
    households = models.PositiveIntegerField("户数", default=0)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "楼栋"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_row_of_a_building_a_day",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (DaySpan(F("valid_from"), F("valid_to")), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["code"], name="building_code"),
            models.Index(
                fields=["path"], name="building_subtree", opclasses=["varchar_pattern_ops"]
            ),
            GinIndex(fields=["address"], opclasses=["gin_trgm_ops"], name="building_address_words"),
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="building_name_words"),
        ]

    def __str__(self) -> str:
        return self.name


class StreetLine(models.Model):
    """A piece of the base map's street network."""

    street_class = models.CharField("等级", max_length=24)
    line = models.LineStringField("中心线", srid=SRID)

    def __str__(self) -> str:
        return self.street_class
