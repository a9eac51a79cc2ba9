"""
The products that complaints are sorted by: the brand's own list, until a shop gives one.

Names are found as customers write them, cut short or mistyped; see analysis.entities.products.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django_tasks import task

from comptoir.analysis.entities import Catalogue, Product
from comptoir.base import audit
from comptoir.base.errors import Problem
from comptoir.base.models import User, Workspace
from comptoir.base.scope import scope
from comptoir.insight import api as insight
from comptoir.weakpoints import departments
from comptoir.weakpoints.models import Sorting

NONE: Final = "none"
"""Complaints that name no product."""
MOST: Final = 2_000
LONGEST: Final = 80
_ALIASES: Final = 20


@dataclass(frozen=True, slots=True)
class ProductView:
    key: str
    name: str
    aliases: tuple[str, ...]


def products() -> list[ProductView]:
    return [_view(one) for one in departments.sorting().products]


def name_of(key: str) -> str:
    if key == NONE:
        return _("No product named")
    return next((one.name for one in products() if one.key == key), key)


def save(text: str, actor: User) -> int:
    """
    The brand's products, one a line: "Name; other name; other name". Returns how many.

    A product keeps its key while its name stays. What was said before is read again by a
    worker. Raises Problem "too_many_products", "product_name", "product_twice".
    """
    lines = [_names(line) for line in text.splitlines() if line.strip(" ;")]
    _check(lines)
    with transaction.atomic():
        row = departments.locked()
        known = {one["name"].casefold(): one["key"] for one in row.products}
        made = list(_made(lines, known))
        if made == row.products:
            return len(made)
        before, row.products = len(row.products), made
        departments.raise_version(row, "products")
        audit.record(
            "weakpoints.products_changed",
            actor=actor,
            workspace=row.workspace_id,
            before=before,
            after=len(made),
        )
        transaction.on_commit(lambda: read_again.enqueue(row.workspace_id))
    return len(made)


def as_text(found: Iterable[ProductView]) -> str:
    """The list as `save` reads it."""
    return "\n".join("; ".join([one.name, *one.aliases]) for one in found)


@task()
def read_again(workspace_id: int) -> None:
    """Derive the copy anew, so that products are known of messages that came before."""
    workspace = Workspace.objects.filter(pk=workspace_id).first()
    if workspace is not None:
        insight.rebuild(workspace)


def named_in(workspace_id: int, texts: Sequence[str]) -> list[list[str]]:
    """The keys of the products that each text names."""
    with scope(workspace_id):
        row = Sorting.objects.filter(pk=workspace_id).values_list("products", flat=True).first()
    if not row:
        return [[] for _text in texts]
    known = _catalogue(tuple((p["key"], p["name"], tuple(p["aliases"])) for p in row))
    return [[one.value for one in known.find(text)] if text else [] for text in texts]


@lru_cache(maxsize=8)
def _catalogue(known: tuple[tuple[str, str, tuple[str, ...]], ...]) -> Catalogue:
    return Catalogue([Product(*one) for one in known])


def _names(line: str) -> list[str]:
    return [name for part in line.split(";") if (name := " ".join(part.split()))]


def _check(lines: Sequence[Sequence[str]]) -> None:
    if len(lines) > MOST:
        raise Problem("too_many_products", _("Keep to 2,000 products."))
    if any(len(name) > LONGEST for names in lines for name in names):
        raise Problem("product_name", _("Keep each name to 80 characters."))
    if any(len(names) > _ALIASES for names in lines):
        raise Problem("product_name", _("Keep to twenty names for one product."))
    if len({names[0].casefold() for names in lines}) < len(lines):
        raise Problem("product_twice", _("Two lines name the same product."))


def _made(lines: Sequence[Sequence[str]], known: dict[str, str]) -> Iterable[dict[str, Any]]:
    taken = {*known.values(), NONE}
    for name, *aliases in lines:
        key = known.get(name.casefold())
        if key is None:
            base = slugify(name)[:30] or "product"
            key = next(
                k
                for n in range(1, MOST * 2)
                if (k := base if n == 1 else f"{base}-{n}") not in taken
            )
            taken.add(key)
        yield {"key": key, "name": name, "aliases": aliases}


def _view(one: dict[str, Any]) -> ProductView:
    return ProductView(one["key"], one["name"], tuple(one["aliases"]))
