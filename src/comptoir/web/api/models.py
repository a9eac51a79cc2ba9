"""Keys that programs work with, and what they were answered, so that asking twice does once."""

from django.db import models

from comptoir.base.erasure import rule
from comptoir.base.models import User, Workspace
from comptoir.base.scope import Scoped


class ApiKey(models.Model):
    """
    A program's key: it acts for the member who made it, within its scopes.

    digest: of the key, which is shown once and kept nowhere. hint: its end, to tell it apart.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = Scoped["ApiKey"]()

    def __str__(self) -> str:
        return f"{self.name} …{self.hint}"


class Done(models.Model):
    """
    What a request with an idempotency key was answered, kept for a day.

    fingerprint: of the request, so that the same key with other words is noticed. body:
    encrypted, since it can hold a secret that is shown once.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.IntegerField(default=0)
    body = models.TextField(blank=True)
    at = models.DateTimeField(db_index=True)

    objects = Scoped["Done"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "name"], name="done_once")]

    def __str__(self) -> str:
        return f"{self.key_id} {self.name}"


class Subscription(models.Model):
    """
    An address of a program's that is called when something happens.

    key: with which a program asked for it; None for one entered at the desk, by `created_by`.
    secret: of the signature, encrypted; old_secret signs too until `old_until`. is_on: off once
    nobody answered there for a day.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+", null=True)
    created_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list)
    secret = models.TextField()
    old_secret = models.TextField(blank=True)
    old_until = models.DateTimeField(null=True)
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = Scoped["Subscription"]()

    def __str__(self) -> str:
        return f"{self.pk} ({', '.join(self.events)})"


class Call(models.Model):
    """
    One call to a subscription's address. event: id in the outbox, below zero for a test. due_at:
    not before; None once it is over. status: of the last answer, 0 when there was none, with
    the reason.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="+", db_index=False)
    event = models.BigIntegerField()
    body = models.JSONField()
    at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    status = models.IntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)

    objects = Scoped["Call"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscription", "event"], name="call_once")]
        indexes = [
            models.Index(
                fields=["due_at"], name="call_due", condition=models.Q(due_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.event}"


rule(Subscription, "kept", "An address of a program's; names nobody.")
rule(Call, "kept", "Ids of what changed, which lead nowhere once erased; three days.")
rule(ApiKey, "kept", "A program's key; names nobody but the member who made it.")
rule(Done, "kept", "Ids and states that a program was answered, for a day; no customer's text.")
