from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "comptoir.demo"
    label = "demo"

    def ready(self) -> None:
        """Have the invented rival's site answer wherever pages are watched."""
        from comptoir.demo import site
        from comptoir.listening.watching import api as watching

        watching.invent(site.ORIGIN, site.answer)
