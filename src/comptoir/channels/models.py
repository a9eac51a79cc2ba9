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


class ConnectedAccount(models.Model):
    """
    How an account is connected: what was entered, where polling stands, how it fares.

    secrets: encrypted JSON of the secret fields. own: what the network said of the account.
    token: the unguessable end of its inbound address; old_token that of the one before, which
    works until `old_until`. quota: left, limit, resets_at.
    problem: code, sentence and fix of what is wrong, {} when all is well; since
    problem_since. retry_at: nothing is asked of the network before. polled_at, heard_at,
    sent_at: when each last went well. expires_at: of the network's token, where known.
    claim, claimed_at: the process that polls or listens now.
    """

    class State(models.TextChoices):
        ON = "on", _("Connected")
        PAUSED = "paused", _("Paused")
        LOST = "lost", _("Access lost")
        OFF = "off", _("Disconnected")

    account = models.OneToOneField(Account, models.CASCADE, related_name="+", primary_key=True)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ON)
    values = models.JSONField(default=dict)
    secrets = models.TextField(blank=True)
    own = models.JSONField(default=dict)
    token = models.CharField(max_length=64, unique=True)
    old_token = models.CharField(max_length=64, blank=True)
    old_until = models.DateTimeField(null=True)
    cursor = models.JSONField(default=dict)
    quota = models.JSONField(default=dict)
    problem = models.JSONField(default=dict)
    problem_since = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    polled_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    claim = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True)
    refused = models.BigIntegerField(default=0)
    skipped = models.BigIntegerField(default=0)
    created_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)

    objects = Scoped["ConnectedAccount"]()

    class Meta:
        indexes = [
            models.Index(
                fields=["old_token"], name="old_address", condition=~models.Q(old_token="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.account_id} ({self.state})"


class Inbound(models.Model):
    """
    A verified delivery or a polled page, kept byte for byte before it is understood.

    key: what the network calls it, else a digest of it; a second one changes nothing.
    Understood in order of ids, account by account. problem: code, sentence and place, for
    those set aside; entries: how many it held, with how many were skipped and set aside.
    retry_at: not tried again before, after a failure of ours.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Understood")
        SET_ASIDE = "set_aside", _("Set aside")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    problem = models.JSONField(default=dict)
    entries = models.IntegerField(null=True)
    skipped = models.IntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    objects = Scoped["Inbound"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="inbound_once")]
        indexes = [
            models.Index(
                fields=["account", "id"],
                name="inbound_waiting",
                condition=models.Q(state="waiting"),
            ),
            models.Index(
                fields=["workspace", "-id"],
                name="inbound_set_aside",
                condition=models.Q(state="set_aside"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"


class Removal(models.Model):
    """
    A message that is gone, by its author or by the erasure of its author.

    Kept for a year, because it can be told before the message itself, or again after it.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=255)
    at = models.DateTimeField(db_index=True)

    objects = Scoped["Removal"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "external_id"], name="removal_once")
        ]

    def __str__(self) -> str:
        return self.external_id


class Receipt(models.Model):
    """
    What the network said of an answer, kept for a month: it can be told before the network's
    own reply to the sending is written down. at: when it happened; heard_at: when it was told.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=255)
    state = models.CharField(max_length=10)
    at = models.DateTimeField()
    code = models.CharField(max_length=60, blank=True)
    sentence = models.TextField(blank=True)
    heard_at = models.DateTimeField(db_index=True)

    objects = Scoped["Receipt"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "external_id", "state"], name="receipt_once")
        ]

    def __str__(self) -> str:
        return f"{self.external_id} {self.state}"


class Outbound(models.Model):
    """
    An answer on its way out: it leaves once, or its fate is unknown and said to be.

    key: idempotency key, made with the row. due_at: not before (undo, retry, a window).
    claim, claimed_at: the worker that is sending; one that is stale was killed while sending,
    so the answer's fate is unknown; "person" on one that only a person can settle, because its
    fate is unknown or because others answered since it was begun (written_since). message:
    the message it became, once the network took it. problem: code, sentence and fix in every
    language, and how often the network was asked for one of unknown fate. price: in millionths.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to leave")
        SENDING = "sending", _("Leaving")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        READ = "read", _("Read")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Nobody knows whether it left")
        CANCELLED = "cancelled", _("Taken back")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="+", db_constraint=False)
    to = models.BigIntegerField()
    key = models.CharField(max_length=64, unique=True)
    visibility = models.CharField(max_length=8)
    text = models.TextField()
    subject = models.TextField(blank=True)
    attachments = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True)
    external_id = models.CharField(max_length=255, blank=True)
    url = models.TextField(blank=True)
    message = models.BigIntegerField(null=True)
    problem = models.JSONField(default=dict)
    price = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField()
    written_since = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    objects = Scoped["Outbound"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "external_id"],
                name="outbound_once",
                condition=~models.Q(external_id=""),
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="outbound_due",
                condition=models.Q(state__in=["queued", "sending", "unknown"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"


class OutboundFile(models.Model):
    """A file that goes with an answer, kept beside it so that any worker finds it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    outbound = models.ForeignKey(Outbound, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()

    objects = Scoped["OutboundFile"]()

    def __str__(self) -> str:
        return self.name


class Attachment(models.Model):
    """
    A file that came with a message; its content lies in storage, see `attachments`.

    place: among the message's files. media_type: what its bytes say. size: as it came.
    digest: of the content, "" for one too large to be kept.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(
        Message, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    place = models.IntegerField()
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64, blank=True)

    objects = Scoped["Attachment"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "place"], name="attachment_once")]
        indexes = [models.Index(fields=["workspace", "digest"], name="attachment_by_digest")]

    def __str__(self) -> str:
        return self.name


class Visitor(models.Model):
    """
    Somebody who writes in the chat of a site of the shop's.

    key: a digest of the secret that their browser keeps, which proves who they are. seen_at:
    when the page was last open. mailing: key of the answer that is sent to `email` now.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=32)
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=2, default="fr")
    seen_at = models.DateTimeField()
    mailing = models.CharField(max_length=64, blank=True)

    objects = Scoped["Visitor"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="visitor_once")]

    def __str__(self) -> str:
        return self.key


class Treatment(models.Model):
    """What was done to a message on its network. deleted_at: there; its words are kept here."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    message = models.BigIntegerField(unique=True)
    hidden = models.BooleanField(default=False)
    liked = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField()

    objects = Scoped["Treatment"]()

    def __str__(self) -> str:
        return f"message {self.message}"
