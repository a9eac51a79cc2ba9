from django.apps import AppConfig


class ListeningPagesConfig(AppConfig):
    """The pages of the context `listening`, which has that label itself."""

    name = "comptoir.web.listening"
    label = "listening_pages"
