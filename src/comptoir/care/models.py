"""Conversations to work through: state, owner, notes, tags, drafts, and what can be undone."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from comptoir.base.models import User, Workspace
from comptoir.base.scope import Scoped
from comptoir.channels.models import Account, Author, Outbound, Thread


class Conversation(models.Model):
    """
    One thread as the team works it. Derived columns are refreshed from messages and labels.

    last_message: id of its newest message; lists are ordered by it.
    waiting_since: when the customer's oldest unanswered message was sent; null
        when nothing waits. unanswered: waiting, open, and worth an answer.
    first_reply_seconds: first customer message to first answer by the brand after
        it, calendar time; first_reply_business_seconds counts opening hours only.
        Null where the source does not say when the answer was given.
    answered_by_hand_at: somebody answered on the network itself and said so.
    customer_handle: also known when only the brand's answers to somebody are here.

    Three columns tell what a person had before them when acting, by arrival and not by
    date of sending, since a file may bring old messages late. heard_until: newest arrival
    of the thread; settled_until: its value when somebody last closed or snoozed;
    answered_until: its value when somebody last answered by hand.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    thread = models.OneToOneField(Thread, models.CASCADE, related_name="+", primary_key=True)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=30)
    customer = models.ForeignKey(
        Author, models.SET_NULL, related_name="+", null=True, db_index=False
    )
    customer_handle = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    preview = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    assignee = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, db_index=False)
    snoozed_until = models.DateTimeField(null=True)
    last_message = models.BigIntegerField()
    first_in_at = models.DateTimeField(null=True)
    last_in_at = models.DateTimeField(null=True)
    last_out_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    first_reply_at = models.DateTimeField(null=True)
    first_reply_seconds = models.FloatField(null=True)
    first_reply_business_seconds = models.FloatField(null=True)
    received = models.IntegerField(default=0)
    sent = models.IntegerField(default=0)
    language = models.CharField(max_length=8, blank=True)
    tone = models.SmallIntegerField(default=0)
    urgency = models.SmallIntegerField(default=0)
    intents = models.JSONField(default=list)
    needs_answer = models.BooleanField(default=False)
    complaint = models.BooleanField(default=False)
    unanswered = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False)
    answered_by_hand_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    heard_until = models.DateTimeField(null=True)
    settled_until = models.DateTimeField(null=True)
    answered_until = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    objects = Scoped["Conversation"]()

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-last_message"], name="conversation_newest"),
            models.Index(
                fields=["workspace", "-last_message", "snoozed_until"],
                name="conversation_unanswered",
                condition=models.Q(unanswered=True),
            ),
            models.Index(
                fields=["workspace", "-last_message", "snoozed_until"],
                name="conversation_urgent",
                condition=models.Q(urgent=True),
            ),
            models.Index(
                fields=["workspace", "-last_message", "snoozed_until"],
                name="conversation_complaint",
                condition=models.Q(complaint=True, state="open"),
            ),
            models.Index(
                fields=["workspace", "assignee", "-last_message", "snoozed_until"],
                name="conversation_assigned",
                condition=models.Q(assignee__isnull=False, state="open"),
            ),
            models.Index(
                fields=["workspace", "snoozed_until"],
                name="conversation_snoozed",
                condition=models.Q(snoozed_until__isnull=False),
            ),
            models.Index(fields=["customer", "-last_message"], name="conversation_by_customer"),
        ]

    def __str__(self) -> str:
        return self.subject


class Note(models.Model):
    """What the team tells itself; never sent."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    author = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    text = models.TextField()
    at = models.DateTimeField()

    objects = Scoped["Note"]()

    def __str__(self) -> str:
        return self.text[:60]


class Tag(models.Model):
    """key: the name folded, so that "Été" and "ete" are one tag."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=120)

    objects = Scoped["Tag"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="tag_once")]

    def __str__(self) -> str:
        return self.name


class Tagging(models.Model):
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+")

    objects = Scoped["Tagging"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "tag"], name="tagging_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.conversation_id}"


class Answer(models.Model):
    """
    An answer being written or written.

    state: "draft" while typed; "copied" once taken to a channel that Comptoir
    cannot send on, with who and when; "out" once handed over to be sent.
    outbound: how it fares on its way; of a draft, the answer that was taken back
    or failed, whose files can go along again. heard_until: what had arrived when
    it was written, so that it answers nothing that its author had not seen.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        COPIED = "copied", _("Copied, sent by hand")
        OUT = "out", _("Sent from here")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    author = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    text = models.TextField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    outbound = models.ForeignKey(Outbound, models.SET_NULL, related_name="+", null=True)
    heard_until = models.DateTimeField(null=True)
    at = models.DateTimeField()

    objects = Scoped["Answer"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "author"],
                name="one_draft_per_person",
                condition=models.Q(state="draft"),
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Action(models.Model):
    """Something a person did to one or many conversations; undone_at: when it was taken back."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    actor = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    verb = models.CharField(max_length=30)
    details = models.JSONField(default=dict)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    objects = Scoped["Action"]()

    def __str__(self) -> str:
        return f"{self.verb} at {self.at}"


class ActionTarget(models.Model):
    """One conversation of an action. before, after: only what changed, so that it can be undone."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    action = models.ForeignKey(Action, models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    before = models.JSONField()
    after = models.JSONField()

    objects = Scoped["ActionTarget"]()

    def __str__(self) -> str:
        return f"{self.action_id} on {self.conversation_id}"


class SavedView(models.Model):
    """A search kept by name; owner null means shared with the team."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+", null=True)
    name = models.CharField(max_length=80)
    query = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    objects = Scoped["SavedView"]()

    def __str__(self) -> str:
        return self.name
