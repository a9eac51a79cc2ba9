from django.apps import AppConfig


class RivalsConfig(AppConfig):
    name = "comptoir.web.rivals"
    label = "web_rivals"
