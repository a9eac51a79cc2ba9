"""
One batch of arrived rows into the database, in one transaction, without the ORM.

The steps follow the dependencies: what is known already, authors, ids, threads (see
`threads`), then rows appended in bulk and facts published. Everything that decides is read
under the account's lock, so a batch stored twice changes nothing the second time.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

from django.db import IntegrityError, connection, transaction

from comptoir.base import clock, ids, outbox
from comptoir.channels import attachments, bulk, threads
from comptoir.channels.bulk import plain
from comptoir.channels.incoming import Incoming
from comptoir.channels.threads import Node, Place
from comptoir.channels.views import Arrived, Stored

EVENT_IDS = 500
_ATTEMPTS = 3
_HANDLE = re.compile(r"\s*\.?@(\w{1,50})")
_UNADDRESSED = frozenset({"repost", "review", "email"})
MESSAGES, DELIVERIES, THREADS, AUTHORS = (
    "channels_message",
    "channels_delivery",
    "channels_thread",
    "channels_author",
)
MESSAGE_COLUMNS = (
    "id", "workspace_id", "account_id", "delivery_id", "external_id", "channel", "kind",
    "author_id", "own", "sent_at", "title", "text", "url", "language", "in_reply_to",
    "in_reply_to_handle", "repost_of", "quote_of", "thread_id", "parent", "link",
    "link_confidence", "rating", "likes", "reposts", "replies", "quotes", "views",
)  # fmt: skip
DELIVERY_COLUMNS = (
    "id", "workspace_id", "account_id", "external_id", "run_id", "line", "raw", "received_at",
)  # fmt: skip
NODE_COLUMNS = (
    "id", "external_id", "own", "kind", "in_reply_to", "in_reply_to_handle", "thread_id",
    "parent", "link", "link_confidence",
)  # fmt: skip
_PLACE_COLUMNS = ("thread_id", "parent", "link", "link_confidence")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a batch goes: one account of one channel."""

    workspace_id: int
    account_id: int
    channel: str
    run_id: int | None = None


@dataclass(slots=True)
class Piece:
    """One message of a row, made fit for the columns, on its way to a place."""

    said: Incoming
    row: Arrived
    external_id: str
    answers: str
    handle: str
    text: str
    author_key: str
    own: bool
    to_own: bool
    first: bool
    id: int = 0
    author: int = 0
    delivery: int = 0


@dataclass(slots=True)
class Moves:
    """Kept messages that changed threads: (from, to), and threads that were left empty."""

    pairs: set[tuple[int, int]] = field(default_factory=set)
    emptied: set[int] = field(default_factory=set)


def store_batch(
    target: Target,
    rows: Sequence[Arrived],
    also: Callable[[Stored], None] | None = None,
) -> Stored:
    """
    Store rows of one account; `also` runs in the same transaction, before it commits.

    Raises what `also` raises, after rolling everything back.
    """
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                stored = _store(target, rows)
                if also is not None:
                    also(stored)
                return stored
        except IntegrityError:
            # Two messages of one millisecond can meet when millions share it (a file with
            # days but no hours): counters that were rolled back are skipped, then once more.
            if attempt == _ATTEMPTS - 1:
                raise
            ids.reserve(2 * len(rows) + 1)
    raise AssertionError("unreachable")


def _store(target: Target, rows: Sequence[Arrived]) -> Stored:
    bulk.lock(target.account_id)
    own = own_keys(target.workspace_id, target.channel)
    pieces = _unique(_pieces(rows, own))
    known = _known(target, pieces)
    fresh = [piece for piece in pieces.values() if piece.external_id not in known]
    imported = sum(1 for piece in fresh if piece.first)
    if fresh:
        _write(target, fresh, known, own)
    return Stored(imported, len(rows) - imported, [piece.id for piece in fresh])


def _write(target: Target, fresh: list[Piece], known: dict[str, Node], own: frozenset[str]) -> None:
    _number(fresh)
    _find_authors(target, fresh)
    nodes = {piece.external_id: _node(piece) for piece in fresh}
    nodes |= _awaiting(target, list(nodes), own)
    placed = threads.places(nodes, around(target, nodes, known))
    kept, moves = settle(target, nodes, placed)
    _insert_deliveries(target, fresh)
    _insert_messages(target, fresh, placed, kept)
    attachments.keep(
        target.workspace_id, {piece.id: piece.said.files for piece in fresh if piece.said.files}
    )
    for part in _parts([piece.id for piece in fresh]):
        outbox.publish(target.workspace_id, "messages_received", ids=part)
    publish_moves(target.workspace_id, moves)


