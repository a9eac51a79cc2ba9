"""
Reading messages: everything understood of each, in one call for a batch.

Three ways, chosen by `mode`: "best" (the encoder's twelve layers), "fast" (a student of a few
layers, which hands over what it is unsure of) and "light" (rules). The same text always gives
the same reading, alone or among a million, on one thread or many. A reading never raises: what
cannot be understood is said so, with a low confidence.
"""

import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from comptoir.analysis import language, light, model, trained
from comptoir.analysis.encoder import EncoderMissing
from comptoir.analysis.entities import Catalogue
from comptoir.analysis.intents import Intent
from comptoir.analysis.learning import BrandModel
from comptoir.analysis.light import Plain, Reader
from comptoir.analysis.readings import Reading, Text
from comptoir.analysis.trained import Found

_Key = tuple[str, str, str]
MODES = ("best", "fast", "light")
BATCH, _SHARED = 1024, 32
"""
Messages read together at most, and from how many a thread on they are shared out; speed only.
Texts of one length are read at once, so that what the fast way hands over of a thousand messages costs
a fifth less than of a hundred at a time.
"""
_REMEMBERED = 2048


def missing(mode: str = "best") -> str | None:
    """Why only rules can read here, as a short code; None when the mode's engines run."""
    try:
        for name in {"best", mode} & set(model.ENGINES):
            model.engine(name)
    except EncoderMissing as problem:
        return problem.code
    return None


def model_version(mode: str = "best") -> str:
    """
    Names what reads in this mode here; labels of another version can be read anew.

    No engine is opened for it.
    """
    if mode == "light":
        return light.VERSION
    try:
        for name in {"best", mode} & set(model.ENGINES):
            model.check(name)
    except EncoderMissing:
        return light.VERSION
    return f"{mode}-{model.version()}"


