"""
Files that came with messages: kept once each, under names that nobody outside chose.

A file lies in Django's storage under the digest of its content, so that keeping it again
changes nothing, and its row says what it was called. What it claims to be is not believed:
its first bytes say what it is.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import PurePosixPath, PureWindowsPath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from comptoir.base import erasure
from comptoir.base.scope import scope
from comptoir.base.workspaces import on_workspace_deleted
from comptoir.channels.bulk import plain
from comptoir.channels.incoming import File
from comptoir.channels.models import Attachment
from comptoir.channels.views import AttachmentView

UNKNOWN = "application/octet-stream"
_LONGEST_NAME = 150
_SIGNS: Sequence[tuple[int, bytes, str]] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftyp", "video/mp4"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (8, b"WAVE", "audio/wav"),
)
_OF_ZIP = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
erasure.rule(Attachment, "erased", "Goes with the message that it came with, and its file.")


def keep(workspace_id: int, files: Mapping[int, Sequence[File]]) -> None:
    """
    Keep the files of new messages, given by message id; call it in their transaction.

    Files are written first: one without a row is found again by its digest, a row without its
    file never is.
    """
    if not files:
        return
    rows = []
    for message, found in files.items():
        for place, file in enumerate(found):
            digest = sha256(file.content).hexdigest() if file.content else ""
            if digest:
                _write(path_of(workspace_id, digest), file.content)
            rows.append(
                Attachment(
                    workspace_id=workspace_id,
                    message_id=message,
                    place=place,
                    name=safe_name(file.name),
                    media_type=sniffed(file.content, file.name),
                    size=file.size,
                    digest=digest,
                )
            )
    Attachment.objects.bulk_create(rows)


def _write(path: str, content: bytes) -> None:
    if not default_storage.exists(path):
        saved = default_storage.save(path, ContentFile(content))
        if saved != path:  # another process wrote the same at the same moment
            default_storage.delete(saved)


def path_of(workspace_id: int, digest: str) -> str:
    return f"attachments/w{workspace_id}/{digest[:2]}/{digest}"


def attachments(message_ids: Iterable[int]) -> dict[int, list[AttachmentView]]:
    """Files by message, in their order; messages without any are left out."""
    found: dict[int, list[AttachmentView]] = defaultdict(list)
    rows = Attachment.objects.filter(message__in=list(message_ids)).order_by("message", "place")
    for row in rows:
        found[row.message_id].append(_view(row))
    return dict(found)


def attachment(attachment_id: int) -> tuple[AttachmentView, bytes] | None:
    """A file with its content; None when it is not here (any more)."""
    row = Attachment.objects.filter(pk=attachment_id).exclude(digest="").first()
    if row is None:
        return None
    try:
        with default_storage.open(path_of(row.workspace_id, row.digest)) as kept:
            return _view(row), kept.read()
    except FileNotFoundError:
        return None


def forget(message_ids: Sequence[int]) -> int:
    """
    Drop the files of messages that go; returns how many rows went. Call it before they do.

    A file that another message brought too stays until that one goes.
    """
    rows = Attachment.objects.filter(message__in=message_ids)
    held = set(rows.exclude(digest="").values_list("workspace_id", "digest"))
    deleted, _ = rows.delete()
    for workspace_id, digest in held:
        transaction.on_commit(partial(_drop_unused, workspace_id, digest))
    return deleted


def _drop_unused(workspace_id: int, digest: str) -> None:
    with scope(workspace_id):
        if not Attachment.objects.filter(digest=digest).exists():
            default_storage.delete(path_of(workspace_id, digest))


@on_workspace_deleted("attachments", "before")
def _forget_workspace(workspace_id: int) -> None:
    with scope(workspace_id):
        digests = set(Attachment.objects.exclude(digest="").values_list("digest", flat=True))
    for digest in digests:
        default_storage.delete(path_of(workspace_id, digest))


def safe_name(name: str) -> str:
    """
    A name without folders, controls or tricks of direction, short enough for any disk.

    >>> safe_name("../../etc/reçu\\u202efdp.exe"), safe_name("  ")
    ('reçufdp.exe', 'file')
    """
    base = PureWindowsPath(PurePosixPath(plain(name)).name).name
    shown = re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", "", base)
    shown = re.sub(r'[<>:"/\\|?*]', "_", " ".join(shown.split())).strip(". ")
    stem, dot, ending = shown.rpartition(".")
    if len(shown) > _LONGEST_NAME:
        ending = ending[:20]
        shown = f"{stem[: _LONGEST_NAME - 21]}{dot}{ending}" if dot else shown[:_LONGEST_NAME]
    return shown or "file"


def sniffed(content: bytes, name: str = "") -> str:
    """
    What a file is by its first bytes; never a type that a browser would run.

    >>> sniffed(b"%PDF-1.7"), sniffed(b"<script>alert(1)</script>", "a.png")
    ('application/pdf', 'text/plain')
    """
    for place, sign, media_type in _SIGNS:
        if content.startswith(sign, place):
            if media_type == "application/zip":
                return _OF_ZIP.get(name.rpartition(".")[2].lower(), media_type)
            return media_type
    return "text/plain" if content and _is_text(content[:4096]) else UNKNOWN


def _is_text(start: bytes) -> bool:
    if b"\0" in start:
        return False
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(start) - 4
    return True


def _view(row: Attachment) -> AttachmentView:
    return AttachmentView(
        row.pk, row.message_id, row.name, row.media_type, row.size, kept=bool(row.digest)
    )