def _pieces(rows: Iterable[Arrived], own: frozenset[str]) -> Iterator[Piece]:
    for row in rows:
        for place, said in enumerate(row.messages):
            external_id = fitting(said.external_id, 255)
            handle = fitting(_addressed(said), 200)
            key = handle_key(said.author_handle)
            ours = said.own if said.own is not None else key in own
            yield Piece(
                said=said,
                row=row,
                external_id=external_id,
                answers=fitting(_answered(said), 255),
                handle=handle,
                text=plain(said.text),
                author_key=_author_key(key, external_id, ours, said.own, own),
                own=ours,
                to_own=bool(handle) and handle_key(handle) in own,
                first=place == 0,
            )


def _answered(said: Incoming) -> str:
    """What places it: the conversation that its source names, else the message it answers."""
    return threads.CONVERSATION + said.conversation if said.conversation else said.in_reply_to


def _addressed(said: Incoming) -> str:
    """The handle a message is addressed to: said by the source, else by its first word."""
    if said.in_reply_to_handle:
        return said.in_reply_to_handle
    if "@" not in said.text[:2] or said.kind in _UNADDRESSED:
        return ""
    found = _HANDLE.match(said.text)
    return found[1] if found else ""


def _author_key(
    key: str, external_id: str, ours: bool, said: bool | None, own: frozenset[str]
) -> str:
    """Nobody shares an author with those who signed nothing, nor a customer with the brand."""
    if ours and said and key not in own:
        return fitting(f"~own:{key}", 200)
    return key or fitting(f"~{external_id}", 200)


def _unique(pieces: Iterable[Piece]) -> dict[str, Piece]:
    found: dict[str, Piece] = {}
    for piece in pieces:
        found.setdefault(piece.external_id, piece)
    return found


def _known(target: Target, pieces: dict[str, Piece]) -> dict[str, Node]:
    """Messages that are here: the batch's own, and those that it answers."""
    wanted = {*pieces, *(piece.answers for piece in pieces.values())} - {""}
    return {
        node.external_id: node for node in nodes_where(target, "external_id", wanted, frozenset())
    }


def _awaiting(target: Target, arrived: list[str], own: frozenset[str]) -> dict[str, Node]:
    """Every message of the threads in which somebody answers a message that only now arrived."""
    waiting = bulk.find(
        MESSAGES, ["thread_id"], "account_id = %s AND NOT (in_reply_to = '')", [target.account_id],
        "in_reply_to", arrived,
    )  # fmt: skip
    return nodes_of({row[0] for row in waiting}, target, own)


def around(
    target: Target, nodes: dict[str, Node], known: dict[str, Node] | None = None
) -> dict[str, Node]:
    """The messages that `nodes` answer and that are kept in other threads."""
    here = {key: node for key, node in (known or {}).items() if key not in nodes}
    wanted = {node.target for node in nodes.values() if node.thread is not None}
    rows = nodes_where(target, "external_id", wanted - {"", *nodes, *here}, frozenset())
    return here | {node.external_id: node for node in rows}


def nodes_of(thread_ids: Iterable[int], target: Target, own: frozenset[str]) -> dict[str, Node]:
    """Every message of some threads, by external id."""
    found = nodes_where(target, "thread_id", thread_ids, own)
    return {node.external_id: node for node in found}


def nodes_where(
    target: Target, column: str, values: Iterable[object], own: frozenset[str]
) -> list[Node]:
    here = "account_id = %s" if column == "external_id" else bulk.OF_ACCOUNT
    rows = bulk.find(MESSAGES, NODE_COLUMNS, here, [target.account_id], column, values)
    return [
        Node(
            id=row[0], external_id=row[1], own=bool(row[2]), kind=row[3], answers=row[4],
            handle=row[5], to_own=bool(row[5]) and handle_key(row[5]) in own, thread=row[6],
            parent=row[7], link=row[8], confidence=row[9],
        )
        for row in rows
    ]  # fmt: skip


