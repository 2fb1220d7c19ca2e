"""What `qijie check` looks at, and `qijie serve` before it opens: each finding with its cure."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host

from qijie.setup.failures import SetupFailure
from qijie.setup.surroundings import GENERATED_KEYS

LEAST_KEY_LENGTH = 40
LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]", "testserver"}


def settings_are_safe(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    found = [*_key(), *_encryption_keys(), *_demo(), *_folders(), *_addresses()]
    return found if settings.DEMO else [*found, *_left_from_trying(), *_transport()]


def database_is_ready(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **_: Any
) -> list[CheckMessage]:
    if "default" not in (databases or ()):
        return []
    try:
        return list(_database())
    except DatabaseError as error:
        return [
            Error(
                f"连不上数据库：{error}".strip(),
                hint="请检查 DATABASE_URL 的地址、端口、口令，以及数据库是否在运行。",
                id="qijie.E010",
            )
        ]


def require_none() -> None:
    """Raises with every error in words, for a program that would do harm or nothing with them."""
    found = [*settings_are_safe(None), *database_is_ready(None, ["default"])]
    connections.close_all()
    if errors := [one for one in found if one.level >= ERROR]:
        raise SetupFailure("\n  ".join(f"{one.msg}{one.hint or ''}" for one in errors))


def _key() -> Iterator[CheckMessage]:
    if len(_secret_key()) < LEAST_KEY_LENGTH:
        yield Error(
            f"QIJIE_SECRET_KEY 没有设置，或短于 {LEAST_KEY_LENGTH} 个字符。",
            hint="请生成一个并保存好：openssl rand -base64 48；也可写进 QIJIE_SECRET_KEY_FILE。",
            id="qijie.E001",
        )


def _encryption_keys() -> Iterator[CheckMessage]:
    if not settings.ENCRYPTION_KEYS:
        yield Warning(
            "QIJIE_ENCRYPTION_KEYS 没有设置，二次验证的密钥暂用 QIJIE_SECRET_KEY 加密。",
            hint="请另设一把（openssl rand -base64 48）；换钥匙时新的写在前面，逗号隔开。",
            id="qijie.W002",
        )


def _secret_key() -> str:
    """Django raises where the key is empty."""
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:
        return ""


def _demo() -> Iterator[CheckMessage]:
    outside = sorted(set(settings.ALLOWED_HOSTS) - LOCAL_HOSTS)
    if settings.DEMO and outside:
        yield Error(
            f"演示模式的口令是公开的，不能用在 {'、'.join(outside)} 上。",
            hint="正式使用请去掉 QIJIE_DEMO；只看演示请去掉 QIJIE_HOSTS。",
            id="qijie.E002",
        )


def _addresses() -> Iterator[CheckMessage]:
    public = urlsplit(settings.PUBLIC_ADDRESS)
    if public.scheme not in ("http", "https") or not public.hostname:
        yield Error(
            f"QIJIE_PUBLIC_ADDRESS“{settings.PUBLIC_ADDRESS}”不是完整的网址。",
            hint="请写成居民打开的网址，例如 QIJIE_PUBLIC_ADDRESS=https://grid.example",
            id="qijie.E020",
        )
        return
    if not validate_host(public.netloc.rpartition("@")[2].lower(), settings.ALLOWED_HOSTS) and (
        not validate_host(public.hostname, settings.ALLOWED_HOSTS)
    ):
        yield Error(
            f"QIJIE_PUBLIC_ADDRESS 的主机 {public.hostname} 不在 QIJIE_HOSTS 里，"
            "信里和二维码上的链接打开会是 400。",
            hint=f"请把 {public.hostname} 加进 QIJIE_HOSTS，或改正 QIJIE_PUBLIC_ADDRESS。",
            id="qijie.E021",
        )
    if (public.scheme == "https") != settings.HTTPS:
        told = "https" if settings.HTTPS else "http"
        yield Error(
            f"QIJIE_HTTPS {'开着' if settings.HTTPS else '没有开'}，"
            f"QIJIE_PUBLIC_ADDRESS 却是 {public.scheme}。",
            hint=f"两处要一致：把网址改成 {told}:// 开头，或改 QIJIE_HTTPS。",
            id="qijie.E022",
        )


def _transport() -> Iterator[CheckMessage]:
    """What HTTPS, proxies, hosts, origins and cookies say of each other."""
    https, proxies = settings.HTTPS, settings.TRUSTED_PROXY_COUNT
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "QIJIE_HOSTS 里有 *，任何人都能让页面上的私人链接指到别的网站。",
            hint="请写明主机，例如 QIJIE_HOSTS=grid.example；代理要原样传 Host。",
            id="qijie.E027",
        )
    if proxies < 0:
        yield Error(
            f"QIJIE_TRUSTED_PROXY_COUNT 是 {proxies}，不能小于 0。",
            hint="请填网站前面自己的反向代理有几层，没有就填 0。",
            id="qijie.E023",
        )
    if https and not proxies:
        yield Error(
            "QIJIE_HTTPS=true，却没有说前面有反向代理：网站收到的都是明文请求，会让浏览器没完没了地跳转。",
            hint="证书配在反向代理上，请设 QIJIE_TRUSTED_PROXY_COUNT=1（有几层填几），"
            "并让代理传 X-Forwarded-Proto 和 X-Forwarded-For。",
            id="qijie.E024",
        )
    if proxies > 0 and not https and _outside():
        yield Error(
            f"前面有反向代理，对外主机是 {'、'.join(_outside())}，却没有开启 HTTPS："
            "密码会以明文经过网络。",
            hint="在反向代理上配好证书，再设 QIJIE_HTTPS=true。",
            id="qijie.E025",
        )
    elif not https:
        yield Warning(
            "没有开启 HTTPS，登录密码会以明文经过网络。",
            hint="在反向代理上配好证书，再设 QIJIE_HTTPS=true 和 QIJIE_TRUSTED_PROXY_COUNT。",
            id="qijie.W001",
        )
    if https and (plain := [one for one in settings.CSRF_TRUSTED_ORIGINS if "https:" not in one]):
        yield Error(
            f"QIJIE_ORIGINS 里的 {'、'.join(plain)} 不是 https，表单会被拒绝。",
            hint="请改成 https:// 开头，或去掉。",
            id="qijie.E026",
        )


def _outside() -> list[str]:
    return sorted(set(settings.ALLOWED_HOSTS) - LOCAL_HOSTS)


def _left_from_trying() -> Iterator[CheckMessage]:
    """What is right for the demo or for development and must not come along."""
    if settings.DEBUG:
        yield Error(
            "QIJIE_DEBUG 开着，出错时会把设置和数据显示给任何人。",
            hint="请去掉 QIJIE_DEBUG。",
            id="qijie.E030",
        )
    if settings.EMAIL_BACKEND.rpartition(".")[0] in _UNSENT:
        yield Error(
            f"邮件后端是 {settings.EMAIL_BACKEND}，信不会寄出去。",
            hint="请去掉 QIJIE_EMAIL_BACKEND，并设 QIJIE_EMAIL_HOST。",
            id="qijie.E031",
        )
    if not settings.MFA_REQUIRED:
        yield Warning(
            "QIJIE_MFA_REQUIRED=false：能看反映人联系方式的岗位只凭密码登录。",
            hint="请去掉 QIJIE_MFA_REQUIRED。",
            id="qijie.W003",
        )
    if _is_a_known_key(_secret_key()) or any(map(_is_a_known_key, settings.ENCRYPTION_KEYS)):
        yield Error(
            "密钥是演示用的或示例里的，别人可能知道。",
            hint="请另外生成并保存好：openssl rand -base64 48",
            id="qijie.E032",
        )


# Backends that keep what should be sent; the mail room of a real place needs none of them.
_UNSENT = {
    f"django.core.mail.backends.{kind}" for kind in ("filebased", "dummy", "locmem", "console")
}
_FEWEST_LETTERS = 10


def _is_a_known_key(key: str) -> bool:
    """Django's example, one letter repeated, or what the demo made for itself in this folder."""
    is_weak = len(key) >= LEAST_KEY_LENGTH and len(set(key)) < _FEWEST_LETTERS
    return key.startswith("django-insecure-") or is_weak or key in set(_demo_keys())


