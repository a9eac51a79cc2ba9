"""
Which messages say the same thing, in nearly the same words or as the same question?

What is the same in meaning is told in questions; here it is near-duplicates. A group gathers round its first received message, its leader, and carries the leader's id
for ever: groups never merge and messages never move, so that a card "forty people ask this"
keeps its address. A message joins when it equals a member once handles, links and numbers
are left out, or is similar enough to the leader itself; comparing with leaders alone keeps
a chain of small edits from drifting to another question.

The brand's own messages group apart from customers', since a canned answer is no question.
Reposts stay alone: they are counted once per author elsewhere, never as one more asker.

State is in `Band`: every key points at a leader, and the leader's signature stands on its
first key alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from comptoir.analysis.api import SAME, similarity
from comptoir.base import bulk
from comptoir.base.scope import current_workspace_id
from comptoir.triage import questions
from comptoir.triage.models import Band, Label
from comptoir.triage.reading import Read

_OWN = 0x5C0_4D9A_7E11_B3C7
_SIGN_BIT = 1 << 63


@dataclass(slots=True)
class _Known:
    """What is known of leaders so far; `fresh`: rows to add to Band."""

    leader_of: dict[int, int] = field(default_factory=dict)
    signature_of: dict[int, bytes] = field(default_factory=dict)
    fresh: list[tuple[int, int, bytes]] = field(default_factory=list)

    def add(self, key: int, leader: int, signature: bytes = b"") -> None:
        if key not in self.leader_of:
            self.leader_of[key] = leader
            self.fresh.append((key, leader, signature))


@dataclass(frozen=True, slots=True)
class _Keys:
    """exact: equal for equal texts. bands: shared by similar ones."""

    exact: int
    bands: tuple[int, ...]


def assign(read: Sequence[Read]) -> dict[int, int]:
    """The group of each message, with what is known of new groups kept; give oldest first."""
    leaders = _leaders(read)
    asked = questions.assign([one for one in read if leaders[one.id] == one.id and _asks(one)])
    earlier = {leader for leader in leaders.values() if leader not in leaders}
    stored = bulk.look_up(Label, ("message_id", "group"), "message_id", earlier)
    groups = {**dict(stored), **asked}
    return {one: groups.get(leader, leader) for one, leader in leaders.items()}


def _asks(one: Read) -> bool:
    """Whether others may ask the same in other words, as far as an encoder has read it."""
    return not one.own and not one.repost and one.reading.vector is not None and one.reading.needs_answer  # fmt: skip


def _leaders(read: Sequence[Read]) -> dict[int, int]:
    """The first message that said nearly the same as each; itself when it is the first."""
    keys = {one.id: _keys(one) for one in read}
    known = _look_up(keys.values())
    leaders = {one.id: _leader(one, keys[one.id], known) for one in read}
    workspace = current_workspace_id()
    bulk.upsert(
        Band,
        ("workspace_id", "key", "message_id", "signature"),
        [(workspace, *row) for row in known.fresh],
        key=("workspace_id", "key"),
    )
    return leaders


def _keys(one: Read) -> _Keys | None:
    """None for what must stay alone."""
    if one.repost or not one.reading.fingerprint:
        return None
    salt = _OWN if one.own else 0
    exact = int(one.reading.fingerprint, 16)
    signed = exact - (1 << 64) if exact & _SIGN_BIT else exact
    return _Keys(signed ^ salt, tuple(key ^ salt for key in one.reading.bands))


def _look_up(keys: Iterable[_Keys | None]) -> _Known:
    wanted = {key for one in keys if one for key in (one.exact, *one.bands)}
    found = dict(bulk.look_up(Band, ("key", "message_id"), "key", wanted, indexed=True))
    signed = bulk.look_up(Band, ("message_id", "signature"), "message_id", set(found.values()))
    signatures = {leader: bytes(sign) for leader, sign in signed if sign}
    return _Known(found, signatures)


def _leader(one: Read, keys: _Keys | None, known: _Known) -> int:
    if keys is None:
        return one.id
    same = known.leader_of.get(keys.exact)
    leader = same if same is not None else _most_similar(one.reading.signature, keys, known)
    if leader is None:
        _lead(one, keys, known)
        return one.id
    known.add(keys.exact, leader)
    return leader


def _most_similar(signature: bytes, keys: _Keys, known: _Known) -> int | None:
    """The most similar leader that shares a band, the earliest of equals; None if none is."""
    leaders = {known.leader_of[key] for key in keys.bands if key in known.leader_of}
    scored = [
        (-(similarity(signature, known.signature_of.get(leader, b"")) or 0.0), leader)
        for leader in leaders
    ]
    best = min(scored, default=None)
    return best[1] if best and -best[0] >= SAME else None


def _lead(one: Read, keys: _Keys, known: _Known) -> None:
    known.signature_of[one.id] = one.reading.signature
    known.add(keys.exact, one.id, one.reading.signature)
    for key in keys.bands:
        known.add(key, one.id)
