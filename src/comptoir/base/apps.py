from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "comptoir.base"
    label = "base"
