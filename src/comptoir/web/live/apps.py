from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "comptoir.web.live"
    label = "live"

    def ready(self) -> None:
        from comptoir.web.live import ending

        ending.listen()
