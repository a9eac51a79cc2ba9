from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "comptoir.web.desk"
    label = "desk"
