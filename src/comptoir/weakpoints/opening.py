"""The rows behind every figure of weak points, and why each complaint stands where it does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from comptoir.analysis import complaints as reading
from comptoir.channels import api as channels
from comptoir.channels.api import MessageView
from comptoir.insight.api import Period
from comptoir.triage import api as triage
from comptoir.triage.api import LabelView
from comptoir.weakpoints import asking, departments, products
from comptoir.weakpoints.asking import Filter, Laid
from comptoir.weakpoints.models import Move

PAGE: Final = 25
CHUNK: Final = 500
MEASURES: Final = (
    "complaints",
    "unsure",
    "conversations",
    "contacts",
    "answers",
    "unanswered",
    "rest",
)
"""What may be opened; "rest" is every complaint outside of the filter."""


@dataclass(frozen=True, slots=True)
class Because:
    """A signal in words. department: where it leads, "" for nowhere. said: the reason or words."""

    signal: str
    name: str
    confidence: float
    department: str
    said: str


@dataclass(frozen=True, slots=True)
class Placed:
    """
    Where a complaint stands. share: confidence of the department. certain: whether it counts.

    follows: its words are those of a message that somebody moved. move: of this very message.
    """

    confidence: float
    certain: bool
    department: str
    share: float
    by_hand: bool
    follows: bool
    products: tuple[str, ...]
    contacts: int
    answers: int
    move: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """placed: of complaints alone. because: what makes it one and where it leads."""

    message: MessageView
    label: LabelView | None
    placed: Placed | None
    because: tuple[Because, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    rows: tuple[Row, ...]
    total: int


def rows(measure: str, period: Period, wanted: Filter, page: int = 1) -> Rows:
    """
    The messages that a figure counts, newest first: a complaint or conversation is shown by its
    first message of the period. Raises KeyError on an unknown measure, Problem as `laid`.
    """
    with asking.laid([period], wanted) as open_:
        found, total = _ids(measure, open_, PAGE, (max(page, 1) - 1) * PAGE)
        placed = _placed(open_, found) if measure in _PLACED else {}
    return Rows(tuple(_read(found, placed)), total)


def every_row(measure: str, period: Period, wanted: Filter, limit: int) -> Iterator[Row]:
    """All of them, newest first, up to `limit`."""
    with asking.laid([period], wanted) as open_:
        found, _total = _ids(measure, open_, limit, 0)
        placed = _placed(open_, found) if measure in _PLACED else {}
    for start in range(0, len(found), CHUNK):
        yield from _read(found[start : start + CHUNK], placed)


def likeliest(period: Period, wanted: Filter, most: int) -> list[Row]:
    """
    Complaints that speak for the others: sure of, clear, each of another group.

    Picked by how sure the department is, the newest of equals.
    """
    with asking.laid([period], wanted) as open_:
        where, values = open_.where()
        found = open_.ask(
            "SELECT first FROM (SELECT first, share, row_number() OVER (PARTITION BY alike"  # noqa: S608 our own words
            " ORDER BY share DESC, first DESC) AS turn, count(*) OVER (PARTITION BY alike) AS many"
            f" FROM complaints JOIN (SELECT id AS first, alike FROM heard) USING (first)"
            f" WHERE certain AND {where}) WHERE turn = 1"
            f" ORDER BY many DESC, round(share, 1) DESC, first DESC LIMIT {int(most)}",
            values,
        )
        ids = [row[0] for row in found]
        placed = _placed(open_, ids)
    return list(_read(ids, placed))


def one(message_id: int, period: Period) -> Row | None:
    """The complaint that a message belongs to; None where it is none."""
    with asking.laid([period], Filter()) as open_:
        first = open_.ask(
            "SELECT first FROM complaints WHERE list_contains(messages, ?)", [message_id]
        )
        ids = [row[0] for row in first]
        placed = _placed(open_, ids)
    return next(iter(_read(ids, placed)), None)


_PLACED: Final = frozenset({"complaints", "unsure", "unanswered", "rest"})


def _ids(measure: str, open_: Laid, limit: int, offset: int) -> tuple[list[int], int]:
    source, values = _SOURCES[measure](open_)
    total = int(open_.ask(f"SELECT count(*) FROM ({source})", values)[0][0])  # noqa: S608 our own words
    found = open_.ask(
        f"SELECT id FROM ({source}) ORDER BY id DESC LIMIT {int(limit)} OFFSET {int(offset)}",  # noqa: S608 the same
        values,
    )
    return [row[0] for row in found], total


def _complaints(condition: str, inside: bool = True) -> Any:
    def source(open_: Laid) -> tuple[str, list[Any]]:
        where, values = open_.where()
        where = where if inside else f"NOT ({where})"
        return f"SELECT first AS id FROM complaints WHERE {condition} AND {where}", values  # noqa: S608 our own words

    return source


def _messages(own: str) -> Any:
    def source(open_: Laid) -> tuple[str, list[Any]]:
        where, values = open_.where()
        return (
            "SELECT a.id FROM around a JOIN complaints c ON a.period = c.period"  # noqa: S608 our own words
            f" AND a.thread = c.thread AND a.author = c.author AND a.id >= c.first"
            f" WHERE certain AND {own} AND {where}",
            values,
        )

    return source


def _talks(open_: Laid) -> tuple[str, list[Any]]:
    return "SELECT min(id) AS id FROM heard GROUP BY period, thread, author", []


_SOURCES: Final[dict[str, Any]] = {
    "complaints": _complaints("certain"),
    "unsure": _complaints("NOT certain"),
    "unanswered": _complaints("certain AND answers = 0"),
    "rest": _complaints("certain", inside=False),
    "conversations": _talks,
    "contacts": _messages("NOT a.own"),
    "answers": _messages("a.own"),
}


def _placed(open_: Laid, found: Sequence[int]) -> dict[int, Placed]:
    if not found:
        return {}
    moves = dict(
        Move.objects.filter(message_id__in=list(found), undone_at=None).values_list(
            "message_id", "pk"
        )
    )
    kept = open_.ask(
        "SELECT first, confidence, certain, department, share, hand, products, contacts, answers,"
        " EXISTS (SELECT 1 FROM said WHERE said.id = first AND moved IS NOT NULL AND NOT said.hand)"
        " FROM complaints WHERE first IN (SELECT unnest(?::BIGINT[]))",
        [list(found)],
    )
    return {
        first: Placed(
            sure,
            certain,
            key,
            share,
            hand,
            follows,
            tuple(named),
            contacts,
            answers,
            moves.get(first),
        )
        for first, sure, certain, key, share, hand, named, contacts, answers, follows in kept
    }


def _read(found: Sequence[int], placed: dict[int, Placed]) -> Iterator[Row]:
    """In that order; a message erased a moment ago is passed over."""
    messages = {one.id: one for one in channels.messages(found)}
    labels = triage.labels(found)
    mapping = departments.mapping()
    for pk in found:
        if pk in messages:
            message, label = messages[pk], labels.get(pk)
            why = tuple(because(message, label, mapping)) if pk in placed else ()
            yield Row(message, label, placed.get(pk), why)


def because(
    message: MessageView, label: LabelView | None, mapping: dict[str, str]
) -> Iterator[Because]:
    """What makes the message a complaint, then what tells where it belongs, surest first."""
    if label is None:
        return
    said = reading.Said(
        f"{message.text} {message.title}",
        label.tone,
        label.confidences["tone"],
        [(one.name, one.confidence) for one in label.intents],
        [(one.name, one.liked, one.confidence) for one in label.aspects],
        "tone" in label.corrected,
    )
    found = reading.complaint(said)
    if found is None:
        return
    told = {f"intent:{one.name}": one.reason for one in label.intents}
    told |= {f"aspect:{one.name}": one.reason for one in label.aspects if not one.liked}
    told["tone"] = label.reasons.get("tone", "")
    seen: set[str] = set()
    ordered = sorted(found.signals, key=lambda one: -one.confidence)
    for one in [*found.because, *ordered]:
        if one.name in seen:
            continue
        seen.add(one.name)
        reason = f"words:{one.evidence}" if one.evidence else told.get(one.name, "")
        department = mapping.get(one.name, "")
        if one in found.because or department:
            yield Because(
                one.name,
                departments.signal_name(one.name),
                one.confidence,
                departments.name_of(department) if department else "",
                triage.reason_sentence(reason),
            )


def product_names(keys: Sequence[str]) -> list[str]:
    return [products.name_of(key) for key in keys]
