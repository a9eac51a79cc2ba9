"""
Near-duplicates: who else said (almost) the same thing?

Two keys answer two questions. `fingerprint` finds texts equal once handles, links,
numbers and emoji are left out. `sign` gives a MinHash signature (64 minima of 16 bits
over words and pairs of words) and six band keys: two texts that share a band key are
candidates, and `similarity` then says how alike they are (estimated Jaccard, standard
error about 0.06). Texts under MIN_WORDS words get no signature: "merci beaucoup" and
"merci à vous" are not one question, so they only group when exactly equal.

Measured on the hand-written pairs in tests/test_similar.py (edits, retypings, appended
words against different messages on the same subject): at SAME, every edited pair is
found and no different pair is.
"""

import zlib
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from comptoir.analysis.text import words as fold_words

MIN_WORDS = 5
SAME = 0.55
"""Similarity from which two texts are shown as one."""

_HASHES = 64
_BANDS = 6
_ROWS = 3
# Fixed for ever: stored signatures stay comparable. Changing one needs a new MODEL_VERSION.
_SEEDS = np.random.Generator(np.random.PCG64(20260215)).integers(
    1, 2**63 - 1, size=(2, _HASHES), dtype=np.uint64
)
_FACTOR = _SEEDS[0] | np.uint64(1)
_OFFSET = _SEEDS[1]
_PAIR = np.uint64(0x9E3779B97F4A7C15)
_BAND_KEYS = np.arange(1, _BANDS + 1, dtype=np.uint64) * _PAIR
_MAX_WORDS = 1000
_MEMO_WORDS = 16_384
Signs = tuple[bytes, tuple[int, ...]]
"""The signature of a text and its band keys."""


def kept_words(words: list[str]) -> list[str]:
    """Folded words that carry the matter: no handle, number or emoji; tags lose their sign."""
    kept: list[str] = []
    for word in words:
        bare = word[1:] if word[0] == "#" else word
        if bare.isalpha():
            kept.append(bare)
        elif bare.isalnum() and not bare.isdecimal():
            kept.append(bare.strip("0123456789") or bare)
    return kept


def fingerprint_of(kept: list[str]) -> str:
    """Fingerprint of words already kept; see `fingerprint`."""
    if not kept:
        return ""
    return blake2b(" ".join(kept).encode("utf-8", "replace"), digest_size=8).hexdigest()


def fingerprint(text: str) -> str:
    """
    Sixteen hex digits, equal for texts equal but for handles, links, numbers and emoji.

    An empty string when nothing is left: such texts must not be grouped.

    >>> fingerprint("@Free Toujours en panne !! 😡") == fingerprint("toujours en PANNE @autre")
    True
    """
    return fingerprint_of(kept_words(fold_words(text)))


@lru_cache(_MEMO_WORDS)
def _number(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "replace"))


def _shingles(kept: list[str]) -> NDArray[np.uint64]:
    """One number per word and per pair of neighbours."""
    single = np.array([_number(word) for word in kept[:_MAX_WORDS]], dtype=np.uint64)
    pairs = single[:-1] * _PAIR + single[1:]
    return np.concatenate((single, pairs))


def _minima(texts: Sequence[list[str]]) -> NDArray[np.uint64]:
    """Smallest hash of each text's shingles under each of the fixed functions, [texts, 64]."""
    minima = np.empty((len(texts), _HASHES), np.uint64)
    for place, kept in enumerate(texts):
        hashed = _shingles(kept)[:, None] * _FACTOR + _OFFSET
        np.minimum.reduce(hashed, out=minima[place])
    return minima


def _bands(minima: NDArray[np.uint64]) -> list[list[int]]:
    """Signed 64-bit keys, one per band; the band's number is mixed in so bands never meet."""
    rows = minima[:, : _BANDS * _ROWS].reshape(-1, _BANDS, _ROWS)
    key = np.tile(_BAND_KEYS, (len(minima), 1))
    for column in range(_ROWS):
        key = (key ^ rows[:, :, column]) * _PAIR
        key ^= key >> np.uint64(31)
    found: list[list[int]] = key.view(np.int64).tolist()
    return found


def signs_of(texts: Sequence[list[str]]) -> list[Signs]:
    """
    Signatures and band keys of texts given as words already kept; empty under MIN_WORDS words.

    Each depends on its own text alone: a batch only saves time.
    """
    signs: list[Signs] = [(b"", ())] * len(texts)
    places = [place for place, kept in enumerate(texts) if len(kept) >= MIN_WORDS]
    minima = _minima([texts[place] for place in places])
    signatures = (minima >> np.uint64(48)).astype("<u2")
    for place, signature, bands in zip(places, signatures, _bands(minima), strict=True):
        signs[place] = signature.tobytes(), tuple(bands)
    return signs


def sign(text: str) -> Signs:
    """
    The 128-byte signature of a text and its six band keys (signed 64-bit integers).

    Both are empty when the text has fewer than MIN_WORDS words that count.
    """
    (found,) = signs_of([kept_words(fold_words(text))])
    return found


def similarity(first: bytes, second: bytes) -> float | None:
    """
    Estimated share of words and pairs of words two signed texts have in common, 0 to 1.

    None when either has no signature: unknown is not zero.
    """
    if not first or not second:
        return None
    same = np.frombuffer(first, dtype="<u2") == np.frombuffer(second, dtype="<u2")
    return float(same.mean())
