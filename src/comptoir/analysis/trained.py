"""
From what the model finds to a reading: chances, answers, and the words that told.

Nothing here depends on the other messages of a batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comptoir.analysis import evidence
from comptoir.analysis.encoder import Encoded
from comptoir.analysis.intents import INTENTS, Intent
from comptoir.analysis.learning import BrandModel
from comptoir.analysis.learning.solver import sigmoid, softmax
from comptoir.analysis.light import Plain, signs
from comptoir.analysis.model import ASPECTS, OWN_LANGUAGES, Engine, Floats, plain
from comptoir.analysis.readings import Aspect, Reading, Text

_HIGHEST = 0.99
_UNSURE = 0.6
"""What remains of log-odds in a language whose tone was never learnt."""
_RATED = 8.0
"""Log-odds that a rating of 1 or 2, 4 or 5, adds to its tone."""
SAID = 1.0
"""Log-odds that a telling phrase adds to its intent: what did best on what was held out."""
MOCKED = 2.0
"""The same, of a turn of phrase that mocks."""
_TALK, _SURE_OF_NEED = 0.5, 0.65
"""What is more likely a shop's own is unsure, too, below this chance of an answer being needed, or of none."""
_TONES = (-1, 0, 1)
_OTHER = INTENTS.index("other")


@dataclass(frozen=True, slots=True)
class Found:
    """
    What an engine finds in one text: logits by field [answers], its vector [384], and what each
    of its words adds to each answer, [words, answers], a field's answers at its `places`.
    least: the chance from which each intent is given, [intents]. talk: that it is public talk.
    unsure: a better engine should read it.
    """

    engine: str
    text: str
    logits: dict[str, Floats]
    vector: npt.NDArray[np.float32]
    added: Floats
    places: dict[str, tuple[int, int]]
    least: Floats
    talk: float
    unsure: bool

    def told(self, field: str, answer: int, written: str) -> str:
        """The words of the message as written that told, "" when none stands out."""
        added = self.added[:, self.places[field][0] + answer].tolist()
        return evidence.quote(written, self.text, evidence.telling(added))


def find(
    engine: Engine, texts: Sequence[str], languages: Sequence[str], threads: int
) -> list[Found]:
    """What the engine finds in texts already `model.plain`, each on its own."""
    heads = engine.heads
    weights, usual, places = heads.telling
    encoded = engine.encode(texts, threads, weights)
    logits = engine.logits(texts, encoded.mean, languages)
    vectors, talk = heads.vectors(encoded.mean), heads.talk(encoded.mean)[:, 0]
    unsure = softmax(logits["tone"]).max(-1) < heads.least_sure(talk, languages)
    unsure |= (talk < _TALK) & (sigmoid(np.abs(logits["needs"]))[:, 0] < _SURE_OF_NEED)
    added = _added(texts, encoded, usual)
    return [
        Found(
            engine.name,
            text,
            {field: values[at] for field, values in logits.items()},
            vectors[at],
            added[at],
            places,
            heads.least,
            float(talk[at]),
            bool(unsure[at]),
        )
        for at, text in enumerate(texts)
    ]


def _added(
    texts: Sequence[str], encoded: Encoded, usual: npt.NDArray[np.float32]
) -> Sequence[Floats]:
    """What each word adds to each answer, more than a usual one does."""
    words = [evidence.words_of(text) for text in texts]
    owners = [evidence.owners(*pair) for pair in zip(words, encoded.spans, strict=True)]
    parts = [(parts - usual) / np.float32(max(1, len(parts))) for parts in encoded.states]
    return evidence.by_word(owners, parts, [len(of_text) for of_text in words])


