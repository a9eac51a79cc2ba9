"""
What changed between two readings of a page, and what of it is worth telling.

Knows nothing of databases. Dates, hours, counters and tokens are not differences of a text:
two sentences that differ in these alone are one. Sums and percentages are.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from comptoir.listening.watching import markup
from comptoir.listening.watching.readings import Offered, Reading

PRICE, BEGAN, ENDED, AVAILABILITY = "price", "began", "ended", "availability"
PROMO_BEGAN, PROMO_ENDED, TEXT, GONE = "promo_began", "promo_ended", "text", "gone"
OF: Final = {
    "price": (PRICE,),
    "offer": (BEGAN, ENDED, PROMO_BEGAN, PROMO_ENDED),
    "availability": (AVAILABILITY,),
    "text": (TEXT,),
}
MOST: Final = 40
MOST_LINES: Final = 30
_MONEY_OR_SHARE = re.compile(r"[€$£%]|\b(?:eur|usd|gbp|chf)\b", re.I)
_MONTH = (
    "janv(?:ier)?|fevr(?:ier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|aout|sept(?:embre)?|oct(?:obre)?|"
    "nov(?:embre)?|dec(?:embre)?|january|february|march|april|may|june|july|august|september|october|"
    "november|december|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec"
)
_DATES = re.compile(
    rf"\b\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}\b|\b\d{{1,2}}(?:er|st|nd|rd|th)? (?:{_MONTH})\b\.?(?: \d{{4}})?|"
    rf"\b(?:{_MONTH})\b\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|\b\d{{1,2}} ?(?:h|:) ?\d{{2}}(?:[:m] ?\d{{2}} ?s?)?\b|"
    r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday|wednesday|thursday|friday|"
    r"saturday|sunday|aujourd.?hui|demain|hier|today|tomorrow|yesterday)\b"
)
_TOKEN = re.compile(r"\b(?=[a-z_-]*\d)(?=[\d_-]*[a-z])[a-z0-9_-]{8,}\b|\b[0-9a-f]{12,}\b")
_DIGITS = re.compile(r"\d+(?:[ .,]\d+)*")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Change:
    """
    One difference. key: of what (an offer’s key). before, after: plain JSON, None for nothing.

    A price: {"name", "cents", "currency", "was", "starting"}. An availability: {"name",
    "state"}. A promotion: {"text"}. A text: {"lines"}, what went and what came.
    """

    kind: str
    key: str = ""
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None

    @property
    def percent(self) -> int | None:
        """
        How much a price rose, in percent; None where there is no price before, or none after.

        >>> Change("price", "", {"cents": 4990, "currency": "EUR"}, {"cents": 3990, "currency": "EUR"}).percent
        -20
        """
        one, two = self.before or {}, self.after or {}
        if self.kind != PRICE or not one.get("cents") or two.get("cents") is None:
            return None
        if one.get("currency") != two.get("currency"):
            return None
        rise: float = 100 * (two["cents"] - one["cents"]) / one["cents"]
        return round(rise)


def changes(before: Reading, after: Reading, wants: Collection[str]) -> list[Change]:
    """
    What is different, of the kinds that are wanted, prices first.

    >>> old = Reading(offered=(Offered("a", "Chaise", 4990, "EUR"),))
    >>> new = Reading(offered=(Offered("a", "Chaise", 3990, "EUR"),))
    >>> [(one.kind, one.percent) for one in changes(old, new, ["price"])]
    [('price', -20)]
    """
    found = [*_of_offers(before, after), *_of_promos(before, after)]
    if "text" in wants:
        told = [*before.promos, *after.promos] if "offer" in wants else []
        found += _of_lines(before.lines, after.lines, [one.text for one in told])
    kinds = {kind for one in wants for kind in OF.get(one, ())}
    return [one for one in found if one.kind in kinds][:MOST]


def lost(before: Reading, after: Reading) -> bool:
    """Whether all that was read is gone at once: as likely a page that failed as an end."""
    had, has = before.main is not None, after.main is not None
    return (
        (had and not has)
        or (before.found and not after.found)
        or (bool(before.lines) and not after.lines)
    )


def same_line(sentence: str) -> str:
    """
    What a sentence says beyond dates, hours, counters and tokens; "" for one without words.

    >>> same_line("Mis à jour le 3 mars 2026 à 10:42") == same_line("Mis à jour le 12 avril 2026 à 09h05")
    True
    >>> same_line("12 personnes regardent") == same_line("7 personnes regardent")
    True
    >>> same_line("Livré dès 49 €") == same_line("Livré dès 59 €"), same_line("-20 %") == same_line("-30 %")
    (False, False)
    """
    said = markup.plain(sentence)
    if not _LETTERS.search(said) and not _MONEY_OR_SHARE.search(said):
        return ""
    said = _TOKEN.sub("#", _DATES.sub("#", said))
    return " ".join(_uncounted(said).split())


def _uncounted(said: str) -> str:
    """Numbers taken out but for those of money and shares."""
    parts, place = list[str](), 0
    for found in _DIGITS.finditer(said):
        around = (
            said[max(0, found.start() - 2) : found.start()] + said[found.end() : found.end() + 5]
        )
        kept = bool(_MONEY_OR_SHARE.search(around))
        parts += [said[place : found.start()], found[0] if kept else "#"]
        place = found.end()
    return "".join([*parts, said[place:]])


def _of_offers(before: Reading, after: Reading) -> Iterable[Change]:
    old, new = _paired(before.offered, after.offered)
    for key, one in new.items():
        if key not in old:
            yield Change(BEGAN, key, None, _priced(one))
            continue
        was = old[key]
        if (was.cents, was.currency) != (one.cents, one.currency):
            yield Change(PRICE, key, _priced(was), _priced(one))
        if was.availability != one.availability and was.availability and one.availability:
            yield Change(AVAILABILITY, key, _stated(was), _stated(one))
    for key, was in old.items():
        if key not in new:
            yield Change(ENDED, key, _priced(was), None)


def _paired(
    before: Sequence[Offered], after: Sequence[Offered]
) -> tuple[dict[str, Offered], dict[str, Offered]]:
    """By key; where each has a single offer it is the same, whatever its key has become."""
    if len(before) == 1 and len(after) == 1:
        return {after[0].key: before[0]}, {after[0].key: after[0]}
    return {one.key: one for one in before}, {one.key: one for one in after}


def _of_promos(before: Reading, after: Reading) -> Iterable[Change]:
    old, new = {one.key: one for one in before.promos}, {one.key: one for one in after.promos}
    for key, one in new.items():
        if key not in old:
            yield Change(PROMO_BEGAN, key, None, {"text": one.text})
    for key, one in old.items():
        if key not in new:
            yield Change(PROMO_ENDED, key, {"text": one.text}, None)


def _of_lines(before: Sequence[str], after: Sequence[str], told: Sequence[str]) -> list[Change]:
    """told: sentences that are offers, which are told as such."""
    old, new = (
        _by_sense(line for line in side if not any(line in one for one in told))
        for side in (before, after)
    )
    gone = [said for sense, said in old.items() if sense not in new]
    came = [said for sense, said in new.items() if sense not in old]
    if not gone and not came:
        return []
    return [Change(TEXT, "", {"lines": gone[:MOST_LINES]}, {"lines": came[:MOST_LINES]})]


def _by_sense(lines: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in lines:
        if sense := same_line(one):
            found.setdefault(sense, one)
    return found


def _priced(one: Offered) -> dict[str, Any]:
    return {
        "name": one.name,
        "cents": one.cents,
        "currency": one.currency,
        "was": one.was,
        "starting": one.starting,
    }


def _stated(one: Offered) -> dict[str, Any]:
    return {"name": one.name, "state": one.availability}


# ── Telling again what was told ────────────────────────────────────────────────────────────


def fresh(change: Change, lately: Sequence[Change]) -> Change | None:
    """
    What of a change is news, None where nothing is.

    lately: changes of the same page in the last days. A change that happened in the same way
    already, as where two versions of a page take turns, is no news; nor is a sentence that
    came and went before.

    >>> to = Change("availability", "", {"state": "in_stock"}, {"state": "out_of_stock"})
    >>> fresh(to, []) == to, fresh(to, [to])
    (True, None)
    """
    alike = [one for one in lately if one.kind == change.kind]
    if change.kind != TEXT:
        known = any(_said(one) == _said(change) for one in alike)
        return None if known else change
    seen = {
        same_line(line)
        for one in alike
        for side in (one.before, one.after)
        for line in (side or {}).get("lines", ())
    }
    gone = [line for line in (change.before or {})["lines"] if same_line(line) not in seen]
    came = [line for line in (change.after or {})["lines"] if same_line(line) not in seen]
    return Change(TEXT, "", {"lines": gone}, {"lines": came}) if gone or came else None


def _said(one: Change) -> tuple[Any, ...]:
    return one.kind, one.key, _compared(one.before), _compared(one.after)


def _compared(side: dict[str, Any] | None) -> Any:
    if side is None:
        return None
    return tuple(side.get(name) for name in ("cents", "currency", "state"))
