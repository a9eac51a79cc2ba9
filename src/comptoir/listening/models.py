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


class LeftOut(models.Model):
    """A mention that went with an exclusion, so that taking it back brings the mention back."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    exclusion = models.ForeignKey(Exclusion, models.CASCADE, related_name="+", db_index=False)
    query = models.ForeignKey(SavedQuery, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="+")
    number = models.IntegerField()

    objects = Scoped["LeftOut"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exclusion", "query", "message"], name="left_out_once")
        ]

    def __str__(self) -> str:
        return f"{self.message_id} left out by {self.exclusion_id}"


class MentionTag(models.Model):
    """A word the team puts on mentions. key: folded, so that "Été" and "ete" are one tag."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=120)

    objects = Scoped["MentionTag"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="mention_tag_once")
        ]

    def __str__(self) -> str:
        return self.name


class TaggedMention(models.Model):
    """A mention that bears a tag, whichever queries found it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    tag = models.ForeignKey(MentionTag, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="+")

    objects = Scoped["TaggedMention"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tag", "message"], name="tagged_mention_once")
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.message_id}"


class TagChange(models.Model):
    """
    A tag put on many mentions, or taken off them (`adds` is False), by one person at once.

    undone_at: when it was taken back.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    tag = models.ForeignKey(MentionTag, models.CASCADE, related_name="+")
    adds = models.BooleanField()
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    objects = Scoped["TagChange"]()

    def __str__(self) -> str:
        return f"{'+' if self.adds else '-'}{self.tag_id} at {self.at:%F %T}"


class TagChangeTarget(models.Model):
    """A mention that a change really changed."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    change = models.ForeignKey(TagChange, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="+")

    objects = Scoped["TagChangeTarget"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change", "message"], name="tag_change_target_once")
        ]

    def __str__(self) -> str:
        return f"{self.change_id} on {self.message_id}"


class Alert(models.Model):
    """
    What the team wants to be told of, and how.

    query: whose mentions it watches; null is every message. within: a query of the language that
    narrows these. threshold: so many in `window` minutes; share: and so many percent of all in
    the window, of "tone"; followers: the least an author has, of "weight". cooldown: minutes
    without another firing. quiet_from, quiet_until: of the day, in the workspace's zone.
    authors_once, alike_once: an author, or what says the same, counts once a window. people,
    accounts: ids of whom to mail and of channels to tell. language: of what channels are told.
    armed_at: what was written before does not count. heard_at: the newest message that counted.
    One about a page counts nothing: `watching` keeps it, and has it go off.

    Its row is locked while a firing is written, so that two never count the same.
    """

    class Kind(models.TextChoices):
        COUNT = "count", _("Many messages")
        TONE = "tone", _("Negative messages")
        WEIGHT = "weight", _("Somebody with many followers")
        WORD = "word", _("A word in a place")
        SILENCE = "silence", _("Silence")
        PAGE = "page", _("A watched page changed")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    query = models.ForeignKey(SavedQuery, models.CASCADE, related_name="+", null=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    is_on = models.BooleanField(default=True)
    within = models.TextField(blank=True)
    threshold = models.IntegerField(default=1)
    share = models.IntegerField(default=0)
    followers = models.BigIntegerField(default=0)
    window = models.IntegerField()
    cooldown = models.IntegerField()
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    authors_once = models.BooleanField(default=False)
    alike_once = models.BooleanField(default=False)
    people = models.JSONField(default=list)
    accounts = models.JSONField(default=list)
    language = models.CharField(max_length=5, default="fr")
    armed_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)

    objects = Scoped["Alert"]()

    def __str__(self) -> str:
        return self.name


class Firing(models.Model):
    """
    An alert that went off, once for a window: (began_at, ends_at].

    facts: the numbers of its reason, as they were. at: when it was noticed. tell_at: not told
    before; told_at: when the team was told. seen_at: when somebody of it said so.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    alert = models.ForeignKey(Alert, models.CASCADE, related_name="+", db_index=False)
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    at = models.DateTimeField()
    facts = models.JSONField()
    tell_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)

    objects = Scoped["Firing"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "ends_at"], name="firing_once")]
        indexes = [
            models.Index(
                fields=["tell_at"], name="firing_untold", condition=models.Q(told_at__isnull=True)
            ),
            models.Index(fields=["workspace", "-ends_at"], name="firing_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} at {self.ends_at:%F %T}"


class Hit(models.Model):
    """
    A message that an alert counts, or that it is compared with (`counts` is False).

    at: when it was written. firing: the one that it belongs to; each message tells once.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    alert = models.ForeignKey(Alert, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    counts = models.BooleanField(default=True)
    firing = models.ForeignKey(Firing, models.SET_NULL, related_name="+", null=True)

    objects = Scoped["Hit"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "message"], name="hit_once")]
        indexes = [models.Index(fields=["alert", "at"], name="hit_by_time")]

    def __str__(self) -> str:
        return f"{self.alert_id} counts {self.message_id}"


class Notice(models.Model):
    """
    A firing on its way to somebody: to a member by mail, or to a channel of the team's.

    way: "mail" or "channel"; target: the member's or the account's id. key: the same at every
    try, so that a mail that arrives twice is one. due_at: not before; null once it is over.
    problem: code, sentence and fix of the last failure.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("On its way")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    firing = models.ForeignKey(Firing, models.CASCADE, related_name="+", db_index=False)
    way = models.CharField(max_length=8)
    target = models.BigIntegerField()
    key = models.CharField(max_length=36)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    problem = models.JSONField(default=dict)
    sent_at = models.DateTimeField(null=True)

    objects = Scoped["Notice"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firing", "way", "target"], name="notice_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="notice_due", condition=models.Q(due_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.firing_id} by {self.way} to {self.target}"


class Lesson(models.Model):
    """
    What an alert learnt when somebody wanted fewer like a firing.

    field, before, after: what was changed. undone_at: when that was taken back.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    alert = models.ForeignKey(Alert, models.CASCADE, related_name="+")
    firing = models.ForeignKey(Firing, models.SET_NULL, related_name="+", null=True)
    field = models.CharField(max_length=12)
    before = models.JSONField()
    after = models.JSONField()
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    objects = Scoped["Lesson"]()

    def __str__(self) -> str:
        return f"{self.alert_id}: {self.field} is {self.after}"


from comptoir.listening.watching.models import (  # noqa: E402, F401 - they point to those above
    PageChange,
    PageReading,
    WatchedPage,
    WebHost,
)
