"""
How fast one query is asked of all that was received, in the application.

    python bench/past.py --data FOLDER --messages 1000000

Fills a fresh SQLite installation (or keeps one: --home) with messages and labels as the worker
writes them: texts of `matching_sets`, over 900 days. Reads them into volumes the way the worker
does. Then, for each query, prints the first page as the search of the page asks it, with
what is shown of its messages; the whole past without writing; a run on the past through the
outbox, with its mentions; the preview of 30 days with what another text changes; and the ratio to
the same query asked of the database message by message, measured on --scanned messages.

--times 10 lets the volumes count ten times, each time 900 days older: their words are the same
files under other names, so that they are as large for the disk's cache as one set of them. No
database holds the older messages; queries that must fetch messages are left out then, and so
is writing mentions.
"""

import argparse
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from inbox import SPAN, Shop, set_up
from matching_sets import messages

SEED = 7
PORTION = 20_000
QUERIES = {
    "rare and common": "fibre AND (débit OR lent*) AND NOT mobile",
    "phrase": '"service client"',
    "near": "free NEAR/5 (panne OR coupure OR bug)",
    "very common": "free OR box OR internet OR merci",
    "fields": "(panne OR coupure) sentiment:negative lang:fr -is:repost",
    "days": "free published:2025 channel:x",
    "a field alone": "sentiment:negative intent:refund",
    "followers": "(panne OR coupure) followers:>1000",
    "raw": "raw:SFR panne",
}
FETCHING = ("followers", "raw")


