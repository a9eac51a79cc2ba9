"""
Keeps the French catalogues in step with the source, with Babel.

    python tools/catalogues.py            # extract new sentences into each area's .po
    python tools/catalogues.py --check    # fail when a sentence is missing or untranslated

An area is a folder that holds `locale/`; it owns every source below it that no
deeper area owns.
"""

import argparse
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract as babel_extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent / "src" / "comptoir"
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(["_", "N_", "gettext", "gettext_lazy", "gettext_noop"]),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}


HEADER = rb"""msgid ""
msgstr ""
"Project-Id-Version: Comptoir\n"
"Language: fr\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing, report what is missing"
    )
    check = parser.parse_args().check
    settings.configure()
    problems = [line for area in areas() for line in update(area, check=check)]
    for line in problems:
        print(line)
    return 1 if problems else 0


def areas() -> list[Path]:
    return sorted(path.parent for path in SOURCE.rglob("locale") if path.is_dir())


def update(area: Path, *, check: bool) -> list[str]:
    """Bring one area's catalogue up to date; returns what is missing from it."""
    path = area / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    wanted = extract(sources(area))
    known = read(path)
    if check:
        return list(missing(area, wanted, known))
    known.update(wanted, no_fuzzy_matching=True)
    known.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(known))
    return []


def written(catalogue: Catalog) -> bytes:
    """The catalogue as a file, without the header lines that say when and by whom."""
    target = BytesIO()
    write_po(target, catalogue, width=100, omit_header=True, sort_output=True)
    return HEADER + target.getvalue()


def sources(area: Path) -> list[Path]:
    deeper = [other for other in areas() if other != area and area in other.parents]
    return [
        path
        for pattern in ("*.py", "*.html", "*.txt")
        for path in sorted(area.rglob(pattern))
        if not any(other in path.parents for other in deeper)
        and "tests" not in path.parts
        and "migrations" not in path.parts
    ]


def extract(paths: list[Path]) -> Catalog:
    """The sentences of these files; templates are turned into Python first, as Django does."""
    catalogue = Catalog(locale="fr")
    for path in paths:
        found = babel_extract(
            "python", BytesIO(as_python(path)), KEYWORDS, ["Translators:"], {"encoding": "utf-8"}
        )
        for _line, text, comments, context in found:
            catalogue.add(text, context=context, auto_comments=comments)
    return catalogue


def as_python(path: Path) -> bytes:
    text = path.read_text(encoding="utf-8")
    return (text if path.suffix == ".py" else templatize(text, origin=str(path))).encode()


def read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale="fr", project="Comptoir", charset="utf-8")
    with path.open("rb") as source:
        return read_po(source, locale="fr")


def missing(area: Path, wanted: Catalog, known: Catalog) -> list[str]:
    name = area.relative_to(SOURCE)
    found = []
    for message in wanted:
        if not message.id:
            continue
        translated = known.get(message.id, message.context)
        if translated is None or not translated.string or "" in as_tuple(translated.string):
            found.append(f"{name}: no French for {message.id!r}")
    return found


def as_tuple(text: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


if __name__ == "__main__":
    sys.exit(main())
