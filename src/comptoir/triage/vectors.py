"""
What the analysis' encoder makes of texts; of messages, kept so that it is made once.

Encoding is the slow part of learning and of a preview. It is kept message by message in
`Features`, so that a killed job goes on where it was and a preview asked twice is at once
there. A new analysis makes all of it anew.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from comptoir import conf
from comptoir.analysis import api as analysis
from comptoir.analysis import model
from comptoir.analysis.encoder import EncoderMissing
from comptoir.analysis.model import plain
from comptoir.base import bulk
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import Message
from comptoir.triage import reading, versions
from comptoir.triage.models import Features, Label

Vectors = NDArray[np.float32]
Logits = dict[str, NDArray[np.float64]]

__all__ = ["EncoderMissing", "Known", "Vectors", "of_messages", "of_texts"]

_BATCH: Final = 64
_SPREAD: Final = 0x9E37_79B9_7F4A_7C15
_MASK: Final = (1 << 64) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """
    ids: of n messages. vectors: [n, d], unit length. logits: field → [n, k], the analysis' own.
    texts: as the encoder reads them, whose words own intents are told by as well.
    """

    ids: list[int]
    vectors: Vectors
    logits: Logits
    texts: list[str]

    def only(self, places: Sequence[int] | NDArray[np.intp]) -> "Known":
        """The messages at `places`, in that order."""
        chosen = np.asarray(places, dtype=np.intp)
        return Known(
            [self.ids[place] for place in chosen],
            self.vectors[chosen],
            {name: table[chosen] for name, table in self.logits.items()},
            [self.texts[place] for place in chosen],
        )


def of_texts(texts: Sequence[str], languages: Sequence[str] | None = None) -> Any:
    """
    `Features` of the analysis; raises its EncoderMissing when the encoder cannot run.

    languages: ISO codes where they are known, which sharpens the tone.
    """
    mode = conf.current().triage
    if mode == "light":
        raise EncoderMissing("switched-off")
    return analysis.features(list(texts), languages, name=mode)


def least() -> NDArray[np.float64]:
    """The chance from which the analysis gives each of its intents; raises EncoderMissing."""
    return model.engine("best").heads.least


def words_of(text: str) -> str:
    """A text as the encoder reads it, whose words the analysis compares own intents by."""
    return plain(text)


def of_messages(ids: Iterable[int]) -> Known:
    """Features of those messages that (still) exist, oldest first; what is new is kept."""
    wanted = sorted(set(ids))
    keep(wanted)
    rows = bulk.picked(Features).filter(message_id__in=wanted, version=versions.base())
    found = dict(rows.values_list("message_id", "data"))
    here = [one for one in wanted if one in found]
    return _joined(here, [bytes(found[one]) for one in here], _texts(here))


def keep(ids: Sequence[int]) -> None:
    """Encode those of `ids` that are not kept yet, a batch at a time."""
    lacking = missing(ids)
    for start in range(0, len(lacking), _BATCH):
        _keep_batch(lacking[start : start + _BATCH])


def missing(ids: Sequence[int]) -> list[int]:
    """Those of `ids` that would have to be encoded, in the same order."""
    rows = bulk.picked(Features).filter(message_id__in=ids, version=versions.base())
    kept = set(rows.values_list("message_id", flat=True))
    return [one for one in ids if one not in kept]


def scattered(ids: Iterable[int]) -> list[int]:
    """
    The same ids in an order that has nothing to do with time, and is always the same.

    The first hundred of them are a fair sample of all, whenever one asks.
    """
    return sorted(ids, key=lambda one: ((one * _SPREAD) & _MASK, one))


def readily(ids: Sequence[int], encode: int) -> list[int]:
    """The longest beginning of `ids` of which at most `encode` must still be encoded."""
    lacking = set(islice(missing(ids), encode + 1))
    found: list[int] = []
    for one in ids:
        if one in lacking:
            encode -= 1
            if encode < 0:
                break
        found.append(one)
    return found


def _keep_batch(ids: Sequence[int]) -> None:
    rows = list(
        Message.objects.filter(pk__in=ids).order_by("pk").values("id", "text", "title", "language")
    )
    if not rows:
        return
    labels = bulk.picked(Label).filter(message_id__in=[row["id"] for row in rows])
    languages = dict(labels.values_list("message_id", "language"))
    made = of_texts(
        [reading.whole(row["text"], row["title"]) for row in rows],
        [languages.get(row["id"], row["language"]) for row in rows],
    )
    workspace = current_workspace_id()
    bulk.upsert(
        Features,
        ("message_id", "workspace_id", "version", "data"),
        [
            (row["id"], workspace, versions.base(), _packed(made, place))
            for place, row in enumerate(rows)
        ],
        key=("message_id",),
        update=("version", "data"),
    )


def _packed(made: Any, place: int) -> bytes:
    """One message's vector in half precision, its logits in single, and how wide each is."""
    widths = {name: int(table.shape[1]) for name, table in made.logits.items()}
    head = json.dumps([int(made.vectors.shape[1]), widths], separators=(",", ":")).encode()
    parts = [made.vectors[place].astype("<f2").tobytes()]
    parts += [table[place].astype("<f4").tobytes() for table in made.logits.values()]
    return head + b"\n" + b"".join(parts)


def _texts(ids: Sequence[int]) -> list[str]:
    rows = bulk.picked(Message).filter(pk__in=ids).values_list("pk", "text", "title")
    said = {pk: words_of(reading.whole(text, title)) for pk, text, title in rows}
    return [said.get(one, "") for one in ids]


def _joined(ids: list[int], packed: Sequence[bytes], texts: list[str]) -> Known:
    if not packed:
        return Known([], np.zeros((0, 0), dtype=np.float32), {}, [])
    head, _, _ = packed[0].partition(b"\n")
    size, widths = json.loads(head)
    bodies = [one[len(head) + 1 :] for one in packed]
    vectors = np.stack([np.frombuffer(one, "<f2", size) for one in bodies]).astype(np.float32)
    tables = np.stack([np.frombuffer(one, "<f4", offset=2 * size) for one in bodies])
    ends = np.cumsum(list(widths.values()))[:-1]
    split = np.split(tables.astype(np.float64), ends, axis=1)
    return Known(ids, vectors, dict(zip(widths, split, strict=True)), texts)
