"""What becomes of labels when a person is erased."""

from comptoir.base.erasure import Person, eraser, rule
from comptoir.base.scope import scope
from comptoir.channels.models import Message
from comptoir.triage.models import Band, Correction, Label

rule(Label, "erased", "A label quotes the words of the person's message as its reason.")
rule(Correction, "erased", "A correction says something of the person's message.")
rule(Band, "erased", "A signature is derived from the words of the person's message.")


@eraser("triage", order=30)
def erase(person: Person) -> int:
    """Delete all that was understood of the person's messages."""
    with scope(person.workspace_id):
        ids = Message.objects.filter(author_id=person.author_id).values("pk")
        return sum(
            model.objects.filter(message_id__in=ids)._raw_delete("default")
            for model in (Label, Correction, Band)
        )
