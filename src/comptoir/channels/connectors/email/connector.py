"""
E-mail: one mailbox, read by IMAP as mail arrives, answered by SMTP in the customer's thread.

Mail is fetched by UID (RFC 3501), so that nothing is read twice or missed when others file
and delete beside us; a folder that was made anew (another UIDVALIDITY) is gone through again
from the day before, and what is known already changes nothing.
"""

import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any, ClassVar

import structlog
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http, HttpProblem
from comptoir.channels.connector import (
    Asked,
    CannotTell,
    Checked,
    Connection,
    Connector,
    Field,
    Heard,
    Outgoing,
    Page,
    Raw,
    Read,
    Receipt,
    Refusal,
    Sent,
    Unrecognised,
    Unsupported,
    Vouched,
    Way,
    Words,
)
from comptoir.channels.connectors.email import servers
from comptoir.channels.connectors.email.details import details, vouches
from comptoir.channels.connectors.email.reading import Mail, read_mail, sent_at
from comptoir.channels.connectors.email.servers import Listed, Mailbox
from comptoir.channels.connectors.email.writing import is_notice, is_ours, message_id, written
from comptoir.channels.incoming import File, Incoming

log = structlog.get_logger(__name__)

MAILS = 20
BYTES = 8 << 20
"""How much one page holds at most, apart from a single mail that is larger."""
LISTED = 200
LARGEST = 30 << 20
CUT = 2 << 20
"""A mail above LARGEST is read this far: its text is at the beginning."""
STEADY_SECONDS = 30.0
SENT = "sent"
_SAVES_ITSELF = ("gmail.com", "googlemail.com", "office365.com", "outlook.com")
"""Providers that keep a copy of what is sent by SMTP."""
_SECURITY: Mapping[str, Any] = {
    "tls": "TLS",
    "starttls": "STARTTLS",
    "none": _("None (only inside your own network)"),
}


