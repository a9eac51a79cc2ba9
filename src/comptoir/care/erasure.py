"""What becomes of conversations when a person is erased."""

from django.db import transaction
from django.db.models import Q

from comptoir.base.erasure import Person, eraser, rule
from comptoir.base.scope import scope
from comptoir.care.models import (
    Action,
    ActionTarget,
    Answer,
    Conversation,
    Note,
    SavedView,
    Tag,
    Tagging,
)
from comptoir.channels.models import Author

rule(Conversation, "erased", "It shows the person's name and words; others' are read again.")
rule(Note, "erased", "The team writes in it about the person.")
rule(Answer, "erased", "It speaks to the person.")
rule(Tagging, "kept", "A tag on a conversation names nobody once the messages are gone.")
rule(Tag, "kept", "A word of the team's own.")
rule(Action, "kept", "Who in the team did what, and when; nothing of the customer.")
rule(ActionTarget, "kept", "Columns before and after; nothing of the customer's words.")
rule(SavedView, "kept", "Filters of the team's own.")

_FORGOTTEN = {"subject": "", "preview": "", "customer_handle": "", "customer_id": None}


@eraser("care", order=20)
def erase(person: Person) -> int:
    """
    Forget the person in the conversations where they are the customer, notes and answers too.

    What remains of a conversation once channels has erased the messages is derived anew
    from the others', when it says so.
    """
    with scope(person.workspace_id), transaction.atomic():
        theirs = Conversation.objects.filter(_is_customer(person))
        customers = list(theirs.values_list("pk", flat=True))
        touched = theirs.update(**_FORGOTTEN)
        touched += Note.objects.filter(conversation_id__in=customers).delete()[0]
        touched += Answer.objects.filter(conversation_id__in=customers).delete()[0]
    return touched


def _is_customer(person: Person) -> Q:
    """Also where only the brand's answers to their handle are known."""
    known = Author.objects.filter(pk=person.author_id).first()
    by_id = Q(customer_id=person.author_id)
    if known is None or not known.handle:
        return by_id
    return by_id | Q(channel=known.channel, customer_handle__iexact=known.handle)
