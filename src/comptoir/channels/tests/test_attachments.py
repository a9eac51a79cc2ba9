"""Files that came with messages: kept once, named safely, gone with their message."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from comptoir.base.erasure import Person
from comptoir.base.models import Workspace
from comptoir.channels import api, attachments, erasing
from comptoir.channels.incoming import File
from comptoir.channels.models import Attachment, Message
from comptoir.channels.tests.making import rows, said

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
PDF = b"%PDF-1.7 facture"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "stored"},
        }
    }
    return tmp_path / "stored"


def _file(name: str, content: bytes, size: int = 0) -> File:
    return File(name, "application/x-claimed", content, size or len(content))


def _stored(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


def _store(brand: Workspace, external_id: str, *files: File, author: str = "lea") -> int:
    stored = api.store(brand.pk, rows(said(external_id, author, files=files)))
    return Message.objects.get(external_id=external_id).pk if stored.ids else 0


def test_files_are_kept_with_their_message_in_order(brand: Workspace, folder: Path) -> None:
    message = _store(brand, "a", _file("lampe.png", PNG), _file("reçu.pdf", PDF))

    found = attachments.attachments([message])[message]

    assert [("lampe.png", "image/png", 28), ("reçu.pdf", "application/pdf", 16)] == [
        (one.name, one.media_type, one.size) for one in found
    ]
    assert (found[1], PDF) == attachments.attachment(found[1].id)
    assert found[0].picture
    assert not found[1].picture


def test_a_delivery_heard_twice_keeps_one_file(brand: Workspace, folder: Path) -> None:
    _store(brand, "a", _file("lampe.png", PNG))
    _store(brand, "a", _file("lampe.png", PNG))
    other = _store(brand, "b", _file("encore.png", PNG))

    assert 2 == Attachment.objects.count()
    assert 1 == len(_stored(folder))
    assert (
        PNG
        == (attachments.attachment(attachments.attachments([other])[other][0].id) or (0, b""))[1]
    )


def test_what_was_too_large_is_named_and_not_kept(brand: Workspace, folder: Path) -> None:
    message = _store(brand, "a", _file("film.mp4", b"", size=90_000_000))
    (found,) = attachments.attachments([message])[message]

    assert (90_000_000, False) == (found.size, found.kept)
    assert attachments.attachment(found.id) is None
    assert [] == _stored(folder)


def test_a_file_goes_with_the_last_message_that_brought_it(
    brand: Workspace,
    folder: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """Two customers may send the same picture; erasing one leaves the other's."""
    first = _store(brand, "a", _file("lampe.png", PNG), _file("moi.pdf", PDF))
    other = _store(brand, "b", _file("lampe.png", PNG), author="max")
    author = api.messages([first])[0].author

    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase_author(Person(brand.pk, author.id))

    assert [other] == list(Attachment.objects.values_list("message", flat=True))
    assert [PNG] == [one.read_bytes() for one in _stored(folder)]

    with django_capture_on_commit_callbacks(execute=True):
        erasing.remove_messages(api.messages([other])[0].account, ["b"])
    assert [] == _stored(folder)


def test_a_workspace_takes_its_files_with_it(brand: Workspace, folder: Path) -> None:
    _store(brand, "a", _file("lampe.png", PNG))

    attachments._forget_workspace(brand.pk)

    assert [] == _stored(folder)


def test_a_file_lost_on_disk_is_not_there(brand: Workspace, folder: Path) -> None:
    message = _store(brand, "a", _file("lampe.png", PNG))
    (found,) = attachments.attachments([message])[message]
    for one in _stored(folder):
        default_storage.delete(str(one.relative_to(folder)))

    assert attachments.attachment(found.id) is None


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PNG, "a.pdf", "image/png"),
        (b"\xff\xd8\xff\xe0", "a", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a", "image/webp"),
        (b"PK\x03\x04....", "a.docx", attachments._OF_ZIP["docx"]),
        (b"PK\x03\x04....", "a.zip", "application/zip"),
        (b"MZ\x90\x00", "facture.pdf", "application/x-msdownload"),
        (b"<html><script>", "a.png", "text/plain"),
        (b"<svg onload=alert(1)>", "a.svg", "text/plain"),
        (b"\x00\x01\x02", "a.png", "application/octet-stream"),
        (b"", "a.png", "application/octet-stream"),
        ("é".encode() * 3000, "a.txt", "text/plain"),
    ],
)
def test_files_are_what_their_bytes_say(content: bytes, name: str, media_type: str) -> None:
    """A type that a browser would run is never given, whatever a mail claims."""
    assert media_type == attachments.sniffed(content, name)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("lampe fêlée.jpg", "lampe fêlée.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\lea\\photo.png", "photo.png"),
        ("fact\u202efdp.exe", "factfdp.exe"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
        ("...", "file"),
        ("", "file"),
        ("a" * 300 + ".pdf", "a" * 129 + ".pdf"),
    ],
)
def test_names_are_made_safe(given: str, kept: str) -> None:
    assert kept == attachments.safe_name(given)


@given(st.text(max_size=300))
def test_no_name_leaves_its_folder(name: str) -> None:
    found = attachments.safe_name(name)

    assert 0 < len(found) <= 171
    assert found not in (".", "..")
    assert not set(found) & set('/\\\r\n\0"<>:|?*')


@pytest.mark.parametrize(
    ("name", "content", "risky"),
    [
        ("a.pdf", PDF, False),
        ("a.PDF.EXE", PDF, True),
        ("facture.pdf", b"MZ\x90", True),
        ("page.html", b"<p>", True),
        ("a.png", PNG, False),
    ],
)
def test_what_can_do_harm_is_said_to(
    brand: Workspace, name: str, content: bytes, risky: bool
) -> None:
    message = _store(brand, "a", _file(name, content))

    assert risky == attachments.attachments([message])[message][0].risky
