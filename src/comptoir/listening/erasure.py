"""What becomes of mentions and exclusions when a person is erased."""

from django.db import transaction

from comptoir.base.erasure import Person, eraser, rule
from comptoir.base.scope import scope
from comptoir.channels.models import Message
from comptoir.listening.models import (
    Exclusion,
    Folder,
    LeftOut,
    Mention,
    MentionTag,
    PastRun,
    QueryVersion,
    SavedQuery,
    TagChange,
    TagChangeTarget,
    TaggedMention,
)
from comptoir.triage.models import Label

rule(Folder, "kept", "Names of brands, rivals and topics, given by the team.")
rule(SavedQuery, "kept", "What the team listens for.")
rule(QueryVersion, "kept", "What the team listens for, and texts it wrote to test that.")
rule(Mention, "erased", "Says that a query found the person's message.")
rule(PastRun, "kept", "Counts of messages.")
rule(Exclusion, "erased", "Names the person, or quotes their words.")
rule(LeftOut, "erased", "Says that the person’s message was a mention.")
rule(MentionTag, "kept", "A word of the team’s.")
rule(TaggedMention, "erased", "Says what the team thought of the person’s message.")
rule(TagChange, "kept", "Says who of the team used a tag when.")
rule(TagChangeTarget, "erased", "Says that the person’s message was tagged.")


@eraser("listening", order=25)
def erase(person: Person) -> int:
    """Delete the person's mentions, and the exclusions that name or quote them."""
    with scope(person.workspace_id), transaction.atomic():
        theirs = Message.objects.filter(author_id=person.author_id)
        labels = Label.objects.filter(message_id__in=theirs.values("pk"))
        groups = [str(group) for group in labels.values_list("group", flat=True)]
        kinds = Exclusion.Kind
        alike, _rows = Exclusion.objects.filter(kind=kinds.ALIKE, value__in=groups).delete()
        named, _rows = Exclusion.objects.filter(
            kind=kinds.AUTHOR, value=str(person.author_id)
        ).delete()
        about = [
            model.objects.filter(message_id__in=theirs.values("pk"))
            for model in (LeftOut, TaggedMention, TagChangeTarget, Mention)
        ]
        return alike + named + sum(rows._raw_delete("default") for rows in about)
