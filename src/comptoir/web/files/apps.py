from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "comptoir.web.files"
    label = "web_files"
