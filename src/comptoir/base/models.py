"""What every context stands on: workspaces, people who work in them, audit, outbox, ids."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from comptoir.base.roles import Role
from comptoir.base.scope import Scoped


def default_hours() -> dict[str, list[list[str]]]:
    """Monday (0) to Friday, nine to six."""
    return {str(day): [["09:00", "18:00"]] for day in range(5)}


def default_languages() -> list[str]:
    return ["fr", "en"]


class Workspace(models.Model):
    """
    One brand.

    slug: its name in addresses. zone: IANA name; days are counted in it.
    languages: those its customers write in, for language identification.
    hours: opening hours by weekday, "0" is Monday, as [["09:00", "18:00"], …].
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=60, default="Europe/Paris")
    languages = models.JSONField(default=default_languages)
    hours = models.JSONField(default=default_hours)
    is_simulation = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A member of a team, known by e-mail address."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(
        max_length=5, default="fr", choices=[("fr", "Français"), ("en", "English")]
    )
    theme = models.CharField(max_length=10, default="auto")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    role = models.CharField(max_length=12, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="one_role_per_member")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} of {self.workspace_id}"


class AuditEntry(models.Model):
    """Who did what, when; never changed, never deleted by a person."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", null=True)
    actor = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    verb = models.CharField(max_length=60)
    target = models.CharField(max_length=120, blank=True)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(db_index=True)

    objects = Scoped["AuditEntry"]()

    class Meta:
        indexes = [models.Index(fields=["workspace", "-at"], name="audit_by_time")]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.verb} {self.target}"


class OutboxEvent(models.Model):
    """A past-tense fact, written in the transaction that made it true; ids give the order."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    payload = models.JSONField()
    at = models.DateTimeField()

    objects = Scoped["OutboxEvent"]()

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"


class OutboxCursor(models.Model):
    """How far a consumer has read; moved in the transaction of its work."""

    consumer = models.CharField(max_length=60, primary_key=True)
    last_event = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    last_error = models.TextField(blank=True)
    retry_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.consumer} at {self.last_event}"


class SetAsideEvent(models.Model):
    """An event that a consumer failed on repeatedly: kept whole, replayable, never dropped."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    consumer = models.CharField(max_length=60)
    event_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    payload = models.JSONField()
    error = models.TextField()
    at = models.DateTimeField()

    objects = Scoped["SetAsideEvent"]()

    def __str__(self) -> str:
        return f"{self.consumer} {self.kind} {self.event_id}"


class IdBlock(models.Model):
    """The counter behind time-ordered ids; handed out in blocks so that processes never meet."""

    name = models.CharField(max_length=20, primary_key=True)
    next = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.next}"


class Invitation(models.Model):
    """
    A link that lets one person join a workspace, once, until it expires.

    Only a digest of the link's token is kept. email: whom it was meant for, as
    a reminder for the team; whoever holds the link may use it.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    role = models.CharField(max_length=12, choices=Role.choices)
    email = models.EmailField(blank=True)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)

    objects = Scoped["Invitation"]()

    def __str__(self) -> str:
        return f"{self.role} of {self.workspace_id} until {self.expires_at:%F}"


class WorkspaceDeletion(models.Model):
    """
    A workspace on its way out: hidden at once, emptied by the worker.

    Kept after the rows are gone until every derived copy is gone too, so that a
    worker killed half-way is followed by one that finishes. tried_at: when it was
    last handed to the worker.
    """

    workspace_id = models.BigIntegerField(unique=True)
    slug = models.CharField(max_length=60)
    tried_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.slug


class AtWork(models.Model):
    """When a member last had a page of a workspace open; see `atwork`."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    objects = Scoped["AtWork"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="at_work_once")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.workspace_id}, {self.at:%F %T}"
