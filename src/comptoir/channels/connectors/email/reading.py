"""
Reading mail as it really comes: wrong charsets, broken MIME, bare 8-bit headers, HTML alone.

Pure, and never refuses a mail for its form: what cannot be read is left out, the rest stays.
The library's older policy reads the headers, because the newer one raises on many broken ones.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import blake2b
from mimetypes import guess_extension

import nh3

from comptoir.channels.connectors.email.quoting import HTML_QUOTE, new_part
from comptoir.channels.connectors.email.tnef import unwrapped
from comptoir.channels.incoming import File
from comptoir.channels.markup import text_of

LARGEST_FILE = 25 << 20
LARGEST_TEXT = 200_000
MOST_FILES = 50
MOST_PARTS = 300
_TRACKER = 3_000
"""Bytes under which a picture that HTML shows in its place is an ornament, not a file."""

_BROKEN = (ValueError, LookupError, AttributeError, TypeError, MessageError)
"""What the library raises, here or there, on what it cannot read."""

_FORWARDED = re.compile(r"^\s*(?:fwd?|tr|wg|rv|i)\s*:", re.IGNORECASE)
_IDS = re.compile(r"<([^<>\s]{1,998})>")
_ADDRESS = re.compile(r"[^\s<>\"',;:@]+@[^\s<>\"',;:@]+")
_LATIN = frozenset({"", "us-ascii", "ascii", "iso-8859-1", "latin-1", "iso8859-1", "windows-1252"})
_MACHINES = re.compile(
    r"^(?:mailer-daemon|postmaster|no-?reply|ne-?pas-?repondre|donotreply)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Report:
    """
    What a mail server tells of a mail that we sent. about: its Message-ID.

    state: "delivered", "read", "failed" or "delayed". code: RFC 3463, "5.1.1".
    """

    about: str
    state: str
    code: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """
    A mail, read.

    id, answers: Message-IDs without brackets; `id` is a digest where there is none. sender:
    whom an answer reaches (Reply-To before From), with `name`; `written_by`: From alone.
    text: the new part; whole: everything. date: UTC, None when absent or absurd. automatic:
    why a machine wrote it (RFC 3834), "" for a person.
    """

    id: str
    answers: str
    sender: str
    name: str
    written_by: str
    subject: str
    date: datetime | None
    text: str
    whole: str
    headers: str
    automatic: str = ""
    report: Report | None = None
    files: tuple[File, ...] = ()


@dataclass(slots=True)
class _Found:
    """What the walk through the parts gathers."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    parts: int = 0


def read_mail(content: bytes) -> Mail:
    """Raises ValueError for bytes that are no mail at all."""
    message = _parsed(content)
    headers = Headers(message)
    if not any(headers.has(name) for name in ("from", "date", "received", "message-id", "subject")):
        raise ValueError("no header of a mail")
    found = _Found()
    _walk(message, found)
    whole, visible = _texts(found, bool(_FORWARDED.match(headers.text("subject"))))
    written_by, _name = headers.address("from")
    sender, name = headers.address("reply-to")
    return Mail(
        id=next(iter(headers.ids("message-id")), "") or _digest(content),
        answers=_answered(headers),
        sender=sender or written_by,
        name=name or _name,
        written_by=written_by,
        subject=headers.text("subject")[:998],
        date=headers.date(),
        text=visible[:LARGEST_TEXT],
        whole=whole[: 4 * LARGEST_TEXT],
        headers=headers.all(),
        automatic=_automatic(headers, message, written_by),
        report=_report(message, headers, whole),
        files=tuple(found.files[:MOST_FILES]),
    )


def kept_headers(raw: str) -> "Headers":
    """The headers of a mail that is kept as text."""
    head = raw.partition("\n\n")[0]
    return Headers(message_from_bytes(head.encode("utf-8", "replace"), policy=policy.compat32))


def _parsed(content: bytes) -> Message:
    try:
        return message_from_bytes(content, policy=policy.compat32)
    except RecursionError as error:
        raise ValueError("parts within parts without end") from error


def _digest(content: bytes) -> str:
    return f"digest:{blake2b(content, digest_size=16).hexdigest()}"


# ── Headers ────────────────────────────────────────────────────────────────────────────────


