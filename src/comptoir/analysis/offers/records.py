"""What an offer is."""

from dataclasses import dataclass
from typing import Final

KINDS: Final = ("percent", "amount", "price", "bundle", "gift", "delivery", "code")


@dataclass(frozen=True, slots=True)
class Offer:
    """
    One offer of a message, between `start` and `end` (excluded) of its text, in characters.

    kind and value: "percent" "20" (off), "amount" "10.00 EUR" (off), "price" "19.99 EUR",
    "bundle" "1+1", "2+1" (so many bought, so many given) or "2:50" (percent off the second),
    "gift" its folded words, "delivery" "" (free), "code" "" where nothing but a code is said.
    was: the price before. up_to: "jusqu'à"; starting: "dès". on: folded words of what it is for.
    starts, ends: days, as ISO dates, "" where not said. confidence: 0 to 1.
    """

    kind: str
    value: str
    start: int
    end: int
    confidence: float
    was: str = ""
    up_to: bool = False
    starting: bool = False
    on: str = ""
    code: str = ""
    minimum: str = ""
    starts: str = ""
    ends: str = ""

    @property
    def depth(self) -> float | None:
        """Percent off, told or from the price before; None where it cannot be known."""
        if self.kind == "percent":
            return float(self.value)
        if self.kind == "price" and self.was and self.value[-3:] == self.was[-3:]:
            before, now = float(self.was[:-4]), float(self.value[:-4])
            return 100 * (before - now) / before if before > now else None
        return None
