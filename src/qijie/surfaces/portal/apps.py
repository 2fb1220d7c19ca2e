from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "qijie.surfaces.portal"
    label = "portal"
