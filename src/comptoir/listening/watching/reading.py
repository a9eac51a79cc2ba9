"""
Reading a page: bytes in, prices, offers, availability and sentences out; nothing raises.

What machines are told goes before what people see; what people see is used where machines are
told nothing, or where only a part of the page is watched.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from comptoir.analysis import offers
from comptoir.listening.watching import amounts, markup, structured
from comptoir.listening.watching.markup import Block
from comptoir.listening.watching.readings import Offered, Promo, Reading

MOST_LINES: Final = 1_500
MOST_PROMOS: Final = 30
_SHORT: Final = 90
_BEFORE = re.compile(
    r"(?:au lieu de|prix (?:conseille|barre|initial|habituel|de reference)|avant|ancien prix|instead of|"
    r"was|rrp|msrp|list price|regular(?: price)?|etait a?)\s*:?\s*$"
)
_OTHER = re.compile(
    r"(?:des|dès|a partir de|over|above|from|plus de|minimum(?: de)?|superieure? a|economisez|economie(?: de)?|"
    r"save|you save|remise(?: de)?|soit|livraison(?: a)?|port|delivery|shipping|caution|eco-?participation"
    r"|dont|bon d.achat(?: de)?|cagnotte[sz]?|gagnez|cadeau(?: de)?)\s*:?\s*[-−–]?\s*$"
)
_UNIT = re.compile(
    r"^\s*(?:ttc|ht)?\s*(?:/|par |per |le |la |les 1)\s*(?:kg|kilo|litre|l\b|m2|m²|100|unit|mois|month|mo\b|an\b|jour|day|semaine|week)"
    r"|^\s*(?:d.achats?|de remise|de reduction|offerts?|off\b|de frais|x ?\d|d.economie)"
)
_FOLD = re.compile(r"(?:\d+\s*(?:x|fois)\s*(?:de|sans frais de|of)?\s*)$")
_STATES: Final = (
    ("out_of_stock", re.compile(
        r"\b(?:rupture(?: de stock)?|epuise|indisponible|plus disponible|victime de son succes|hors stock|"
        r"out of stock|sold out|unavailable|no longer available)\b")),
    ("preorder", re.compile(r"\b(?:pre-?commande[rz]?|pre-?order|bientot disponible|coming soon|back-?order)\b")),
    ("limited", re.compile(
        r"\b(?:plus que \d+|derniers? (?:articles?|exemplaires?|pieces?)|only \d+ left|last (?:few|items?))\b")),
    ("in_stock", re.compile(r"\b(?:en stock|in stock|disponible (?:immediatement|en ligne)|available now)\b")),
)  # fmt: skip
_CHALLENGE = re.compile(
    r"just a moment|captcha|are you (?:a )?(?:human|robot)|verif\w+ (?:que )?vous etes (?:un )?humain|access denied|"
    r"attention required|acces refuse|unusual traffic|enable javascript and cookies|bot detection|datadome"
)


def read(
    body: bytes,
    headers: Mapping[str, str],
    *,
    selector: str = "",
    phrase: str = "",
    today: date | None = None,
) -> Reading:
    """
    What a page says. selector, phrase: the part that is watched; both empty is the whole page.

    today: to know what "jusqu'à dimanche" is. Raises ValueError for what is no CSS selector.

    >>> page = b'<h1>Chaise</h1><p class="price">49,90 &euro;</p><p>En stock</p>'
    >>> [(one.name, one.cents, one.availability) for one in read(page, {}).offered]
    [('Chaise', 4990, 'in_stock')]
    """
    root = markup.tree(markup.text_of(body[: markup.LARGEST], headers))
    title = structured.title(root)
    whole = markup.blocks(root)
    if _is_challenge(root, title, whole):
        return Reading(title, refuses=True)
    if selector:
        chosen = markup.parts(root, selector)
        shown = [line for one in chosen for line in markup.blocks(one)]
        found = bool(chosen)
    elif phrase:
        shown = markup.with_phrase(whole, phrase)
        found = bool(shown)
    else:
        shown, found = whole, True
    partly = bool(selector or phrase)
    told = [] if partly else structured.offered(root)
    return Reading(
        title=title,
        offered=tuple(_offered(told, shown, title, partly)),
        promos=tuple(_promos(shown, today)),
        lines=tuple(markup.sentences(shown)[:MOST_LINES]),
        found=found,
    )


def _offered(
    told: Sequence[Offered], shown: Sequence[Block], title: str, partly: bool
) -> list[Offered]:
    if any(one.cents is not None for one in told):
        return list(told)
    heading = next((one.text for one in shown if one.heading and not _minor(one)), "")
    value = _visible(shown, partly)
    state = next((one.availability for one in told if one.availability), "") or _availability(shown)
    if value is None:
        return [one for one in told if one.availability] or (
            [Offered("", heading or title, None, availability=state, source="text")]
            if state
            else []
        )
    cents, code, was = value
    name = next((one.name for one in told if one.name), heading or title)
    return [Offered("", name[:200], cents, code, was, False, state, "", "text")]


def _visible(shown: Sequence[Block], partly: bool) -> tuple[int, str, int | None] | None:
    """The price that a reader would take for the page's, and the one crossed out beside it."""
    ranked: list[tuple[int, int, int, str, int]] = []
    before: dict[int, list[tuple[int, str]]] = {}
    for number, block in enumerate(shown):
        if "€" not in block.text and not any(sign.isdigit() for sign in block.text):
            continue
        for cents, code, start, end in amounts.sums(block.text):
            if not cents:
                continue  # an empty basket, a delivery that costs nothing
            place = block.place(start)
            ahead = markup.plain(block.text[max(0, start - 40) : start])
            rest = markup.plain(block.text[end : end + 24])
            if place.struck or _BEFORE.search(ahead):
                before.setdefault(number, []).append((cents, code))
                rank = 2 if place.price else 4
            elif (
                _OTHER.search(ahead)
                or _FOLD.search(ahead)
                or _UNIT.search(rest)
                or ahead.endswith(("-", "−"))
            ):
                continue
            else:
                rank = 1 if place.price else 3
            if place.minor and not partly:
                rank += 4
            ranked.append((rank, number, cents, code, start))
    if not ranked:
        return None
    best = min(ranked, key=lambda one: (one[0], one[1], one[4]))
    near = [one for at in range(best[1] - 3, best[1] + 4) for one in before.get(at, ())]
    crossed = [value for value, code in near if code == best[3] and value > best[2]]
    return best[2], best[3], min(crossed, default=None)


