from django.apps import AppConfig


class BoardsConfig(AppConfig):
    name = "qijie.boards"
    label = "boards"
