"""Where the topics of a period are kept; apart from the other models, as are topics themselves."""

from django.db import models

from comptoir.base.models import Workspace
from comptoir.base.scope import Scoped


class PeriodTopics(models.Model):
    """
    The topics of a period, compared with the one before, and how far finding them has come.

    The period goes from `start` to before `until`, the one before from `before` to `start`.
    claimed_at: when a worker last gave a sign of life. done, total: messages encoded, and to
    be encoded. found: see topics; empty until found. problem: code of what went wrong.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        WORKING = "working"
        FOUND = "found"
        FAILED = "failed"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    before = models.DateTimeField()
    start = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    found = models.JSONField(default=dict)
    problem = models.CharField(max_length=40, blank=True)

    objects = Scoped["PeriodTopics"]()

    class Meta:
        app_label = "triage"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "before", "start", "until"], name="topics_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d} – {self.until:%Y-%m-%d}: {self.state}"
