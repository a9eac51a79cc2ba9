from django.apps import AppConfig


class ListeningConfig(AppConfig):
    name = "comptoir.listening"
    label = "listening"

    def ready(self) -> None:
        """Register the consumer and the rules of erasure."""
        from comptoir.listening import consumer, erasure  # noqa: F401
