"""What weak points register: erasure rules, and who finds products for the columnar copy."""

from django.db import transaction

from comptoir.base import erasure
from comptoir.base.erasure import Person
from comptoir.base.scope import scope
from comptoir.channels.models import Message
from comptoir.insight import api as insight
from comptoir.weakpoints import departments, models, products

erasure.rule(models.Sorting, "kept", "How the brand sorts complaints; no customer is named.")
erasure.rule(models.Move, "erased", "Says where the person’s message belongs; goes with it.")
erasure.rule(models.Task, "kept", "What the team decided to do; it points at no customer.")
erasure.rule(models.TaskChange, "kept", "Who of the team changed a task.")

insight.find_products_with(products.named_in)


@erasure.eraser("weakpoints", order=25)
def erase(person: Person) -> int:
    """Forget where the person's complaints were moved, before their messages go."""
    with scope(person.workspace_id), transaction.atomic():
        theirs = Message.objects.filter(author_id=person.author_id)
        gone = models.Move.objects.filter(message_id__in=theirs.values("pk"))._raw_delete("default")
        if gone:
            departments.raise_version(departments.locked())
        return gone
