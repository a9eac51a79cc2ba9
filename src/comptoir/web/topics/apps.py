from django.apps import AppConfig


class TopicsConfig(AppConfig):
    name = "comptoir.web.topics"
    label = "topics"
