from typing import ClassVar

from django.db import models

from qijie.kernel.ids import new_id


class Notice(models.Model):
    """One thing one post should know; gone from the list once read."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region_code = models.CharField("区县", max_length=6)
    post_id = models.UUIDField("岗位")
    subject_id = models.UUIDField("事项")
    event_id = models.UUIDField("动作")
    number = models.CharField("编号", max_length=32)
    sentence = models.CharField("内容", max_length=200)
    # The page it leads to; empty for a matter's own.
    page = models.CharField("页面", max_length=80, blank=True)
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True)

    class Meta:
        verbose_name = "通知"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region_code", "event_id", "post_id"], name="told_once_of_an_event"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["post_id", "-at"],
                name="notice_unread",
                condition=models.Q(read_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.sentence


class Letter(models.Model):
    """A mail to be sent; gone once it is. The job queue knows only its id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region_code = models.CharField("区县", max_length=6)
    to = models.EmailField("收件人")
    subject = models.CharField("主题", max_length=120)
    body = models.TextField("正文")
    made_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "待发邮件"

    def __str__(self) -> str:
        return str(self.pk)
