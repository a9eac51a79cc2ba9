"""Saved queries in their folders, their versions, and the messages they found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from comptoir.base.models import User, Workspace
from comptoir.base.scope import Scoped
from comptoir.channels.models import Message


class Folder(models.Model):
    """Queries that belong together: a brand's, a rival's, those of a campaign."""

    class Kind(models.TextChoices):
        BRAND = "brand", _("Brand")
        PRODUCT = "product", _("Product")
        RIVAL = "rival", _("Rival")
        CAMPAIGN = "campaign", _("Campaign")
        TOPIC = "topic", _("Topic")
        PERSON = "person", _("Person")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=80)

    objects = Scoped["Folder"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="folder_once")]

    def __str__(self) -> str:
        return self.name


class SavedQuery(models.Model):
    """
    A query that is asked of every message. number: of the version in use; changed_at: since when.

    Its row is locked while its version changes, so that two people never both save "the next".
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Listening")
        PAUSED = "paused", _("Paused")
        DELETED = "deleted", _("Deleted")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    folder = models.ForeignKey(Folder, models.RESTRICT, related_name="+")
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    number = models.IntegerField(default=0)
    changed_at = models.DateTimeField()

    objects = Scoped["SavedQuery"]()

    def __str__(self) -> str:
        return self.name


class QueryVersion(models.Model):
    """
    What a query said from a moment on; never changed, so that a mention tells what found it.

    must, must_not: texts it was tested with, ["…"].
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    query = models.ForeignKey(SavedQuery, models.CASCADE, related_name="+")
    number = models.IntegerField()
    text = models.TextField()
    must = models.JSONField(default=list)
    must_not = models.JSONField(default=list)
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField()

    objects = Scoped["QueryVersion"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["query", "number"], name="query_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.query_id} version {self.number}"


class Mention(models.Model):
    """A message that a query found. number: of the version that found it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    query = models.ForeignKey(SavedQuery, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="+")
    number = models.IntegerField()

    objects = Scoped["Mention"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["query", "message"], name="mention_once")]
        indexes = [models.Index(fields=["workspace", "message"], name="mention_by_time")]

    def __str__(self) -> str:
        return f"{self.query_id} found {self.message_id}"


class PastRun(models.Model):
    """
    A query asked of messages that were here before it, newest first.

    number: of the version asked. since: the oldest moment; null is all. before: messages with
    lower ids are still to be read. total: messages in the period when it was asked.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    query = models.ForeignKey(SavedQuery, models.CASCADE, related_name="+")
    number = models.IntegerField()
    since = models.DateTimeField(null=True)
    before = models.BigIntegerField()
    total = models.BigIntegerField()
    read = models.BigIntegerField(default=0)
    found = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = Scoped["PastRun"]()

    def __str__(self) -> str:
        return f"{self.query_id} on the past, {self.read} of {self.total}"


class Exclusion(models.Model):
    """
    What is never to be a mention again: of one query, or of every query when that is null.

    kind: "site" (a host), "author" (an id) or "alike" (the id of a group of messages that say
    the same). shown: the value as people know it.
    """

    class Kind(models.TextChoices):
        SITE = "site", _("Site")
        AUTHOR = "author", _("Author")
        ALIKE = "alike", _("Messages like this one")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    query = models.ForeignKey(SavedQuery, models.CASCADE, related_name="+", null=True)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    value = models.CharField(max_length=255)
    shown = models.CharField(max_length=255)
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField()

    objects = Scoped["Exclusion"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["query", "kind", "value"], name="exclusion_of_query_once"
            ),
            models.UniqueConstraint(
                fields=["workspace", "kind", "value"],
                name="exclusion_once",
                condition=models.Q(query=None),
            ),
        ]

    def __str__(self) -> str:
        return f"never {self.kind} {self.shown}"
