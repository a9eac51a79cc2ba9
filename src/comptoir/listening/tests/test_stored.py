"""The past asked of volumes: the same as asked of the messages, whatever happened to these."""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from comptoir.analysis.queries import parse
from comptoir.analysis.queries.evaluating import evaluate
from comptoir.base import erasure, jobs, outbox, workspaces
from comptoir.base.models import OutboxEvent, User, Workspace
from comptoir.base.scope import scope
from comptoir.channels.erasing import remove_messages
from comptoir.channels.models import Author, Message
from comptoir.listening import api, past, scanning
from comptoir.listening.documents import documents
from comptoir.listening.models import Mention, PastRun
from comptoir.listening.scanning import Span
from comptoir.listening.volumes import following, store
from comptoir.triage import api as triage
from comptoir.triage.tests.conftest import START, Say

Save = Callable[..., int]
Work = Callable[..., None]
QUERIES = [
    "colis", "colis NOT retard", '"colis perdu"', "colis NEAR/2 (retard OR perdu)", "ret*",
    "raw:Colis", "followers:>50 colis", "author:lea", "sentiment:negative", "lang:fr merci",
    "merci published:>=2026-01-01", "mention:citron OR intent:refund", "NOT colis AND merci",
    "url:exemple", "site:exemple.fr",
]  # fmt: skip
ALL = Span()
WORDS = ["Colis", "colis", "retard", "perdu", "merci", "remboursement", "@citron", "été", "nul"]


def plain(text: str, span: Span = ALL) -> list[int]:
    """What the evaluator says of each message."""
    tree = parse(text).tree
    rows = Message.objects.filter(pk__gte=span.since, pk__lt=span.before)
    read = documents(rows.values_list("pk", flat=True))
    return [int(one.id) for one in reversed(read) if evaluate(tree, one)]


def asked(texts: list[str], span: Span = ALL, most: int = 1 << 30) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in texts]
    read, before = 0, span.before
    for portion in scanning.scan(texts, span, most):
        assert portion.end < before
        for kept, some in zip(found, portion.found, strict=True):
            assert all(portion.end <= one < before for one in some)
            assert len(some) <= most
            kept += some
        read, before = read + portion.read, portion.end
    assert read == scanning.count(span)
    return found


def agrees(span: Span = ALL) -> None:
    assert [plain(text, span) for text in QUERIES] == asked(QUERIES, span)


@pytest.fixture
def kept(workspace: Workspace) -> Callable[[], Path]:
    """Volumes of all that is here; the folder of them."""

    def complete() -> Path:
        following.complete(workspace)
        return store.folder(workspace.pk)

    return complete


class World:
    """Messages that come, change and go at random."""

    def __init__(self, seed: int, say: Say, workspace: Workspace, owner: User) -> None:
        self.chance = random.Random(seed)
        self._say, self._workspace, self._owner = say, workspace, owner

    def text(self) -> str:
        return " ".join(self.chance.choices(WORDS, k=self.chance.randint(1, 6)))

    def arrive(self) -> None:
        many = [
            self._say(
                self.text(),
                by=self.chance.choice(("lea", "paul", "zoe")),
                minutes=self.chance.randint(-4_000, 40_000),
            )
            for _ in range(self.chance.randint(1, 7))
        ]
        for one in many:
            one.url = self.chance.choice(("", "https://www.exemple.fr/a"))
            one.save(update_fields=["url"])
        outbox.publish(self._workspace.pk, "messages_received", ids=[one.pk for one in many])

    def drain(self) -> None:
        outbox.drain()

    def correct(self) -> None:
        if (one := self._some()) and triage.labels([one.pk]):
            triage.correct(one.pk, "tone", self.chance.choice((-1, 0, 1)), self._owner)

    def remove(self) -> None:
        if one := self._some():
            remove_messages(one.account_id, [one.external_id])

    def follow_more(self) -> None:
        if one := self._some():
            Author.objects.filter(pk=one.author_id).update(followers=self.chance.randint(0, 100))

    def turn(self) -> None:
        following._committed.clear()
        following.follow()

    def rebuild(self) -> None:
        following.rebuild(self._workspace)

    def tear(self) -> None:
        files = sorted(store.folder(self._workspace.pk).glob("*"))
        if files:
            path = self.chance.choice(files)
            path.write_bytes(path.read_bytes()[: self.chance.randint(0, 60)])

    def erase(self) -> None:
        if one := self._some():
            outbox.drain()
            erasure.erase(erasure.Person(self._workspace.pk, one.author_id))

    def _some(self) -> Message | None:
        return self.chance.choice([*Message.objects.all()] or [None])

    def happen(self) -> None:
        steps = [self.arrive, self.drain, self.correct, self.remove, self.follow_more, self.turn]
        rare = [self.rebuild, self.tear, self.erase]
        self.chance.choices([*steps, *rare], [6, 4, 4, 2, 2, 6, 1, 1, 1])[0]()


