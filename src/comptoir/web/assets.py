"""Static files whose addresses change with their content, without a collecting step."""

from functools import cache
from hashlib import blake2b
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class VersionedStaticFiles(StaticFilesStorage):
    """Adds `?v=<digest>` so that browsers may keep a file for a year."""

    def url(self, name: str | None, force: bool = False) -> str:
        plain = super().url(name)
        digest = _digest(name or "") if not settings.DEBUG else ""
        return f"{plain}?v={digest}" if digest else plain


@cache
def _digest(name: str) -> str:
    found = finders.find(name)
    return blake2b(Path(found).read_bytes(), digest_size=6).hexdigest() if found else ""
