"""How a brand sorts its complaints, what people moved, and the tasks that follow."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comptoir.base.models import User, Workspace
from comptoir.base.scope import Scoped
from comptoir.channels.models import Message


class Sorting(models.Model):
    """
    What a brand decided for its complaints; no row means the defaults of `departments`.

    departments: [{"key", "name", "signals", "gone"}], name "" for a default's own; empty for all
    defaults. products: [{"key", "name", "aliases"}]. cost_cents, minutes: of one contact; null
    is unknown. version: raised by every change, moves included.
    """

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="+", primary_key=True)
    departments = models.JSONField(default=list)
    products = models.JSONField(default=list)
    cost_cents = models.IntegerField(null=True)
    currency = models.CharField(max_length=3, default="EUR")
    minutes = models.FloatField(null=True)
    version = models.IntegerField(default=0)

    objects = Scoped["Sorting"]()

    def __str__(self) -> str:
        return f"version {self.version}"


class Move(models.Model):
    """
    A person's word on where a complaint belongs.

    department: a key, or `departments.NOT_A_COMPLAINT`. alike: the group of messages that say
    the same, which follow. before: {"department", "confidence"} as the page showed them.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="+")
    alike = models.BigIntegerField()
    department = models.CharField(max_length=40)
    before = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    objects = Scoped["Move"]()

    class Meta:
        indexes = [models.Index(fields=["workspace", "undone_at"], name="weak_move_by_workspace")]

    def __str__(self) -> str:
        return f"{self.message_id} → {self.department}"


class Task(models.Model):
    """
    What a weak point calls for, and who does it.

    department, product, channel, language, phrase: the complaints it is about, "" for any.
    started_on, done_on: days of the workspace, from which before and after are counted.
    days: length of the two windows. notice_at: when its owner is to be told; null: nothing to
    tell. notice_key: of that mail. notice_problem: what kept it from leaving.
    """

    class Kind(models.TextChoices):
        TRAINING = "training", _("Training for the team")
        PRODUCT = "product", _("Fix of the product")
        SITE = "site", _("Fix of the site")
        PROCESS = "process", _("Change of a process")
        TEXT = "text", _("Text to write")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("task", "To do")
        DOING = "doing", pgettext_lazy("task", "Under way")
        DONE = "done", pgettext_lazy("task", "Done")
        DROPPED = "dropped", pgettext_lazy("task", "Dropped")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    owner = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    due_on = models.DateField(null=True)
    notes = models.TextField(blank=True)
    department = models.CharField(max_length=40, blank=True)
    product = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=30, blank=True)
    language = models.CharField(max_length=8, blank=True)
    phrase = models.CharField(max_length=80, blank=True)
    days = models.IntegerField(default=28)
    started_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField()
    notice_at = models.DateTimeField(null=True)
    notice_tries = models.IntegerField(default=0)
    notice_key = models.CharField(max_length=32, blank=True)
    notice_problem = models.JSONField(default=dict)

    objects = Scoped["Task"]()

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "state"], name="weak_task_by_state"),
            models.Index(
                fields=["notice_at"],
                name="weak_task_to_tell",
                condition=models.Q(notice_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TaskChange(models.Model):
    """One change of a task. changes: {field: [before, after]}; {} when it was made."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    task = models.ForeignKey(Task, models.CASCADE, related_name="+")
    changes = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField()

    objects = Scoped["TaskChange"]()

    def __str__(self) -> str:
        return f"{self.task_id} {sorted(self.changes)}"
