from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "comptoir.triage"
    label = "triage"

    def ready(self) -> None:
        """Register the consumer, the rules of erasure, and topics with their table."""
        from comptoir.triage import consumer, erasure, topics  # noqa: F401
