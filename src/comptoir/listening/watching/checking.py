"""
Watching: whose turn it is, what came back, what changed, whom to tell.

A page is claimed by one statement that moves its next turn; the answer is kept before it is
understood, in one transaction with the page; understanding is done once, under the page's lock.
A worker that dies at any point leaves either a page whose turn comes again, or an answer that
the next round understands.
"""

import json
import random
import threading
import zlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import F

from comptoir.base import clock
from comptoir.base.http import Response
from comptoir.base.models import Workspace
from comptoir.base.scope import every_workspace, scope
from comptoir.listening.alerting import carrying
from comptoir.listening.watching import diffing, hosts, reading, visiting
from comptoir.listening.watching.diffing import Change
from comptoir.listening.watching.models import PageChange, PageReading, WatchedPage
from comptoir.listening.watching.readings import Reading
from comptoir.listening.watching.refusing import Refused

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=5)
RAW_KEPT: Final = 2
DATA_KEPT: Final = 60
READINGS_KEPT: Final = 1_000
CHANGES_KEPT: Final = 2_000
STOPS_AFTER: Final = 3
"""So many times in a row "not found", and the page is believed to be gone."""
TOLD: Final = 8
_PART: Final = 20
_LATELY: Final = timedelta(days=7)
_FIRST_PAUSE: Final = timedelta(minutes=30)
_LONGEST_PAUSE: Final = timedelta(days=2)
_DOUBT: Final = timedelta(hours=1)
_KEPT_HEADERS: Final = ("content-type", "etag", "last-modified", "date")
State = WatchedPage.State


def check_due(stop: threading.Event | None = None) -> int:
    """Read what came in, then visit the pages whose turn it is; how many. Needs no scope."""
    done = understand_unread()
    now = clock.now()
    with every_workspace():
        due = WatchedPage.objects.filter(state=State.ACTIVE, due_at__lte=now)
        rows = list(due.order_by("due_at", "pk")[:_PART])
    for row in rows:
        if stop is not None and stop.is_set():
            break
        done += _claimed(row)
    return done


def look(page_id: int) -> bool:
    """Visit one page at once, whosever turn it is; whether it answered or refused."""
    row = WatchedPage.objects.filter(pk=page_id, state=State.ACTIVE).first()
    return row is not None and _claimed(row)


def understand_unread() -> int:
    """Understand the answers that a worker left behind. Needs no scope."""
    with every_workspace():
        unread = PageReading.objects.filter(read_at=None).order_by("at", "pk")
        found = list(unread.values_list("pk", "workspace_id")[:_PART])
    for pk, workspace in found:
        with scope(workspace):
            understand(pk)
    return len(found)


def _claimed(row: WatchedPage) -> bool:
    with scope(row.workspace_id):
        mine = WatchedPage.objects.filter(pk=row.pk, due_at=row.due_at, state=State.ACTIVE)
        if not mine.update(due_at=clock.now() + LEASE):
            return False
        row.refresh_from_db()
        try:
            kept = _visited(row)
        except hosts.Later as later:
            _put_off(row, timedelta(seconds=later.seconds + random.uniform(0, 5)))  # noqa: S311
            return False
        except Refused as refused:
            _refused(row.pk, refused)
            return True
        if kept is not None:
            understand(kept)
        return True


def _visited(row: WatchedPage) -> int | None:
    """Ask, and keep the answer; the id of a reading that is to be understood."""
    asked = visiting.Asked(row.url, row.contact, row.etag, row.modified)
    answer = visiting.visit(asked)
    digest = blake2b(answer.body, digest_size=16).hexdigest()
    with transaction.atomic():
        page = _locked(row.pk)
        if page is None or page.url != row.url:
            return None
        now = clock.now()
        latest = _latest(page)
        page.asked_at = page.answered_at = now
        page.wanted_at, page.tries = None, 0
        page.due_at = now + _turn(page)
        if answer.status == 304 or (latest is not None and latest.digest == digest):
            _still_so(page, latest, now)
            page.doubts = 0
            lasting = page.problem.get("code") in _ABOUT_CONTENT
            _heard(page, answer, page.problem if lasting else {})
            return None
        _heard(page, answer, page.problem)
        return _kept(page, answer, digest, now).pk


_ABOUT_CONTENT: Final = ("part_missing", "no_price")
"""Problems of a page that was read well: they last until something else is read."""


def _heard(page: WatchedPage, answer: Response, problem: dict[str, Any]) -> None:
    if answer.status == 200:
        page.etag = _printable(answer.headers.get("etag", ""), 300)
        page.modified = _printable(answer.headers.get("last-modified", ""), 100)
    page.problem = problem
    page.save(
        update_fields=[
            "asked_at", "answered_at", "wanted_at", "tries", "due_at", "etag", "modified", "problem",
            "doubts",
        ]
    )  # fmt: skip


