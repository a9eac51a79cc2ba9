"""The import pages, through Django's client: files in, pages and messages out."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from comptoir.base import jobs
from comptoir.base.models import User, Workspace
from comptoir.base.scope import scope
from comptoir.channels import api as channels
from comptoir.channels.models import ImportRun, Message
from comptoir.web.imports import words

LIST = "/w/atelier/import/"
POSTS = (
    "id,created_at,full_text,screen_name,in_reply_to,favorite_count\n"
    '1801,2024-09-01 10:00:00 +02:00,"Où est mon colis, @atelier ?",lea_r,null,2\n'
    "1802,2024-09-01 10:30:00 +02:00,@lea_r Il part demain.,atelier,1801,0\n"
    "1803,hier,Merci !,lea_r,1802,0\n"
)

# A worker drops a connection that it finds inside of a transaction, as those of tests are.
committing = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    """Files of a test stay in its own folder."""
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def manager(person: Callable[..., User]) -> Client:
    return signed_in(person("manager"))


def signed_in(user: User, language: str = "en") -> Client:
    User.objects.filter(pk=user.pk).update(language=language)
    client = Client()
    client.force_login(user)
    return client


def send(client: Client, content: str | bytes, name: str = "messages.csv", **more: Any) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(LIST, {"file": SimpleUploadedFile(name, data)}, **more)


def columns_of(client: Client, content: str | bytes, name: str = "messages.csv") -> str:
    """The address of the columns' page of a file just sent."""
    answer = send(client, content, name)
    assert 302 == answer.status_code, answer.content
    return str(answer["Location"])


def imported(client: Client, content: str | bytes) -> str:
    """The address of an import that a worker has finished."""
    started = client.post(columns_of(client, content), {"action": "import"})
    assert 302 == started.status_code, started.content
    run_all()
    return str(started["Location"])


def run_all() -> None:
    with scope(Workspace.objects.get(slug="atelier")):
        for run in channels.import_runs():
            channels.run_import(run.id)


@committing
def test_a_file_goes_from_drop_to_count(manager: Client, home: Path) -> None:
    """The whole way: recognised, confirmed, imported, counted; and no file is left behind."""
    page = columns_of(manager, POSTS)

    assert 0 == Message.objects.count()
    shown = manager.get(page).content.decode()
    assert "Export from X" in shown
    assert "Où est mon colis, @atelier ?" in shown
    assert "“hier” in “created_at” could not be read as a date." in shown

    run = manager.post(page, {"action": "import"})["Location"]
    assert "Waiting for its turn" in manager.get(run).content.decode()
    run_all()
    jobs.work_once("test")
    done = manager.get(run).content.decode()

    assert 2 == Message.objects.count()
    assert ["3", "2", "0"] == re.findall(r'sum-value num">(\d+)<', done)
    assert "every row is accounted for" in done
    assert "messages.csv" in done
    assert "Manager" in done
    assert [] == [path for path in (home / "files").rglob("*") if path.is_file()]


@pytest.mark.parametrize("role", ["agent", "analyst", "reader"])
def test_roles_without_the_right_are_refused(
    person: Callable[..., User], role: str, home: Path
) -> None:
    """Refused before the file is taken in: its bytes must not fill the disk."""
    client = signed_in(person(role))

    assert 403 == client.get(LIST).status_code
    assert 403 == send(client, POSTS).status_code
    assert not (home / "files").exists()


def test_strangers_see_nothing(manager: Client, db: None) -> None:
    """Neither the page of columns nor an import opens to somebody of another brand."""
    page, run = columns_of(manager, POSTS), imported(manager, POSTS)
    stranger = signed_in(User.objects.create_user("else@example.com", "un mot de passe long"))

    assert [404, 404, 404] == [stranger.get(url).status_code for url in (LIST, page, run)]
    assert [302, 302] == [Client().get(url).status_code for url in (page, run)]


