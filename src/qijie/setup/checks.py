"""What `qijie check` looks at, and `qijie serve` before it opens: each finding with its cure."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

LEAST_KEY_LENGTH = 40
LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]", "testserver"}


def settings_are_safe(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    return [*_key(), *_encryption_keys(), *_demo(), *_folders()]


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
    if not settings.DEMO and not settings.HTTPS:
        yield Warning(
            "没有开启 HTTPS，登录口令会以明文经过网络。",
            hint="在反向代理上配好证书，再设 QIJIE_HTTPS=true。",
            id="qijie.W001",
        )


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

    connection = connections["default"]
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Error(
            "数据库的表还没有建好，或版本比程序旧。", hint="请运行：qijie migrate", id="qijie.E011"
        )
        return
    for sentence in defects(connection):
        yield Error(sentence, id="qijie.E012")


def _nearest_existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())