def read(message: Text, common: Plain, found: Found, brand: BrandModel | None) -> Reading:
    """A reading from what was found."""
    logits = _adapted(message, common, found, brand)
    chances = softmax(logits["tone"])
    at = int(chances.argmax())
    needed = float(sigmoid(logits["needs"])[0])
    said, mocking = signs(common)
    ironic = float(sigmoid(logits["irony"] + (MOCKED if mocking else 0.0))[0])
    pressing = softmax(logits["urgency"])
    wanted = _intents(logits["intents"], found, common, said) + _own(message, found, brand)
    silent = message.own or common.text.startswith("RT @")
    urgency = int(pressing.argmax())
    return Reading(
        id=message.id,
        language=common.language,
        language_confidence=common.language_confidence,
        tone=_TONES[at],
        tone_confidence=_shown(float(chances[at])),
        intents=tuple(sorted(wanted, key=lambda intent: -intent.confidence)),
        needs_answer=needed >= 0.5 and not silent,
        needs_answer_confidence=0.99 if silent else _shown(max(needed, 1 - needed)),
        urgency=0 if silent else urgency,
        urgency_confidence=0.99 if silent else _shown(float(pressing[urgency])),
        irony=ironic >= 0.5,
        irony_confidence=_shown(max(ironic, 1 - ironic)),
        entities=common.entities,
        fingerprint=common.fingerprint,
        signature=common.signature,
        bands=common.bands,
        reasons=_reasons(message, common, found, at, needed >= 0.5, urgency)
        | {
            "irony": (mocking or _telling(found, common, "irony", 0))
            if ironic >= 0.5
            else "no_irony:"
        },
        aspects=_aspects(logits["aspects"]),
        engine=found.engine,
        vector=found.vector,
    )


def _shown(chance_of: float) -> float:
    return round(min(chance_of, _HIGHEST), 3)


def _adapted(
    message: Text, common: Plain, found: Found, brand: BrandModel | None
) -> dict[str, Floats]:
    """Logits with the brand's corrections, the message's rating and its language heard."""
    logits = dict(found.logits)
    if common.language not in OWN_LANGUAGES:
        logits = {field: values * _UNSURE for field, values in logits.items()}
    if brand is not None:
        for field, delta in brand.deltas.items():
            logits[field] = delta.apply(found.vector[None], logits[field][None])[0]
    if message.rating is not None and 0 <= message.rating <= 5:
        rated = 0 if message.rating <= 2 else 2 if message.rating >= 4 else 1
        logits["tone"] = logits["tone"] + np.eye(3)[rated] * (_RATED if rated != 1 else 1.0)
    return logits


def _intents(logits: Floats, found: Found, common: Plain, said: Mapping[str, str]) -> list[Intent]:
    """Intents sure enough, or the likeliest when none is; said: phrases that betray one."""
    if said:
        logits = logits + np.array([SAID if name in said else 0.0 for name in INTENTS])
    chances = sigmoid(logits)
    kept: list[int] = np.flatnonzero(chances >= found.least).tolist()
    if len(kept) > 1 and _OTHER in kept:
        kept.remove(_OTHER)
    if not kept:
        kept = [int(chances.argmax())]
    return [
        Intent(
            INTENTS[place],
            _shown(float(chances[place])),
            f"words:{said[INTENTS[place]]}"
            if INTENTS[place] in said
            else _telling(found, common, "intents", place),
        )
        for place in kept
    ]


def _own(message: Text, found: Found, brand: BrandModel | None) -> list[Intent]:
    """The brand's own intents that hold."""
    if brand is None or brand.intents is None:
        return []
    head = brand.intents
    chances = head.chances(found.vector[None], [plain(message.text)])[0]
    return [
        Intent(name, _shown(float(value)), "own_examples:")
        for name, value in zip(head.names, chances, strict=True)
        if value >= head.threshold
    ]


def _aspects(logits: Floats) -> tuple[Aspect, ...]:
    """What is liked or disliked, surest first."""
    chances = sigmoid(logits)
    kept = [
        Aspect(ASPECTS[place // 2], place % 2 == 0, _shown(float(chances[place])))
        for place in np.flatnonzero(chances >= 0.5).tolist()
    ]
    return tuple(sorted(kept, key=lambda aspect: -aspect.confidence))


def _telling(found: Found, common: Plain, field: str, place: int) -> str:
    said = found.told(field, place, common.text)
    return f"telling:{said}" if said else "whole:"


def _reasons(
    message: Text, common: Plain, found: Found, tone: int, needed: bool, urgency: int
) -> dict[str, str]:
    """Why, by label, as "code:evidence"."""
    rated = [f"rating:{message.rating:g}"] if message.rating is not None else []
    silent = "own_message:" if message.own else "repost:" if common.text.startswith("RT @") else ""
    return {
        "language": common.language_reason,
        "tone": "|".join([*rated, _telling(found, common, "tone", tone)]),
        "needs_answer": silent
        or (_telling(found, common, "needs", 0) if needed else "nothing_asked:"),
        "urgency": silent
        or (_telling(found, common, "urgency", urgency) if urgency else "nothing_urgent:"),
    }
