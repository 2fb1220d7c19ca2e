from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "qijie.surfaces.field"
    label = "field"
