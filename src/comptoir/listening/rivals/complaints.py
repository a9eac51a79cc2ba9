"""
What others complain of when they speak of a rival, beside what they complain of to the brand.

Counted are negative messages that the rival's queries found and that neither the rival nor the
brand wrote; reposts say nothing of their own. A message may speak of several subjects. A
subject rises when its share of all messages read grew beyond what chance explains, false
alarms held to one in ten.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from comptoir.analysis.entities.common import listed
from comptoir.analysis.grouping.said import phrases
from comptoir.base import bulk
from comptoir.channels.models import Message
from comptoir.listening import reputation_methods, reputation_sides
from comptoir.listening.reputation import rises
from comptoir.listening.reputation_heard import TABLE, ask, heard
from comptoir.listening.reputation_shares import FEW, change_of_share, share_interval
from comptoir.listening.rivals import accounts
from comptoir.listening.rivals.own import written
from comptoir.listening.rivals.records import Complaints, Subject
from comptoir.triage.models import Label
from comptoir.triage.topics import Days

MOST: Final = 20_000
"""Negative messages of a side and period that are read, the newest."""
PHRASES: Final = 4
_READ_FOR_PHRASES: Final = 1_000
_PART: Final = 400
VAGUE: Final = listed(
    "complaint dissuasion praise recommendation purchase_intent product_question product_request "
    "suggestion thanks spam job_application other"
)
"""Intents that do not say what a complaint is about."""
_RIVAL, _BRAND = 1, 2


@dataclass(slots=True)
class _Side:
    """
    What was counted of a side in a period. negative: newest first. subjects: key → messages.
    """

    said: int = 0
    read: int = 0
    negative: list[int] = field(default_factory=list)
    subjects: dict[str, list[int]] = field(default_factory=dict)


def complaints(folder_id: int, days: Days) -> Complaints:
    """The subjects of complaints of one rival, the most frequent first."""
    queries = accounts.rival(folder_id).queries
    brand = reputation_sides.brand_queries()
    now, before, ours = _counted(folder_id, queries, brand, days)
    asked = [*queries, *brand]
    comparable = reputation_methods.comparable(queries, days)
    basis = (
        len(ours.negative) >= FEW
        and len(now.negative) >= FEW
        and not any(one.missing for one in reputation_methods.sources(asked, days))
    )
    keys = sorted(now.subjects, key=lambda key: (-len(now.subjects[key]), key))
    pairs = [(len(now.subjects[key]), len(before.subjects.get(key, []))) for key in keys]
    up = rises(pairs, now.read, before.read) if comparable else [False] * len(keys)
    subjects = tuple(
        _subject(key, now, before, ours if basis else None, rise)
        for key, rise in zip(keys, up, strict=True)
    )
    return Complaints(
        days=days,
        said=now.said,
        read=now.read,
        negative=len(now.negative),
        named=len({one for found in now.subjects.values() for one in found}),
        negative_before=len(before.negative),
        read_before=before.read,
        brand_read=ours.read,
        brand_negative=len(ours.negative),
        comparable=comparable,
        whole=len(now.negative) < MOST,
        subjects=subjects,
    )


def rows(folder_id: int, days: Days, subject: str = "") -> list[int]:
    """Negative messages of the period about the rival, newest first; of one subject if given."""
    queries = accounts.rival(folder_id).queries
    now, _before, _ours = _counted(folder_id, queries, [], days)
    return sorted(now.subjects.get(subject, []) if subject else now.negative, reverse=True)


def _counted(
    folder_id: int, queries: Sequence[int], brand: Sequence[int], days: Days
) -> tuple[_Side, _Side, _Side]:
    """The rival's in the period and in the one before, and the brand's in the period."""
    own = set(written(folder_id, days.before, days.until))
    with heard(days, {_RIVAL: queries, _BRAND: brand}):
        found = ask(
            f"SELECT side, period, id, tone FROM {TABLE} WHERE repost = 0 ORDER BY id DESC"  # noqa: S608 our own words
        )
    sides: dict[tuple[int, int], _Side] = defaultdict(_Side)
    for side, period, message, tone in found:
        if side == _RIVAL and message in own:
            continue
        one = sides[side, period]
        one.said += 1
        one.read += tone is not None
        if tone == Label.Tone.NEGATIVE:
            one.negative.append(message)
    wanted = (sides[_RIVAL, 0], sides[_RIVAL, 1], sides[_BRAND, 0])
    for one in wanted:
        one.subjects = _subjects(one.negative[:MOST])
    return wanted


def _subjects(messages: Sequence[int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for part in _parts(messages):
        rows = bulk.picked(Label).filter(message_id__in=part)
        for message, intents, aspects in rows.values_list("message_id", "intents", "aspects"):
            for key in _keys(intents, aspects):
                found[key].append(message)
    return found


def _keys(intents: Iterable[Mapping[str, Any]], aspects: Iterable[Mapping[str, Any]]) -> set[str]:
    named = {f"intent:{one['name']}" for one in intents if one["name"] not in VAGUE}
    return named | {f"aspect:{one['name']}" for one in aspects if not one["liked"]}


def _subject(key: str, now: _Side, before: _Side, ours: _Side | None, rise: bool) -> Subject:
    hits, of = len(now.subjects[key]), len(now.negative)
    low, high = share_interval(hits, of)
    brand, gap = None, None
    if ours is not None:
        theirs, whole = len(ours.subjects.get(key, [])), len(ours.negative)
        brand = (theirs / whole, *share_interval(theirs, whole), theirs)
        gap = (hits / of - theirs / whole, *change_of_share(hits, of, theirs, whole))
    return Subject(
        key=key,
        now=hits,
        before=len(before.subjects.get(key, [])),
        share=hits / of,
        low=low,
        high=high,
        rises=rise,
        brand=brand,
        gap=gap,
        phrases=_phrases(now.subjects[key]),
    )


def _phrases(messages: Sequence[int]) -> tuple[tuple[str, int], ...]:
    """Phrases that several people used, each person once."""
    people: dict[int, list[str]] = defaultdict(list)
    for part in _parts(sorted(messages, reverse=True)[:_READ_FOR_PHRASES]):
        rows = bulk.picked(Message).filter(pk__in=part).order_by("pk")
        for author, title, text in rows.values_list("author_id", "title", "text"):
            people[author].append(f"{title}\n{text}")
    found = phrases(list(people.values()), PHRASES)
    return tuple((one.text, len(one.people)) for one in found)


def _parts(messages: Sequence[int]) -> Iterable[Sequence[int]]:
    return (messages[place : place + _PART] for place in range(0, len(messages), _PART))
