from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "qijie.outbound"
    label = "outbound"