class Email(Connector):
    kind = "email"
    channel = "email"
    label = _("E-mail")
    summary = _(
        "A mailbox, read as mail arrives and answered from it. Gmail, Yahoo and iCloud need an"
        " app password; Outlook and Microsoft 365 have a connector of their own."
    )
    fields: ClassVar[Sequence[Field]] = (
        Field("address", _("Address of the mailbox"), kind="email"),
        Field("from_name", _("Name that customers see"), required=False),
        Field("imap_host", _("Server for reading (IMAP)"), _("For example imap.example.com.")),
        Field(
            "imap_security",
            _("Security when reading"),
            kind="choice",
            choices=_SECURITY,
            default="tls",
        ),
        Field(
            "imap_port",
            _("Port for reading"),
            _("Left empty: 993 with TLS, else 143."),
            kind="number",
            required=False,
        ),
        Field(
            "imap_user",
            _("User name"),
            _("Left empty: the address."),
            required=False,
        ),
        Field(
            "imap_secret",
            _("Password"),
            _("With two-step verification: an app password."),
            kind="secret",
        ),
        Field("smtp_host", _("Server for sending (SMTP)"), _("For example smtp.example.com.")),
        Field(
            "smtp_security",
            _("Security when sending"),
            kind="choice",
            choices=_SECURITY,
            default="tls",
        ),
        Field(
            "smtp_port",
            _("Port for sending"),
            _("Left empty: 465 with TLS, else 587."),
            kind="number",
            required=False,
        ),
        Field(
            "smtp_user",
            _("User name for sending"),
            _("Left empty: the same as for reading."),
            required=False,
        ),
        Field(
            "smtp_secret",
            _("Password for sending"),
            _("Left empty: the same as for reading."),
            kind="secret",
            required=False,
        ),
        Field("folder", _("Folder that is read"), required=False, default="INBOX"),
        Field(
            "history",
            _("Mail that is there already"),
            kind="choice",
            choices={
                "0": _("Leave it: only what comes from now on"),
                "7": _("Read the last 7 days"),
                "30": _("Read the last 30 days"),
                "365": _("Read the last year"),
            },
            default="7",
        ),
        Field(
            "read_sent",
            _("Show answers written in another mail program"),
            _("Reads answers in the folder of sent mail."),
            kind="switch",
            required=False,
            default="on",
        ),
        Field(
            "signature",
            _("Signature"),
            _("Put under every answer."),
            kind="lines",
            required=False,
        ),
    )
    every = 300.0
    sends = True

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        with servers.entered_wrongly("imap", connection), servers.mailbox(connection) as box:
            box.open(_folder(connection))
            sent = box.sent_folder()
        with servers.entered_wrongly("smtp", connection), servers.postman(connection):
            pass
        address = connection.values["address"]
        return Checked(
            name=address,
            own={
                "id": address.lower(),
                "handle": address.lower(),
                "name": connection.values.get("from_name", ""),
                "sent": sent,
            },
            handles=[address],
            warning=""
            if sent
            else _("No folder of sent mail was found, so copies of answers are kept here alone."),
        )

    # Hearing

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        cursor = dict(connection.cursor)
        with servers.mailbox(connection) as box:
            for role, folder in _folders(connection):
                known = cursor.get(role, {})
                for raws, place, more in _news(box, connection, role, folder, known):
                    cursor = cursor | {role: place}
                    yield Page(raws, cursor, more)

    def wait(self, connection: Connection, stop: Event, http: Http) -> bool:
        began = math.inf
        try:
            with servers.mailbox(connection) as box:
                folder = box.open(_folder(connection))
                known = connection.cursor.get("inbox", {})
                same = known.get("uidvalidity") == folder.uidvalidity
                if not same or folder.uidnext > known["uid"] + 1:
                    return True
                began = time.monotonic()
                return box.wait(stop)
        except HttpProblem:
            if time.monotonic() - began < STEADY_SECONDS:
                raise
            return True  # servers close old connections; asking again opens a new one

    # Understanding

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        return [raw]

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        try:
            mail = read_mail(entry.body)
        except ValueError as error:
            raise Unrecognised(str(error)) from error
        received = _moment(entry.headers.get("received", "")) or entry.received_at
        if mail.report is not None:
            return [_receipt(mail, received)]
        if mail.automatic == "auto-replied":
            raise Unsupported("a machine's answer")
        if mail.automatic == "report":
            raise Unsupported("a report about a mail that was not sent from here")
        if is_notice(mail.id):
            raise Unsupported("a notice to the team")
        if not mail.sender:
            raise Unrecognised("nobody signed this mail")
        return [Heard([_incoming(connection, mail, entry, received)], _kept(mail))]

    def details(self, connection: Connection, raw: str) -> Sequence[tuple[Words, Words]]:
        return details(connection, raw)

    def vouches(self, connection: Connection, raw: str) -> Vouched | None:
        return vouches(connection, raw)

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        return [Way("private", _("Reply by e-mail"), attachments=True)]

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        now = clock.now().replace(microsecond=0)  # as the mail itself says it
        mail = written(outgoing, connection.values, now)
        content = mail.as_bytes()
        with servers.postman(connection) as postman:
            said = servers.hand_over(
                postman, connection.values["address"], mail["To"].addresses[0].addr_spec, content
            )
        _keep_copy(connection, outgoing, content)
        name = message_id(outgoing.key, connection.values["address"])
        return Sent(name, now, raw=f"{said}\n\n{mail.as_bytes().partition(b'--')[0].decode()}")

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        """
        A copy is filed only after the server took the mail, so one that is there left.

        None there proves nothing: the server may have taken it and the copy be lost.
        """
        name = message_id(outgoing.key, connection.values["address"])
        with servers.mailbox(connection) as box:
            for folder in filter(None, (connection.own.get("sent", ""), _folder(connection))):
                box.open(folder)
                if box.with_id(name):
                    return Sent(name, outgoing.queued_at or clock.now(), raw=f"found in {folder}")
        raise CannotTell("no copy of this mail is kept, which proves nothing")


def _folder(connection: Connection) -> str:
    return connection.values.get("folder") or "INBOX"


def _folders(connection: Connection) -> list[tuple[str, str]]:
    """What is read: (role in the cursor, name)."""
    found = [("inbox", _folder(connection))]
    if connection.values.get("read_sent") and connection.own.get("sent"):
        found.append((SENT, connection.own["sent"]))
    return found


def _news(
    box: Mailbox, connection: Connection, role: str, folder: str, known: Mapping[str, Any]
) -> Iterator[tuple[list[Raw], dict[str, Any], bool]]:
    """What is new in a folder, by small parts, each with the place reached and whether it goes on."""
    here = box.open(folder)
    same = known.get("uidvalidity") == here.uidvalidity
    start: dict[str, Any] = {
        "uidvalidity": here.uidvalidity,
        "uid": known["uid"] if same else 0,
        "at": known.get("at", ""),
    }
    uids = _wanted(box, connection, role, start if same else known, same)
    for first in range(0, len(uids), LISTED):
        for part in _parts(box.listed(uids[first : first + LISTED])):
            raws = [raw for one in part if (raw := _fetched(box, one, role)) is not None]
            last = part[-1]
            at = last.received.isoformat() if last.received else start["at"]
            start = {**start, "uid": max(start["uid"], last.uid), "at": at}
            yield raws, start, last.uid < uids[-1]
    newest = max(here.uidnext - 1, start["uid"])
    if not same or newest > start["uid"]:
        yield [], {**start, "uid": newest}, False


