from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils.crypto import salted_hmac

from qijie.accounts.rules import folded
from qijie.kernel.ids import new_id


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class UserNameField(models.CharField):  # type: ignore[type-arg]
    """Written and looked up in one spelling, so that nobody is two people by a capital letter."""

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return folded(prepared) if isinstance(prepared, str) else prepared


class User(AbstractBaseUser):
    """A person who signs in. No groups, no permission rows, no superuser: rights come of posts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = UserNameField(
        "用户名",
        max_length=60,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "这个用户名已有人使用，请换一个。"},
    )
    name = models.CharField("姓名", max_length=40)
    email = models.EmailField("邮箱", blank=True)
    is_active = models.BooleanField("可登录", default=True)
    joined_at = models.DateTimeField("建立时间", auto_now_add=True)
    sessions_of = models.UUIDField("登录批次", default=new_id, editable=False)
    """Changing it ends every session begun before."""

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = "账号"

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions end with the password and with `sessions_of`."""
        sealed = f"{self.password} {self.sessions_of}"
        return salted_hmac("qijie.session", sealed, secret=secret, algorithm="sha256").hexdigest()


class FailedTries(models.Model):
    """Wrong passwords or codes for one name from one network, one device, or altogether.

    The key is a digest: the table holds neither names nor addresses.
    """

    key = models.BinaryField(primary_key=True, max_length=32)
    failures = models.PositiveIntegerField("次数", default=0)
    last_at = models.DateTimeField("最近一次")

    class Meta:
        verbose_name = "试错次数"
        indexes: ClassVar = [models.Index(fields=["last_at"], name="tries_by_age")]

    def __str__(self) -> str:
        return f"{self.failures} {self.last_at:%Y-%m-%d %H:%M}"


class ActivationCode(models.Model):
    """What an account's owner is given on paper: good once for a password and a first factor."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="activation_code",
        verbose_name="账号",
    )
    digest = models.BinaryField(max_length=32)
    made_at = models.DateTimeField("发放时间")
    expires_at = models.DateTimeField("失效时间")
    password_set_at = models.DateTimeField("设密码时间", null=True)

    class Meta:
        verbose_name = "激活码"

    def __str__(self) -> str:
        return f"{self.user_id} {self.made_at:%Y-%m-%d %H:%M}"


class AccountChange(models.Model):
    """What changed about somebody's account, for its owner to read; never edited."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="account_changes",
        verbose_name="账号",
    )
    at = models.DateTimeField("时间")
    what = models.CharField("变动", max_length=60)
    by = models.CharField("办理人", max_length=60)
    address = models.GenericIPAddressField("来源地址", null=True)
    seen_at = models.DateTimeField("本人看到", null=True)

    class Meta:
        verbose_name = "账号变动"
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [models.Index(fields=["user", "-at"], name="changes_of_account")]

    def __str__(self) -> str:
        return self.what
