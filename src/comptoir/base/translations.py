"""Compiles the message catalogues, so that a checkout needs no gettext tools."""

from pathlib import Path
from tempfile import NamedTemporaryFile

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parent.parent


def compile_catalogues(root: Path = PACKAGE) -> int:
    """Write each .mo below `root` that is missing or older than its .po; returns how many."""
    stale = [path for path in sorted(root.rglob("locale/*/LC_MESSAGES/*.po")) if _stale(path)]
    for path in stale:
        _compile(path)
    return len(stale)


def _stale(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime


def _compile(path: Path) -> None:
    with path.open("rb") as source:
        catalogue = read_po(source, abort_invalid=True)
    # A name of its own: two processes that start at once may both compile.
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as target:
        write_mo(target, catalogue)
    Path(target.name).chmod(path.stat().st_mode)
    Path(target.name).replace(path.with_suffix(".mo"))