class Headers:
    """Headers as they were written, decoded with patience."""

    def __init__(self, message: Message) -> None:
        self._given: dict[str, list[str]] = {}
        self._order: list[tuple[str, str]] = []
        for name, value in message.raw_items():
            plain = re.sub(r"[\r\n]+[ \t]*", " ", _as_text(str(value))).strip()
            self._given.setdefault(name.lower(), []).append(plain)
            self._order.append((name, plain))

    def has(self, name: str) -> bool:
        return name in self._given

    def raw(self, name: str) -> str:
        return next(iter(self._given.get(name, [])), "")

    def every(self, name: str) -> list[str]:
        return self._given.get(name, [])

    def text(self, name: str) -> str:
        return " ".join(decoded(self.raw(name)).split())

    def all(self) -> str:
        return "\n".join(f"{name}: {decoded(value)}" for name, value in self._order)

    def ids(self, name: str) -> list[str]:
        given = self.raw(name)
        found = _IDS.findall(given)
        if not found and name == "message-id" and given and " " not in given:
            return [given.strip("<>")]
        return found

    def address(self, name: str) -> tuple[str, str]:
        """Address (lower-case domain) and name of the first mailbox, "" where there is none."""
        for said, address in getaddresses([self.raw(name)]):
            if "@" in address:
                return _plain_address(decoded(address)), " ".join(decoded(said).split())[:200]
        loose = _ADDRESS.search(decoded(self.raw(name)))
        if loose is None:
            return "", ""
        said = decoded(self.raw(name))[: loose.start()].strip(" \"'<(")
        return _plain_address(loose[0]), said[:200]

    def date(self) -> datetime | None:
        try:
            found = parsedate_to_datetime(self.raw("date"))
            moment = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
        return moment if 1980 < moment.year < 2200 else None


def _plain_address(address: str) -> str:
    local, _at, domain = address.strip().rpartition("@")
    return f"{local}@{domain.lower()}"[:200]


def _as_text(value: str) -> str:
    """Bytes that stood bare in a header, guessed: UTF-8, else what Windows writes."""
    if value.isascii():
        return value
    try:
        raw = value.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return value
    return _guessed(raw)


