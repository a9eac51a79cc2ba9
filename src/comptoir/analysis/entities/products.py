"""
Products of a shop's catalogue, as customers write them: cut short, mistyped, in the plural.

Each name and alias is a set of folded words, and each word weighs what it tells: a word of one
product says much, one of half the catalogue little, a number or a size hardly anything. A
product is named where words near each other hold enough of its weight and at least one of
them is its own. A common word never names a product by itself, however a product is called.

Finding looks up each word of the message in an index by the rarest words of each name, so the
time depends on the message and hardly on the size of the catalogue.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from comptoir.analysis.entities.common import COMMON, listed
from comptoir.analysis.entities.names import FIRST_NAMES
from comptoir.analysis.entities.records import Entity
from comptoir.analysis.text import fold

_WORD = re.compile(r"[^\W_]+")
_PLAIN = COMMON | FIRST_NAMES  # words that cannot name a product alone
_SMALL = listed(
    "a an and au aux avec by ce cm cl ct d dans de des dl du en et for from g gr h in je kg km l la "
    "le les lot ma mes mg mini ml mm mon n ne of on ou our par pas pour qu que sa sans ses son sur "
    "the to ton un une vos votre w with x your xs s m xl xxl"
)
_RARE = 48  # names holding a word, up to which the word alone leads to them
_PAIRS = 16  # names kept behind a pair of frequent words: beyond, none could be told apart
_STARTS = 200  # words of a name looked at in one message: a bound for hostile texts
_MIN_FUZZY = 5  # letters, from which one wrong letter may be forgiven
_ENOUGH = 0.55
_ALONE = 0.7  # the same, when a single word is all there is
_WHOLE = 0.97  # from which all of a name that tells anything was said
_FUZZY = 0.8
_PLACES = str.maketrans({
    chr(code): fold(chr(code))
    for code in range(0xC0, 0x250)
    if len(fold(chr(code))) == 1
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the shop. id: what an entity's value gives back. aliases: other names of it."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Label:
    """One name of a product: its words with their weights, which sum to 1."""

    product: str
    weights: dict[str, float]
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Said:
    """A word of the message that some product holds. sure: 1, less when a letter is wrong."""

    word: str
    sure: float
    place: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Part:
    """What a message says of one name. proven: enough to mean that product."""

    sure: float
    product: str
    words: frozenset[str]
    start: int
    end: int
    proven: bool


def _overlap(one: _Part, other: _Part) -> bool:
    return one.start < other.end and other.start < one.end


def _rivals(one: _Part, other: _Part) -> bool:
    """Whether the same words say as much of another product; a whole name needs another."""
    said_too = other.words >= one.words and _overlap(one, other)
    return said_too and (one.sure < _WHOLE or other.sure >= _WHOLE)


def _root(word: str) -> str:
    """Without the plural: "bougies" and "bougie" are one word."""
    return word[:-1] if len(word) > 3 and word[-1] in "sx" and not word.endswith("ss") else word


def _folded(word: str) -> str:
    """Lower case without accents."""
    low = word.lower()
    if low.isascii():
        return _root(low)
    return _root(fold(low).replace(" ", ""))


def _shorter(word: str) -> set[str]:
    """The word and what remains of it with one letter left out."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _close(one: str, other: str) -> bool:
    """Whether one letter is wrong, missing, added, or two neighbours are swapped."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    a, b = one[start:], other[start:]
    swapped = len(a) > 1 and len(b) > 1 and (a[1], a[0], a[2:]) == (b[0], b[1], b[2:])
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or swapped


class Catalogue:
    """
    The products of a shop, compiled once and read by many threads.

    Ten thousand products take less than a second to compile and some 12 MB; finding is then a
    matter of the message's words. Products without a usable word are never found.

    >>> shop = Catalogue([Product("T1", "Théière en fonte Kyoto 0,8 L"), Product("B2", "Bol Nara")])
    >>> [(e.value, e.detail) for e in shop.find("ma theière kyotto est fêlée")]
    [('T1', '0.74')]
    """

    def __init__(self, products: Sequence[Product]) -> None:
        self.size = len(products)
        named = [(one.id, words) for one in products for words in self._names(one)]
        holders: dict[str, set[str]] = defaultdict(set)
        for product, words in named:
            for word in words:
                holders[word].add(product)
        self._held = {word: len(products) for word, products in holders.items()}
        self._labels = [self._label(product, words) for product, words in named]
        self._alone: dict[str, list[int]] = defaultdict(list)
        self._together: dict[tuple[str, str], list[int]] = defaultdict(list)
        for place, label in enumerate(self._labels):
            self._enter(place, label)
        self._near: dict[str, list[str]] = defaultdict(list)
        for word in self._held:
            if len(word) >= _MIN_FUZZY and word not in _PLAIN and not word.isdigit():
                for part in _shorter(word):
                    self._near[part].append(word)

    @staticmethod
    def _names(product: Product) -> Iterator[list[str]]:
        for name in (product.name, *product.aliases):
            words = list(dict.fromkeys(_folded(word) for word in _WORD.findall(name)))
            if kept := [word for word in words if word and word not in _SMALL]:
                yield kept

    def _label(self, product: str, words: Sequence[str]) -> _Label:
        numbers = frozenset(word for word in words if word[0].isdigit())
        tells = {word: self._tells(word) for word in words}
        whole = sum(tells.values())
        return _Label(product, {word: tell / whole for word, tell in tells.items()}, numbers)

    def _tells(self, word: str) -> float:
        """How much a word says of the product that holds it."""
        plain = math.log(1 + self.size / self._held[word]) + 0.1
        if word[0].isdigit():
            return plain * 0.15
        return plain * (0.5 if word in _PLAIN else 1.0)

    def _enter(self, place: int, label: _Label) -> None:
        """Under its rare words alone, and under pairs of its rarest when all are frequent."""
        words = sorted((w for w in label.weights if not w.isdigit()), key=self._held.__getitem__)
        rare = [word for word in words if self._held[word] <= _RARE]
        for word in rare[:3]:
            self._alone[word].append(place)
        if not rare:
            for one, other in combinations(sorted(words[:3]), 2):
                if len(self._together[one, other]) < _PAIRS:
                    self._together[one, other].append(place)

    def find(self, text: str) -> Iterator[Entity]:
        """Products named in a text, the surest first; detail is how sure, "0.55" to "1.00"."""
        said = self._said(text)
        if not said:
            return
        held = [self._held_part(place, said) for place in self._candidates(said)]
        held.sort(key=lambda one: (-one.sure, one.product))
        taken: list[_Part] = []
        for one in held:
            sure = one.sure / len(
                {one.product, *(other.product for other in held if _rivals(one, other))}
            )
            if sure >= _ENOUGH and one.proven and not any(_overlap(one, other) for other in taken):
                taken.append(one)
                yield Entity("product", one.product, one.start, one.end, f"{min(sure, 1.0):.2f}")

    def _said(self, text: str) -> list[_Said]:
        """The words of the text that some product holds, with where they stand."""
        found: list[_Said] = []
        for place, match in enumerate(_WORD.finditer(text)):
            word = _folded(match.group())
            if word in _SMALL:
                continue
            if word in self._held:
                found.append(_Said(word, 1.0, place, match.start(), match.end()))
            else:
                for near in self._mistyped(word):
                    found.append(_Said(near, _FUZZY, place, match.start(), match.end()))
        return found

    def _mistyped(self, word: str) -> list[str]:
        """The words of the catalogue one letter away, at most eight, the most used first."""
        if not _MIN_FUZZY <= len(word) <= 30 or word in _PLAIN or word.isdigit():
            return []
        near = {w for part in _shorter(word) for w in self._near.get(part, ()) if _close(word, w)}
        return sorted(near, key=lambda w: (-self._held[w], w))[:8]

    def _candidates(self, said: Sequence[_Said]) -> set[int]:
        words = {one.word for one in said}
        found = {place for word in words for place in self._alone.get(word, ())}
        frequent = sorted(w for w in words if self._held[w] > _RARE)[:24]
        if self._together and len(frequent) > 1:
            for pair in combinations(frequent, 2):
                found.update(self._together.get(pair, ()))
        return found

    def _held_part(self, place: int, said: Sequence[_Said]) -> _Part:
        """How much of a name is said within a few words, and where."""
        label = self._labels[place]
        near = [one for one in said if one.word in label.weights]
        share, chosen = max(
            (self._window(label, near, first) for first in range(min(len(near), _STARTS))),
            key=lambda window: window[0],
        )
        sure = round(math.sqrt(share), 2)
        proven = self._proves(label, chosen, said) and (len(chosen) > 1 or sure >= _ALONE)
        words = frozenset(one.word for one in chosen)
        return _Part(sure, label.product, words, chosen[0].start, chosen[-1].end, proven)

    @staticmethod
    def _window(label: _Label, near: Sequence[_Said], first: int) -> tuple[float, list[_Said]]:
        """The words from `first` on that stand close enough together, each counted once."""
        reach = near[first].place + 2 * len(label.weights) + 1
        chosen: dict[str, _Said] = {}
        for one in islice(near, first, None):
            if one.place > reach:
                break
            chosen.setdefault(one.word, one)
        sure = sum(label.weights[word] * one.sure for word, one in chosen.items())
        return sure, list(chosen.values())

    def _proves(self, label: _Label, chosen: Sequence[_Said], said: Sequence[_Said]) -> bool:
        """Whether the words are enough: two, or a single one that is the product's own."""
        words = [one for one in chosen if not one.word[0].isdigit()]
        if self._contradicted(label, chosen, said):
            return False
        telling = [one for one in words if one.word not in _PLAIN]
        if len(words) > 1:
            return bool(telling) or len(chosen) == len(label.weights)
        if not telling:
            return False
        own = self._held[telling[0].word] == 1 or len(chosen) > 1 or len(label.weights) == 1
        exact = telling[0].sure == 1.0 or len(telling[0].word) > 6
        return own and exact and len(telling[0].word) >= 4

    @staticmethod
    def _contradicted(label: _Label, chosen: Sequence[_Said], said: Sequence[_Said]) -> bool:
        """Another model's number right behind: "X200" was asked for, not the "X100"."""
        if any(one.word in label.numbers for one in chosen):
            return False
        after = chosen[-1].place + 1
        return bool(label.numbers) and any(
            one.place == after and one.word[0].isdigit() for one in said
        )
