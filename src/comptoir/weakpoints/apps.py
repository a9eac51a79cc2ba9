from django.apps import AppConfig


class WeakpointsConfig(AppConfig):
    name = "comptoir.weakpoints"
    label = "weakpoints"

    def ready(self) -> None:
        """Register the rules of erasure, the notices, and who finds products in texts."""
        from comptoir.weakpoints import notices, register  # noqa: F401
