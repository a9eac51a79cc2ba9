from django.apps import AppConfig


class WeakPointPagesConfig(AppConfig):
    """The pages of weak points."""

    name = "comptoir.web.weakpoints"
    label = "weakpoint_pages"

    def ready(self) -> None:
        """Tell notices where a task is read."""
        from comptoir.weakpoints import api
        from comptoir.web.weakpoints import tasks

        api.read_at(tasks.address)
