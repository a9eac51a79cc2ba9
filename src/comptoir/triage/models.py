"""What was understood of each message, and what people corrected."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from comptoir.base.models import User, Workspace
from comptoir.base.scope import Scoped
from comptoir.channels.models import Message


class Label(models.Model):
    """
    The reading of one message; confidences lie between 0 and 1.

    tone: -1, 0, 1. urgency: 0 to 2. intents: [{"name", "confidence", "reason"}].
    aspects: [{"name", "liked", "confidence", "reason"}], what is liked or disliked.
    entities: [{"kind", "value", "start", "end", "detail"}]. reasons: field → "code:evidence|…".
    group: the id of the first message that said or asked the same; its own when alone.
    corrected: names of the fields that a person set; analysis leaves these alone.
    """

    class Tone(models.IntegerChoices):
        NEGATIVE = -1, _("Negative")
        NEUTRAL = 0, _("Neutral")
        POSITIVE = 1, _("Positive")

    message = models.OneToOneField(Message, models.CASCADE, related_name="+", primary_key=True)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    language = models.CharField(max_length=8)
    language_confidence = models.FloatField()
    tone = models.SmallIntegerField(choices=Tone.choices)
    tone_confidence = models.FloatField()
    intents = models.JSONField(default=list)
    aspects = models.JSONField(default=list)
    needs_answer = models.BooleanField()
    needs_answer_confidence = models.FloatField()
    urgency = models.SmallIntegerField()
    urgency_confidence = models.FloatField()
    irony = models.BooleanField()
    irony_confidence = models.FloatField()
    entities = models.JSONField(default=list)
    reasons = models.JSONField(default=dict)
    group = models.BigIntegerField()
    model_version = models.CharField(max_length=40)
    labelled_at = models.DateTimeField()
    corrected = models.JSONField(default=list)
    version = models.IntegerField(default=1)

    objects = Scoped["Label"]()

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "group"], name="label_by_group"),
            models.Index(fields=["workspace", "model_version"], name="label_by_version"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.language} {self.tone}"


class Correction(models.Model):
    """
    A person's word against the analysis: what it said, what is right, who, when.

    before: {"value", "confidence", "reason", "corrected"}, all that undoing puts back.
    after: {"value"}; for intents, names.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="+")
    field = models.CharField(max_length=20)
    before = models.JSONField()
    after = models.JSONField()
    model_version = models.CharField(max_length=40)
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    objects = Scoped["Correction"]()

    class Meta:
        indexes = [models.Index(fields=["workspace", "field"], name="correction_by_field")]

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"


class Band(models.Model):
    """
    A near-duplicate key and the first message of its group; see groups.

    signature: only on the first key of that message, empty on its others.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    key = models.BigIntegerField()
    message = models.ForeignKey(Message, models.CASCADE, related_name="+", db_index=False)
    signature = models.BinaryField()

    objects = Scoped["Band"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="band_once")]
        indexes = [models.Index(fields=["message"], name="band_by_message")]

    def __str__(self) -> str:
        return f"{self.key} of {self.message_id}"


class Question(models.Model):
    """
    Where a group of messages that ask the same lies in meaning; see questions.

    message: the first one, whose id is the group's. space: version of the space it lies in.
    anchor: place of the first message. total: sum of the places of its `distinct` messages,
    empty while there is one. actions, things: marks of the first message.
    """

    message = models.OneToOneField(Message, models.CASCADE, related_name="+", primary_key=True)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    space = models.CharField(max_length=12)
    anchor = models.BinaryField()
    total = models.BinaryField(default=bytes)
    distinct = models.IntegerField(default=1)
    actions = models.BigIntegerField(default=0)
    things = models.BigIntegerField(default=0)

    objects = Scoped["Question"]()

    class Meta:
        indexes = [models.Index(fields=["workspace", "space"], name="question_by_space")]

    def __str__(self) -> str:
        return f"{self.message_id}: asked by {self.distinct}"


class OwnIntent(models.Model):
    """
    An intent that a brand added to the taxonomy, with the examples it is read from.

    slug: its name in labels, begins with "own_"; never given again, so that an old label keeps
    its meaning. examples: [{"text", "message"}], message: the id of the desk's message it was
    picked from, or null. A deleted intent keeps its name alone, for labels a person set.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("In use")
        PAUSED = "paused", _("Paused")
        DELETED = "deleted", _("Deleted")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    slug = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=200, blank=True)
    examples = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField()

    objects = Scoped["OwnIntent"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "slug"], name="own_intent_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class BrandVersion(models.Model):
    """
    One version of a brand's own model: what its corrections and its own intents taught.

    base: version of the analysis it was learnt upon; it serves no other. deltas, intents:
    what `analysis.learning` writes, empty when there is none. corrections: how many were
    counted, until: the newest of them. digest: of all that it was learnt from, so that
    learning the same again makes nothing; "" for a version that joins others. learnt_from:
    ids of the messages behind {"deltas", "intents"}. figures: see learning. withdrawn_at: when an erased person's words made it forgotten.
    """

    class Cause(models.TextChoices):
        CORRECTIONS = "corrections", _("Corrections")
        INTENTS = "intents", _("Own intents")
        BACK = "back", _("Going back")
        ERASURE = "erasure", _("An erasure")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    base = models.CharField(max_length=40)
    cause = models.CharField(max_length=12, choices=Cause.choices)
    deltas = models.BinaryField(default=bytes)
    intents = models.BinaryField(default=bytes)
    corrections = models.IntegerField(default=0)
    until = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=32, blank=True)
    learnt_from = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    adopted = models.BooleanField(default=False)
    active = models.BooleanField(default=False)
    trained_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)

    objects = Scoped["BrandVersion"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="brand_version_once"),
            models.UniqueConstraint(
                fields=["workspace"],
                condition=models.Q(active=True),
                name="one_active_brand_version",
            ),
        ]

    def __str__(self) -> str:
        return f"brand {self.number}"


class Learning(models.Model):
    """
    Whether a brand's model has to be learnt, and by whom it is being learnt.

    asked_at: when it was asked for, null when there is nothing to do. claimed_at: when a
    worker last took it. problem: code of what kept it from being learnt the last time.
    """

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="+", primary_key=True)
    asked_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=12, default=BrandVersion.Cause.CORRECTIONS)
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=40, blank=True)

    objects = Scoped["Learning"]()

    def __str__(self) -> str:
        return f"{self.workspace_id}: {self.cause if self.asked_at else 'nothing to learn'}"


class Features(models.Model):
    """
    What the analysis' encoder made of a message, kept so that it is computed once.

    version: of the analysis; data: see vectors.
    """

    message = models.OneToOneField(Message, models.CASCADE, related_name="+", primary_key=True)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    version = models.CharField(max_length=40)
    data = models.BinaryField()

    objects = Scoped["Features"]()

    def __str__(self) -> str:
        return f"{self.message_id} {self.version}"
