from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db.migrations import Migration
from django.db.models.signals import pre_migrate

_FOLDS_NAMES = "0002_one_count_and_codes"


class AccountsConfig(AppConfig):
    name = "qijie.accounts"
    label = "accounts"

    def ready(self) -> None:
        pre_migrate.connect(_before_migrating, sender=self)


def _before_migrating(
    *, using: str, plan: Sequence[tuple[Migration, bool]], **_of_the_signal: Any
) -> None:
    """Whichever command migrates: names that will be one are told before the table refuses them."""
    from qijie.accounts.actions.user_names import fold_user_names

    forwards = {(one.app_label, one.name) for one, is_backwards in plan if not is_backwards}
    if ("accounts", _FOLDS_NAMES) in forwards:
        fold_user_names(using)
