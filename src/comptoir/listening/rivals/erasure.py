"""What becomes of rivals' accounts when a person is erased."""

from django.db import transaction

from comptoir.base.erasure import Person, eraser, rule
from comptoir.base.scope import scope
from comptoir.channels.models import Author
from comptoir.listening.rivals.models import RivalAccount

rule(RivalAccount, "erased", "Names the person's account, where a person is a rival.")


@eraser("rivals", order=25)
def erase(person: Person) -> int:
    """Forget that the person's account is a rival's."""
    with scope(person.workspace_id), transaction.atomic():
        author = Author.objects.filter(pk=person.author_id).first()
        if author is None:
            return 0
        named = RivalAccount.objects.filter(
            kind=RivalAccount.Kind.HANDLE, channel__in=["", author.channel], key=author.key
        )
        gone, _rows = named.delete()
        return gone