def _kept(page: WatchedPage, answer: Response, digest: str, now: datetime) -> PageReading:
    kept = {name: _printable(answer.headers.get(name, ""), 300) for name in _KEPT_HEADERS}
    return PageReading.objects.create(
        workspace_id=page.workspace_id,
        page=page,
        at=now,
        last_at=now,
        digest=digest,
        headers=kept,
        raw=zlib.compress(answer.body, 6),
    )


def understand(reading_id: int) -> None:
    """
    Read a kept answer, compare it with the one before, keep and tell what changed; once.

    Reading can take a second and is done before anything is locked.
    """
    row = PageReading.objects.select_related("page").filter(pk=reading_id, read_at=None).first()
    if row is None:
        return
    try:
        now_read = _read(row)
    except Exception:  # whatever a page holds, the others go on, and its answer is kept
        log.exception("watching.unreadable", reading=reading_id)
        PageReading.objects.filter(pk=reading_id).update(read_at=clock.now())
        WatchedPage.objects.filter(pk=row.page_id).update(problem={"code": "unreadable"}, etag="")
        return
    with transaction.atomic():
        page = _locked(row.page_id)
        held = PageReading.objects.filter(pk=reading_id, read_at=None).first()
        if page is not None and held is not None:
            _compared(page, held, now_read)


def _read(row: PageReading) -> Reading:
    zone = Workspace.objects.values_list("zone", flat=True).get(pk=row.workspace_id)
    return reading.read(
        zlib.decompress(bytes(row.raw or b"")),
        row.headers,
        selector=row.page.selector,
        phrase=row.page.phrase,
        today=row.at.astimezone(ZoneInfo(zone)).date(),
    )


def _compared(page: WatchedPage, row: PageReading, read: Reading) -> None:
    latest = _latest(page)
    before = kept_reading(latest) if latest is not None else None
    if read.refuses:
        row.delete()
        _failed(page, Refused("challenge"))
        return
    if before is not None and diffing.lost(before, read) and not page.doubts:
        row.delete()
        _save(page, doubts=1, etag="", modified="", problem={"code": "doubt"},
              due_at=clock.now() + min(_DOUBT, timedelta(minutes=page.every)))  # fmt: skip
        return
    found = diffing.changes(before, read, page.wants) if before is not None else []
    problem = about(page.wants, page.selector or page.phrase, read)
    if latest is not None and before is not None and not found and before.found == read.found:
        row.delete()
        _still_so(page, latest, row.at)
        _save(page, doubts=0, problem=problem)
        return
    _write(row, read)
    if before is not None and before.found and not read.found:
        found = [Change(diffing.GONE, "part")]
    told = _keep_changes(page, row, found, latest.last_at if latest else row.at)
    _save(page, doubts=0, problem=problem, **({"changed_at": row.at} if told else {}))
    trim(page)


def about(wants: Collection[str], part: str, read: Reading) -> dict[str, Any]:
    """What somebody should know of a page that was read."""
    if read.refuses:
        return {"code": "challenge"}
    if not read.found:
        return {"code": "part_missing", "part": part}
    if "price" in wants and read.main is None:
        return {"code": "no_price"}
    return {}


def _write(row: PageReading, read: Reading) -> None:
    row.data = zlib.compress(json.dumps(read.to_json(), ensure_ascii=False).encode(), 6)
    row.read_at = clock.now()
    if read.main is not None:
        row.cents, row.currency = read.main.cents, read.main.currency
    row.availability = next((one.availability for one in read.offered if one.availability), "")
    row.save(update_fields=["data", "read_at", "cents", "currency", "availability"])


def _keep_changes(
    page: WatchedPage, row: PageReading | None, found: Sequence[Change], since: datetime
) -> bool:
    """Keep all, tell what is news; whether anything was."""
    at = row.at if row is not None else clock.now()
    lately = _lately(page, at)
    news = []
    for number, one in enumerate(found):
        fresh = diffing.fresh(one, lately)
        PageChange.objects.get_or_create(
            page=page,
            at=at,
            number=number,
            defaults={
                "workspace_id": page.workspace_id,
                "reading": row,
                "kind": one.kind,
                "key": one.key[:120],
                "before": one.before,
                "after": one.after,
                "again": fresh is None,
            },
        )
        if fresh is not None:
            news.append(fresh)
    if news:
        facts = {
            "page": page.pk,
            "name": page.name,
            "count": len(news),
            "changes": plain(news[:TOLD]),
        }
        carrying.fire(page.alert_id, since, at, facts)
    return bool(news)


