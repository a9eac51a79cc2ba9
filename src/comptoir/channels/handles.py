"""
Threads where only a handle is known: who is answered, not which message.

A message that names no id but a handle is matched in time:

- the brand answering somebody joins that person's latest message of the seven days before;
  one that still waits for an answer is joined for thirty days, because late answers are
  what a team wants to see as such;
- somebody addressing the brand joins the brand's latest answer to them of the seven days
  before;
- everything else begins its own thread.

Confidence is 0.9 within a day when at most one message of the customer was waiting for an
answer, 0.6 within seven days, 0.5 beyond. Reposts neither join nor are joined.

The match depends only on who wrote what to whom and when, so it is worked out after the rows
are in, over the time that they touch, and comes out the same whatever their order.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from comptoir.base import ids
from comptoir.channels import bulk, threads
from comptoir.channels.models import Account
from comptoir.channels.storing import (
    Target,
    around,
    handle_key,
    nodes_of,
    own_keys,
    publish_moves,
    settle,
)

DAY_MS = 86_400_000
WINDOW_MS = 7 * DAY_MS
WAITING_MS = 30 * DAY_MS
SURE = 0.9
UNSURE = 0.6
LATE = 0.5
_PAGE = 20_000
_MANY = 200_000
_NEVER = -WAITING_MS - 1

Row = tuple[int, str, str, bool, str, str, str, int | None, str, float, int]
Match = tuple[int, float] | None


@dataclass(slots=True)
class Contact:
    """
    What passed lately between one person and the brand; times in milliseconds since 1970.

    last: their latest message; previous: the time of the one before. answer: the brand's
    latest message to them. The external ids decide between messages of one moment.
    """

    last: int = _NEVER
    last_id: int = 0
    previous: int = _NEVER
    answer: int = _NEVER
    answer_id: int = 0

    def wrote(self, when: int, number: int) -> None:
        self.last, self.last_id, self.previous = when, number, self.last

    def answered(self, when: int, number: int) -> None:
        self.answer, self.answer_id = when, number

    @property
    def latest(self) -> int:
        return max(self.last, self.answer)


def link(
    workspace_id: int, earliest: int, latest: int, touch: Callable[[], None] | None = None
) -> int:
    """
    Match anew every message that new ones with ids in this range can concern.

    touch: called between pages, to say that the work goes on. Returns how many changed.
    """
    changed = 0
    for account in Account.objects.get_queryset().filter(workspace_id=workspace_id):
        target = Target(workspace_id, account.pk, account.channel)
        if _has_candidates(target):
            changed += _Linking(target, earliest, latest).run(touch or _nothing)
    return changed


def _nothing() -> None:
    return None


def _has_candidates(target: Target) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM channels_message WHERE account_id = %s AND in_reply_to = ''"
            " AND NOT (in_reply_to_handle = '') LIMIT 1",
            [target.account_id],
        )
        return cursor.fetchone() is not None


def _answered(when: int, met: Contact) -> Match:
    """The message of theirs that the brand answers at `when`, and how sure that is."""
    since = when - met.last
    if since > WINDOW_MS:
        waits = met.last > met.answer and since <= WAITING_MS
        return (met.last_id, LATE) if waits else None
    alone = met.previous <= met.answer or when - met.previous > WINDOW_MS
    return met.last_id, SURE if alone and since <= DAY_MS else UNSURE


class _Linking:
    """One pass over one account, page by page, remembering a month of contacts."""

    def __init__(self, target: Target, earliest: int, latest: int) -> None:
        self.target = target
        self.own = own_keys(target.workspace_id, target.channel)
        self.from_ms = earliest >> ids.COUNTER_BITS
        self.start = max(0, self.from_ms - WAITING_MS) << ids.COUNTER_BITS
        self.end = ((latest >> ids.COUNTER_BITS) + WAITING_MS + 1) << ids.COUNTER_BITS
        self.contacts: dict[str, Contact] = {}

    def run(self, touch: Callable[[], None]) -> int:
        changed = 0
        for page in self._pages():
            changes = dict(self._changes(page))
            if changes:
                with transaction.atomic():
                    self._apply(changes)
            changed += len(changes)
            self._forget(page[-1][0] >> ids.COUNTER_BITS)
            touch()
        return changed

    def _pages(self) -> Iterator[list[Row]]:
        """Rows in time order; those of one millisecond are never parted."""
        after, held = self.start - 1, list[Row]()
        while rows := self._read(after):
            after = rows[-1][0]
            rows = held + rows
            last = rows[-1][0] >> ids.COUNTER_BITS
            cut = next(i for i in range(len(rows), 0, -1) if i == 1 or rows[i - 2][0] >> ids.COUNTER_BITS != last) - 1  # fmt: skip
            held = rows[cut:]
            if cut:
                yield rows[:cut]
        if held:
            yield held

    def _read(self, after: int) -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT m.id, m.external_id, a.key, m.own, m.in_reply_to, m.in_reply_to_handle,"
                " m.kind, m.parent, m.link, m.link_confidence, m.thread_id"
                " FROM channels_message m JOIN channels_author a ON a.id = m.author_id"
                " WHERE +m.account_id = %s AND m.id > %s AND m.id < %s ORDER BY m.id LIMIT %s",
                [self.target.account_id, after, self.end, _PAGE],
            )
            return list(cursor.fetchall())

    def _changes(self, page: list[Row]) -> Iterator[tuple[int, tuple[Match, int]]]:
        """Messages matched otherwise than kept; those of one moment do not see one another."""
        group: list[Row] = []
        moment = -1
        for row in page:
            if row[6] == "repost":
                continue
            when = row[0] >> ids.COUNTER_BITS
            if when != moment:
                self._note(moment, group)
                group.clear()
                moment = when
            group.append(row)
            if row[5] and not row[4] and when >= self.from_ms:
                match = self._match(when, row)
                if match != ((row[7], row[9]) if row[8] == threads.HANDLE else None):
                    yield row[0], (match, row[10])
        self._note(moment, group)

    def _match(self, when: int, row: Row) -> Match:
        addressed = handle_key(row[5])
        if row[3]:
            met = None if addressed in self.own else self.contacts.get(addressed)
            return None if met is None else _answered(when, met)
        met = self.contacts.get(row[2]) if addressed in self.own else None
        if met is None or when - met.answer > WINDOW_MS:
            return None
        return met.answer_id, SURE if when - met.answer <= DAY_MS else UNSURE

    def _note(self, when: int, group: list[Row]) -> None:
        if len(group) > 1:
            group.sort(key=lambda each: each[1])
        for row in group:
            if row[3] and not row[5]:
                continue
            key = handle_key(row[5]) if row[3] else row[2]
            contact = self.contacts.get(key)
            if contact is None:
                contact = self.contacts[key] = Contact()
            if row[3]:
                contact.answered(when, row[0])
            else:
                contact.wrote(when, row[0])

    def _forget(self, when: int) -> None:
        if len(self.contacts) > _MANY:
            self.contacts = {
                key: each for key, each in self.contacts.items() if when - each.latest <= WAITING_MS
            }

    def _apply(self, changes: dict[int, tuple[Match, int]]) -> None:
        """Point the messages anew and let their threads be worked out again."""
        bulk.lock(self.target.account_id)
        matched = [match[0] for match, _ in changes.values() if match]
        rows = bulk.find(
            "channels_message", ["thread_id"], bulk.OF_ACCOUNT, [self.target.account_id], "id",
            matched,
        )  # fmt: skip
        concerned = {thread for _, thread in changes.values()} | {row[0] for row in rows}
        nodes = nodes_of(concerned, self.target, self.own)
        before = {}
        for node in nodes.values():
            if node.id in changes:
                match, _ = changes[node.id]
                before[node.id] = (node.parent, node.link, node.confidence)
                node.parent, node.confidence = match or (None, 1.0)
                node.link = threads.HANDLE if match else threads.ROOT
        placed = threads.places(nodes, around(self.target, nodes))
        for node in nodes.values():
            if node.id in before:
                node.parent, node.link, node.confidence = before[node.id]
        _, moves = settle(self.target, nodes, placed)
        publish_moves(self.target.workspace_id, moves)
