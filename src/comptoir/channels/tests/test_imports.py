import json
import random
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django_tasks_db.models import DBTaskResult

from comptoir.base import clock
from comptoir.base.errors import Problem
from comptoir.base.models import User, Workspace
from comptoir.base.scope import scope
from comptoir.channels import api, imports
from comptoir.channels.models import (
    Author,
    Delivery,
    ImportReject,
    ImportRun,
    Message,
    SavedMapping,
    Thread,
)
from comptoir.channels.tests.making import shape

HEADER = "id,created_at,full_text,screen_name,in_reply_to"


def line(number: int) -> str:
    """Every third row answers the one before; every tenth has a date that cannot be read."""
    when = (
        "jamais"
        if number % 10 == 9
        else f"2024-03-{1 + number % 28:02d} 12:00:{number % 60:02d} +01:00"
    )
    author = "citron" if number % 3 == 2 else f"user_{number % 7}"
    parent = str(10_000_000 + number - 1) if number % 3 == 2 else "null"
    return f'{10_000_000 + number},{when},"message {number}",{author},{parent}'


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def made(*lines: str, name: str = "export.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
        return path

    return made


@pytest.fixture
def export(write: Callable[..., Path]) -> Path:
    return write(*(line(number) for number in range(95)))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of ten rows, so that a hundred rows are a long import."""
    monkeypatch.setattr(imports, "BATCH_ROWS", 10)


def start(path: Path, **more: Any) -> api.ImportView:
    return api.start_import(path, api.inspect_file(path).guess.mapping, enqueue=False, **more)


def finished(run: api.ImportView) -> api.ImportView:
    done = api.run_import(run.id)
    assert done is not None
    return done


def counts(view: api.ImportView) -> tuple[int, int, int, int]:
    return view.read, view.imported, view.duplicates, view.rejected


def kept_files() -> list[Path]:
    return list((Path(django_settings.HOME) / "files" / "imports").glob("*"))


def test_every_row_of_the_file_is_accounted_for(
    brand: Workspace, export: Path, small: None
) -> None:
    """
    Read is imported plus duplicates plus rejected, and the copy of the file is dropped.
    """
    done = finished(start(export))

    assert ("done", 1.0, None) == (done.state, done.share, done.seconds_left)
    assert (95, 86, 0, 9) == counts(done)
    assert 86 == Message.objects.count()
    assert [] == kept_files()
    assert export.exists()


def test_the_same_file_again_is_all_duplicates(brand: Workspace, export: Path) -> None:
    first, second = finished(start(export)), finished(start(export))

    assert (95, 86, 0, 9) == counts(first)
    assert (95, 0, 86, 9) == counts(second)


def test_refused_rows_are_listed_and_downloaded(brand: Workspace, export: Path) -> None:
    done = finished(start(export))

    refused = api.rejects(done.id, offset=1, limit=2)
    table = "".join(api.rejects_file(done.id, french=True))

    assert [21, 31] == [each.line for each in refused]
    assert ["bad_date"] * 2 == [each.code for each in refused]
    assert "jamais" in refused[0].sentence
    assert refused[0].raw == line(19)
    assert 10 == len(table.splitlines())


class Killed(BaseException):
    """Ends a worker as a kill would: nothing after it runs but rollbacks."""


@pytest.mark.parametrize("seed", range(6))
def test_an_import_killed_anywhere_ends_as_if_it_had_not_been(
    brand: Workspace, export: Path, small: None, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """
    Each batch is one transaction with its progress; the next worker goes on from there.
    """
    finished(start(export))
    expected = shape()
    for model in (Message, Delivery, Thread, Author):
        model.objects.all().delete()
    chance = random.Random(seed)
    monkeypatch.setattr(
        "comptoir.channels.storing._insert_messages", dying(chance, "_insert_messages")
    )
    monkeypatch.setattr(
        "comptoir.channels.storing._insert_deliveries", dying(chance, "_insert_deliveries")
    )

    run = start(export)
    kills = 0
    for attempt in range(200):
        with clock.held_at(clock.now() + timedelta(minutes=attempt)):
            try:
                done = finished(run)
                break
            except Killed:
                kills += 1

    assert kills
    assert (95, 86, 0, 9) == counts(done)
    assert expected == shape()
    assert 9 == ImportReject.objects.filter(run_id=run.id).count()


def dying(chance: random.Random, name: str) -> Callable[..., None]:
    from comptoir.channels import storing

    real = getattr(storing, name)

    def maybe(*args: Any) -> None:
        if chance.random() < 0.2:
            raise Killed
        real(*args)
        if chance.random() < 0.1:
            raise Killed

    return maybe


def test_a_run_held_by_one_worker_is_left_alone_by_another(brand: Workspace, export: Path) -> None:
    """
    Two workers on one run would count its rows twice.
    """
    run = start(export)
    ImportRun.objects.filter(pk=run.id).update(
        state="running", claim="other", heartbeat=clock.now()
    )

    assert "running" == finished(run).state
    assert 0 == Message.objects.count()


def test_a_worker_that_was_given_up_stops_at_its_next_batch(
    brand: Workspace, export: Path, small: None
) -> None:
    """
    A machine that slept must not go on beside the one that took over.
    """
    run = start(export)

    def taken_over(_: api.ImportView) -> None:
        ImportRun.objects.filter(pk=run.id).update(claim="other")

    done = api.run_import(run.id, taken_over)

    assert done is not None
    assert ("running", 10) == (done.state, done.read)


def test_cancelling_stops_and_keeps_what_came(
    brand: Workspace, export: Path, small: None, agent: User
) -> None:
    run = start(export)

    def cancel(now: api.ImportView) -> None:
        if now.read == 30:
            api.cancel_import(run.id, agent)

    done = api.run_import(run.id, cancel)

    assert done is not None
    assert ("cancelled", 30) == (done.state, done.read)
    assert 27 == Message.objects.count()
    assert [] == kept_files()


def test_progress_tells_rate_and_time_left(brand: Workspace, export: Path, small: None) -> None:
    seen: list[api.ImportView] = []
    api.run_import(start(export).id, seen.append)

    shares = [each.share for each in seen]
    assert sorted(shares) == shares
    assert all(each.rate and each.seconds_left is not None for each in seen[:-1])


def test_a_lost_import_is_found_and_taken_up(brand: Workspace, export: Path, small: None) -> None:
    """
    A worker killed outright leaves only a heartbeat that grows old.
    """
    run = start(export)
    ImportRun.objects.filter(pk=run.id).update(
        state="running", claim="dead", heartbeat=clock.now() - timedelta(minutes=1)
    )

    assert 1 == imports.find_lost_imports()
    assert 0 == imports.find_lost_imports()
    assert 1 == DBTaskResult.objects.count()
    assert (95, 86, 0, 9) == counts(finished(run))


def test_a_turn_of_a_worker_ends_and_is_followed_by_another(
    brand: Workspace, export: Path, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Between turns the same worker labels what is here, so the inbox fills during an import.
    """
    monkeypatch.setattr(imports, "TURN_SECONDS", 0.0)
    run = api.start_import(export, api.inspect_file(export).guess.mapping)
    turns = 0
    while DBTaskResult.objects.count() > turns:
        turns += 1
        imports.run_import_task.func(brand.pk, run.id)

    done = api.import_run(run.id)
    assert done is not None
    assert ("done", 95) == (done.state, done.read)
    assert 11 == turns


def test_an_interruption_pauses_and_the_same_file_goes_on(
    brand: Workspace, export: Path, small: None
) -> None:
    """
    Ctrl-C in the command; run again, it takes up the same run.
    """
    mapping = api.inspect_file(export).guess.mapping
    run = start(export)

    def stop(_: api.ImportView) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        api.run_import(run.id, stop)
    found = api.interrupted_import(export, mapping)

    assert found is not None
    assert (run.id, "waiting", 10) == (found.id, found.state, found.read)
    assert (95, 86, 0, 9) == counts(finished(found))
    assert api.interrupted_import(export, mapping) is None


def test_an_error_of_ours_is_told_and_can_be_tried_again(
    brand: Workspace, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Nobody is shown a traceback; what was imported stays and the rest can follow.
    """
    run = start(export)
    with monkeypatch.context() as patch:
        patch.setattr(imports, "store", lambda *args, **named: 1 / 0)
        failed = finished(run)
    assert failed.problem is not None
    assert ("failed", "unexpected") == (failed.state, failed.problem.code)
    assert failed.problem.fix

    api.retry_import(run.id)

    assert (95, 86, 0, 9) == counts(finished(run))


def test_a_file_that_vanished_is_told(brand: Workspace, export: Path) -> None:
    run = start(export)
    for path in kept_files():
        path.unlink()

    failed = finished(run)

    assert failed.problem is not None
    assert ("failed", "unreadable") == (failed.state, failed.problem.code)


def test_a_file_that_cannot_be_read_starts_nothing(brand: Workspace, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()

    with pytest.raises(Problem) as problem:
        api.inspect_file(empty)

    assert "empty_file" == problem.value.code
    assert 0 == ImportRun.objects.count()


def test_a_mapping_is_kept_by_name(brand: Workspace, export: Path, owner: User) -> None:
    mapping = api.inspect_file(export).guess.mapping
    api.save_mapping("X du mois", mapping, owner)
    api.save_mapping(" X du  mois ", mapping.with_columns(url="full_text"), owner)

    assert ["X du mois"] == [each.name for each in api.saved_mappings()]
    assert "full_text" == api.saved_mapping("X du mois").columns["url"]
    with pytest.raises(Problem, match="autre"):
        api.saved_mapping("autre")
    SavedMapping.objects.update(mapping={"version": 99})
    with pytest.raises(Problem):
        api.saved_mapping("X du mois")


def test_own_handles_given_with_a_file_are_added(brand: Workspace, export: Path) -> None:
    run = start(export, own=[("", "@User_0")])
    finished(run)

    assert ["Citron", "User_0"] == [each.handle for each in api.own_handles()]
    assert {"citron", "user_0"} == {
        m.author.key for m in Message.objects.filter(own=True).select_related("author")
    }


def test_an_upload_waits_for_confirmation_in_its_own_workspace(
    brand: Workspace, export: Path
) -> None:
    class Upload:
        name = "x.csv"

        def chunks(self) -> Iterator[bytes]:
            yield export.read_bytes()

    token = api.keep_upload(Upload())

    assert export.read_bytes() == api.upload_path(token).read_bytes()
    for wrong in ("../../secret.key", "0" * 32):
        with pytest.raises(Problem):
            api.upload_path(wrong)
    with scope(Workspace.objects.create(slug="autre", name="Autre")), pytest.raises(Problem):
        api.upload_path(token)


def test_runs_of_another_brand_cannot_be_seen_or_run(brand: Workspace, export: Path) -> None:
    run = start(export)
    with scope(Workspace.objects.create(slug="autre", name="Autre")):
        assert api.import_run(run.id) is None
        assert api.run_import(run.id) is None
        assert api.cancel_import(run.id) is None
        assert [] == api.import_runs()

    assert "waiting" == api.import_runs()[0].state


def test_threads_of_a_run_are_those_it_brought_messages_to(
    brand: Workspace, write: Callable[..., Path]
) -> None:
    finished(start(write(line(0), line(1))))
    run = finished(start(write(line(1), line(2), line(3), name="next.csv")))

    found = [thread for part in api.threads_of_run(run.id) for thread in part]

    brought = Message.objects.filter(external_id__in=["10000002", "10000003"])
    assert set(brought.values_list("thread_id", flat=True)) == set(found)
    assert len(found) == len(set(found))


def test_a_json_report_can_be_made_of_a_run(brand: Workspace, export: Path) -> None:
    """
    The mapping is plain JSON, so that a page can show it and a file can hold it.
    """
    run = start(export)

    assert "full_text" == json.loads(json.dumps(run.mapping))["columns"]["text"]


def test_a_google_plus_archive_is_threaded_and_known_again(
    brand: Workspace, tmp_path: Path
) -> None:
    """Comments below the brand's post are conversations of their own, about that post."""
    person = {"displayName": "Léa", "profilePageUrl": "https://plus.google.com/101"}
    citron = {"displayName": "Citron", "profilePageUrl": "https://plus.google.com/+Citron"}
    link = "https://plus.google.com/+Citron/posts/abc"
    said = {"creationTime": "2014-06-30 15:00:00+0000", "author": person, "content": "Où ?"}
    post = {
        "url": link,
        "creationTime": "2014-06-30 14:00:00+0000",
        "author": citron,
        "content": "Bonjour",
        "comments": [said, said | {"author": citron, "content": "Ici"}, said | {"content": "Là ?"}],
        "resourceName": "users/1/posts/z1",
    }
    path = tmp_path / "20140630 - Bonjour.json"
    path.write_text(json.dumps(post), encoding="utf-8")
    bad = tmp_path / "takeout.zip"
    with zipfile.ZipFile(bad, "w") as packed:
        packed.writestr("Takeout/Google+ Stream/Posts/20140630 - Bonjour.json", json.dumps(post))
        packed.writestr("Takeout/Google+ Stream/Posts/20140701 - Cut.json", '{"creationTime": ')

    done = finished(start(path, own=[("", "+Citron")]))
    again = finished(start(bad, own=[("", "+Citron")]))

    assert (4, 4, 0, 0) == counts(done)
    assert (5, 0, 4, 1) == counts(again)
    assert ["bad_post"] == [one.code for one in api.rejects(again.id)]
    post_id = Message.objects.get(external_id="abc").pk
    asked = Message.objects.filter(own=False)
    assert {post_id} == set(asked.values_list("thread__about", flat=True))
    assert 2 == asked.values("thread").distinct().count()
    kept = Delivery.objects.get(external_id=asked.order_by("pk")[0].external_id)
    assert said == json.loads(kept.raw)
