"""What becomes of labels, and of what was learnt, when a person is erased."""

import re

from django.db import transaction

from comptoir.base import audit
from comptoir.base.erasure import Person, eraser, rule
from comptoir.base.scope import scope
from comptoir.channels.models import Author, Message
from comptoir.triage import lessons, own_intents, questions, versions
from comptoir.triage.models import (
    Band,
    BrandVersion,
    Correction,
    Features,
    Label,
    Learning,
    OwnIntent,
    Question,
)

rule(Label, "erased", "A label quotes the words of the person's message as its reason.")
rule(Correction, "erased", "A correction says something of the person's message.")
rule(Band, "erased", "A signature is derived from the words of the person's message.")
rule(Question, "erased", "A place in meaning is derived from the words of the person's message.")
rule(Features, "erased", "Numbers derived from the words of the person's message.")
rule(OwnIntent, "erased", "Examples that are the person's words go; the intent stays.")
rule(BrandVersion, "erased", "Versions learnt from the person's messages are forgotten.")
rule(Learning, "kept", "Whether the brand's model is to be learnt; nothing of a customer.")


@eraser("triage", order=30)
def erase(person: Person) -> int:
    """Delete all that was understood of the person's messages, and all that they taught."""
    with scope(person.workspace_id), transaction.atomic():
        theirs = Message.objects.filter(author_id=person.author_id)
        _unlearn(person, list(theirs.values_list("pk", "text", "title")))
        ids = theirs.values("pk")
        questions.forget(ids)
        return sum(
            model.objects.filter(message_id__in=ids)._raw_delete("default")
            for model in (Label, Correction, Band, Question, Features)
        )


def _unlearn(person: Person, said: list[tuple[int, str, str]]) -> None:
    """Forget examples and versions that hold the person's words, and learn without them."""
    ids = [pk for pk, _text, _title in said]
    lines = [own_intents.line_of(text, title) for _pk, text, title in said]
    with versions.locked():
        _forget(person, ids, lines)


def _forget(person: Person, ids: list[int], lines: list[str]) -> None:
    touched = own_intents.forget_words(ids, lines, _named(person.author_id))
    gone = versions.withdraw(ids, with_intents=touched)
    if gone:
        audit.record(
            "triage.version_withdrawn", actor=None, workspace=person.workspace_id, versions=gone
        )
    if gone or touched:
        lessons.ask(BrandVersion.Cause.ERASURE)


def _named(author_id: int) -> "re.Pattern[str] | None":
    """What finds the person's handle in the words of others."""
    handle = Author.objects.filter(pk=author_id).values_list("handle", flat=True).first()
    if not handle:
        return None
    return re.compile(rf"(?<![\w@])(@?){re.escape(handle)}(?!\w)", re.IGNORECASE)
