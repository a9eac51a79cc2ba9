"""What people put right, recorded with who and when."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import audit, clock, outbox
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id
from comptoir.triage.labels import WITH_CONFIDENCE, view
from comptoir.triage.models import Correction, Label
from comptoir.triage.reasons import CORRECTED
from comptoir.triage.records import FIELDS, CorrectionView, LabelView
from comptoir.triage.taxonomy import TONES, URGENCIES, intent_names


def correct(message_id: int, field: str, value: object, actor: User) -> LabelView:
    """
    Set a label's field to what a person says it is; returns the label as it stands then.

    field: language, tone, urgency, needs_answer, irony or intents (a list of names).
    Setting what already stands confirms it: recorded too. Raises Problem
    "unknown_message", "unknown_field" or "impossible_value".
    """
    checked = _checked(field, value)
    with transaction.atomic():
        label = _locked(message_id)
        made = Correction.objects.create(
            workspace_id=label.workspace_id,
            message_id=message_id,
            field=field,
            before=_standing(label, field),
            after={"value": checked},
            model_version=label.model_version,
            by=actor,
            at=clock.now(),
        )
        _put(label, field, _corrected(field, checked))
        _tell("triage.label_corrected", made, actor)
    return view(label)


def corrections(message_id: int) -> list[CorrectionView]:
    """All corrections of a message, newest first."""
    rows = Correction.objects.filter(message_id=message_id).select_related("by").order_by("-pk")
    return [_view(row) for row in rows]


def undo_correction(correction_id: int, actor: User) -> LabelView:
    """
    Put back what stood before a correction.

    Raises Problem "unknown_correction", "already_undone", or "changed_since" when somebody
    corrected the same field later.
    """
    with transaction.atomic():
        made = _undoable(correction_id)
        made.undone_at = clock.now()
        made.save(update_fields=["undone_at"])
        label = _locked(made.message_id)
        _put(label, made.field, made.before)
        _tell("triage.correction_undone", made, actor)
    return view(label)


def _undoable(correction_id: int) -> Correction:
    made = Correction.objects.select_for_update().filter(pk=correction_id).first()
    if made is None:
        raise Problem("unknown_correction", _("This correction does not exist."))
    if made.undone_at is not None:
        raise Problem("already_undone", _("This correction was already taken back."))
    later = Correction.objects.filter(
        message_id=made.message_id, field=made.field, pk__gt=made.pk, undone_at=None
    )
    if later.exists():
        raise Problem(
            "changed_since",
            _("Somebody has corrected this label since."),
            _("Look at the label again, and correct it if it is wrong."),
        )
    return made


def _locked(message_id: int) -> Label:
    label = Label.objects.select_for_update().filter(pk=message_id).first()
    if label is None:
        raise Problem(
            "unknown_message",
            _("This message is not here, or has not been read yet."),
            _("Try again in a few seconds."),
        )
    return label


def _standing(label: Label, field: str) -> dict[str, Any]:
    """All that a correction of `field` will change, so that it can be put back."""
    return {
        "value": getattr(label, field),
        "confidence": getattr(label, f"{field}_confidence", None),
        "reason": label.reasons.get(field, ""),
        "corrected": field in label.corrected,
    }


def _corrected(field: str, value: Any) -> dict[str, Any]:
    if field == "intents":
        value = [{"name": name, "confidence": 1.0, "reason": CORRECTED} for name in value]
    return {"value": value, "confidence": 1.0, "reason": CORRECTED, "corrected": True}


def _put(label: Label, field: str, state: dict[str, Any]) -> None:
    setattr(label, field, state["value"])
    if field in WITH_CONFIDENCE:
        setattr(label, f"{field}_confidence", state["confidence"])
    label.reasons = {**label.reasons, field: state["reason"]}
    label.corrected = sorted(
        {*label.corrected} - {field} | ({field} if state["corrected"] else set())
    )
    label.version += 1
    label.save()


def _tell(verb: str, made: Correction, actor: User) -> None:
    audit.record(
        verb,
        actor=actor,
        workspace=made.workspace_id,
        target=f"message:{made.message_id}",
        field=made.field,
        before=_plain(made.before["value"]),
        after=_plain(made.after["value"]),
    )
    outbox.publish(current_workspace_id(), "label_corrected", ids=[made.message_id])


def _checked(field: str, value: object) -> Any:
    """The value as stored; raises Problem when the field or the value is none of ours."""
    if field not in FIELDS:
        raise Problem(
            "unknown_field", _("A message has no label “%(field)s”."), field=str(field)[:40]
        )
    found = _intents(value) if field == "intents" else _single(field, value)
    if found is None:
        raise Problem(
            "impossible_value", _("“%(value)s” is not a possible value."), value=str(value)[:40]
        )
    return found


def _single(field: str, value: object) -> object | None:
    if field in ("needs_answer", "irony"):
        return value if isinstance(value, bool) else None
    if field == "language":
        fits = (
            isinstance(value, str) and value.isalpha() and value.islower() and len(value) in (2, 3)
        )
        return value if fits else None
    allowed = TONES if field == "tone" else URGENCIES
    fits = isinstance(value, int) and not isinstance(value, bool) and value in allowed
    return value if fits else None


def _intents(value: object) -> list[str] | None:
    """Names in the taxonomy's order; "other" when a person says that none fits."""
    known = intent_names()
    if not isinstance(value, list | tuple) or not set(value) <= known.keys():
        return None
    return [name for name in known if name in value] or ["other"]


def _plain(value: Any) -> Any:
    """Intents as names: what people and the brand's own model compare."""
    if not isinstance(value, list):
        return value
    return [one["name"] if isinstance(one, dict) else one for one in value]


def _view(row: Correction) -> CorrectionView:
    return CorrectionView(
        id=row.pk,
        message_id=row.message_id,
        field=row.field,
        before=_plain(row.before["value"]),
        after=_plain(row.after["value"]),
        model_version=row.model_version,
        by_id=row.by_id,
        by_name=str(row.by) if row.by else "",
        at=row.at,
        undone_at=row.undone_at,
    )
