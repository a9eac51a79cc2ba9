from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "comptoir.channels"
    label = "channels"

    def ready(self) -> None:
        """Import what registers itself: erasure, lost imports, tasks."""
        from comptoir.channels import erasing, imports  # noqa: F401