def plain(found: Sequence[Change]) -> list[dict[str, Any]]:
    """Changes as a firing keeps them: few lines of a text, so that a notice stays short."""
    return [
        {
            "kind": one.kind,
            "key": one.key[:120],
            "before": _short(one.before),
            "after": _short(one.after),
        }
        for one in found
    ]


def _short(side: dict[str, Any] | None) -> dict[str, Any] | None:
    if side is None or "lines" not in side:
        return side
    return {"lines": [line[:300] for line in side["lines"][:3]]}


def _lately(page: WatchedPage, at: datetime) -> list[Change]:
    since = at - max(_LATELY, 6 * timedelta(minutes=page.every))
    since = max(since, page.armed_at)
    rows = PageChange.objects.filter(page=page, at__gt=since, at__lt=at).order_by("-at")[:200]
    return [Change(one.kind, one.key, one.before, one.after) for one in rows]


# ── When a page is not read ────────────────────────────────────────────────────────────────


def _refused(page_id: int, refused: Refused) -> None:
    with transaction.atomic():
        page = _locked(page_id)
        if page is not None and page.state == State.ACTIVE:
            page.asked_at, page.wanted_at = clock.now(), None
            _failed(page, refused)


def _failed(page: WatchedPage, refused: Refused) -> None:
    """Note why, and when it is tried again."""
    now = clock.now()
    page.tries += 1
    page.problem = {"code": refused.code, **refused.facts}
    is_gone = refused.code == "gone" and (
        refused.facts.get("status") == 410 or page.tries >= STOPS_AFTER
    )
    if is_gone or refused.stops:
        page.state, page.due_at = State.STOPPED, None
    else:
        pause = min(_FIRST_PAUSE * 2 ** min(page.tries - 1, 10), _LONGEST_PAUSE)
        page.due_at = now + _jittered(max(refused.after or timedelta(), pause))
        if refused.after is not None and refused.code == "robots":
            page.due_at = now + max(refused.after, timedelta(minutes=page.every))
    page.save(update_fields=["tries", "problem", "state", "due_at", "asked_at", "wanted_at"])
    if is_gone:
        latest = _latest(page)
        _keep_changes(page, None, [Change(diffing.GONE, "page")], latest.last_at if latest else now)


def _put_off(row: WatchedPage, pause: timedelta) -> None:
    WatchedPage.objects.filter(pk=row.pk, due_at=row.due_at).update(due_at=clock.now() + pause)


# ── What is kept ───────────────────────────────────────────────────────────────────────────


def kept_reading(row: PageReading) -> Reading | None:
    """What was understood; None where it is kept no longer."""
    if row.data is None:
        return None
    return Reading.from_json(json.loads(zlib.decompress(bytes(row.data))))


def trim(page: WatchedPage) -> None:
    """Keep the answers, the texts and the prices of the newest readings, each as long as stated."""
    ids = list(
        PageReading.objects.filter(page=page, read_at__isnull=False)
        .order_by("-pk")
        .values_list("pk", flat=True)
    )
    rows = PageReading.objects.filter(page=page)
    rows.filter(pk__in=ids[RAW_KEPT:], raw__isnull=False).update(raw=None)
    rows.filter(pk__in=ids[DATA_KEPT:], data__isnull=False).update(data=None)
    rows.filter(pk__in=ids[READINGS_KEPT:]).delete()
    old = PageChange.objects.filter(page=page).order_by("-pk").values_list("pk", flat=True)
    gone = list(old[CHANGES_KEPT : CHANGES_KEPT + 500])
    if gone:
        PageChange.objects.filter(pk__in=gone).delete()


def _latest(page: WatchedPage) -> PageReading | None:
    """The newest state that a new one is compared with."""
    read = PageReading.objects.filter(page=page, read_at__isnull=False, data__isnull=False)
    return read.filter(at__gte=page.armed_at).order_by("-pk").first()


def _still_so(page: WatchedPage, row: PageReading | None, at: datetime) -> None:
    if row is not None:
        mine = PageReading.objects.filter(pk=row.pk)
        mine.update(last_at=at, visits=F("visits") + 1)


def _locked(page_id: int) -> WatchedPage | None:
    return WatchedPage.objects.select_for_update().filter(pk=page_id).first()


def _save(page: WatchedPage, **changed: Any) -> None:
    for name, value in changed.items():
        setattr(page, name, value)
    page.save(update_fields=list(changed))


def _turn(page: WatchedPage) -> timedelta:
    return _jittered(timedelta(minutes=page.every))


def _jittered(pause: timedelta) -> timedelta:
    """A tenth more or less, so that pages do not fall due together for ever."""
    return pause * random.uniform(0.95, 1.1)  # noqa: S311 - nothing depends on guessing it


def _printable(said: str, most: int) -> str:
    return said if len(said) <= most and said.isprintable() else ""
