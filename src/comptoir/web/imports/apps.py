from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "comptoir.web.imports"
    label = "imports"