def test_a_file_needs_the_form_s_token(person: Callable[..., User]) -> None:
    """The check against forged forms happens although the file is received apart."""
    user = person("owner")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)

    refused = send(client, POSTS)
    page = client.get(LIST).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None
    accepted = client.post(
        LIST, {"csrfmiddlewaretoken": token[1], "file": SimpleUploadedFile("a.csv", POSTS.encode())}
    )

    assert [403, 302] == [refused.status_code, accepted.status_code]


def bomb() -> bytes:
    """A workbook whose one sheet unpacks to 200 MB of zeros."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(200):
                sheet.write(bytes(1 << 20))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", b"", "This file is empty."),
        (
            "photo.csv",
            b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
            "not text or a workbook (PNG)",
        ),
        ("header.csv", b"date,text\n", "This file has columns but no rows."),
        ("bomb.xlsx", bomb(), "unpacks to far more"),
        ("photo.zip", b"PK\x03\x04" + bytes(100), "could not be read"),
    ],
)
def test_a_bad_file_is_refused_at_once(
    manager: Client, home: Path, name: str, content: bytes, sentence: str
) -> None:
    """What is wrong and what to do is said on the page one is on; the file is not kept."""
    answer = send(manager, content, name)

    assert 422 == answer.status_code
    assert sentence in answer.content.decode()
    assert "Nothing was imported" in answer.content.decode()
    assert [] == list((home / "files" / "uploads").glob("w*"))


def test_htmx_gets_fragments(manager: Client) -> None:
    """A refusal replaces the drop zone; an accepted file moves the page on."""
    refused = send(manager, b"", headers={"HX-Request": "true"})
    accepted = send(manager, POSTS, headers={"HX-Request": "true"})

    assert 422 == refused.status_code
    assert b"<html" not in refused.content
    assert accepted["HX-Redirect"].startswith(LIST + "file/")


def test_no_file_and_a_full_disk_are_said(manager: Client, monkeypatch: Any) -> None:
    """Nothing chosen is a mistake to correct; a full disk is known before receiving."""
    nothing = manager.post(LIST, {})
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Use", (), {"free": 1000}))
    full = send(manager, POSTS)

    assert "No file was chosen." in nothing.content.decode()
    assert "not enough room" in full.content.decode()
    assert [422, 422] == [nothing.status_code, full.status_code]


def test_missing_columns_are_asked_for_by_name(manager: Client) -> None:
    """A file without a date opens its page and says which part is missing, in words."""
    page = columns_of(manager, "couleur,taille\nrouge,12\nvert,13\n")
    shown = manager.get(page).content.decode()
    tried = manager.post(page, {"action": "import"})

    assert "These columns are needed but were not found or chosen: Date and time" in shown
    assert 422 == tried.status_code
    assert 0 == ImportRun.objects.count()


def test_choosing_another_column_changes_the_preview(manager: Client) -> None:
    """With htmx the preview alone comes back; without, the page with the choices kept."""
    page = columns_of(manager, POSTS)
    form = {"column-text": "screen_name", "action": "preview"}
    fragment = manager.post(page, form, headers={"HX-Request": "true"}).content.decode()
    whole = manager.post(page, form).content.decode()

    for answer in (fragment, whole):
        assert "Où est mon colis" not in answer.split('id="preview"')[1].split("</section>")[0]
    assert "<html" not in fragment
    assert "Your choice" in fragment
    assert '<option value="screen_name" selected>' in whole


def test_choices_that_make_no_sense_are_left_out(manager: Client) -> None:
    """A forged form cannot name a zone, a column or a scale that does not exist."""
    page = columns_of(manager, POSTS)
    forged = {"zone": "Mars/Olympus", "column-text": "no_such", "scale": "-3", "profile": "x"}
    answer = manager.post(page, forged | {"action": "import"})

    assert 302 == answer.status_code
    run = ImportRun.objects.get()
    assert "full_text" == run.mapping["columns"]["text"]
    assert ("Europe/Paris", 5.0, "x_export") == tuple(
        run.mapping[key] for key in ("zone", "scale", "profile")
    )


def test_an_ambiguous_date_is_settled_where_it_is_doubted(manager: Client) -> None:
    """Day or month first is asked beside the sentence, and the answer moves the dates."""
    page = columns_of(manager, "date,texte,auteur\n03/04/2024 10:00,Bonjour,lea\n")
    shown = manager.get(page).content.decode()
    doubt = shown.split("do not show whether the day or the month comes first")[1]
    moved = manager.post(page, {"date_order": "mdy"}, headers={"HX-Request": "true"})

    assert 'name="date_order"' in doubt.split("</fieldset>")[0]
    assert 1 == shown.count('value="mdy"')
    assert 'datetime="2024-03-04T' in moved.content.decode()


def test_columns_are_saved_and_loaded_by_name(manager: Client) -> None:
    """A saved choice serves the next file; what that one lacks is said."""
    page = columns_of(manager, POSTS)
    nameless = manager.post(page, {"action": "save", "name": " "})
    manager.post(page, {"action": "save", "name": "Notre X", "column-text": "screen_name"})
    other = columns_of(manager, POSTS.replace("favorite_count", "coeurs"))
    loaded = manager.get(other, {"saved": "Notre X"}).content.decode()

    assert "Type a name first." in nameless.content.decode()
    assert '<option value="screen_name" selected>' in loaded.split('name="column-text"')[1][:900]
    assert "this file does not have: favorite_count" in loaded
    assert "Notre X" in manager.get(LIST).content.decode()
    (kept,) = channels.saved_mappings()
    manager.post(f"{LIST}mappings/{kept.id}/delete/")
    assert [] == channels.saved_mappings()


@committing
def test_the_polling_stops_when_all_is_sorted(manager: Client) -> None:
    """The fragment asks to be asked again until the labels are there, then 286 ends it."""
    run = imported(manager, POSTS)
    fragment = {"HX-Request": "true"}
    sorting = manager.get(run, headers=fragment)
    while jobs.work_once("test"):
        pass
    settled = manager.get(run, headers=fragment)

    assert [200, 286] == [sorting.status_code, settled.status_code]
    assert "2 messages still to sort" in sorting.content.decode()
    assert 'hx-trigger="every 1s"' in sorting.content.decode()
    assert "hx-trigger" not in settled.content.decode()
    assert "conversation" in settled.content.decode()


@committing
def test_importing_again_finds_only_duplicates(manager: Client) -> None:
    """The same file twice is said to hold nothing new."""
    imported(manager, POSTS)
    while jobs.work_once("test"):
        pass
    again = manager.get(imported(manager, POSTS)).content.decode()

    assert ["3", "0", "2"] == re.findall(r'sum-value num">(\d+)<', again)
    assert "Nothing new" in again
    assert 2 == Message.objects.count()


def test_refused_rows_are_listed_and_downloaded(manager: Client) -> None:
    """Line, reason, row; the file is safe to open in a spreadsheet."""
    run = imported(manager, POSTS.replace("1803,hier", "=1+1,hier"))
    page = manager.get(run + "rejects/").content.decode()
    answer = manager.get(run + "rejects.csv")
    written = b"".join(answer).decode()

    assert "“hier” in “created_at” could not be read as a date." in page
    assert "=1+1,hier" in page
    assert "bad_date" in written
    assert "'=1+1,hier" in written
    assert 'filename="messages-rejects.csv"' in answer["Content-Disposition"]


def test_french_rejects_open_in_a_french_spreadsheet(person: Callable[..., User]) -> None:
    """Semicolons, a byte-order mark, and the reason in French."""
    client = signed_in(person("owner"), "fr")
    written = b"".join(client.get(imported(client, POSTS) + "rejects.csv")).decode()

    assert written.startswith("\ufeffLigne;")
    assert "n’a pas pu être lu comme une date" in written


def test_an_import_is_cancelled(manager: Client) -> None:
    """What is there stays, and the worker finds nothing left to do."""
    run = manager.post(columns_of(manager, POSTS), {"action": "import"})["Location"]
    manager.post(run + "cancel/")
    run_all()

    assert "This import was cancelled." in manager.get(run).content.decode()
    assert 0 == Message.objects.count()


def test_an_import_that_failed_by_accident_goes_on(manager: Client) -> None:
    """The page says what happened and offers to go on; then it does."""
    run = manager.post(columns_of(manager, POSTS), {"action": "import"})["Location"]
    ImportRun.objects.update(state="failed", error={"code": "unexpected", "fields": {}})
    failed = manager.get(run).content.decode()
    manager.post(run + "resume/")
    run_all()

    assert "The import stopped before its first row." in failed
    assert run + "resume/" in failed
    assert "every row is accounted for" in manager.get(run).content.decode()


def test_a_file_half_imported_goes_on_where_it_was(manager: Client) -> None:
    """Sending the very file again takes up its interrupted import instead of a second one."""
    manager.post(columns_of(manager, POSTS), {"action": "import"})
    ImportRun.objects.update(claim="paused")
    again = manager.post(columns_of(manager, POSTS), {"action": "import"}, follow=True)

    assert 1 == ImportRun.objects.count()
    assert "it goes on from there" in again.content.decode()


def test_scripts_in_a_file_are_shown_not_run(manager: Client) -> None:
    """HTML in names, columns, texts and refused rows is text on every page."""
    evil = "<script>alert(1)</script>"
    rows = (
        f"date,text,author,{evil}\n2024-09-01 10:00,{evil},{evil},1\n"
        f"hier,{evil},<img src=x onerror=alert(1)>,2\n"
    )
    page = columns_of(manager, rows)
    run = manager.post(page, {"action": "import"})["Location"]
    run_all()
    pages = [page, run, run + "rejects/", LIST]
    shown = "".join(manager.get(url).content.decode() for url in pages if url != page)

    assert evil not in shown
    assert "<img src=x" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_scripts_in_columns_and_previews_are_inert(manager: Client) -> None:
    """The page of columns shows column names and cells that nobody has checked yet."""
    evil = "<script>alert(1)</script>"
    page = columns_of(manager, f"date,text,{evil}\n2024-09-01 10:00,{evil},{evil}\n")
    shown = manager.get(page).content.decode()

    assert evil not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_own_accounts_are_shown_and_added(manager: Client) -> None:
    """They decide which messages are answers, so the preview marks them."""
    page = columns_of(manager, POSTS)
    before = manager.get(page).content.decode()
    typed = {"own-handle": "@Atelier", "own-channel": "x", "column-text": "screen_name"}
    added = manager.post(page, typed | {"action": "account"}).content.decode()
    empty = manager.post(f"{LIST}accounts/", {"own-handle": " @ ", "own-channel": ""}, follow=True)
    other = {"own-handle": "atelier_sav", "own-channel": ""}
    listed = manager.post(f"{LIST}accounts/", other, follow=True).content.decode()

    assert "None is known yet." in before
    assert "data-own" not in before
    assert 1 == added.count("data-own")
    assert '<option value="screen_name" selected>' in added
    assert "atelier_sav" in listed
    assert "Type the name of the account first." in empty.content.decode()


def test_a_file_not_imported_is_found_again_or_dropped(manager: Client, home: Path) -> None:
    """Closing the page loses nothing; dropping removes the file."""
    page = columns_of(manager, POSTS, "septembre.csv")
    listed = manager.get(LIST).content.decode()
    manager.post(page + "forget/")
    gone = manager.get(page)

    assert "septembre.csv" in listed
    assert [] == list((home / "files" / "uploads").iterdir())
    assert 422 == gone.status_code
    assert "This file is no longer here." in gone.content.decode()


def test_unknown_imports_are_not_found(manager: Client) -> None:
    assert 404 == manager.get(LIST + "AAAA/").status_code


def test_every_code_and_field_has_words() -> None:
    """Whatever the file reader may say or fill has a name that people read."""
    from comptoir.channels.files import api as files

    keys = {field.key for field in files.FIELDS}
    grouped = [key for _label, group in words.GROUPS for key in group]

    assert keys == set(words.FIELDS)
    assert sorted(keys) == sorted(grouped)
    assert set(files.PROFILES) == set(words.PROFILES)
    assert set(files.CHANNELS.values()) <= set(words.CHANNELS)
    assert set(ImportRun.State.values) == set(words.STATES) == set(words.STATE_ICONS)