def _node(piece: Piece) -> Node:
    return Node(
        piece.id, piece.external_id, piece.own, piece.said.kind, piece.answers, piece.handle,
        piece.to_own,
    )  # fmt: skip


def _number(fresh: list[Piece]) -> None:
    """Give ids; a row's delivery takes the id of its first message that is new."""
    deliveries: dict[int, int] = {}
    numbers = ids.at_times([piece.said.sent_at for piece in fresh])
    for piece, number in zip(fresh, numbers, strict=True):
        piece.id = number
        piece.delivery = deliveries.setdefault(id(piece.row), number)


def _find_authors(target: Target, fresh: list[Piece]) -> None:
    wanted: dict[str, tuple[str, str, int | None, bool]] = {}
    for piece in fresh:
        said, before = piece.said, wanted.get(piece.author_key)
        if before is None:
            handle = fitting(said.author_handle, 200)
            wanted[piece.author_key] = (handle, said.author_name, said.followers, piece.own)
        elif said.author_name or said.followers or piece.own != before[3]:
            followers = max(before[2] or 0, said.followers or 0) or before[2]
            wanted[piece.author_key] = (
                before[0], before[1] or said.author_name, followers, before[3] or piece.own,
            )  # fmt: skip
    here = _authors(target, wanted)
    missing = {key: known for key, known in wanted.items() if key not in here}
    if missing:
        bulk.insert_new(
            AUTHORS,
            ("workspace_id", "channel", "key", "handle", "name", "followers", "own"),
            [
                (
                    target.workspace_id,
                    target.channel,
                    key,
                    plain(handle),
                    plain(name)[:200],
                    followers,
                    own,
                )
                for key, (handle, name, followers, own) in missing.items()
            ],
            ("workspace_id", "channel", "key"),
        )
    _complete_authors(wanted, here)
    numbers = {key: row[0] for key, row in (here | _authors(target, missing)).items()}
    for piece in fresh:
        piece.author = numbers[piece.author_key]


def _authors(target: Target, keys: Iterable[str]) -> dict[str, tuple[int, str, int | None, bool]]:
    rows = bulk.find(
        AUTHORS, ("key", "id", "name", "followers", "own"), "workspace_id = %s AND channel = %s",
        [target.workspace_id, target.channel], "key", keys,
    )  # fmt: skip
    return {row[0]: (row[1], row[2], row[3], bool(row[4])) for row in rows}


def _complete_authors(
    wanted: dict[str, tuple[str, str, int | None, bool]],
    here: dict[str, tuple[int, str, int | None, bool]],
) -> None:
    """A name once known stays; followers keep the highest count, whatever came first."""
    changed = []
    for key, (number, name, followers, own) in here.items():
        _, said_name, said_followers, said_own = wanted[key]
        new_name = name or plain(said_name)[:200]
        new_followers = max((n for n in (followers, said_followers) if n is not None), default=None)
        if (new_name, new_followers, own or said_own) != (name, followers, own):
            changed.append((new_name, new_followers, own or said_own, number))
    bulk.update(AUTHORS, ("name", "followers", "own"), changed)


def settle(
    target: Target, nodes: dict[str, Node], placed: dict[str, Place]
) -> tuple[dict[str, int], Moves]:
    """
    Open the threads that are needed and move kept messages that belong elsewhere now.

    Gives thread ids by root key, and what moved.
    """
    kept = _open_threads(target, nodes, placed)
    moves = Moves()
    changed = []
    before: set[int] = set()
    after: set[int] = set()
    for external_id, place in placed.items():
        node = nodes[external_id]
        if node.thread is None:
            continue
        home = place.thread if place.thread is not None else kept[place.root]
        before.add(node.thread)
        after.add(home)
        if home != node.thread:
            moves.pairs.add((node.thread, home))
        new = (home, place.parent, place.link, place.confidence)
        if new != (node.thread, node.parent, node.link, node.confidence):
            changed.append((*new, node.id))
    bulk.update(MESSAGES, _PLACE_COLUMNS, changed)
    moves.emptied = {old for old, _ in moves.pairs} - after
    return kept, moves


