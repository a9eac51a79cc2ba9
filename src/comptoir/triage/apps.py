from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "comptoir.triage"
    label = "triage"

    def ready(self) -> None:
        """Register the consumer and the rules of erasure."""
        from comptoir.triage import consumer, erasure  # noqa: F401
