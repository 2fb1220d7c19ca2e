from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "qijie.setup"
    label = "setup"
