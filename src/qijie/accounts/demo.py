"""The demo's one public password: for made-up people, and nowhere else."""

import base64

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError

PASSWORD = "qijie-demo-2026"  # noqa: S105  # printed by `make demo`, made-up people only
MARK = "qijie0demo0accounts0only"
"""The salt of every hash the demo makes: long enough that signing in does not renew it."""


def hashed() -> str:
    """One hash for all: half a second each would be a minute and a half."""
    return make_password(PASSWORD, salt=MARK)


def mark_in_hash() -> str:
    """How the salt stands in a hash of argon2."""
    return base64.b64encode(MARK.encode()).decode().rstrip("=")


class NotTheDemoPassword:
    def validate(self, password: str, user: object = None) -> None:
        if password.casefold() == PASSWORD:
            raise ValidationError("这是演示系统公开的密码，请另设一个。")

    def get_help_text(self) -> str:
        return "不能用演示系统公开的密码。"
