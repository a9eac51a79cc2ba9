"""Who is at which conversation right now."""

from django.db import models

from comptoir.base.erasure import rule
from comptoir.base.models import User, Workspace
from comptoir.base.scope import Scoped


class Presence(models.Model):
    """
    A member who has a conversation open; forgotten soon after the browser stops saying so.

    thread: the conversation's id, no foreign key: it may be merged away meanwhile.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    thread = models.BigIntegerField()
    answering = models.BooleanField(default=False)
    until = models.DateTimeField()

    objects = Scoped["Presence"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "thread", "user"], name="present_once_at_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.thread} until {self.until:%T}"


rule(Presence, "kept", "Who of the team looks at what, for half a minute; nothing of a customer.")
