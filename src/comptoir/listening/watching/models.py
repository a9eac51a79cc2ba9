"""Watched pages, what was read on them and what changed; how sites want to be asked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from comptoir.base.models import User, Workspace
from comptoir.base.scope import Scoped
from comptoir.listening.models import Alert, Folder


class WatchedPage(models.Model):
    """
    A page of somebody else's that is asked again and again.

    wants: of "price", "offer", "availability", "text". selector, phrase: the part that is
    watched. every: minutes. contact: told to the site, so that it knows whom to write to.
    alert: carries the changes to the team. etag, modified: of the last answer. due_at: not
    before; null when it is not to be asked. wanted_at: somebody asked for it now. tries: in a
    row without an answer. doubts: in a row that all was gone. problem: {"code", …} of the last
    visit, {} when it went well. armed_at: what was read before is not compared.

    Its row is locked while a reading is compared, so that none is compared twice.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Watched")
        PAUSED = "paused", _("Paused")
        STOPPED = "stopped", _("Stopped")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    folder = models.ForeignKey(Folder, models.SET_NULL, related_name="+", null=True)
    alert = models.ForeignKey(Alert, models.SET_NULL, related_name="+", null=True)
    name = models.CharField(max_length=120)
    url = models.CharField(max_length=2000)
    wants = models.JSONField(default=list)
    selector = models.CharField(max_length=300, blank=True)
    phrase = models.CharField(max_length=200, blank=True)
    every = models.IntegerField()
    contact = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    etag = models.CharField(max_length=300, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    due_at = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    doubts = models.IntegerField(default=0)
    problem = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    made_at = models.DateTimeField()
    armed_at = models.DateTimeField()

    objects = Scoped["WatchedPage"]()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], name="page_due", condition=models.Q(due_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.name


class PageReading(models.Model):
    """
    A state of a page: what was read at `at` and was still so at `last_at`.

    digest: of the answer. raw: the answer as it came, compressed; kept before it is
    understood, and of the newest readings. headers: those that say how to read it. data: what
    was understood, compressed JSON, of the newer readings. read_at: null until understood.
    cents, currency, availability: of the page's main price, for its history.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    page = models.ForeignKey(WatchedPage, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    last_at = models.DateTimeField()
    visits = models.IntegerField(default=1)
    digest = models.CharField(max_length=32, blank=True)
    headers = models.JSONField(default=dict)
    raw = models.BinaryField(null=True)
    data = models.BinaryField(null=True)
    read_at = models.DateTimeField(null=True)
    cents = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    availability = models.CharField(max_length=16, blank=True)

    objects = Scoped["PageReading"]()

    class Meta:
        indexes = [
            models.Index(fields=["page", "at"], name="reading_by_time"),
            models.Index(
                fields=["at"], name="reading_unread", condition=models.Q(read_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page_id} at {self.at:%F %T}"


class PageChange(models.Model):
    """
    What became different. reading: the first that has it. before, after: see diffing.Change.

    again: it happened in the same way lately, so nobody was told.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    page = models.ForeignKey(WatchedPage, models.CASCADE, related_name="+", db_index=False)
    reading = models.ForeignKey(PageReading, models.SET_NULL, related_name="+", null=True)
    number = models.IntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=120, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    again = models.BooleanField(default=False)

    objects = Scoped["PageChange"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "at", "number"], name="change_once")]
        indexes = [models.Index(fields=["workspace", "-at"], name="change_by_time")]

    def __str__(self) -> str:
        return f"{self.page_id}: {self.kind} at {self.at:%F %T}"


class WebHost(models.Model):
    """
    A site and how it wants to be asked; of the installation, since a site sees one visitor.

    origin: "https://shop.example". robots: its robots.txt, as far as it is read. robots_at:
    when that was asked; verdict: what came of it. next_at: no request before; moved by
    one statement, so that two workers never ask at once.
    """

    class Verdict(models.TextChoices):
        RULES = "rules"
        FREE = "free"
        UNKNOWN = "unknown"

    origin = models.CharField(max_length=300, unique=True)
    robots = models.TextField(blank=True)
    robots_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=8, choices=Verdict.choices, default=Verdict.UNKNOWN)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.origin
