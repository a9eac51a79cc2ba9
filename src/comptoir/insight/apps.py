from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "comptoir.insight"
    label = "insight"

    def ready(self) -> None:
        """Register the copy's follower, its erasure, and what becomes of its tables."""
        from comptoir.insight import register  # noqa: F401
