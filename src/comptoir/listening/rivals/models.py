"""The accounts and sites under which a rival itself speaks."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from comptoir.base.models import User, Workspace
from comptoir.base.scope import Scoped
from comptoir.listening.models import Folder


class RivalAccount(models.Model):
    """
    Where a rival itself publishes: what is written there is not said about it, but by it.

    kind: "handle" on `channel` ("" on any), or "site", a host of which articles are the
    rival's. key: as channels compare it; a host without "www.".
    """

    class Kind(models.TextChoices):
        HANDLE = "handle", _("Account")
        SITE = "site", _("Site")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    folder = models.ForeignKey(Folder, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    channel = models.CharField(max_length=30, blank=True)
    value = models.CharField(max_length=255)
    key = models.CharField(max_length=255)
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField()

    objects = Scoped["RivalAccount"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["folder", "kind", "channel", "key"], name="rival_account_once"
            )
        ]

    def __str__(self) -> str:
        return self.value
