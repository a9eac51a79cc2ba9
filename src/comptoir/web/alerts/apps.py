from django.apps import AppConfig


class AlertPagesConfig(AppConfig):
    """The pages of alerts, which `listening` keeps."""

    name = "comptoir.web.alerts"
    label = "alert_pages"

    def ready(self) -> None:
        """Tell notices where a firing is read."""
        from comptoir.listening.alerting import api
        from comptoir.web.alerts import words

        api.read_at(words.address)
