from django.apps import AppConfig
from django.core.checks import Tags, register


class SetupConfig(AppConfig):
    name = "qijie.setup"
    label = "setup"

    def ready(self) -> None:
        from qijie.setup.checks import database_is_ready, settings_are_safe

        register(settings_are_safe, Tags.security)
        register(database_is_ready, Tags.database)
