from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "comptoir.web.api"
    label = "api"

    def ready(self) -> None:
        """Import what registers itself: calling programs."""
        from comptoir.web.api import calling  # noqa: F401
