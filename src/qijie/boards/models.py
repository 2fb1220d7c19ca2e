from typing import ClassVar

from django.contrib.gis.db import models
from django.db.models import Q

from qijie.boards.rules import UNDER_WAY, FileState, Paper
from qijie.issues.models import Category
from qijie.kernel.ids import new_id


class BoardFile(models.Model):
    """The notice boards of a whole street or community as one PDF, made by the worker."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region_code = models.CharField("区县", max_length=6)
    street_code = models.CharField("街道", max_length=9, blank=True)
    community_code = models.CharField("社区", max_length=12, blank=True)
    path = models.CharField("辖区", max_length=32)
    made_for = models.DateField("公示日期")
    paper = models.CharField("纸张", max_length=2, choices=Paper.choices())
    state = models.CharField(
        "状态", max_length=10, choices=FileState.choices(), default=FileState.WAITING.value
    )
    done = models.PositiveIntegerField("已完成", default=0)
    of = models.PositiveIntegerField("共", default=0)
    asked_by_id = models.UUIDField("申请人", null=True)
    asked_at = models.DateTimeField("申请时间")
    ended_at = models.DateTimeField("完成时间", null=True)
    sha256 = models.CharField("摘要", max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField("大小", default=0)
    failure = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "公示牌文件"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["path", "made_for", "paper"],
                name="one_board_file_under_way",
                condition=Q(state__in=[state.value for state in UNDER_WAY]),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["path", "-asked_at"], name="board_file_of_place"),
            models.Index(fields=["sha256"], name="board_file_bytes"),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.made_for} {self.paper}"


class Solved(models.Model):
    """How many matters of a category a grid saw closed in a month, small counts left out."""

    pk = models.CompositePrimaryKey("path", "month", "category_id")
    path = models.CharField("网格", max_length=32)
    month = models.DateField("月份")
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="+", verbose_name="类别"
    )
    count = models.PositiveIntegerField("件数", null=True)

    class Meta:
        verbose_name = "办结月计"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(count__isnull=True) | Q(count__gte=3), name="no_small_count_is_kept"
            )
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.month:%Y-%m} {self.category_id}"
