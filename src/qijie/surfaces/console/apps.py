from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "qijie.surfaces.console"
    label = "console"
