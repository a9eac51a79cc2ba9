from django.apps import AppConfig


class ListeningConfig(AppConfig):
    name = "comptoir.listening"
    label = "listening"

    def ready(self) -> None:
        """Register the consumers and the rules of erasure."""
        from comptoir.listening import consumer, erasure  # noqa: F401
        from comptoir.listening.alerting import consumer as alerts  # noqa: F401
        from comptoir.listening.alerting import erasure as alert_erasure  # noqa: F401
        from comptoir.listening.rivals import erasure as rival_erasure  # noqa: F401
        from comptoir.listening.volumes import following  # noqa: F401
        from comptoir.listening.watching import consumer as pages  # noqa: F401
        from comptoir.listening.watching import erasure as page_erasure  # noqa: F401
