from django.apps import AppConfig


class UnderstandingConfig(AppConfig):
    name = "comptoir.web.understanding"
    label = "understanding"
