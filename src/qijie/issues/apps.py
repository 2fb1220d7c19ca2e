from django.apps import AppConfig


class IssuesConfig(AppConfig):
    name = "qijie.issues"
    label = "issues"