@pytest.mark.parametrize("seed", range(6))
def test_the_past_is_what_the_evaluator_says_of_each_message_now(
    say: Say, workspace: Workspace, owner: User, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """
    New, late, corrected, deleted and erased messages, in any order, heard of or not; with files
    torn, volumes of a few messages, and several to a period.
    """
    monkeypatch.setattr(following, "MOST", 8)
    monkeypatch.setattr(following, "MOST_SMALL", 3)
    monkeypatch.setattr(scanning, "SLICE", 4)
    monkeypatch.setattr(scanning, "AT_ONCE", 5)
    world = World(seed, say, workspace, owner)
    for step in range(30):
        world.happen()
        if step % 5 == 4:
            agrees()
    ids = sorted(Message.objects.values_list("pk", flat=True))
    if len(ids) > 4:
        agrees(Span(ids[1], ids[-2]))
        assert [plain("colis")] == asked(["colis"], most=2)


def test_every_word_of_an_erased_person_leaves_the_files(
    say: Say, work: Work, kept: Callable[[], Path], workspace: Workspace
) -> None:
    """
    What they wrote, and their name in what others wrote to them; at once.
    """
    one = say("motsecret colis", by="disparu")
    other = say("@disparu voici votre colis", by="lea")
    work(one, other)
    folder = kept()
    assert b"motsecret" in spelt(folder)

    erasure.erase(erasure.Person(workspace.pk, one.author_id))

    assert b"motsecret" not in spelt(folder)
    assert b"disparu" not in spelt(folder)
    agrees()


def spelt(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


class Killed(BaseException):
    """As if the process ended here."""


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """killing(n): the n-th time something is written, renamed or deleted, nothing more happens."""
    left = [1 << 30]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*args: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return real(*args, **named)

        return act

    for owner_, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink")):
        monkeypatch.setattr(owner_, name, counted(getattr(owner_, name)))

    def set_(count: int) -> None:
        left[0] = count

    return set_


def test_a_writer_killed_at_any_moment_loses_and_doubles_nothing(
    say: Say,
    work: Work,
    kept: Callable[[], Path],
    workspace: Workspace,
    owner: User,
    killing: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    The list of parts is the old or the new one; the next writer goes on from it and clears up.
    """
    monkeypatch.setattr(following, "MOST", 4)
    work(*[say(f"colis {number}", minutes=number) for number in range(9)])
    for moment in range(28):
        one = say(f"retard {moment}", minutes=-moment)
        gone = say(f"perdu {moment}", minutes=moment)
        work(one, gone)
        following.catch_up(workspace.pk)
        remove_messages(gone.account_id, [gone.external_id])
        triage.correct(one.pk, "tone", 1, owner)
        killing(moment % 14)
        try:
            following.complete(workspace)
        except Killed:
            pass
        finally:
            killing(1 << 30)
        agrees()
        folder = kept()
        held = store.known(workspace.pk)
        assert held is not None
        assert held.rows == Message.objects.count()
        assert len(list(folder.iterdir())) == 1 + 2 * len(held.parts)
        agrees()


def test_volumes_of_an_older_kind_are_read_anew(
    say: Say, work: Work, kept: Callable[[], Path], workspace: Workspace, monkeypatch: Any
) -> None:
    """
    A newer Comptoir may write other files; its own come instead, and answers are right meanwhile.
    """
    work(say("colis"), say("retard"))
    before = {path.name for path in kept().iterdir()}
    monkeypatch.setattr(store, "VERSION", store.VERSION + 1)
    assert store.known(workspace.pk) is None
    agrees()
    after = {path.name for path in kept().iterdir()}

    assert before & after == {"parts.json"}
    agrees()


def test_a_database_put_back_is_noticed(
    say: Say, work: Work, kept: Callable[[], Path], workspace: Workspace
) -> None:
    """
    After a restored backup, events have numbers that the volumes heard of already.
    """
    work(say("colis"))
    kept()
    held = store.known(workspace.pk)
    assert held is not None
    OutboxEvent.objects.filter(pk=held.event).update(at=START)
    before = {path.name for path in store.folder(workspace.pk).iterdir()}
    following.catch_up(workspace.pk)

    assert not before & {path.name for path in store.folder(workspace.pk).glob("*.words")}
    kept()
    agrees()


def test_a_reader_goes_on_while_files_are_replaced(
    say: Say, work: Work, kept: Callable[[], Path], workspace: Workspace, monkeypatch: Any
) -> None:
    """
    The page reads in one process, the worker writes in another.
    """
    monkeypatch.setattr(following, "MOST", 4)
    work(*[say(f"colis {number}", minutes=number) for number in range(12)])
    kept()
    wanted = plain("colis")
    portions = scanning.scan(["colis"], Span())
    found = [*next(portions).found[0]]
    following.rebuild(workspace)
    for portion in portions:
        found += portion.found[0]

    assert wanted == found


def test_the_newest_are_asked_of_volumes_while_older_ones_are_still_read(
    say: Say, work: Work, workspace: Workspace, monkeypatch: Any
) -> None:
    """
    Reading ten million messages takes minutes; the last month must not wait for the first.
    """
    monkeypatch.setattr(following, "MOST", 4)
    work(*[say(f"colis {number}", minutes=number) for number in range(12)])
    following._turn(workspace.pk, wait=True)
    held = store.known(workspace.pk)
    assert held is not None
    assert 4 == held.rows
    agrees()


def test_a_workspace_that_goes_takes_its_volumes(
    say: Say, work: Work, kept: Callable[[], Path], workspace: Workspace
) -> None:
    work(say("colis"))
    folder = kept()
    following.forget(workspace.pk)

    assert not folder.exists()
    assert "listening volumes" in {one.name for one in workspaces._stores.values()}


def test_brands_have_volumes_of_their_own(say: Say, work: Work, kept: Callable[[], Path]) -> None:
    work(say("colis"))
    kept()
    other = Workspace.objects.create(slug="autre", name="Autre")
    with scope(other):
        following.complete(other)
        assert [[]] == asked(["colis"])


def test_the_worker_keeps_volumes_without_being_asked(
    say: Say, work: Work, workspace: Workspace
) -> None:
    work(*[say(f"colis {number}") for number in range(3)])
    assert following.follow in jobs._followers
    while following.follow():
        pass
    held = store.known(workspace.pk)

    assert held is not None
    assert (3, 0) == (held.rows, held.reach)


def test_a_run_on_the_past_writes_what_it_finds_and_takes_away_what_it_does_not(
    say: Say,
    work: Work,
    save: Save,
    owner: User,
    kept: Callable[[], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    In portions that a killed worker repeats at most; from the newest to the oldest.
    """
    monkeypatch.setattr(following, "MOST", 4)
    monkeypatch.setattr(past, "MOST", 2)
    query = save("colis")
    messages = [say(f"colis {n}" if n % 3 else f"rien {n}", minutes=n) for n in range(20)]
    work(*messages)
    kept()
    now = api.query(query)
    api.change(query, replace(draft(now), text="rien OR 7"), owner)
    run = api.ask_past(query, None, owner)
    first = past.read(run)
    past.write(first)
    past.write(first)
    assert len(first.found) in (2, 3)
    work()

    (done,) = api.past_runs(query)
    assert ("done", 20, 20) == (done.state, done.total, done.read)
    assert plain("rien OR 7") == [one.message for one in api.mentions([query]).mentions]
    assert len(plain("rien OR 7")) == done.found == Mention.objects.filter(query=query).count()
    assert PastRun.objects.get(pk=run).ended_at is not None


def draft(now: api.QueryView) -> api.Draft:
    return api.Draft(now.name, now.folder, now.text)


def test_what_is_excluded_is_not_found_in_the_past(
    say: Say, work: Work, save: Save, owner: User, kept: Callable[[], Path]
) -> None:
    query = save("colis")
    first, second = say("colis", by="bot"), say("mon colis", by="lea")
    work(first, second)
    kept()
    api.exclude(first.pk, "author", query, owner)
    api.ask_past(query, None, owner)
    work()

    assert [second.pk] == [one.message for one in api.mentions([query]).mentions]


def test_a_preview_asks_both_texts_at_once(say: Say, work: Work, kept: Callable[[], Path]) -> None:
    both, gained, lost = say("colis et paquet"), say("paquet"), say("colis")
    work(both, gained, lost)
    kept()
    seen = api.preview("paquet", against="colis")

    assert seen.difference == api.difference("colis", "paquet")
    assert seen.difference is not None
    assert (1, 1, 1) == (seen.difference.kept, seen.difference.gained, seen.difference.lost)
    assert [gained.pk, both.pk] == list(seen.ids)
    assert api.preview("paquet") == replace(seen, difference=None)


def test_all_that_was_received_is_searched_page_by_page(
    say: Say, work: Work, kept: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The newest come at once; the count goes on from where it was.
    """
    monkeypatch.setattr(following, "MOST", 4)
    work(*[say(f"colis {n}" if n % 2 else "rien", minutes=n * 60 * 24 * 20) for n in range(18)])
    kept()
    found, read, ids, before = 0, 0, list[int](), None
    for seen in searches("colis", before):
        found, read, ids = found + seen.found, read + seen.read, [*ids, *seen.ids]
        assert read + seen.left == 18

    assert (9, 18) == (found, read)
    assert plain("colis") == ids


def searches(text: str, before: int | None) -> Iterator[api.Searched]:
    while before != 0:
        seen = api.search(text, before, patience=0)
        yield seen
        before = seen.end
