"""What was heard: accounts, raw deliveries, authors, threads and normalised messages."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from comptoir.base.models import User, Workspace
from comptoir.base.scope import Scoped


class Account(models.Model):
    """
    A place that messages come from: one mailbox, one page, or the imports of one channel.

    channel: the network ("x", "reviews", "email", …). connector: what feeds it;
    "import" receives files and cannot send.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=30)
    connector = models.CharField(max_length=30, default="import")
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Scoped["Account"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "channel", "connector", "name"], name="account_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.name}"


class OwnHandle(models.Model):
    """A name under which the brand itself speaks; channel "" means on any."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=30, blank=True)
    handle = models.CharField(max_length=200)
    key = models.CharField(max_length=200)

    objects = Scoped["OwnHandle"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "channel", "key"], name="own_handle_once")
        ]

    def __str__(self) -> str:
        return self.handle


class Author(models.Model):
    """
    Somebody as one channel knows them.

    key: the handle, case-folded, as the channel compares it. Keys that start with "~"
    belong to people who signed nothing ("~" and the message's external id) and to the
    brand where only the source says that it wrote ("~own:" and the name it signed with).
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=30)
    key = models.CharField(max_length=200)
    handle = models.CharField(max_length=200)
    name = models.CharField(max_length=200, blank=True)
    followers = models.BigIntegerField(null=True)
    own = models.BooleanField(default=False)

    objects = Scoped["Author"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "channel", "key"], name="author_once")
        ]

    def __str__(self) -> str:
        return self.handle


class SavedMapping(models.Model):
    """Columns recognised once, kept by name for the next file of the same make."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    mapping = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    objects = Scoped["SavedMapping"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="mapping_once")]

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """
    One file being imported; its progress lives here, so that it can be resumed.

    next_line, bytes_done: where the last committed batch ended.
    heartbeat: when a worker last touched it; stale and running means lost.
    claim: the worker's token; one that finds another's token here must stop. "" between
        two turns, "paused" when a person interrupted it.
    earliest, latest: lowest and highest id of the messages it brought.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=255)
    path = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    format = models.CharField(max_length=20)
    mapping = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    next_line = models.BigIntegerField(default=0)
    bytes_done = models.BigIntegerField(default=0)
    read = models.BigIntegerField(default=0)
    imported = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    error = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat = models.DateTimeField(null=True)
    claim = models.CharField(max_length=32, blank=True)
    earliest = models.BigIntegerField(null=True)
    latest = models.BigIntegerField(null=True)

    objects = Scoped["ImportRun"]()

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"


class ImportReject(models.Model):
    """A row that could not be understood: where it stood, why, and the row itself."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="+")
    line = models.BigIntegerField()
    code = models.CharField(max_length=40)
    fields = models.JSONField(default=dict)
    raw = models.TextField()

    objects = Scoped["ImportReject"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="reject_once")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.code}"


class Delivery(models.Model):
    """
    What arrived, exactly as it arrived, kept before it is understood.

    id: that of the first message it brought. external_id: that message's.
    """

    id = models.BigIntegerField(primary_key=True)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=255)
    run = models.ForeignKey(ImportRun, models.SET_NULL, related_name="+", null=True, db_index=False)
    line = models.BigIntegerField(null=True)
    raw = models.TextField()
    received_at = models.DateTimeField()

    objects = Scoped["Delivery"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "external_id"], name="delivery_once")
        ]

    def __str__(self) -> str:
        return self.external_id


class Thread(models.Model):
    """
    Messages that answer one another; empty once it was found to be part of another.

    id: that of the message that opened it. root_key: the external id of the first message, known or only referred to.
    about: the brand's post under which the thread hangs, where there is one.
    """

    id = models.BigIntegerField(primary_key=True)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    root_key = models.CharField(max_length=255)
    about = models.ForeignKey(
        "Message",
        models.SET_NULL,
        related_name="+",
        null=True,
        db_constraint=False,
        db_index=False,
    )

    objects = Scoped["Thread"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "root_key"], name="thread_once")]
        indexes = [
            models.Index(
                fields=["about"], name="thread_about", condition=models.Q(about__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.root_key


class Message(models.Model):
    """
    One message, normalised and immutable.

    id: time-ordered (see base.ids). own: written by the brand.
    link: how it found its thread, and link_confidence how sure that is.
    parent: id of the message it answers, when that one is here.
    Counts are null when the source does not say: unknown is not zero.
    """

    class Link(models.TextChoices):
        ROOT = "root", _("Starts the conversation")
        ID = "id", _("Answers a message by its id")
        MISSING = "missing", _("Answers a message that was not imported")
        HANDLE = "handle", _("Matched by handle and time")

    id = models.BigIntegerField(primary_key=True)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    delivery = models.ForeignKey(
        Delivery, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    external_id = models.CharField(max_length=255)
    channel = models.CharField(max_length=30)
    kind = models.CharField(max_length=12)
    author = models.ForeignKey(Author, models.CASCADE, related_name="+", db_index=False)
    own = models.BooleanField()
    sent_at = models.DateTimeField()
    title = models.TextField(blank=True)
    text = models.TextField(blank=True)
    url = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    in_reply_to = models.CharField(max_length=255, blank=True)
    in_reply_to_handle = models.CharField(max_length=200, blank=True)
    repost_of = models.CharField(max_length=255, blank=True)
    quote_of = models.CharField(max_length=255, blank=True)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="+", db_index=False)
    parent = models.BigIntegerField(null=True)
    link = models.CharField(max_length=8, choices=Link.choices)
    link_confidence = models.FloatField()
    rating = models.FloatField(null=True)
    likes = models.BigIntegerField(null=True)
    reposts = models.BigIntegerField(null=True)
    replies = models.BigIntegerField(null=True)
    quotes = models.BigIntegerField(null=True)
    views = models.BigIntegerField(null=True)

    objects = Scoped["Message"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "external_id"], name="message_once")
        ]
        indexes = [
            models.Index(fields=["thread", "id"], name="message_by_thread"),
            models.Index(fields=["author", "id"], name="message_by_author"),
            models.Index(
                fields=["account", "in_reply_to"],
                name="message_awaiting",
                condition=~models.Q(in_reply_to=""),
            ),
            models.Index(
                fields=["account", "id"],
                name="message_by_handle",
                condition=models.Q(in_reply_to="") & ~models.Q(in_reply_to_handle=""),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]