def _availability(shown: Sequence[Block]) -> str:
    lines = [markup.plain(one.text) for one in shown if len(one.text) <= _SHORT and not _minor(one)]
    for state, pattern in _STATES:
        if any(pattern.search(one) for one in lines):
            return state
    return ""


def _promos(shown: Sequence[Block], today: date | None) -> list[Promo]:
    """Offers told in words, each once; sums that are only the price are the price's to tell."""
    found: dict[str, Promo] = {}
    for block in shown:
        if len(found) >= MOST_PROMOS:
            break
        if _minor(block) or len(block.text) > markup.LONGEST:
            continue
        for one in offers.find(block.text, today):
            if one.kind == "price":
                continue
            key = "|".join((one.kind, one.value, one.code, one.minimum, one.ends))
            found.setdefault(key, Promo(key, block.text[:300]))
    return list(found.values())


def _minor(block: Block) -> bool:
    return bool(block.marks) and all(place.minor for _start, _end, place in block.marks)


def _is_challenge(root: Any, title: str, whole: Sequence[Block]) -> bool:
    """A page of few words that asks whether one is human."""
    words = " ".join(one.text for one in whole[:40])
    if len(words) > 900 or len(whole) > 40:
        return False
    return bool(_CHALLENGE.search(markup.plain(f"{title} {words}")))
