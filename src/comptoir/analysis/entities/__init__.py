"""
What a message names: orders, parcels, products, persons, addresses, dates, sums, links, tags.

Cheap tests come first (is there a digit, an @, a "http"?), since most messages hold little.
Where a format has a check digit it is verified, so an invented number is not shown as a
parcel; formats without one are only believed next to a word that announces them.
"""

import re
from collections.abc import Sequence
from datetime import date

from comptoir.analysis.entities.checks import s10_is_valid
from comptoir.analysis.entities.contacts import REGIONS
from comptoir.analysis.entities.dates import known_date
from comptoir.analysis.entities.finding import search
from comptoir.analysis.entities.masking import mask
from comptoir.analysis.entities.parcels import CARRIERS
from comptoir.analysis.entities.products import Catalogue, Product
from comptoir.analysis.entities.records import KINDS, PERSONAL, Entity

__all__ = [
    "CARRIERS",
    "KINDS",
    "PERSONAL",
    "REGIONS",
    "Catalogue",
    "Entity",
    "Product",
    "find",
    "known_date",
    "mask",
    "s10_is_valid",
]


def find(
    text: str,
    patterns: Sequence[re.Pattern[str]] = (),
    *,
    catalogue: Catalogue | None = None,
    today: date | None = None,
) -> tuple[Entity, ...]:
    """
    Everything named in a text, ordered by place, without overlap, at most 200.

    patterns: compiled expressions for a shop's own order numbers. catalogue: the shop's
    products. today: the day the message was written, to know what "mardi dernier" was; without
    it dates stay as `dates` tells them ("weekday:2:-1"). Never raises because of a text.

    >>> [(e.kind, e.value) for e in find("Commande n° 48213 à 12,50 € jamais reçue @Boutik")]
    [('order', '48213'), ('amount', '12.50 EUR'), ('mention', 'boutik')]
    """
    return search(text, patterns, catalogue=catalogue, today=today)
