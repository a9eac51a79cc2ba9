"""What was read on a page: frozen, plain, to be kept and compared."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

AVAILABILITIES = ("in_stock", "limited", "preorder", "out_of_stock", "ended")


@dataclass(frozen=True, slots=True)
class Offered:
    """
    Something that a page sells. key: what stays the same while its price changes.

    cents: None where no price is told. was: the crossed-out price. starting: "from …".
    availability: of AVAILABILITIES, "" where not told. until: the day a price ends, as told.
    source: "json-ld", "microdata", "open-graph" or "text".
    """

    key: str
    name: str
    cents: int | None
    currency: str = ""
    was: int | None = None
    starting: bool = False
    availability: str = ""
    until: str = ""
    source: str = ""

    def keyed(self, key: str) -> "Offered":
        return replace(self, key=key)


@dataclass(frozen=True, slots=True)
class Promo:
    """An offer told in words. key: what makes it the same offer. text: the sentence."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """
    A page as it was read. lines: its sentences, of the chosen part where there is one.

    found: whether that part was there. refuses: it is a check for robots, not the page.
    """

    title: str = ""
    offered: tuple[Offered, ...] = ()
    promos: tuple[Promo, ...] = ()
    lines: tuple[str, ...] = ()
    found: bool = True
    refuses: bool = False

    @property
    def main(self) -> Offered | None:
        """What the page is about, as far as it has a price."""
        return next((one for one in self.offered if one.cents is not None), None)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Reading":
        return cls(
            kept["title"],
            tuple(Offered(**one) for one in kept["offered"]),
            tuple(Promo(**one) for one in kept["promos"]),
            tuple(kept["lines"]),
            kept["found"],
            kept["refuses"],
        )
