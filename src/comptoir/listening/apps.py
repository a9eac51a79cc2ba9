from django.apps import AppConfig


class ListeningConfig(AppConfig):
    name = "comptoir.listening"
    label = "listening"

    def ready(self) -> None:
        """Register the consumers and the rules of erasure."""
        from comptoir.listening import consumer, erasure  # noqa: F401
        from comptoir.listening.alerting import consumer as alerts  # noqa: F401
        from comptoir.listening.alerting import erasure as alert_erasure  # noqa: F401
