"""A message that a figure counts, as lists of such messages show it."""

from typing import Any, Final

from django.urls import reverse

from comptoir.base.api import ids
from comptoir.channels.api import MessageView
from comptoir.triage.api import LabelView
from comptoir.web import wording
from comptoir.web.access import DeskRequest

_TONES: Final = {-1: "negative", 0: "neutral", 1: "positive"}


def row(request: DeskRequest, message: MessageView, label: LabelView | None) -> dict[str, Any]:
    """Who said it, how it was read, and where its conversation is read."""
    outside = ids.conceal("conversation", message.thread)
    kwargs = {"slug": request.desk.workspace.slug, "conversation": outside}
    return {
        "message": message,
        "called": wording.called(message.author),
        "tone": _TONES[label.tone] if label else "",
        "intents": [intent.name for intent in label.intents] if label else [],
        "interactions": _interactions(message),
        "url": reverse("conversation", kwargs=kwargs),
    }


def _interactions(message: MessageView) -> int | None:
    """As the metrics count them: None when the source gave none."""
    counts = [message.likes, message.reposts, message.replies, message.quotes]
    return sum(one or 0 for one in counts) if any(one is not None for one in counts) else None
