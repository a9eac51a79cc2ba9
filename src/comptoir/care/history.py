"""What else a conversation's customer has said."""

from collections import Counter

from comptoir.care.hydrate import conversation_views, customer
from comptoir.care.models import Conversation
from comptoir.care.records import AuthorHistory

_SUMMARISED = 200


def history(thread_id: int, limit: int = 10) -> AuthorHistory | None:
    """The customer's other conversations with a summary; None when the customer is unknown."""
    row = Conversation.objects.filter(pk=thread_id).select_related("customer").first()
    who = customer(row) if row else None
    if row is None or who is None:
        return None
    if row.customer_id is None:
        return AuthorHistory(who, total=1, unanswered=int(row.unanswered), last_tone=None)
    theirs = Conversation.objects.filter(customer_id=row.customer_id).order_by("-last_message")
    newest = list(theirs.values("pk", "tone", "intents", "received")[:_SUMMARISED])
    said = [one for one in newest if one["received"]]
    return AuthorHistory(
        customer=who,
        total=theirs.count(),
        unanswered=theirs.filter(unanswered=True).count(),
        last_tone=said[0]["tone"] if said else None,
        tones=dict(Counter(one["tone"] for one in said)),
        intents=dict(Counter(name for one in said for name in one["intents"]).most_common()),
        conversations=tuple(
            conversation_views([one["pk"] for one in newest if one["pk"] != thread_id][:limit])
        ),
    )
