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
    entities: [{"kind", "value", "start", "end", "detail"}]. reasons: field → "code:evidence|…".
    group: the id of the first message of its near-duplicates; its own when alone.
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
        indexes = [models.Index(fields=["workspace", "group"], name="label_by_group")]

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
