"""
A stand-in for the encoder: words as fixed directions, and the model's own answers by cue.

Two texts that share words are near; nothing is loaded, so tests stay fast.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from comptoir.analysis.api import INTENTS, words
from comptoir.triage.vectors import Known

SIZE = 48
CUES = {"delivery": ("colis", "livraison"), "refund": ("remboursement", "rembourser")}


def features(texts: Sequence[str], languages: Sequence[str] | None = None) -> Known:
    """
    As the analysis' own, for texts in words of these tests.

    >>> features(["colis perdu"]).logits["intents"].shape
    (1, 24)
    """
    spoken = [words(text) for text in texts]
    vectors = np.array([_vector(one) for one in spoken], dtype=np.float32).reshape(-1, SIZE)
    return Known(
        [],
        vectors,
        {
            "tone": np.tile([0.0, 1.0, 0.0], (len(texts), 1)),
            "needs": np.full((len(texts), 1), -1.0),
            "urgency": np.tile([1.0, 0.0, 0.0], (len(texts), 1)),
            "irony": np.full((len(texts), 1), -3.0),
            "intents": np.array([_cues(one) for one in spoken]).reshape(-1, len(INTENTS)),
            "aspects": np.zeros((len(texts), 10)),
        },
        list(texts),
    )


def _vector(spoken: Sequence[str]) -> np.ndarray:
    total = np.full(SIZE, 0.01) + sum((_direction(word) for word in spoken), np.zeros(SIZE))
    return np.asarray(total / np.linalg.norm(total))


def _direction(word: str) -> np.ndarray:
    seed = int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")
    return np.random.default_rng(seed).normal(size=SIZE)


def _cues(spoken: Sequence[str]) -> list[float]:
    return [2.0 if set(CUES.get(name, ())) & set(spoken) else -2.0 for name in INTENTS]
