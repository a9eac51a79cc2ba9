"""Files of strangers leave as downloads that nothing runs; originals are read, never run."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from comptoir.base import ids, outbox
from comptoir.base.models import Membership, User, Workspace
from comptoir.base.scope import scope
from comptoir.channels import api as channels
from comptoir.channels.incoming import File, Incoming
from comptoir.channels.models import Attachment
from comptoir.channels.tests.making import NOON
from comptoir.web.files.templatetags.files import weight

EVIL = b"<script>alert(document.domain)</script>"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "stored"},
        }
    }


@pytest.fixture
def desk(client: Client, agent: User) -> Client:
    User.objects.filter(pk=agent.pk).update(language="en")
    client.force_login(agent)
    return client


@pytest.fixture
def message(workspace: Workspace) -> int:
    """A mail with files that mean harm, one picture, and one that was too large."""
    mail = Incoming(
        "mail-1", "email", "email", NOON, "lea@example.com", "Léa", "Voici.", "Lampe fêlée",
        files=(
            File("page.html", "text/html", EVIL, len(EVIL)),
            File("lampe.png", "image/png", PNG, len(PNG)),
            File("film.mp4", "video/mp4", b"", 80_000_000),
            File('a"\r\nX-Evil: 1.pdf', "application/pdf", b"%PDF-1", 6),
        ),
    )  # fmt: skip
    raw = "From: Léa <lea@example.com>\nSubject: x\n\nVoici.\n<script>alert(1)</script>"
    stored = channels.store(workspace.pk, [channels.Arrived(None, raw, [mail])])
    outbox.drain()
    return stored.ids[0]


def _address(workspace: Workspace, name: str) -> str:
    row = Attachment.objects.get(name=name)
    key = ids.conceal("attachment", row.pk)
    return reverse("file", kwargs={"slug": workspace.slug, "file": key, "name": name})


@pytest.mark.parametrize(
    ("name", "media_type", "content"),
    [("page.html", "text/plain", EVIL), ("lampe.png", "image/png", PNG)],
)
def test_a_file_leaves_as_a_download_that_nothing_runs(
    desk: Client, workspace: Workspace, message: int, name: str, media_type: str, content: bytes
) -> None:
    answer = desk.get(_address(workspace, name))

    assert (200, content) == (answer.status_code, answer.content)
    assert f'attachment; filename="{name}"' == answer["Content-Disposition"]
    assert ("nosniff", media_type) == (answer["X-Content-Type-Options"], answer["Content-Type"])
    assert (
        "default-src 'none'; sandbox; frame-ancestors 'none'" == answer["Content-Security-Policy"]
    )
    assert "same-origin" == answer["Cross-Origin-Resource-Policy"]


def test_names_write_no_headers(desk: Client, workspace: Workspace, message: int) -> None:
    answer = desk.get(_address(workspace, Attachment.objects.get(place=3).name))

    assert 200 == answer.status_code
    assert "X-Evil" not in answer.headers


def test_files_are_for_members_of_the_brand_alone(
    desk: Client, workspace: Workspace, message: int
) -> None:
    """The same address: a member, a guess, a member of another brand, nobody."""
    address = _address(workspace, "lampe.png")
    key = address.split("/")[-2]
    assert 200 == desk.get(address).status_code
    assert 404 == desk.get(address.replace(key, f"A{key[1:]}B")).status_code
    assert 404 == desk.get(_address(workspace, "film.mp4")).status_code

    other = Workspace.objects.create(slug="autre", name="Autre")
    stranger = User.objects.create_user("x@example.com", "un mot de passe long", name="X")
    with scope(other):
        Membership.objects.create(workspace=other, user=stranger, role="owner")
    desk.force_login(stranger)
    assert 404 == desk.get(address).status_code
    assert 404 == desk.get(address.replace("/atelier/", "/autre/")).status_code
    desk.logout()
    assert 302 == desk.get(address).status_code


def test_the_original_is_shown_as_text(desk: Client, workspace: Workspace, message: int) -> None:
    address = reverse(
        "original", kwargs={"slug": workspace.slug, "message": ids.conceal("message", message)}
    )
    page = desk.get(address).content.decode()
    dialog = desk.get(address, headers={"HX-Request": "true", "HX-Target": "dialogs"})

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
    assert dialog.content.decode().startswith("<dialog")
    assert 404 == desk.get(address.replace("as-it-came/", "as-it-came/A")).status_code


def test_the_conversation_shows_what_came_with_a_message(
    desk: Client, workspace: Workspace, message: int
) -> None:
    (said,) = channels.messages([message])
    key = ids.conceal("conversation", said.thread)
    address = reverse("conversation", kwargs={"slug": workspace.slug, "conversation": key})
    page = desk.get(address).content.decode()

    assert f'<img src="{_address(workspace, "lampe.png")}"' in page
    assert f'<a href="{_address(workspace, "page.html")}" download="page.html" data-risky' in page
    assert "not kept" in page
    assert "Whole mail" in page


@pytest.mark.parametrize(
    ("size", "english", "french"),
    [
        (18, "1 kB", "1 Ko"),
        (20_000, "20 kB", "20 Ko"),
        (999_999, "1.0 MB", "1,0 Mo"),
        (82_500_000, "82.5 MB", "82,5 Mo"),
    ],
)
def test_sizes_are_said_as_people_say_them(size: int, english: str, french: str) -> None:
    for language, said in (("en", english), ("fr", french)):
        with translation.override(language):
            assert said == weight(size).replace("\xa0", " ")
