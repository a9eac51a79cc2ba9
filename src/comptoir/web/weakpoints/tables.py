"""Tables of weak points: what is on screen, and what files are made of."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from comptoir.weakpoints import api
from comptoir.weakpoints.api import Costs, Line, Weak
from comptoir.web.weakpoints import wording


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def for_file(self) -> Iterator[Sequence[Any]]:
        yield self.columns
        yield from self.rows


def build(name: str, found: Weak, costs: Costs) -> Table:
    """Raises KeyError for a table that there is not."""
    return _BUILDERS[name](found, costs)


def _lines(name: str, title: Callable[[], str], pick: Callable[[Weak], Sequence[Line]]) -> Any:
    def made(found: Weak, costs: Costs) -> Table:
        columns = (
            title(),
            _("Complaints"),
            _("Unsure, counted apart"),
            _("Conversations"),
            _("Per 100 conversations"),
            _("95% interval, from"),
            _("to"),
            _("Complaints in the period before"),
            _("Conversations in the period before"),
            _("Change per 100"),
            _("95% interval of the change, from"),
            _("to"),
            _("Contacts"),
            _("Answers of the brand"),
            _("Cost"),
            _("Currency"),
            _("Hours"),
        )
        return Table(name, title(), columns, tuple(_cells(one, costs) for one in pick(found)))

    return made


def _cells(one: Line, costs: Costs) -> tuple[Any, ...]:
    low, high = one.interval or (None, None)
    change = one.change or (None, None, None)
    money, hours = costs.money(one.contacts), costs.hours(one.contacts)
    return (
        one.name or _("All complaints"),
        one.now,
        one.unsure,
        one.talks[0],
        _hundred(one.rate),
        _hundred(low),
        _hundred(high),
        one.before,
        one.talks[1] if one.known[1] else None,
        *(_hundred(part) for part in change),
        one.contacts,
        one.answers,
        None if money is None else float(money),
        costs.currency if money is not None else None,
        None if hours is None else round(hours, 2),
    )


def _hundred(value: float | None) -> float | None:
    return None if value is None else round(value * wording.FULL, 2)


def _periods(found: Weak, costs: Costs) -> Table:
    rows = []
    for place, period in enumerate(found.periods):
        talks, known = found.whole.talks[place], found.whole.known[place]
        counted = found.whole.counts[place] if known or talks else None
        rate = counted / talks if counted is not None and talks else None
        rows.append((period.first, period.last, counted, talks, _hundred(rate)))
    columns = (_("From"), _("To"), _("Complaints"), _("Conversations"), _("Per 100 conversations"))
    return Table("periods", _("Periods"), columns, tuple(rows))


def _cross(found: Weak, costs: Costs) -> Table:
    rows = [
        (api.departments.name_of(department), api.products.name_of(product), count)
        for (department, product), count in sorted(found.cells.items(), key=lambda one: -one[1])
    ]
    columns = (_("Department"), _("Product"), _("Complaints"))
    return Table("cross", _("Departments and products"), columns, tuple(rows))


_BUILDERS: Final[dict[str, Callable[[Weak, Costs], Table]]] = {
    "departments": _lines("departments", lambda: _("Department"), lambda found: found.departments),
    "products": _lines("products", lambda: _("Product"), lambda found: found.products),
    "periods": _periods,
    "cross": _cross,
}
NAMES: Final = tuple(_BUILDERS)
