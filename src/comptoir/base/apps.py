from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "comptoir.base"
    label = "base"

    def ready(self) -> None:
        """Import what registers itself: erasure rules, and the recovery of deletions."""
        from comptoir.base import register, workspaces  # noqa: F401
