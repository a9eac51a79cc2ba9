"""What the sample shop does about its weak points: products, costs of a contact, three tasks."""

from datetime import date, timedelta

from comptoir.base.models import User
from comptoir.demo.shop import PRODUCTS, Product
from comptoir.weakpoints import api
from comptoir.weakpoints.api import Costs, TaskDraft

COSTS = Costs(cents=420, currency="EUR", minutes=7.0)


def follow_up(owner: User, end: date) -> None:
    """Name the products, say what a contact costs, and set tasks around the days before `end`."""
    api.products.save("\n".join(map(_line, PRODUCTS)), owner)
    api.costs.save(COSTS, owner)
    for draft in _tasks(owner, end):
        api.tasks.add_task(draft, owner)


def _line(product: Product) -> str:
    """The name up to its size, then how people call it."""
    names = [product.title.split(",")[0], product.noun, product.english, product.spanish]
    return "; ".join(dict.fromkeys(name.strip() for name in names if name.strip()))


def _tasks(owner: User, end: date) -> list[TaskDraft]:
    begun, done = end - timedelta(days=49), end - timedelta(days=42)
    french = owner.language.startswith("fr")
    return [
        TaskDraft(
            "Prévenir des retards avant qu’on ne demande"
            if french
            else "Tell of delays before people ask",
            kind="process",
            state="done",
            owner=owner.pk,
            department="logistics",
            started_on=begun,
            done_on=done,
            notes="Un message part dès que le suivi s’arrête trois jours."
            if french
            else "A message leaves as soon as tracking stands still for three days.",
        ),
        TaskDraft(
            "Relire ensemble dix réponses par semaine"
            if french
            else "Go through ten answers together every week",
            kind="training",
            state="doing",
            owner=owner.pk,
            department="service",
            started_on=end - timedelta(days=10),
            due_on=end + timedelta(days=20),
        ),
        TaskDraft(
            "Compléter la fiche des bougies" if french else "Complete the candles’ page",
            kind="text",
            owner=owner.pk,
            department="product",
            due_on=end + timedelta(days=5),
        ),
    ]
