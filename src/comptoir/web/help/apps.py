from django.apps import AppConfig


class HelpConfig(AppConfig):
    name = "comptoir.web.help"
    label = "help"
