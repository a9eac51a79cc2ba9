from django.apps import AppConfig


class WatchedPagesConfig(AppConfig):
    """The pages of watched pages, which `listening` keeps."""

    name = "comptoir.web.watching"
    label = "watched_pages"
