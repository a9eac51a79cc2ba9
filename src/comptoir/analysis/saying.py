"""
Why a message is read so, in a few words of English or French: “toujours pas reçu” → delivery.

For programs that print or log readings. Pages have their own sentences, translated with the
rest of the pages.
"""

from collections.abc import Mapping
from functools import lru_cache

from comptoir.analysis.intents import INTENTS
from comptoir.analysis.readings import Reading, reasons_of

WORDS = ("en", "fr")
"""Languages that reasons can be told in."""
LABELS = ("tone", "needs_answer", "urgency", "irony", "language")
"""Labels that every reading gives a reason for; its intents come after."""

_TOLD = 1024
"""Sentences remembered: a few make most of what is told."""
TONES: Mapping[int, str] = {-1: "negative", 0: "neutral", 1: "positive"}
_FRENCH_TONES: Mapping[str, str] = {
    "negative": "négatif",
    "neutral": "neutre",
    "positive": "positif",
}
_URGENCIES: Mapping[str, tuple[str, str, str]] = {
    "en": ("not urgent", "soon", "urgent"),
    "fr": ("pas urgent", "bientôt", "urgent"),
}
_YES_NO: Mapping[tuple[str, str], tuple[str, str]] = {
    ("en", "needs_answer"): ("no answer needed", "needs an answer"),
    ("fr", "needs_answer"): ("n’attend pas de réponse", "attend une réponse"),
    ("en", "irony"): ("no irony", "irony"),
    ("fr", "irony"): ("pas d’ironie", "ironie"),
}
_LANGUAGES: Mapping[str, tuple[str, str]] = {
    "fr": ("French", "français"),
    "en": ("English", "anglais"),
    "es": ("Spanish", "espagnol"),
    "it": ("Italian", "italien"),
    "de": ("German", "allemand"),
    "pt": ("Portuguese", "portugais"),
    "nl": ("Dutch", "néerlandais"),
    "und": ("undetermined", "indéterminée"),
}
_FRENCH_INTENTS: Mapping[str, str] = dict(
    zip(
        INTENTS,
        (
            "panne", "livraison", "article abîmé", "facture et paiement", "remboursement",
            "retour ou annulation", "accès au compte", "question sur un produit", "disponibilité",
            "demande de produit", "suggestion", "prix et promotions", "réclamation", "compliment",
            "recommandation", "dissuasion", "intention d’achat", "menace de départ",
            "menace juridique", "données et sécurité", "candidature", "remerciement",
            "indésirable", "autre",
        ),
        strict=True,
    )
)  # fmt: skip

BECAUSE: Mapping[str, tuple[str, str]] = {
    "letters": ("its letters", "ses lettres"),
    "common_word": ("words everybody uses", "des mots courants"),
    "given_language": ("the source says so", "la source le dit"),
    "too_short": ("too short to tell", "trop court pour le dire"),
    "other_script": ("written in another script", "écrit dans un autre alphabet"),
    "word": ("“{}”", "« {} »"),
    "words": ("“{}”", "« {} »"),
    "telling": ("“{}”", "« {} »"),
    "urgent_words": ("“{}”", "« {} »"),
    "negation": ("“{}”, a denial", "« {} », une négation"),
    "capitals": ("written in capitals", "écrit en capitales"),
    "exclamation": ("several exclamation marks", "plusieurs points d’exclamation"),
    "stretched": ("a word drawn out", "un mot étiré"),
    "rating": ("rated {} out of 5", "noté {} sur 5"),
    "irony_thanks": ("thanks for trouble: “{}”", "un merci pour un ennui : « {} »"),
    "irony_emoji": ("a complaint with {}", "une plainte avec {}"),
    "irony_phrase": ("“{}” in a complaint", "« {} » dans une plainte"),
    "no_evidence": ("no word tells", "aucun mot ne l’indique"),
    "no_irony": ("nothing suggests it", "rien ne la suggère"),
    "nothing_recognised": ("nothing recognised", "rien de reconnu"),
    "question": ("a question", "une question"),
    "asks": ("a request: “{}”", "une demande : « {} »"),
    "wonders": ("the writer wonders: “{}”", "une interrogation : « {} »"),
    "hails": ("the brand is hailed: “{}”", "la marque est interpellée : « {} »"),
    "affected": ("the writer is affected: “{}”", "la personne est touchée : « {} »"),
    "addresses": ("the brand is spoken to: “{}”", "on s’adresse à la marque : « {} »"),
    "closes": ("the exchange is closed: “{}”", "l’échange est clos : « {} »"),
    "reports": ("reads like news: “{}”", "se lit comme une actualité : « {} »"),
    "bystander": ("joins in without asking: “{}”", "commente sans rien demander : « {} »"),
    "intent": ("it is about {}", "le sujet : {}"),
    "negative_tone": ("it is negative", "c’est négatif"),
    "no_words": ("no words", "aucun mot"),
    "nothing_asked": ("nothing is asked", "rien n’est demandé"),
    "own_message": ("written by the brand", "écrit par la marque"),
    "repost": ("repeats another message", "répète un autre message"),
    "no_answer_needed": ("calls for no answer", "n’appelle pas de réponse"),
    "nothing_urgent": ("nothing says it is urgent", "rien n’indique une urgence"),
    "whole": ("read as a whole", "lu dans son ensemble"),
    "own_examples": ("like your own examples", "comme vos propres exemples"),
    "unreadable": ("could not be read", "n’a pas pu être lu"),
}  # fmt: skip
"""What each reason's code says, in English and French; {} stands for the evidence."""


def intent_word(name: str, words: str = "en") -> str:
    """
    An intent's name as people say it; in English, and for a brand's own, the name itself.

    >>> intent_word("delivery", "fr")
    'livraison'
    """
    return _FRENCH_INTENTS.get(name, name) if words == "fr" else name


def why(reading: Reading, words: str = "en") -> dict[str, str]:
    """
    A sentence for each label of a reading, then for each of its intents by name.

    words: "en" or "fr"; KeyError for another.

    >>> from comptoir.analysis.api import Text, triage
    >>> reading, = triage([Text("1", "Toujours pas reçu !")], mode="light")
    >>> why(reading, "fr")["delivery"]
    '« toujours pas recu » → livraison'
    """
    told = {label: reading.reasons.get(label, "") for label in LABELS}
    said = {label: _sentence(told[label], _answer(reading, label, words), words) for label in told}
    for intent in reading.intents:
        said[intent.name] = _sentence(intent.reason, intent_word(intent.name, words), words)
    return said


def _answer(reading: Reading, label: str, words: str) -> str:
    """What the label says, in words."""
    if label == "tone":
        tone = TONES[reading.tone]
        return _FRENCH_TONES[tone] if words == "fr" else tone
    if label == "urgency":
        return _URGENCIES[words][reading.urgency]
    if label == "language":
        named = _LANGUAGES.get(reading.language, (reading.language, reading.language))
        return named[WORDS.index(words)]
    return _YES_NO[words, label][getattr(reading, label)]


@lru_cache(_TOLD)
def _sentence(written: str, answer: str, words: str) -> str:
    because = ", ".join(filter(None, (_clause(*one, words) for one in reasons_of(written))))
    return f"{because} → {answer}" if because else answer


def _clause(code: str, evidence: str, words: str) -> str:
    """A code no longer known gives its evidence alone."""
    shown = intent_word(evidence, words) if code == "intent" else " ".join(evidence.split())
    phrases = BECAUSE.get(code)
    return phrases[WORDS.index(words)].replace("{}", shown) if phrases else shown
