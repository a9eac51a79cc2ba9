"""Taking a file in: from the wire to the installation's folder, never through memory."""

import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest
from django.utils.translation import gettext as _

from comptoir.base.api import Problem

# The file is written when received, put aside, and copied once more when its import starts.
COPIES = 3
SPARE = 256 << 20


class Part(TemporaryUploadedFile):
    """A file being received; deleted when the request ends."""

    def __init__(self, name: str, content_type: str) -> None:
        # Beside the uploads that are kept: old leftovers of killed servers go with them.
        folder = Path(settings.HOME) / "files" / "uploads"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = NamedTemporaryFile(prefix=".part-", dir=folder)  # noqa: SIM115 - closed by Django
        UploadedFile.__init__(self, file, name, content_type, 0)


class ToInstallation(TemporaryFileUploadHandler):
    """
    Writes a received file inside the installation's folder, piece by piece.

    Django's own handler writes to the system's temporary folder, which may be small or in
    memory.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = Part(self.file_name or "", self.content_type or "")


def require_room(request: HttpRequest) -> None:
    """Raise Problem when the disk cannot hold what is about to be received."""
    announced = int(request.META.get("CONTENT_LENGTH") or 0)
    if announced * COPIES + SPARE > shutil.disk_usage(settings.HOME).free:
        raise Problem(
            "no_room",
            _("The server’s disk has not enough room for this file."),
            _("Make room, or split the file and import its parts one after the other."),
        )