def _demo_keys() -> Iterator[str]:
    for name in GENERATED_KEYS.values():
        path = settings.ROOT / "var" / "keys" / name
        with suppress(OSError):
            yield path.read_text(encoding="utf-8").strip()


def _folders() -> Iterator[CheckMessage]:
    for variable, folder in (
        ("QIJIE_REFDATA", settings.REFERENCE_FOLDER),
        ("QIJIE_PROFILE", settings.PROFILE_FOLDER),
    ):
        if not folder.is_dir():
            yield Error(
                f"找不到文件夹 {folder}。",
                hint=f"请把 {variable} 设为存在的文件夹。",
                id="qijie.E003",
            )
    kept = _nearest_existing(settings.PHOTO_FOLDER)
    if not os.access(kept, os.W_OK | os.X_OK):
        yield Error(
            f"照片文件夹 {settings.PHOTO_FOLDER} 不可写。",
            hint=f"请用 chown 把 {kept} 交给运行网站的用户，或改设 QIJIE_PHOTO_FOLDER。",
            id="qijie.E004",
        )


def _database() -> Iterator[CheckMessage]:
    from qijie.access.walls import defects
    from qijie.accounts.queries import accounts_with_demo_password as demo_accounts

    connection = connections["default"]
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Error(
            "数据库的表还没有建好，或版本比程序旧。", hint="请运行：qijie migrate", id="qijie.E011"
        )
        return
    for sentence in defects(connection):
        yield Error(sentence, id="qijie.E012")
    if not settings.DEMO and (names := demo_accounts()):
        yield Error(
            f"{len(names)} 个账号还用着演示系统公开的密码：{'、'.join(names[:3])}"
            f"{' 等' if len(names) > 3 else ''}。演示的数据库不能直接转为正式使用。",
            hint="请另建一个数据库：qijie migrate、load-refdata、load-profile（不设 QIJIE_DEMO）；"
            "真要留下这个账号，用 qijie account activation-code 用户名 发激活码，由本人另设密码。",
            id="qijie.E033",
        )


def _nearest_existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())
