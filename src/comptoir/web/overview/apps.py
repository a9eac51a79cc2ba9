from django.apps import AppConfig


class OverviewConfig(AppConfig):
    name = "comptoir.web.overview"
    label = "overview"
