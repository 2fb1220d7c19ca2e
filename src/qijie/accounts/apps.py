from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "qijie.accounts"
    label = "accounts"
