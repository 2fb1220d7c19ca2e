from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "qijie.records"
    label = "records"
