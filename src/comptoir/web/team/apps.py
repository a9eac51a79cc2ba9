from django.apps import AppConfig


class TeamConfig(AppConfig):
    name = "comptoir.web.team"
    label = "team"