class Heard(Shop):
    """The inbox's invented shop, whose customers say what real ones said."""

    def __init__(self, workspace: Any, count: int, data: Path | None) -> None:
        super().__init__(workspace, count)
        self._data, self._made = data, 0
        self._texts: list[str] = []
        self._people()

    def _people(self) -> None:
        from comptoir.channels.models import Author

        chance = random.Random(SEED)
        rows = list(Author.objects.all())
        for row in rows:
            row.followers = int(10 ** chance.uniform(0, 6))
        Author.objects.bulk_update(rows, ["followers"], batch_size=5_000)

    def _message(self, *details: Any) -> dict[str, Any]:
        if not self._texts:
            some = messages(PORTION, self._data, SEED + self._made)
            self._texts, self._made = [one.text for one in some], self._made + PORTION
        return super()._message(*details) | {"text": self._texts.pop()}


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def spent(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def build(workspace: Any) -> None:
    """Read everything into volumes, as the worker does."""
    from comptoir.listening.volumes import following, store

    used = time.process_time()
    seconds, rows = spent(lambda: following.rebuild(workspace))
    used = time.process_time() - used
    size = store.sizes([workspace.pk])
    print(
        f"read {rows:,} messages into volumes: {rows / seconds:,.0f} a second"
        f" ({used / rows * 1e6:.0f} µs of the processor each), {size / rows:.0f} bytes each on disk,"
        f" {peak():,.0f} MB of memory at most"
    )


def repeat(workspace: Any, times: int) -> None:
    """Let the volumes count several times, each time as long ago again."""
    from comptoir.base import ids
    from comptoir.listening.volumes import store

    held = store.known(workspace.pk)
    assert held is not None
    folder, parts = store.folder(workspace.pk), list(held.parts)
    for again in range(1, times):
        back = again * SPAN
        for part in held.parts:
            columns = store.columns_of(workspace.pk, part)
            shift = (back // timedelta(milliseconds=1)) << ids.COUNTER_BITS
            moved = replace(
                columns,
                ids=columns.ids - shift,
                sent=columns.sent - back // timedelta(microseconds=1),
            )
            words = f"{again}-{part.words}"
            os.link(folder / part.words, folder / words)
            parts.append(store.part_of(words, store.save_columns(workspace.pk, moved), moved))
    store.commit(workspace.pk, replace(held, parts=tuple(parts)))
    rows = sum(part.rows for part in parts)
    print(f"{len(parts)} volumes of {rows:,} messages, of which {len(held.parts)} are distinct")


def page(request: Any, text: str) -> Any:
    """The first page of a search as the browser gets it."""
    from django.template.loader import render_to_string

    from comptoir.web.listening import trying

    context = trying.searched(request, text) | {"workspace": request.desk.workspace}
    return render_to_string("listening/parts/search.html", context)


def whole(text: str) -> tuple[int, int]:
    from comptoir.listening import scanning

    found = read = 0
    for portion in scanning.scan([text], scanning.Span()):
        found, read = found + len(portion.found[0]), read + portion.read
    return found, read


def by_database(text: str, span: Any) -> tuple[float, int, list[int]]:
    """Seconds, messages and findings without volumes."""
    from comptoir.analysis.queries import parse
    from comptoir.listening import scanning

    begun, read, found = time.perf_counter(), 0, list[int]()
    for part in scanning._by_rows([parse(text).tree], span):
        read += len(part.ids)
        found += part.found[0].tolist()
        if read >= ARGUMENTS.scanned:
            break
    return time.perf_counter() - begun, read, found


def run(workspace: Any, owner: Any, text: str) -> tuple[float, float, int]:
    """Seconds to the first mentions and to the last of a run on the past, and how many."""
    from comptoir.base import outbox
    from comptoir.listening import api

    folder = api.folders()[0].id if api.folders() else api.add_folder("topic", "bench", owner)
    query = api.add(api.Draft(str(time.time_ns()), folder, text), owner)
    begun, first = time.perf_counter(), 0.0
    api.ask_past(query, None, owner)
    while outbox.drain(limit=1):
        now = api.past_runs(query)[0]
        first = first or (now.found >= 10 and time.perf_counter() - begun) or 0.0
        if now.state != "running":
            break
    seconds = time.perf_counter() - begun
    found = api.past_runs(query)[0].found
    api.delete(query, owner)
    return first, seconds, found


def ask(workspace: Any, owner: Any, request: Any, name: str) -> None:
    from comptoir.listening import api, scanning

    text = QUERIES[name]
    first, _ = spent(lambda: page(request, text))
    again, _ = spent(lambda: page(request, text))
    seconds, (found, read) = spent(lambda: whole(text))
    line = f"{name:16} page {first * 1000:4.0f}, {again * 1000:4.0f} ms; {found:9,} in {seconds:5.2f} s"
    preview, seen = spent(lambda: api.preview(text, against="free panne"))
    line += f"; 30 days {preview * 1000:4.0f} ms ({seen.total:,})"
    if ARGUMENTS.times == 1:
        begun, total, kept = run(workspace, owner, text)
        line += f"; run {begun * 1000:5.0f} ms, {total:5.1f} s with {kept:,} mentions"
    plain, some, wanted = by_database(text, scanning.Span())
    if wanted:
        portions = scanning.scan([text], scanning.Span(wanted[-1]))
        same = [one for part in portions for one in part.found[0]] == wanted
        if not same:
            raise AssertionError(f"{name}: volumes and database differ")
    print(
        f"{line}; database {some / plain:,.0f} messages/s, ratio {read / seconds / (some / plain):,.0f}"
    )


def measure(workspace: Any) -> None:
    from django.test import RequestFactory

    from comptoir.base.models import User

    owner = User.objects.filter(email="bench@example.com").first()
    if owner is None:
        owner = User.objects.create_user("bench@example.com", "a long password of words")
    request = RequestFactory().post("/")
    request.user = owner
    request.desk = Desk(workspace)  # type: ignore[attr-defined]
    page(request, "internet")
    for name in QUERIES:
        if ARGUMENTS.times == 1 or name not in FETCHING:
            ask(workspace, owner, request, name)
    print(f"{peak():,.0f} MB of memory at most")


class Desk:
    """What the cards of a page need of the desk."""

    def __init__(self, workspace: Any) -> None:
        self.workspace = workspace


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        workspace, _made = set_up(ARGUMENTS.home or Path(scratch))
        from comptoir.base.scope import scope
        from comptoir.channels.models import Message

        with scope(workspace):
            if not Message.objects.exists():
                Heard(workspace, ARGUMENTS.messages, ARGUMENTS.data).fill()
            if not ARGUMENTS.built:
                build(workspace)
            if ARGUMENTS.times > 1:
                repeat(workspace, ARGUMENTS.times)
            measure(workspace)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--scanned", type=int, default=20_000)
    parser.add_argument("--built", action="store_true", help="the volumes of --home are whole")
    return parser.parse_args()


if __name__ == "__main__":
    ARGUMENTS = parsed()
    main()
