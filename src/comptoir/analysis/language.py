"""
Which language is a message in, among those a workspace expects?

py3langid does the work, restricted to the given languages and fed with the text once
links, handles, hashtags and emoji are gone. What it cannot know is handled here: a text
in another script, or too short for letters to tell, is `und` (undetermined) with a low
confidence rather than a lucky guess; a few words everybody writes alone ("merci",
"thanks") are known by heart.
"""

import copy
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from comptoir.analysis.text import fold
from comptoir.analysis.text import words as fold_words

LANGUAGES = ("fr", "en", "es", "it", "de", "pt", "nl")
UNKNOWN = "und"

_READ_CHARS = 400
_NOISE = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+|[^\w\s'’.,!?-]+|\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
# Letter statistics mislead on these when they stand (almost) alone.
_KNOWN_WORDS = {
    "fr": [
        "merci",
        "bonjour",
        "bonsoir",
        "salut",
        "coucou",
        "pareil",
        "svp",
        "stp",
        "oui",
        "non",
        "ouais",
        "bravo",
        "désolé",
        "voilà",
        "encore",
        "toujours",
        "jamais",
        "avec",
        "chez",
        "vous",
        "nous",
        "je",
        "c'est",
        "pas",
        "mais",
        "pour",
        "moi",
        "aussi",
        "quand",
        "pourquoi",
        "comment",
        "quoi",
        "panne",
        "colis",
        "facture",
        "commande",
        "génial",
        "nul",
        "honte",
        "mdr",
        "ptdr",
        "wesh",
        "bah",
        "ben",
        "ça",
        "du",
        "les",
        "des",
        "une",
        "et",
        "est",
        "très",
        "trop",
        "bien",
        "même",
        "bonne",
        "journée",
        "soirée",
        "toute",
        "tout",
        "ici",
        "ok",
        "de",
        "rien",
        "la",
        "le",
        "personne",
        "problème",
        "réseau",
        "connexion",
        "fibre",
        "livraison",
        "remboursement",
        "bientôt",
    ],
    "en": [
        "thanks",
        "thank",
        "hello",
        "hi",
        "hey",
        "yes",
        "the",
        "my",
        "your",
        "you",
        "what",
        "when",
        "why",
        "how",
        "where",
        "please",
        "is",
        "it",
        "not",
        "still",
        "with",
        "for",
        "good",
        "great",
        "awesome",
        "bad",
        "order",
        "parcel",
        "refund",
        "invoice",
        "i",
        "i'm",
        "it's",
        "don't",
        "no",
        "one",
        "this",
        "that",
        "same",
        "here",
        "welcome",
        "sorry",
        "lol",
        "and",
        "to",
        "of",
        "delivery",
        "problem",
    ],
    "es": [
        "gracias",
        "hola",
        "buenos",
        "días",
        "cuando",
        "por",
        "qué",
        "dónde",
        "muy",
        "el",
        "los",
        "las",
        "mi",
        "pedido",
        "y",
        "es",
        "no",
    ],
    "it": [
        "grazie",
        "ciao",
        "buongiorno",
        "quando",
        "perché",
        "dove",
        "il",
        "gli",
        "mio",
        "ordine",
        "e",
        "è",
        "non",
    ],
    "de": [
        "danke",
        "hallo",
        "guten",
        "tag",
        "wann",
        "warum",
        "wo",
        "der",
        "die",
        "das",
        "ist",
        "nicht",
        "mein",
        "paket",
        "und",
        "ich",
    ],
    "pt": [
        "obrigado",
        "obrigada",
        "olá",
        "bom",
        "dia",
        "quando",
        "onde",
        "meu",
        "minha",
        "pedido",
        "não",
        "é",
        "o",
        "os",
    ],
    "nl": [
        "bedankt",
        "dank",
        "hallo",
        "goedendag",
        "wanneer",
        "waarom",
        "waar",
        "het",
        "een",
        "mijn",
        "niet",
        "ik",
        "en",
        "de",
    ],
}
_FEW_WORDS = 4
# Words frequent in one language: several different ones, and none of the other, settle it.
_TELLING = {
    "fr": "vous c est pas une les avec chez votre notre j mon depuis suis avez être pour dans cette "
    "nous très aux bonjour merci toujours encore pourquoi quand jamais faire fait tout moi aussi "
    "parce donc était jours jour pouvez leur ces ceux sont êtes fois heures rien personne plaît "
    "trop voilà alors déjà après avant sans peut veux est plus sur je des ne qui mais une ou ce "
    "mes vos nos toute dès",
    "en": "the you my your with have this that are not what when been would please they and it "
    "don from there their can could should how why",
}
_ENOUGH = 3
Guess = tuple[str, float, str]
"""Language, confidence and the reason's code (see triage.REASON_CODES)."""


@cache
def _model() -> Any:
    """py3langid's model, read once (a third of a second)."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@lru_cache(maxsize=64)
def _restricted(languages: tuple[str, ...]) -> Any:
    """The model limited to these languages; None when it knows none of them."""
    identifier = copy.copy(_model())
    known = [code for code in languages if code in identifier.labels]
    if not known:
        return None
    identifier.set_languages(known)
    return identifier


@lru_cache(maxsize=64)
def _words_of(languages: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Well-known word → the languages of this list that use it."""
    owners: dict[str, tuple[str, ...]] = {}
    for code in languages:
        for word in _KNOWN_WORDS.get(code, ()):
            owners[word] = (*owners.get(word, ()), code)
    return owners


def _by_heart(found: list[str], languages: tuple[str, ...]) -> str:
    """The one language whose well-known words a very short text holds, else ""."""
    owners = _words_of(languages)
    votes: dict[str, float] = {}
    for word in found:
        for code in (codes := owners.get(word, ())):
            votes[code] = votes.get(code, 0.0) + 1 / len(codes)
    ranked = sorted(votes, key=lambda code: -votes[code])
    if not ranked or (len(ranked) > 1 and votes[ranked[1]] >= votes[ranked[0]]):
        return ""
    return ranked[0]


@cache
def _telling() -> dict[str, str]:
    return {fold(word): code for code, listed in _TELLING.items() for word in listed.split()}


def _at_once(words: Sequence[str], choice: tuple[str, ...]) -> str:
    """French or English when several words of one and none of the other are there, else ""."""
    telling = _telling()
    seen = telling.keys() & set(words[:60])
    owners = {telling[word] for word in seen}
    if len(seen) < _ENOUGH or len(owners) != 1:
        return ""
    (code,) = owners
    return code if code in choice else ""


def detect(
    text: str,
    languages: Sequence[str] = LANGUAGES,
    given: str = "",
    words: Sequence[str] | None = None,
) -> Guess:
    """
    The language of a text, how sure, and why.

    languages: ISO 639-1 codes to choose among; codes the model does not know are ignored.
    words: the folded words of the text when already known.
    given: what the source says; it only decides when the text is too short to tell.
    Returns ("und", ≤ 0.3, code) when nothing can be said.

    >>> detect("Bonjour, où est mon colis ?")[0]
    'fr'
    """
    choice = tuple(languages)
    given = given.lower()[:2]
    if sure := _at_once(fold_words(text) if words is None else words, choice):
        return sure, 0.98, "common_word"
    plain = _NOISE.sub(" ", text[:_READ_CHARS])
    found = _LETTERS.findall(plain)
    letters = sum(map(len, found))
    if letters and not plain.isascii() and len(_LATIN.findall(plain)) * 2 < letters:
        return UNKNOWN, 0.2, "other_script"
    identifier = _restricted(choice)
    if letters < 2 or identifier is None:
        return (given, 0.5, "given_language") if given in choice else (UNKNOWN, 0.1, "too_short")
    return _weigh(plain, found, choice, given)


def _weigh(plain: str, found: list[str], choice: tuple[str, ...], given: str) -> Guess:
    """Decide between letter statistics, well-known words and the source's own word."""
    code, confidence = _restricted(choice).classify(" ".join(plain.split()))
    if len(found) > _FEW_WORDS:
        if confidence < 0.5 and given in choice:
            return given, 0.55, "given_language"
        return code, min(0.99, confidence), "letters"
    heart = _by_heart([word.lower() for word in re.findall(r"[\w'’]+", plain)], choice)
    if heart:
        return heart, 0.85 if heart == code else 0.65, "common_word"
    if given in choice:
        return given, 0.6, "given_language"
    if confidence < 0.5 or len("".join(found)) < 4:
        return UNKNOWN, 0.3, "too_short"
    return code, min(confidence, 0.3 + 0.1 * len(found)), "letters"