def _wanted(
    box: Mailbox, connection: Connection, role: str, known: Mapping[str, Any], same: bool
) -> list[int]:
    answers = ("HEADER", "In-Reply-To", '""') if role == SENT else ()
    if same:
        return box.after(known["uid"], *answers)
    begin = _begin(connection, known)
    if begin is None:
        return []
    recent = set(box.since(begin))
    return [uid for uid in box.after(0, *answers) if uid in recent] if answers else sorted(recent)


def _begin(connection: Connection, known: Mapping[str, Any]) -> date | None:
    """From which day a folder is read that was never read before, or was made anew."""
    last = _moment(known.get("at", ""))
    if last is not None:
        return (last - timedelta(days=2)).date()
    if known:
        return (clock.now() - timedelta(days=2)).date()
    days = int(connection.values.get("history") or 0)
    return (clock.now() - timedelta(days=days)).date() if days else None


def _parts(listed: Sequence[Listed]) -> Iterator[list[Listed]]:
    """Neither too many mails nor too many bytes at once."""
    part: list[Listed] = []
    size = 0
    for one in listed:
        weight = min(one.size, CUT if one.size > LARGEST else one.size)
        if part and (len(part) >= MAILS or size + weight > BYTES):
            yield part
            part, size = [], 0
        part.append(one)
        size += weight
    if part:
        yield part


def _fetched(box: Mailbox, one: Listed, role: str) -> Raw | None:
    whole = one.size <= LARGEST
    content = box.content(one.uid, LARGEST if whole else CUT)
    if content is None:
        return None
    headers = {"role": role, "received": one.received.isoformat() if one.received else ""}
    if not whole:
        headers["size"] = str(one.size)
    return Raw(content, headers)


def _incoming(
    connection: Connection, mail: Mail, entry: Raw, received: datetime | None
) -> Incoming:
    from_us = entry.headers.get("role") == SENT
    return Incoming(
        external_id=mail.id,
        channel=connection.channel,
        kind="email",
        sent_at=sent_at(mail, received, clock.now()),
        author_handle=connection.values["address"].lower() if from_us else mail.sender,
        author_name=mail.name,
        title=mail.subject,
        text=mail.text,
        in_reply_to=mail.answers,
        own=True if from_us or is_ours(mail.id) else None,
        files=_files(mail, entry),
    )


def _files(mail: Mail, entry: Raw) -> tuple[File, ...]:
    """Of a mail that was cut the files are broken: their names are kept, not their contents."""
    if not entry.headers.get("size"):
        return mail.files
    size = int(entry.headers["size"])
    return tuple(File(one.name, one.media_type, b"", size) for one in mail.files)


def _kept(mail: Mail) -> str:
    """The mail as text: its headers and all its words, quotes and signature included."""
    return f"{mail.headers}\n\n{mail.whole}"


def _receipt(mail: Mail, received: datetime | None) -> Receipt:
    told = mail.report
    assert told is not None
    if not is_ours(told.about):
        raise Unsupported("a report about a mail that was not sent from here")
    if told.state == "delayed":
        raise Unsupported("the mail is only late")
    state = told.state
    assert state in ("delivered", "read", "failed")
    return Receipt(
        external_id=told.about,
        state=state,  # type: ignore[arg-type]  # narrowed above
        at=received or mail.date or clock.now(),
        code=told.code,
        sentence=told.words,
        key=told.about.partition(".comptoir@")[0],
    )


def _keep_copy(connection: Connection, outgoing: Outgoing, content: bytes) -> None:
    """File a copy in the folder of sent mail, unless the provider does; the mail has left anyway."""
    folder = connection.own.get("sent", "")
    if not folder or connection.values["smtp_host"].lower().endswith(_SAVES_ITSELF):
        return
    name = message_id(outgoing.key, connection.values["address"])
    try:
        with servers.mailbox(connection) as box:
            box.open(folder)
            if not box.with_id(name):
                box.append(folder, content)
    except (Refusal, HttpProblem) as error:
        log.warning("email.copy_not_filed", account=connection.account_id, reason=str(error))


def _moment(given: str) -> datetime | None:
    with suppress(ValueError, TypeError):
        found = datetime.fromisoformat(given)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None
