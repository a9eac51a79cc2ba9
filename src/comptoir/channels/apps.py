from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "comptoir.channels"
    label = "channels"

    def ready(self) -> None:
        """Import what registers itself: erasure, lost imports, tasks, hearing, polling, sending."""
        from comptoir.channels import (  # noqa: F401
            aside,
            caring,
            echoes,
            erasing,
            forgetting,
            hearing,
            imports,
            listening,
            polling,
            programs,
            sending,
            terms,
        )
