from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "comptoir.web.chat"
    label = "chat"
