from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "qijie.ui"
    label = "ui"