class _Memory:
    """What was found lately: the same words are read once. Bounded; shared by threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, Found] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: _Key) -> Found | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, found: Mapping[_Key, Found]) -> None:
        with self._lock:
            self._kept.update(found)
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)


_memory = _Memory()


@dataclass(frozen=True)
class _Job:
    """One call of `triage`."""

    reader: Reader
    mode: str
    brand: BrandModel | None
    threads: int


def triage(
    texts: Sequence[Text],
    *,
    languages: Sequence[str] = language.LANGUAGES,
    order_patterns: Sequence[str] = (),
    catalogue: Catalogue | None = None,
    today: date | None = None,
    mode: str = "best",
    brand: BrandModel | None = None,
    threads: int | None = None,
) -> list[Reading]:
    """
    What is understood of each message, in the same order.

    languages: ISO codes to choose among. order_patterns: regular expressions of the shop's
    own order numbers (the first group, when there is one, is the number). catalogue: its
    products. today: the day the messages were written, when it is one. mode: "best", "fast"
    or "light"; where the encoder cannot run, rules read whatever the mode, and each reading's
    `engine` says so. brand: what the brand has taught. threads: cores used, all by default.
    Raises re.error on a wrong pattern, ValueError on another mode, and nothing because of a
    message.

    >>> reading, = triage([Text("1", "Toujours pas reçu ma commande n° 48213, c’est honteux !")])
    >>> reading.tone, reading.needs_answer
    (-1, True)
    """
    if mode not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}, not {mode}")
    patterns = tuple(re.compile(pattern) for pattern in order_patterns)
    reader = Reader(tuple(languages), patterns, catalogue, today)
    chosen = "light" if mode == "light" or missing(mode) is not None else mode
    job = _Job(reader, chosen, brand, threads or cores())
    pieces = _pieces(texts, job.threads)
    return [reading for piece in _read_pieces(pieces, job) for reading in piece]


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _pieces(texts: Sequence[Text], threads: int) -> list[Sequence[Text]]:
    """Parts of much the same length, as many for each thread unless there is little to read."""
    count = -(-len(texts) // BATCH)
    if len(texts) >= _SHARED * threads:
        count = -(-count // threads) * threads
    size = max(1, -(-len(texts) // max(1, count)))
    return [texts[at : at + size] for at in range(0, len(texts), size)]


def _read_pieces(pieces: Sequence[Sequence[Text]], job: _Job) -> Iterator[list[Reading]]:
    """Pieces in order, read at once on as many threads as there are; a single one on all."""
    count = min(job.threads, len(pieces))
    if job.mode == "light" or count < 2:
        yield from (_read_piece(piece, job) for piece in pieces)
        return
    _load(job)
    each = replace(job, threads=job.threads // count)
    with ThreadPoolExecutor(count) as pool:
        yield from pool.map(partial(_read_piece, job=each), pieces)


def _load(job: _Job) -> None:
    """What is loaded on first use, before threads would do so at once."""
    if (common := _plainly(Text("", "?"), job.reader)) is not None:
        light.signs(common)


def _read_piece(piece: Sequence[Text], job: _Job) -> list[Reading]:
    commons = _plains(piece, job)
    if job.mode == "light":
        return [_lightly(*pair) for pair in zip(piece, commons, strict=True)]
    found = _found(piece, commons, job)
    return [
        _read(message, common, one, job.brand)
        for message, common, one in zip(piece, commons, found, strict=True)
    ]


def _plains(batch: Sequence[Text], job: _Job) -> list[Plain | None]:
    commons = [_plainly(message, job.reader) for message in batch]
    light.sign([common for common in commons if common is not None])
    return commons


def _plainly(message: Text, reader: Reader) -> Plain | None:
    try:
        return light.plain(message, reader)
    except Exception:  # noqa: BLE001 - one hostile message must not lose the rest of its batch
        return None


def _lightly(message: Text, common: Plain | None) -> Reading:
    try:
        return unreadable(message.id) if common is None else light.read(message, common)
    except Exception:  # noqa: BLE001 - see _plainly
        return unreadable(message.id)


def _read(
    message: Text,
    common: Plain | None,
    found: Found | None,
    brand: BrandModel | None,
) -> Reading:
    if common is None or found is None:
        return _lightly(message, common)
    try:
        return trained.read(message, common, found, brand)
    except Exception:  # noqa: BLE001 - see _plainly
        return _lightly(message, common)


def _found(batch: Sequence[Text], commons: Sequence[Plain | None], job: _Job) -> list[Found | None]:
    """What the engines find in each message; None for those without a word, left to rules."""
    keys = [_key(message, common, job.mode) for message, common in zip(batch, commons, strict=True)]
    known: dict[_Key, Found] = {}
    for key in keys:
        if key is not None and key not in known and (kept := _memory.get(key)) is not None:
            known[key] = kept
    new = list(dict.fromkeys(key for key in keys if key is not None and key not in known))
    read = dict(zip(new, _engines(new, job), strict=True))
    _memory.keep(read)
    known |= read
    return [known[key] if key is not None else None for key in keys]


def _key(message: Text, common: Plain | None, mode: str) -> _Key | None:
    """What decides an engine's findings: the mode, the plain text and its language."""
    if common is None or not any(word.isalpha() for word in common.words):
        return None
    text = model.plain(common.text)
    if not any(map(str.isalpha, text.replace("@user", "").replace("http", ""))):
        return None  # handles and links, parted by line breaks that an export spelt out
    return mode, text, common.language


def _engines(keys: Sequence[_Key], job: _Job) -> list[Found]:
    """Each text read by the mode's engine; what the fast one is unsure of, by the best one."""
    texts, codes = [key[1] for key in keys], [key[2] for key in keys]
    found = trained.find(model.engine(job.mode), texts, codes, job.threads)
    if job.mode == "best":
        return found
    unsure = [at for at, one in enumerate(found) if one.unsure]
    again = trained.find(
        model.engine("best"),
        [texts[at] for at in unsure],
        [codes[at] for at in unsure],
        job.threads,
    )
    for at, one in zip(unsure, again, strict=True):
        found[at] = one
    return found


def unreadable(message_id: str) -> Reading:
    """The reading of a message that could not be read: nothing claimed, nothing sure."""
    why = dict.fromkeys(("language", "tone", "needs_answer", "urgency", "irony"), "unreadable:")
    other = (Intent("other", 0.0, "unreadable:"),)
    return Reading(
        message_id, "und", 0.0, 0, 0.0, other, True, 0.0, 0, 0.0, False, 0.0, (), "", b"", (), why
    )