def _open_threads(
    target: Target, nodes: dict[str, Node], placed: dict[str, Place]
) -> dict[str, int]:
    openers: dict[str, Node] = {}
    about: dict[str, int | None] = {}
    for external_id, place in placed.items():
        if place.thread is None:
            openers.setdefault(place.root, nodes[external_id])
            if external_id == place.root:
                about[place.root] = place.about
    rows = bulk.find(
        THREADS, ("root_key", "id", "about_id"), "account_id = %s", [target.account_id], "root_key",
        openers,
    )  # fmt: skip
    kept = {row[0]: row[1] for row in rows}
    wrong = [(about[row[0]], row[1]) for row in rows if row[0] in about and about[row[0]] != row[2]]
    bulk.update(THREADS, ("about_id",), wrong)
    new = [key for key in openers if key not in kept]
    first = ids.reserve(len(new), "thread") if new else 0
    for number, key in enumerate(new, first):
        kept[key] = _same_time(openers[key].id, number)
    bulk.insert(
        THREADS,
        ("id", "workspace_id", "account_id", "root_key", "about_id"),
        [(kept[key], target.workspace_id, target.account_id, key, about.get(key)) for key in new],
    )
    return kept


def _same_time(message_id: int, counter: int) -> int:
    """An id of the message's millisecond, with another counter."""
    span = 1 << ids.COUNTER_BITS
    return message_id // span * span + counter % span


def _insert_deliveries(target: Target, fresh: list[Piece]) -> None:
    (now,) = bulk.moments([clock.now()])
    bulk.insert(
        DELIVERIES,
        DELIVERY_COLUMNS,
        [
            (
                piece.id, target.workspace_id, target.account_id, piece.external_id,
                target.run_id, piece.row.line, plain(piece.row.raw), now,
            )
            for piece in fresh
            if piece.delivery == piece.id
        ],
    )  # fmt: skip


def _insert_messages(
    target: Target, fresh: list[Piece], placed: dict[str, Place], kept: dict[str, int]
) -> None:
    rows = []
    times = bulk.moments(piece.said.sent_at for piece in fresh)
    for piece, sent_at in zip(fresh, times, strict=True):
        said, place = piece.said, placed[piece.external_id]
        rows.append(
            (
                piece.id, target.workspace_id, target.account_id, piece.delivery,
                piece.external_id, target.channel, said.kind, piece.author, piece.own,
                sent_at, plain(said.title), piece.text, plain(said.url),
                said.language[:8], piece.answers, piece.handle, fitting(said.repost_of, 255),
                fitting(said.quote_of, 255),
                place.thread if place.thread is not None else kept[place.root], place.parent,
                place.link, place.confidence, said.rating, said.likes, said.reposts,
                said.replies, said.quotes, said.views,
            )
        )  # fmt: skip
    bulk.insert(MESSAGES, MESSAGE_COLUMNS, rows)


def publish_moves(workspace_id: int, moves: Moves) -> None:
    """
    Say which threads changed: `threads` to read again, `gone` to forget.

    pairs: [gone, the thread that holds its messages now], for what hung on the gone one.
    """
    pairs = sorted(moves.pairs)
    for start in range(0, len(pairs), EVENT_IDS):
        part = pairs[start : start + EVENT_IDS]
        met = {thread for pair in part for thread in pair}
        outbox.publish(
            workspace_id,
            "threads_merged",
            threads=sorted(met - moves.emptied),
            gone=sorted(met & moves.emptied),
            pairs=[list(pair) for pair in part if pair[0] in moves.emptied],
        )


def own_keys(workspace_id: int, channel: str) -> frozenset[str]:
    """Keys of the handles under which the brand speaks on `channel`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM channels_ownhandle WHERE workspace_id = %s AND channel IN ('', %s)",
            [workspace_id, channel],
        )
        return frozenset(row[0] for row in cursor.fetchall())


@lru_cache(maxsize=1 << 16)
def handle_key(handle: str) -> str:
    """
    A handle as channels compare it.

    >>> handle_key("@Free ")
    'free'
    """
    return fitting(handle.strip().lstrip("@").casefold(), 200)


def fitting(value: str, limit: int) -> str:
    """`value`, or a stand-in of at most `limit` characters that is as unique."""
    if not value:
        return ""
    value = plain(value)
    if len(value) <= limit:
        return value
    digest = blake2b(value.encode(), digest_size=16).hexdigest()
    return f"{value[: limit - len(digest) - 1]}~{digest}"


def _parts(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), EVENT_IDS):
        yield numbers[start : start + EVENT_IDS]
