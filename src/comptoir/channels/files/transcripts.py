"""
What was said in a call: WebVTT, SubRip, or plain text with a time and a speaker a line.

One file is one conversation. Cues count their time from the beginning of the call, so the
call's own date is looked for: in the text before the first cue ("NOTE 2026-03-04 09:12"), in
the file's name ("2026-03-04_09-12.vtt"), else the file's last change stands for it.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, NamedTuple

from .cues import CUE, SAID
from .delimited import physical_lines
from .rows import BadRow, Row, clipped
from .sniff import Sniffed

COLUMNS: Final = ["id", "created at", "channel", "author", "text", "in reply to id"]
_VOICE: Final = re.compile(r"<v(?:\.[^ >]*)?\s+([^>]+)>")
_NAMED: Final = re.compile(r"\s*[-–—]?\s*([^\W\d_][\w .’'-]{0,40}?)\s*:\s+(?=\S)")
_TAGS: Final = re.compile(r"<[^>]{1,60}>")
_DATE: Final = re.compile(
    r"(?P<y>20\d\d)[-/._]?(?P<mo>\d\d)[-/._]?(?P<d>\d\d)"
    r"(?:[T _-]*(?P<h>\d\d)[-:h._]?(?P<mi>\d\d)(?:[-:._]?(?P<s>\d\d))?)?"
)


class Cue(NamedTuple):
    """line: where it starts. offset: bytes read once it is consumed. start: seconds."""

    line: int
    start: float
    speaker: str
    text: str
    raw: str
    offset: int


def transcript_rows(path: Path, sniffed: Sniffed) -> Iterator[Row | BadRow]:
    """A row a cue: the first opens the conversation, the others belong to it."""
    begun = _begun(path, sniffed)
    name = _name(path)
    first = ""
    for place, cue in enumerate(_cues(path, sniffed), 1):
        if not cue.text:
            yield BadRow(cue.line, "bad_row", clipped(cue.raw), {}, cue.offset)
            continue
        key = f"{name}-{place}"
        said_at = begun + timedelta(seconds=cue.start)
        values: list[Any] = [key, said_at.isoformat(), "phone", cue.speaker, cue.text, first]
        yield Row(cue.line, values, clipped(cue.raw), cue.offset)
        first = first or key


def _cues(path: Path, sniffed: Sniffed) -> Iterator[Cue]:
    """Cues of either kind, in the file's order; consecutive lines of a cue are joined."""
    held: list[str] = []
    raws: list[str] = []
    start, line, offset = 0.0, 0, 0
    speaker = ""

    def made() -> Cue:
        who, text = _spoken(" ".join(held), speaker)
        return Cue(line, start, who, text, "\n".join(raws), offset)

    open_cue = False
    for number, whole, read in physical_lines(path, sniffed):
        text = whole.rstrip("\r\n").strip("\ufeff \t")
        timed, said = CUE.match(text), SAID.match(text)
        if timed or said:
            if open_cue:
                yield made()
            found = timed or said
            assert found is not None
            start, line, offset, open_cue = _seconds(found), number, read, True
            held = [said["text"]] if said and not timed else []
            speaker = said["who"].strip() if said and not timed else ""
            raws = [text]
        elif open_cue and not text:
            yield made()
            open_cue, held = False, []
        elif open_cue:
            held.append(text)
            raws.append(text)
            offset = read
    if open_cue:
        yield made()


def _spoken(text: str, speaker: str) -> tuple[str, str]:
    """Who said what: WebVTT's voice tags, or a name before a colon."""
    voice = _VOICE.search(text)
    if voice and not speaker:
        speaker = voice[1].strip()
    text = _TAGS.sub("", text).strip()
    named = None if speaker else _NAMED.match(text)
    if named:
        speaker, text = named[1].strip(), text[named.end() :]
    return speaker or "?", " ".join(text.split())


def _seconds(found: "re.Match[str]") -> float:
    hours, minutes = int(found["h1"] or 0), int(found["m1"])
    return 3600 * hours + 60 * minutes + int(found["s1"]) + float(f"0.{found['f1'] or 0}")


def _begun(path: Path, sniffed: Sniffed) -> datetime:
    """When the call began, as well as the file tells; without an offset, in UTC."""
    for number, text, _offset in physical_lines(path, sniffed):
        if CUE.match(text) or SAID.match(text) or number > 40:
            break
        found = _moment(text)
        if found is not None:
            return found
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return _moment(path.stem) or changed


def _moment(text: str) -> datetime | None:
    found = _DATE.search(text)
    if not found:
        return None
    try:
        return datetime(
            int(found["y"]), int(found["mo"]), int(found["d"]),
            int(found["h"] or 0), int(found["mi"] or 0), int(found["s"] or 0), tzinfo=UTC,
        )  # fmt: skip
    except ValueError:
        return None


def _name(path: Path) -> str:
    """The same file imported twice has the same ids, whatever it is called."""
    digest = blake2b(digest_size=9)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return f"call-{digest.hexdigest()}"
