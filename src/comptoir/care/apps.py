from django.apps import AppConfig


class CareConfig(AppConfig):
    name = "comptoir.care"
    label = "care"
