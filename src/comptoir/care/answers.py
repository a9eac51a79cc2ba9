"""What answers sent from here have answered, or will have once they left."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, Q

from comptoir.care.models import Answer
from comptoir.channels.models import Outbound
from comptoir.channels.outgoing import PERSON

_GONE = Q(outbound__state__in=["sent", "delivered", "read"], outbound__message=None)
"""Left, though no message of the brand's says so here."""
_ON_ITS_WAY = Q(
    outbound__state__in=[Outbound.State.QUEUED, Outbound.State.SENDING, Outbound.State.UNKNOWN]
) & ~Q(outbound__claim=PERSON)


def sent_from_here(
    thread_ids: Iterable[int],
) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """
    Until when what had arrived is answered: by thread for answers on their way, by message
    for those that became one.
    """
    out = Answer.objects.filter(
        conversation_id__in=list(thread_ids), state=Answer.State.OUT, heard_until__isnull=False
    ).order_by()
    moving = (
        out.filter(_ON_ITS_WAY | _GONE).values_list("conversation_id").annotate(Max("heard_until"))
    )
    became = out.filter(outbound__message__isnull=False)
    messages = became.values_list("outbound__message", "heard_until")
    return _known(moving), _known(messages)


def _known(rows: Iterable[tuple[int | None, datetime | None]]) -> dict[int, datetime]:
    return {key: moment for key, moment in rows if key is not None and moment is not None}
