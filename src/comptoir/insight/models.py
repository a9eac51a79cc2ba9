"""The little that insight keeps in the relational store: where its columnar copy stands."""

from django.db import models

from comptoir.base.models import Workspace
from comptoir.base.scope import Scoped


class CopyState(models.Model):
    """
    The columnar copy of one workspace, as last written.

    last_event: the newest outbox event that the copy holds. rows: how many messages.
    zone: the time zone its days were counted in; another zone asks for a rebuild.
    """

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="+", primary_key=True)
    last_event = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    zone = models.CharField(max_length=60, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = Scoped["CopyState"]()

    def __str__(self) -> str:
        return f"{self.rows} rows up to event {self.last_event}"