def _guessed(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def decoded(value: str) -> str:
    """
    Encoded words in clear, whatever they claim to be.

    >>> decoded("=?utf-8?q?Commande_re=C3=A7ue?=")
    'Commande reçue'
    """
    if "=?" not in value:
        return value
    try:
        parts = decode_header(value)
    except _BROKEN:
        return value
    return "".join(
        part if isinstance(part, str) else _decoded(part, charset or "") for part, charset in parts
    )


def _decoded(raw: bytes, charset: str) -> str:
    """
    Text from bytes by the charset they claim, unless that is plainly wrong.

    Much mail says Latin-1 and is UTF-8, or names a charset that nobody knows.
    """
    charset = charset.lower().strip("\"' ")
    if charset in _LATIN or charset == "utf-7":
        return _guessed(raw)
    try:
        return raw.decode(charset)
    except (LookupError, UnicodeDecodeError, ValueError):
        return _guessed(raw)


def _answered(headers: Headers) -> str:
    """
    The mail that this one answers: In-Reply-To, else the newest of References.

    Amazon's relay replaces the id of what it sends, so the ids it made are passed over.
    """
    given = [*headers.ids("in-reply-to"), *reversed(headers.ids("references"))]
    own = set(headers.ids("message-id"))
    known = [one for one in given if one not in own]
    kept = [one for one in known if not one.endswith(".amazonses.com")]
    return next(iter(kept or known), "")


# ── Parts ──────────────────────────────────────────────────────────────────────────────────


def _walk(part: Message, found: _Found, depth: int = 0) -> None:
    found.parts += 1
    if found.parts > MOST_PARTS or depth > 30:
        return
    kind = part.get_content_type()
    if part.is_multipart() and kind != "message/rfc822":
        inner = [one for one in part.get_payload() if isinstance(one, Message)]
        for one in _chosen(kind, inner):
            _walk(one, found, depth + 1)
        return
    content = _content(part)
    if kind == "application/ms-tnef" or _name_of(part).lower() == "winmail.dat":
        _unwrap(content, found)
    elif kind in ("text/plain", "text/html") and not _is_file(part):
        (found.plain if kind == "text/plain" else found.html).append(_words(part, content))
    elif not kind.startswith("message/delivery") and kind != "message/disposition-notification":
        _add_file(part, kind, content, found)


def _chosen(kind: str, inner: list[Message]) -> list[Message]:
    """Of a multipart/report only what people read: the copy of our own mail is no file of theirs."""
    return inner[:1] if kind == "multipart/report" else inner


def _content(part: Message) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        try:
            return first.as_bytes() if isinstance(first, Message) else b""
        except _BROKEN:
            return b""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _is_file(part: Message) -> bool:
    return _disposition(part) == "attachment" or (bool(_name_of(part)) and not _is_first(part))


def _is_first(part: Message) -> bool:
    """A text that carries a name and is shown in its place all the same."""
    return _disposition(part) == "inline" and part.get_content_type() == "text/plain"


def _disposition(part: Message) -> str:
    try:
        return part.get_content_disposition() or ""
    except _BROKEN:
        return ""


def _name_of(part: Message) -> str:
    try:
        given = part.get_filename() or ""
    except _BROKEN:
        given = ""
    return decoded(_as_text(str(given)))


def _words(part: Message, content: bytes) -> str:
    try:
        charset = part.get_content_charset("")
    except _BROKEN:
        charset = ""
    return _decoded(content, charset or "")


def _add_file(part: Message, kind: str, content: bytes, found: _Found) -> None:
    shown = "content-id" in part and _disposition(part) != "attachment"
    if shown and kind.startswith("image/") and len(content) < _TRACKER:
        return
    kept = content if len(content) <= LARGEST_FILE else b""
    name = _name_of(part) or _nameless(kind)
    found.files.append(File(name, kind, kept, len(content)))


def _nameless(kind: str) -> str:
    named = {"message/rfc822": "message.eml", "text/calendar": "invitation.ics"}
    return named.get(kind) or f"file{guess_extension(kind) or ''}"


def _unwrap(content: bytes, found: _Found) -> None:
    text, files = unwrapped(content)
    if text and not found.plain:
        found.plain.append(text)
    for name, inside in files:
        kept = inside if len(inside) <= LARGEST_FILE else b""
        found.files.append(File(name or "file", "application/octet-stream", kept, len(inside)))


def _texts(found: _Found, forwarded: bool) -> tuple[str, str]:
    """Everything, and the new part. HTML counts where there is no plain text worth the name."""
    plain = "\n\n".join(one.strip("\n") for one in found.plain if one.strip())
    html = "\n".join(found.html)[: 4 * LARGEST_TEXT]
    if plain.strip() or not html:
        return plain, new_part(plain, forwarded)
    whole = html_text(html)
    cut = HTML_QUOTE.search(html)
    if cut and not forwarded:
        before = new_part(html_text(html[: cut.start()]))
        if before:
            return whole, before
    return whole, new_part(whole, forwarded)


def html_text(html: str) -> str:
    """What a reader of this HTML sees; nh3 mends what is broken and drops what runs."""
    return text_of(nh3.clean(html, clean_content_tags={"script", "style", "title"}))


# ── Machines ───────────────────────────────────────────────────────────────────────────────


def _automatic(headers: Headers, message: Message, sender: str) -> str:
    """Why no person wrote it: RFC 3834 first, then the customs before and beside it."""
    auto = headers.raw("auto-submitted").split(";")[0].strip().lower()
    if auto and auto != "no":
        return auto
    if headers.has("x-autoreply") or headers.has("x-autorespond") or headers.has("x-autorely"):
        return "auto-replied"
    precedence = headers.raw("precedence").strip().lower()
    if precedence == "auto_reply":
        return "auto-replied"
    if precedence in ("bulk", "junk", "list") or headers.has("list-id"):
        return "bulk"
    if message.get_content_type() == "multipart/report" or headers.raw("return-path") == "<>":
        return "report"
    suppressed = headers.raw("x-auto-response-suppress").strip().lower()
    if suppressed and suppressed != "none":
        return "auto-generated"
    return "auto-generated" if _MACHINES.match(sender) else ""


_ACTIONS = {"failed": "failed", "delivered": "delivered", "relayed": "", "delayed": "delayed"}
_FAILED = re.compile(
    r"(?:delivery (?:status notification )?\(?fail|undeliver|returned mail|mail delivery failed"
    r"|failure notice|non remis|échec de (?:la )?remise|n[’']a pas pu être (?:remis|distribué))",
    re.IGNORECASE,
)
_COPIED_ID = re.compile(r"^\s*message-id\s*:\s*<([^<>\s]+)>", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"\b([45]\.\d{1,3}\.\d{1,3})\b")


def _report(message: Message, headers: Headers, whole: str) -> Report | None:
    """What a mail server says of a mail of ours; RFC 3464 and 8098, else the older customs."""
    if message.get_content_type() == "multipart/report":
        told = _standard_report(message)
        if told is not None:
            return told
    failed = headers.raw("x-failed-recipients")
    bounced = headers.raw("return-path") == "<>" or _MACHINES.match(headers.address("from")[0])
    if failed or (bounced and _FAILED.search(f"{headers.text('subject')}\n{whole[:2000]}")):
        about = _COPIED_ID.findall(whole)
        if about:
            code = _STATUS.search(whole)
            return Report(about[-1], "failed", code[1] if code else "", _first_words(whole))
    return None


def _standard_report(message: Message) -> Report | None:
    about, state, code, words = "", "", "", ""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for block in _blocks(part):
                action = _ACTIONS.get(block.get("action", "").lower(), "")
                if action and state != "failed":
                    state, code = action, block.get("status", "").split(" ")[0]
                    words = block.get("diagnostic-code", "").partition(";")[2].strip()
        elif kind == "message/disposition-notification":
            for block in _blocks(part):
                about = about or next(iter(_IDS.findall(block.get("original-message-id", ""))), "")
                if "displayed" in block.get("disposition", "").lower():
                    state = "read"
        elif kind in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            about = about or _original_id(part)
    return Report(about, state, code[:20], words[:300]) if about and state else None


def _blocks(part: Message) -> Iterator[dict[str, str]]:
    """The blocks of fields of a machine-readable report, however the parser took them."""
    inner = part.get_payload()
    if isinstance(inner, list):
        for one in inner:
            if isinstance(one, Message):
                yield {
                    name.lower(): re.sub(r"\s+", " ", _as_text(str(value))).strip()
                    for name, value in one.raw_items()
                }
    else:
        block = message_from_bytes(_content(part), policy=policy.compat32)
        yield {name.lower(): str(value).strip() for name, value in block.raw_items()}


def _original_id(part: Message) -> str:
    inner = part.get_payload()
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        return next(iter(Headers(inner[0]).ids("message-id")), "")
    found = _COPIED_ID.search(_guessed(_content(part)))
    return found[1] if found else ""


def _first_words(whole: str) -> str:
    return " ".join(whole.split())[:300]


# ── Who vouches for the sender ─────────────────────────────────────────────────────────────

_RESULT = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*([a-z]+)", re.IGNORECASE)


def _checks(headers: Headers) -> tuple[str, dict[str, str]]:
    """
    The topmost Authentication-Results (RFC 8601): each server writes above what it receives,
    so that one is our own server's, if any is. Comments in brackets are not results.
    """
    given = next(iter(headers.every("authentication-results")), "")
    if not given:
        return "", {}
    bare = re.sub(r"\([^()]*\)", "", given)
    server = bare.partition(";")[0].split()[:1]
    found: dict[str, str] = {}
    for method, result in _RESULT.findall(bare):
        if found.get(method.lower()) != "pass":
            found[method.lower()] = result.lower()
    named = server[0] if server and "=" not in server[0] else ""
    return named, found


def vouched(headers: Headers, host: str, address: str) -> dict[str, str]:
    """
    The checks, if they were made by the server that keeps the mailbox: anybody can write any.

    host: of IMAP. address: of the mailbox. Microsoft's servers do not say their name.
    """
    server, checks = _checks(headers)
    near = {_site(host), _site(address.rpartition("@")[2])}
    if server and _site(server) in near | _siblings(host):
        return checks
    unnamed = not server and _site(host) in ("office365.com", "outlook.com")
    return checks if unnamed else {}


def _site(host: str) -> str:
    return ".".join(host.lower().strip(".").split(".")[-2:])


def _siblings(host: str) -> set[str]:
    """Names under which a provider's incoming servers speak, beside that of its mailboxes."""
    return {"google.com"} if _site(host) in ("gmail.com", "googlemail.com", "google.com") else set()


def sent_at(mail: Mail, received: datetime | None, now: datetime) -> datetime:
    """When it was written: as it says, unless it says later than it came."""
    latest = received or now
    if mail.date is None or mail.date > latest + timedelta(hours=1):
        return latest
    return mail.date
