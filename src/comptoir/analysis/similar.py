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
_FACTOR = (_SEEDS[0] | np.uint64(1))[:, None]
_OFFSET = _SEEDS[1][:, None]
_PAIR = np.uint64(0x9E3779B97F4A7C15)
_BAND_KEYS = np.arange(1, _BANDS + 1, dtype=np.uint64) * _PAIR
_MAX_WORDS = 1000


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


def _shingles(kept: list[str]) -> NDArray[np.uint64]:
    """One number per word and per pair of neighbours."""
    hashed = [zlib.crc32(word.encode("utf-8", "replace")) for word in kept[:_MAX_WORDS]]
    single = np.array(hashed, dtype=np.uint64)
    pairs = single[:-1] * _PAIR + single[1:]
    return np.concatenate((single, pairs))


def _minima(kept: list[str]) -> NDArray[np.uint64]:
    """Smallest hash of the shingles under each of the fixed functions."""
    shingles = _shingles(kept)
    return np.asarray((shingles * _FACTOR + _OFFSET).min(axis=1), dtype=np.uint64)


def _bands(minima: NDArray[np.uint64]) -> tuple[int, ...]:
    """Signed 64-bit keys, one per band; the band's number is mixed in so bands never meet."""
    rows = minima[: _BANDS * _ROWS].reshape(_BANDS, _ROWS)
    key = _BAND_KEYS
    for column in range(_ROWS):
        key = (key ^ rows[:, column]) * _PAIR
        key ^= key >> np.uint64(31)
    return tuple(key.view(np.int64).tolist())


def sign_of(kept: list[str]) -> tuple[bytes, tuple[int, ...]]:
    """Signature and band keys of words already kept; empty ones under MIN_WORDS words."""
    if len(kept) < MIN_WORDS:
        return b"", ()
    minima = _minima(kept)
    return (minima >> np.uint64(48)).astype("<u2").tobytes(), _bands(minima)


def sign(text: str) -> tuple[bytes, tuple[int, ...]]:
    """
    The 128-byte signature of a text and its six band keys (signed 64-bit integers).

    Both are empty when the text has fewer than MIN_WORDS words that count.
    """
    return sign_of(kept_words(fold_words(text)))


def similarity(first: bytes, second: bytes) -> float | None:
    """
    Estimated share of words and pairs of words two signed texts have in common, 0 to 1.

    None when either has no signature: unknown is not zero.
    """
    if not first or not second:
        return None
    same = np.frombuffer(first, dtype="<u2") == np.frombuffer(second, dtype="<u2")
    return float(same.mean())
