"""What a contact costs the brand: its own figures, and nothing where it gave none."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.base import audit
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.weakpoints import departments

CURRENCIES: Final = ("EUR", "CHF", "GBP", "USD", "CAD")
DEAREST: Final = 100_000
"""Cents."""
LONGEST: Final = 600.0


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one contact; None is unknown, which is not nothing. cents: money; minutes: handling."""

    cents: int | None
    currency: str
    minutes: float | None

    def money(self, contacts: int) -> Decimal | None:
        """What so many contacts cost; None when nobody said what one costs."""
        return None if self.cents is None else Decimal(self.cents * contacts) / 100

    def hours(self, contacts: int) -> float | None:
        return None if self.minutes is None else self.minutes * contacts / 60


def costs() -> Costs:
    row = departments.sorting()
    return Costs(row.cost_cents, row.currency, row.minutes)


def save(wanted: Costs, actor: User) -> None:
    """Raises Problem "bad_cost", "bad_minutes", "bad_currency"."""
    if wanted.cents is not None and not 0 < wanted.cents <= DEAREST:
        raise Problem("bad_cost", _("A contact costs between 0.01 and 1,000."))
    if wanted.minutes is not None and not 0 < wanted.minutes <= LONGEST:
        raise Problem("bad_minutes", _("A contact takes up to 600 minutes."))
    if wanted.currency not in CURRENCIES:
        raise Problem("bad_currency", _("Choose one of the currencies."))
    with transaction.atomic():
        row = departments.locked()
        before = Costs(row.cost_cents, row.currency, row.minutes)
        row.cost_cents, row.currency, row.minutes = wanted.cents, wanted.currency, wanted.minutes
        departments.raise_version(row, "cost_cents", "currency", "minutes")
        audit.record(
            "weakpoints.costs_changed",
            actor=actor,
            workspace=row.workspace_id,
            before=f"{before.cents} {before.currency}, {before.minutes} min",
            after=f"{wanted.cents} {wanted.currency}, {wanted.minutes} min",
        )
