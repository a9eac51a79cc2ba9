"""
The search itself: figures first, then what the words around them say.

Every reading begins with how sure its pattern is; words of selling raise that, words of a
customer, of a bill or of another kind of figure lower it. What stays below SURE is not told.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice, pairwise
from re import Match, Pattern
from typing import Final

from comptoir.analysis.entities import money
from comptoir.analysis.offers import cues
from comptoir.analysis.offers.plain import Sentences, plain
from comptoir.analysis.offers.records import Offer
from comptoir.analysis.offers.terms import Code, Window, codes, windows
from comptoir.analysis.readings import READ_CHARS
from comptoir.analysis.text import words

SURE: Final = 0.5
"""Below this confidence nothing is told."""
MOST: Final = 20
"""Offers told of one message, at most."""
_READ: Final = 100
"""Figures of one kind that are looked at in one message."""
_SENTENCE: Final = 300
_NEAR: Final = 40
_CONDITION: Final = 70
_LARGEST_PERCENT: Final = 95
_MONEY: Final = ("€", "$", "£", "eur", "chf", "dollar", "pound", "quid", "usd", "gbp", "balles")


@dataclass(slots=True)
class _Said:
    """A message being read: as it stands, plain, and its sentences."""

    text: str
    plain: str
    sentences: Sentences
    _promo: bool | None = None

    def holds(self, *parts: str) -> bool:
        """Whether any of these is in it: cheap, before a pattern is tried."""
        return any(map(self.plain.__contains__, parts))

    @property
    def promo(self) -> bool:
        """Whether it speaks the language of selling."""
        if self._promo is None:
            self._promo = cues.PROMO.search(self.plain) is not None
        return self._promo

    def before(self, place: int) -> str:
        """The words before a place, within its sentence."""
        start, _end = self.sentences.around(max(0, place - 1)) if place else (0, 0)
        return self.plain[max(start, place - 60) : place]

    def after(self, place: int) -> str:
        return self.plain[place : place + _NEAR]

    def sentence(self, place: int) -> str:
        start, end = self.sentences.around(place)
        return self.plain[max(start, place - _SENTENCE) : min(end, place + _SENTENCE)]

    def sway(self, start: int, end: int) -> float:
        """What the words around add to confidence, or take from it."""
        sentence = self.sentence(start)
        sway = 0.15 if self.promo else 0.0
        if cues.FIRST.search(sentence):
            sway -= 0.45 if cues.COMPLAINT.search(sentence) else 0.2
        if "?" in sentence and cues.ASKS.search(sentence):
            sway -= 0.7
        if cues.DENIED_BEFORE.search(self.before(start)):
            sway -= 0.7
        if cues.DENIED_AFTER.match(self.plain, end, end + 80):
            sway -= 0.7
        return sway


def find(text: str, written: date | None = None) -> tuple[Offer, ...]:
    """
    The offers of one message, by place. written: the day it was written, in its own zone, to
    know what "jusqu'à dimanche" was. Never raises because of a text.

    >>> [(one.kind, one.value, one.code) for one in find("-20 % dès 50 € avec le code NOEL20")]
    [('percent', '20', 'NOEL20')]
    >>> find("Il me reste 20 % de batterie")
    ()
    """
    text = text[:READ_CHARS]
    said = plain(text)
    read = _Said(text, said, Sentences(said))
    found = _apart([*_bundles(read), *_deliveries(read), *_percents(read), *_gifts(read)])
    sums, least = _sums(read, found)
    known = list(codes(text, said)) if read.holds("code", "coupon", "voucher") else []
    offers = _told(read, _apart([*found, *sums]), least, known) or list(_codes(read, known))
    return tuple(_timed(offers[:MOST], windows(text, said, written))) if offers else ()


def _some(pattern: Pattern[str], read: _Said) -> Iterator[Match[str]]:
    return islice(pattern.finditer(read.plain), _READ)


def _percents(read: _Said) -> Iterator[Offer]:
    for match in _some(cues.PERCENT, read) if read.holds("%", "cent") else ():
        value = float(match["n"].replace(",", "."))
        if not 0 < value <= _LARGEST_PERCENT:
            continue
        base, up_to = _percent_base(read, match)
        sure = base + read.sway(match.start(), match.end())
        if sure >= SURE:
            yield Offer(
                "percent", f"{value:g}", match.start(), match.end(), _capped(sure),
                up_to=up_to, on=_on(read, match.end()),
            )  # fmt: skip
    for half in _some(cues.HALF, read) if read.holds("moitie", "half") else ():
        sure = 0.7 + read.sway(half.start(), half.end())
        if sure >= SURE:
            yield Offer("percent", "50", half.start(), half.end(), _capped(sure))


def _percent_base(read: _Said, match: Match[str]) -> tuple[float, bool]:
    """How sure it is that so much is taken off, and whether "up to" is said."""
    before, after = read.before(match.start("n")), read.after(match.end())
    minus = match["minus"] is not None or before.endswith(("moins ", "minus "))
    up_to = cues.UP_TO.search(before) is not None
    off = cues.OFF_AFTER.match(after) is not None
    given = (
        cues.OFF_BEFORE.search(before) is not None or cues.PRICES_DOWN.search(before) is not None
    )
    base = 0.7 if minus else 0.1
    base += 0.7 if off else 0.0
    base += 0.6 if given else 0.0
    base += 0.3 if up_to else 0.0
    base += 0.3 if cues.ON_ALL.match(after) else 0.0
    if cues.NOT_AFTER.match(after):
        base -= 1.0
    if cues.NOT_BEFORE.search(before) and not (given or off):
        base -= 0.8
    return min(base, 0.95), up_to


def _on(read: _Said, end: int) -> str:
    """What it is for, in a few folded words; "" where not said."""
    if match := cues.OFF_AFTER.match(read.after(end)):
        end += match.end()
    match = cues.ON_AFTER.match(read.plain, end, end + 60)
    if not match or match["on"] is None:
        return ""
    return " ".join(words(read.text[match.start("on") : match.end("on")])[:4])


def _bundles(read: _Said) -> Iterator[Offer]:
    if not read.holds("achet", "offert", "gratuit", "moitie", "%", "pour", "for ", "buy", "bogo"):
        return
    for match in _some(cues.BUNDLE, read):
        value = _bundle_value(match)
        on_sale = cues.ON_AFTER.match(read.plain, match.end()) is not None
        base = 0.85 if not match["a"] else 0.6 if on_sale else 0.4
        sure = base + read.sway(match.start(), match.end())
        if value and sure >= SURE:
            yield Offer("bundle", value, match.start(), match.end(), _capped(sure))


_COUNTS: Final = {
    "un": 1, "une": 1, "one": 1, "premier": 1, "deux": 2, "two": 2, "deuxieme": 2, "second": 2,
    "seconde": 2, "trois": 3, "three": 3, "troisieme": 3, "quatre": 4, "four": 4,
}  # fmt: skip


def _count(written: str) -> int:
    digits = "".join(filter(str.isdigit, written))
    return int(digits) if digits else _COUNTS.get(written, 0)


def _bundle_value(match: Match[str]) -> str:
    """ "1+1" for one bought and one given, "2:50" for half off the second; "" for neither."""
    if match["bogo"]:
        return "1+1"
    if match["bought"]:
        bought, given, less = _count(match["bought"]), _count(match["given"]), match["less"]
        ordinal = not match["given"].isdigit() and match["given"] not in _COUNTS
        ordinal = ordinal or match["given"] in (
            "premier",
            "deuxieme",
            "second",
            "seconde",
            "troisieme",
        )
        return _share(
            match["how"], less, given if ordinal else bought + 1, bought, 1 if ordinal else given
        )
    if match["nth"]:
        nth = _count(match["nth"])
        return _share(match["nhow"], match["nless"], nth, nth - 1, 1)
    if match["buy"]:
        bought, given = _count(match["buy"]), _count(match["get"])
        if match["get"] in ("second", "2nd"):
            bought, given = 1, 1
        return _share(match["ghow"], match["gless"], bought + 1, bought, given)
    taken, paid = (match["take"], match["pay"]) if match["take"] else (match["a"], match["b"])
    more = _count(taken) - _count(paid)
    return f"{_count(paid)}+{more}" if more > 0 else ""


def _share(how: str, less: str | None, nth: int, bought: int, given: int) -> str:
    if less:
        return f"{nth}:{int(less)}"
    return f"{nth}:50" if how.startswith(("a moitie", "half")) else f"{bought}+{given}"


def _deliveries(read: _Said) -> Iterator[Offer]:
    if not read.holds("livr", "port", "fdp", "ship", "deliver", "postage"):
        return
    for match in _some(cues.DELIVERY, read):
        sure = 0.8 + read.sway(match.start(), match.end())
        if sure >= SURE:
            yield Offer("delivery", "", match.start(), match.end(), _capped(sure))


def _gifts(read: _Said) -> Iterator[Offer]:
    if not read.holds("offert", "free ", "complimentary", "cadeau", "gratuit"):
        return
    for match in _some(cues.GIFT, read):
        part = next(name for name in ("gift", "who", "free", "cadeau", "essai") if match[name])
        value = " ".join(words(read.text[match.start(part) : match.end(part)])[:5])
        sure = 0.6 + read.sway(match.start(), match.end())
        if value and sure >= SURE:
            yield Offer("gift", value, match.start(), match.end(), _capped(sure))


@dataclass(frozen=True, slots=True)
class _Sum:
    """An amount with what it may be: "off", "least", "was" or "price", and how sure."""

    role: str
    value: str
    start: int
    end: int
    sure: float
    starting: bool = False


def _sums(read: _Said, found: list[Offer]) -> tuple[list[Offer], list[_Sum]]:
    """Offers made of amounts, and the amounts that are a condition of others."""
    if not read.holds(*_MONEY):
        return [], []
    named = sorted(money.amounts(read.text), key=lambda one: one.start)[: 4 * MOST]
    roles: list[_Sum] = []
    for one in named:
        if float(one.value[:-4]) > 0:
            roles.append(_role(read, one.value, one.start, one.end, found, roles))
    roles = _fallen(read, roles)
    least = [one for one in roles if one.role == "least"]
    offers = [
        Offer("amount", one.value, one.start, one.end, _capped(one.sure))
        for one in roles
        if one.role == "off" and one.sure >= SURE
    ]
    return [*offers, *_prices(roles)], least


def _fallen(read: _Said, roles: list[_Sum]) -> list[_Sum]:
    """ "39 € → 19 €" and "passe de 39 € à 19 €": the first is the price before."""
    found = list(roles)
    for place, (one, other) in enumerate(pairwise(roles)):
        between = read.plain[one.end : other.start]
        passes = cues.PASSES.search(read.before(one.start)) and cues.TO_NOW.fullmatch(between)
        lower = float(other.value[:-4]) < float(one.value[:-4])
        if lower and (passes or cues.ARROW.fullmatch(between)):
            sway = read.sway(one.start, other.end)
            found[place] = replace(one, role="was", sure=0.8 + sway)
            found[place + 1] = replace(other, role="price", sure=0.8 + sway)
    return found


def _role(
    read: _Said, value: str, start: int, end: int, found: list[Offer], known: list[_Sum]
) -> _Sum:
    before, after = read.before(start), read.after(end)
    sway = read.sway(start, end)
    if _is_least(before, after, start, found, known):
        return _Sum("least", value, start, end, 1.0)
    if cues.WAS_BEFORE.search(before) or cues.WAS_AFTER.match(after):
        return _Sum("was", value, start, end, 0.9 + sway)
    minus = before.endswith("-") and not before[-2:-1].isalnum()
    off = cues.OFF_AFTER.match(after) is not None
    given = cues.AMOUNT_BEFORE.search(before) is not None
    is_spent = cues.SPENT_BEFORE.search(before) or cues.SPENT_AFTER.match(after)
    spent = -0.6 if is_spent or before.endswith(("+", "+ ")) else 0.0
    if minus or off or (given and not cues.RATE_AFTER.match(after)):
        base = min(0.95, 0.65 * minus + 0.75 * off + 0.65 * given)
        return _Sum("off", value, start, end, base + sway + (0 if off else spent))
    low = cues.LOWEST_BEFORE.search(before) is not None
    base = 0.75 if low else 0.7 if cues.PRICE_BEFORE.search(before) else 0.3
    if base < 0.5 and cues.AT_BEFORE.search(before):
        base = 0.4
    base += 0.15 if cues.RATE_AFTER.match(after) else 0.0
    return _Sum("price", value, start, end, base + sway + spent, low)


def _is_least(before: str, after: str, start: int, found: list[Offer], known: list[_Sum]) -> bool:
    """Whether an amount is what one must spend to have something else."""
    if cues.MINIMUM_AFTER.match(after) or cues.MINIMUM_BEFORE.search(before):
        return True
    if not (cues.LOWEST_BEFORE.search(before) or before.endswith(("pour ", "sur "))):
        return False
    ends = [one.end for one in found] + [one.end for one in known if one.role == "off"]
    return any(0 <= start - end <= _CONDITION and "." not in before[-1:] for end in ends)


def _prices(roles: list[_Sum]) -> Iterator[Offer]:
    """Prices, each with the price before that stands next to it."""
    kept = [one for one in roles if one.role in ("price", "was")]
    used: set[int] = set()
    for place, one in enumerate(kept):
        if one.role != "price":
            continue
        was = _was(kept, place, used)
        sure = max(one.sure, 0.0) if was is None else max(one.sure, was.sure)
        if sure < SURE:
            continue
        start, end = one.start, one.end
        if was is not None:
            used.add(was.start)
            start, end = min(start, was.start), max(end, was.end)
        yield Offer(
            "price", one.value, start, end, _capped(sure),
            was=was.value if was else "", starting=one.starting,
        )  # fmt: skip


def _was(kept: list[_Sum], place: int, used: set[int]) -> _Sum | None:
    one = kept[place]
    for other in (*kept[place + 1 : place + 2], *kept[max(0, place - 1) : place]):
        near = max(one.start, other.start) - min(one.end, other.end) <= _CONDITION
        higher = float(other.value[:-4]) > float(one.value[:-4])
        if other.role == "was" and near and higher and other.start not in used:
            return other
    return None


def _codes(read: _Said, known: list[Code]) -> Iterator[Offer]:
    """A code where nothing else is said of what it gives."""
    for one in known:
        sure = 0.6 + read.sway(one.start, one.end)
        if sure >= SURE:
            yield Offer("code", "", one.start, one.end, _capped(sure), code=one.value)


def _apart(found: list[Offer]) -> list[Offer]:
    """By place, those that overlap none told before; of two over the same words the first kind."""
    kept: list[Offer] = []
    for one in found:
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _told(read: _Said, offers: list[Offer], least: list[_Sum], known: list[Code]) -> list[Offer]:
    """Each offer with its code and its minimum: the nearest in its sentence, else in the message."""
    told = []
    for one in offers:
        bounds = read.sentences.around(one.start)
        near = [each for each in least if bounds[0] <= each.start < bounds[1]]
        minimum = min(near, key=lambda each: abs(each.start - one.end), default=None)
        code = min(known, key=lambda each: abs(each.start - one.end), default=None)
        told.append(
            replace(
                one,
                minimum=minimum.value if minimum and one.kind != "price" else "",
                code=code.value if code else "",
            )
        )
    return told


def _timed(offers: list[Offer], known: list[Window]) -> Iterator[Offer]:
    """Each offer with the times told nearest to it."""
    for one in offers:
        near = sorted(known, key=lambda each: abs(each.place - one.start))
        starts = next((each.starts for each in near if each.starts), "")
        ends = next((each.ends for each in near if each.ends), "")
        yield replace(one, starts="" if starts and ends and starts > ends else starts, ends=ends)


def _capped(sure: float) -> float:
    return round(min(sure, 0.99), 2)
