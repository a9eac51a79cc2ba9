"""
From authored phrases to a message: alternatives, slots, register, then the hand of its writer.

Phrases are written with `[a|b|c]` for alternatives (nested, an empty one allowed), `<vous|tu>`
for the register and `{slot}` for facts.
"""

import re
import unicodedata
from dataclasses import dataclass
from random import Random

from comptoir.demo.shop import Product

_ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")
_REGISTER = re.compile(r"<([^<>|]*)\|([^<>|]*)>")
_SLOT = re.compile(r"\{(\w+)\}")
_FIXED = re.compile(r"[@#]|\d|://|\.example|@example")

SHORTCUTS = {
    "beaucoup": "bcp",
    "problème": "pb",
    "commande": "cmd",
    "toujours": "tjrs",
    "pourquoi": "pk",
    "parce": "pcq",
    "quelqu'un": "qqun",
    "merci": "mci",
    "bonjour": "bjr",
    "livraison": "livr",
    "aujourd'hui": "ajd",
    "pendant": "pdt",
    "vraiment": "vrmt",
    "quand": "qd",
    "tout": "tt",
    "toute": "tte",
    "avec": "avc",
    "dans": "ds",
    "pour": "pr",
    "jamais": "jms",
    "c'est": "c",
    "j'ai": "g",
}


@dataclass(frozen=True, slots=True)
class Hand:
    """How somebody writes: each a probability (0–1) or a habit kept in all their messages."""

    slop: float = 0.0
    formal: bool = True
    emoji: float = 0.2
    curly: bool = False
    tight: bool = False
    no_capitals: bool = False
    no_accents: bool = False


def expand(rng: Random, phrase: str, formal: bool = True) -> str:
    """Choose every alternative, innermost first, and the register; slots are left as they are."""
    text = phrase
    while match := _ALTERNATIVES.search(text):
        chosen = (
            rng.choice(match.group(1).split("|"))
            if "<" not in match.group(1)
            else _split(rng, match)
        )
        text = text[: match.start()] + chosen + text[match.end() :]
    text = _REGISTER.sub(lambda m: m.group(1 if formal else 2), text)
    return re.sub(r"  +", " ", text).strip()


def _split(rng: Random, match: re.Match[str]) -> str:
    # A register pair inside alternatives holds a "|" that does not separate alternatives.
    return rng.choice(re.split(r"\|(?![^<]*>)", match.group(1)))


def fill(text: str, slots: dict[str, str]) -> str:
    """Put facts in; an unknown slot is an error of the phrase bank and raises KeyError."""
    return _SLOT.sub(lambda m: slots[m.group(1)], text)


def product_slots(product: Product) -> dict[str, str]:
    """French determiners and agreements of a product, and its English and Spanish names."""
    feminine, noun = product.feminine, product.noun
    vowel = (
        unicodedata.normalize("NFD", noun[0]).encode("ascii", "ignore").decode().lower() in "aeiou"
    )
    words = {
        "le": f"l'{noun}" if vowel else f"{'la' if feminine else 'le'} {noun}",
        "du": f"de l'{noun}" if vowel else f"{'de la' if feminine else 'du'} {noun}",
        "ce": f"{'cette' if feminine else 'cet' if vowel else 'ce'} {noun}",
        "mon": f"{'mon' if vowel or not feminine else 'ma'} {noun}",
        "votre": f"votre {noun}",
        "un": f"{'une' if feminine else 'un'} {noun}",
        "e": "e" if feminine else "",
        "il": "elle" if feminine else "il",
    }
    return words | {
        "noun": noun,
        "title": product.title,
        "en": product.english,
        "es": product.spanish,
    }


def sloppy(rng: Random, text: str, hand: Hand) -> str:
    """The text as this person would type it: numbers, addresses, handles and hashtags untouched."""
    lines = [_sloppy_line(rng, line, hand) for line in text.split("\n")]
    written = "\n".join(lines)
    if hand.slop > 0.5 and written.endswith("."):
        written = written[:-1]
    if hand.tight:
        written = re.sub(r" ([!?:;]+)(?!\S)", r"\1", written)
    return written.replace("'", "’") if hand.curly else written


def _sloppy_line(rng: Random, line: str, hand: Hand) -> str:
    return " ".join(_sloppy_word(rng, word, hand) for word in line.split(" "))


def _sloppy_word(rng: Random, word: str, hand: Hand) -> str:
    if _FIXED.search(word) or not word:
        return word
    if hand.no_capitals and not word.isupper():
        word = word.lower()
    if rng.random() < hand.slop * 0.6:
        word = _shortened(word)
    if len(word) > 5 and rng.random() < hand.slop * 0.05:
        word = _mistyped(rng, word)
    if hand.no_accents or rng.random() < hand.slop * 0.3:
        word = without_accents(word)
    if word in ("!", "?") and rng.random() < hand.slop * 0.5:
        word *= rng.choice((2, 3))
    return word


def _shortened(word: str) -> str:
    match = re.fullmatch(r"([\w']+)(\W*)", word)
    return SHORTCUTS.get(match.group(1), match.group(1)) + match.group(2) if match else word


def _mistyped(rng: Random, word: str) -> str:
    at = rng.randrange(1, len(word) - 2)
    if not (word[at].isalpha() and word[at + 1].isalpha()):
        return word
    return rng.choice(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        )
    )


def without_accents(text: str) -> str:
    """Fold accents only: « été » gives « ete », emoji and other scripts stay."""
    parts = unicodedata.normalize("NFD", text)
    kept = "".join(c for c in parts if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", kept)


def typeset(text: str) -> str:
    """
    French typography, as the brand writes: ’, U+202F before ; ! ? and U+00A0 before : and in « ».

    >>> typeset("C'est noté : à demain !")
    'C’est noté\\xa0: à demain\\u202f!'
    """
    text = text.replace("'", "’")
    text = re.sub(r" ([;!?])", "\u202f\\1", text)
    text = re.sub(r" :", "\u00a0:", text)
    text = text.replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    return re.sub(r"(\d) (€|h\b|jours|ml|g\b)", "\\1\u00a0\\2", text)
