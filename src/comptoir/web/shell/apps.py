from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShellConfig(AppConfig):
    """Templates, styles, scripts and template tags; no models of its own."""

    name = "comptoir.web.shell"
    label = "shell"
    verbose_name = _("Page frame")
