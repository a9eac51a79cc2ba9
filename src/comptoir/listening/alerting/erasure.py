"""What becomes of alerts when a person is erased."""

from django.db import transaction

from comptoir.base.erasure import Person, eraser, rule
from comptoir.base.scope import scope
from comptoir.channels.models import Message
from comptoir.listening.models import Alert, Firing, Hit, Lesson, Notice

rule(Alert, "kept", "What the team wants to be told of.")
rule(Firing, "kept", "When an alert went off; counts of messages.")
rule(Hit, "erased", "Says that an alert counted the person's message.")
rule(Notice, "kept", "Whom of the team an alert was sent to; its words are not kept.")
rule(Lesson, "kept", "How the team changed an alert.")


@eraser("alerts", order=25)
def erase(person: Person) -> int:
    """Take the person's messages out of what alerts counted."""
    with scope(person.workspace_id), transaction.atomic():
        theirs = Message.objects.filter(author_id=person.author_id)
        return Hit.objects.filter(message_id__in=theirs.values("pk"))._raw_delete("default")
