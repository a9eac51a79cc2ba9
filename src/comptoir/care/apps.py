from django.apps import AppConfig


class CareConfig(AppConfig):
    name = "comptoir.care"
    label = "care"

    def ready(self) -> None:
        """Register the consumer and the rules of erasure."""
        from comptoir.care import consumer, erasure  # noqa: F401
