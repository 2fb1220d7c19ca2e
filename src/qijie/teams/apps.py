from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "qijie.teams"
    label = "teams"
