from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "qijie.territory"
    label = "territory"
