from django.apps import AppConfig


class RedrawingConfig(AppConfig):
    name = "qijie.redrawing"
    label = "redrawing"
