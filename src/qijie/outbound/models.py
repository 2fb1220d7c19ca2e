from typing import ClassVar

from django.db import models
from django.utils import timezone

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
    # Whose own act it tells of: the others at the post read it, they do not.
    by_user_id = models.UUIDField("谁做的", null=True)
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
    """A mail to be sent, written with the act it tells of; gone once the mail server has it.

    The row itself waits its turn, so there is no job beside it that could run too early or be
    missing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region_code = models.CharField("区县", max_length=6)
    # The matter whose reporter it goes to: the letter ends with that contact. Empty for staff.
    reporter_of_id = models.UUIDField("反映人的事项", null=True)
    to = models.EmailField("收件人")
    subject = models.CharField("主题", max_length=120)
    body = models.TextField("正文")
    made_at = models.DateTimeField("时间")
    # Not before this moment.
    send_at = models.DateTimeField("下次发送", default=timezone.now)
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    failure = models.CharField("没有送达的原因", max_length=200, blank=True)
    given_up_at = models.DateTimeField("停止发送的时间", null=True)

    class Meta:
        verbose_name = "待发邮件"
        indexes: ClassVar = [
            models.Index(
                fields=["send_at"],
                name="letter_to_send",
                condition=models.Q(given_up_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
