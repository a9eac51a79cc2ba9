from django.apps import AppConfig


class ReputationConfig(AppConfig):
    name = "comptoir.web.reputation"
    label = "web_reputation"
