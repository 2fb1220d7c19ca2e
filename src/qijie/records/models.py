from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value

from qijie.kernel.ids import new_id


class Event(models.Model):
    """One move, never edited. Partitioned by month of `at`; the database role may only append."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region_code = models.CharField("区县", max_length=6)
    street_code = models.CharField("街道", max_length=9, blank=True)
    community_code = models.CharField("社区", max_length=12, blank=True)
    grid_id = models.BigIntegerField("网格", null=True)
    subject_id = models.UUIDField("事项")
    sequence = models.PositiveIntegerField("序号")
    at = models.DateTimeField("时间")
    device_at = models.DateTimeField("设备时间", null=True)
    verb = models.CharField("动作", max_length=24)
    from_state = models.CharField("原状态", max_length=16, blank=True)
    to_state = models.CharField("新状态", max_length=16)
    level = models.CharField("层级", max_length=12)
    order_id = models.UUIDField("工单", null=True)
    actor_kind = models.CharField("谁", max_length=12)
    actor_user_id = models.UUIDField("人员", null=True)
    actor_post_id = models.UUIDField("岗位", null=True)
    actor_title = models.CharField("岗位名称", max_length=80, blank=True)
    actor_side = models.CharField("立场", max_length=12, blank=True)
    words = models.TextField("说明", blank=True)
    sentence = models.TextField("告知反映人的话", blank=True)
    facts = models.JSONField("要素", default=dict)
    follows = models.BooleanField("由规则推出", default=False)

    class Meta:
        managed = False
        db_table = "records_event"
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%Y-%m-%d %H:%M}"


class OutboxEntry(models.Model):
    """Something somebody still has to be told; deleted in the transaction that tells them.

    It carries its event's id, or one of its own when no move but a clock gave the reason.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region_code = models.CharField(max_length=6)
    subject_id = models.UUIDField()
    at = models.DateTimeField()
    told = models.JSONField(default=list)
    tries = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="outbox_by_time")]

    def __str__(self) -> str:
        return str(self.id)


class IntakeKey(models.Model):
    """A key the client made before sending: what comes under it takes effect once.

    parts: keyed prints of what was said, by part, to tell what differs in a later delivery.
    """

    key = models.UUIDField(primary_key=True)
    region_code = models.CharField(max_length=6, blank=True)
    purpose = models.CharField(max_length=24)
    digest = models.BinaryField(max_length=32)
    parts = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    subject_id = models.UUIDField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.purpose} {self.key}"


class SentForm(models.Model):
    """A form that took effect, and what it was answered; told by its key alone.

    digest: of the door, who knocked and the key. answer: sealed with the key, which is not kept.
    """

    digest = models.BinaryField(primary_key=True, max_length=32)
    body = models.BinaryField("内容摘要", max_length=32)
    answer = models.BinaryField("答复")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "已交表单"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Timer(models.Model):
    """Work due at a time; claimed with SKIP LOCKED in the transaction of its effect."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region_code = models.CharField(max_length=6)
    subject_id = models.UUIDField()
    purpose = models.CharField(max_length=32)
    due_at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    tries = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region_code", "id"], name="timer_in_region")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="timer_due", condition=models.Q(done_at__isnull=True)
            ),
            models.Index(
                fields=["subject_id"],
                name="timer_of_subject",
                condition=models.Q(done_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.due_at:%Y-%m-%d %H:%M}"


class Attachment(models.Model):
    """A photo: waiting as it came, until it is re-encoded and kept under its SHA-256, or refused.

    waiting_name: its file among those that wait. look_at: not before this moment. tries: how many
    workers began on it. refusal: why it cannot be shown, in words.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "正在检查"
        SHOWN = "shown", "已检查"
        REFUSED = "refused", "打不开"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region_code = models.CharField("区县", max_length=6)
    subject_id = models.UUIDField("事项")
    event_id = models.UUIDField("所属动作", null=True)
    purpose = models.CharField("用途", max_length=16)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.SHOWN)
    waiting_name = models.CharField("待检查的文件", max_length=36, blank=True)
    look_at = models.DateTimeField("下次检查", null=True)
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    refusal = models.CharField("打不开的原因", max_length=60, blank=True)
    sha256 = models.CharField("摘要", max_length=64, blank=True)
    media_type = models.CharField("格式", max_length=32)
    size_bytes = models.PositiveIntegerField("大小")
    width_pixels = models.PositiveIntegerField("宽")
    height_pixels = models.PositiveIntegerField("高")
    from_reporter = models.BooleanField("反映人提供", default=False)
    at = models.DateTimeField("时间")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region_code", "id"], name="attachment_in_region")
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject_id"], name="attachment_of_subject"),
            models.Index(
                fields=["look_at"], name="attachment_waiting", condition=Q(state="waiting")
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class LinkToken(models.Model):
    """A private link: only the hash of its 128-bit secret is kept."""

    token_hash = models.BinaryField(primary_key=True, max_length=32)
    subject_id = models.UUIDField()
    purpose = models.CharField(max_length=16)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject_id"], name="link_of_subject")]

    def __str__(self) -> str:
        return self.purpose


class DailyCounter(models.Model):
    """The last number laid out in a county on a day."""

    pk = models.CompositePrimaryKey("region_code", "on", "series")
    region_code = models.CharField(max_length=6)
    on = models.DateField()
    series = models.CharField(max_length=12)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.region_code} {self.on} {self.last}"


class FreeNumber(models.Model):
    """A number of a county's day that nobody has yet: deleted by the transaction that uses it."""

    pk = models.CompositePrimaryKey("region_code", "on", "series", "number")
    region_code = models.CharField(max_length=6)
    on = models.DateField()
    series = models.CharField(max_length=12)
    number = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.region_code} {self.on} {self.number}"


class Miss(models.Model):
    """How often callers of one network who had not signed in were refused on a day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    on = models.DateField("日期")
    kind = models.CharField("类别", max_length=16)
    network = models.CharField("来源网络", max_length=43, blank=True)
    times = models.BigIntegerField("次数")
    first_at = models.DateTimeField("第一次")
    last_at = models.DateTimeField("最近一次")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["on", "kind", "network"], name="misses_of_network")
        ]
        indexes: ClassVar = [models.Index(fields=["last_at"], name="misses_by_age")]

    def __str__(self) -> str:
        return f"{self.on} {self.kind} {self.network} {self.times}"


class AccessEntry(models.Model):
    """Who looked at what: reads of personal fields, exports, denials, misses by id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField("时间")
    region_code = models.CharField("区县", max_length=6, blank=True)
    kind = models.CharField("类别", max_length=16)
    user_id = models.UUIDField("人员", null=True)
    post_ids = ArrayField(models.UUIDField(), verbose_name="岗位", default=list)
    door = models.CharField("页面", max_length=64)
    subject = models.CharField("对象", max_length=64, blank=True)
    fields = ArrayField(models.CharField(max_length=64), verbose_name="字段", default=list)
    purpose = models.CharField("事由", max_length=120, blank=True)
    address = models.GenericIPAddressField("来源地址", null=True)

    class Meta:
        managed = False
        db_table = "records_accessentry"
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.door}"
