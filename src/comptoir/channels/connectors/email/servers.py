"""
Talking to mail servers: IMAP (RFC 3501, IDLE of RFC 2177) and SMTP, through the guard.

Whatever a server says is turned into what the machinery acts on: nobody was reached, the
password is refused, patience is asked for, or it is not known whether a mail was taken.
"""

import imaplib
import re
import select
import smtplib
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from ipaddress import ip_address
from threading import Event
from typing import Any

import structlog
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comptoir.base import guard
from comptoir.base.http import Insecure, NoAnswer, NotSent
from comptoir.channels.connector import AccessLost, Connection, Rejected, TryLater, Words

log = structlog.get_logger(__name__)

TIMEOUT = 30.0
LARGEST_LITERAL = 64 << 20
LONGEST_LINE = 1 << 20
IDLE_SECONDS = 9 * 60
"""RFC 2177 allows 29 minutes; home routers forget a silent connection after ten."""
NOOP_SECONDS = 60.0
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_LISTED = re.compile(rb'^\((?P<flags>[^)]*)\) (?:"(?:\\.|[^"])*"|NIL) (?P<name>.+)$')
_SENT_NAMES = (
    "Sent", "Sent Items", "Sent Messages", "INBOX.Sent", "INBOX/Sent", "[Gmail]/Sent Mail",
    "Envoy&AOk-s", "INBOX.Envoy&AOk-s", "Messages envoy&AOk-s", "&AMk-l&AOk-ments envoy&AOk-s",
)  # fmt: skip
_LATER = re.compile(
    r"\[(?:UNAVAILABLE|LIMIT|INUSE|SERVERBUG)\]|too many|rate|try again|temporar|simultaneous",
    re.IGNORECASE,
)
_OAUTH = re.compile(r"basic auth|AUTHENTICATE failed\.|5\.7\.139|oauth|XOAUTH2", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """
    A server as it was entered. side: "imap" or "smtp", which begins the fields' names.

    token: an access token, shown in place of a password (XOAUTH2).
    """

    side: str
    host: str
    port: int
    security: str
    user: str
    secret: str
    token: str = ""

    @classmethod
    def of(cls, connection: Connection, side: str) -> "Place":
        values = connection.values
        security = values.get(f"{side}_security") or "tls"
        usual = {"imap": {"tls": 993}, "smtp": {"tls": 465}}[side]
        other = {"imap": 143, "smtp": 587}[side]
        given = values.get(f"{side}_port", "")
        return cls(
            side=side,
            host=values[f"{side}_host"].strip(),
            port=int(given) if given.isdigit() else usual.get(security, other),
            security=security,
            user=values.get(f"{side}_user") or values.get("imap_user") or values["address"],
            secret=values.get(f"{side}_secret") or values.get("imap_secret", ""),
            token=values.get("access", ""),
        )

    @property
    def bearer(self) -> bytes:
        """How the token is shown: developers.google.com/workspace/gmail/imap/xoauth2-protocol."""
        return f"user={self.user}\1auth=Bearer {self.token}\1\1".encode()


def opened(place: Place, timeout: float) -> socket.socket:
    """A connection, under TLS from the start where that is asked for."""
    if place.security == "none" and not _inside(place.host):
        raise Rejected(
            "needs_tls",
            format_lazy(
                _("Without TLS the password would cross the Internet in clear to {host}."),
                host=place.host,
            ),
            _(
                "Choose TLS or STARTTLS. For a server of your own network, whoever runs Comptoir"
                " lists it in COMPTOIR_PRIVATE_HOSTS."
            ),
            field=f"{place.side}_security",
        )
    plain = guard.guarded_socket(place.host, place.port, timeout)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return guard.secured(plain, place.host) if place.security == "tls" else plain


def _inside(host: str) -> bool:
    """Whether the installation lists this server, by name or by address."""
    listed = guard.guard().listed
    try:
        return listed.has_name(host) or listed.has_address(ip_address(host))
    except ValueError:
        return False


# ── IMAP ───────────────────────────────────────────────────────────────────────────────────


class _Imap(imaplib.IMAP4):
    """The library's client over a guarded connection, with bounds on what it reads."""

    def __init__(self, place: Place, timeout: float) -> None:
        self._place, self._seconds = place, timeout
        self._buffer = bytearray()
        super().__init__(place.host, place.port)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        self.sock = opened(self._place, self._seconds)
        self.sock.settimeout(self._seconds)

    def read(self, size: int) -> bytes:
        if size > LARGEST_LITERAL:
            raise self.abort(f"{size} bytes at once")
        while len(self._buffer) < size:
            self._fill()
        found = bytes(self._buffer[:size])
        del self._buffer[:size]
        return found

    def readline(self) -> bytes:
        start = 0
        while (end := self._buffer.find(b"\n", start)) < 0:
            start = len(self._buffer)
            if start > LONGEST_LINE:
                raise self.abort("a line without end")
            self._fill()
        found = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        return found

    def send(self, data: Any) -> None:
        self.sock.sendall(data)

    def shutdown(self) -> None:
        with suppress(OSError):
            self.sock.close()

    def secure(self) -> None:
        """STARTTLS; whatever was said in clear before is forgotten."""
        if "STARTTLS" not in self.capabilities:
            raise _no_starttls(self._place)
        kind, said = self._simple_command("STARTTLS")
        if kind != "OK":
            raise self.error(said)
        self._buffer.clear()
        self.sock = guard.secured(self.sock, self._place.host)
        self._get_capabilities()

    def sign_in(self) -> None:
        """Raises error when refused; IDLE is mostly offered only afterwards."""
        place = self._place
        if place.token:
            self.authenticate("XOAUTH2", _once(place.bearer))
        elif "AUTH=PLAIN" in self.capabilities:
            secret = f"\0{place.user}\0{place.secret}".encode()
            self.authenticate("PLAIN", lambda _challenge: secret)
        else:
            self.login(place.user, place.secret)
        self._get_capabilities()

    def heard(self, seconds: float) -> bool:
        """Whether the server says something within `seconds`."""
        if self._buffer or (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()):
            return True
        return bool(select.select([self.sock], [], [], seconds)[0])

    def _fill(self) -> None:
        part = self.sock.recv(65536)
        if not part:
            raise self.abort("the server closed the connection")
        self._buffer += part


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as it was opened."""

    name: str
    uidvalidity: int
    uidnext: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail that is there; received: when it came, in UTC."""

    uid: int
    size: int
    received: datetime | None


class Mailbox:
    """An IMAP session, signed in."""

    def __init__(self, imap: _Imap) -> None:
        self._imap = imap

    def open(self, folder: str) -> Folder:
        """Open a folder for reading alone. Raises Rejected when there is none of this name."""
        kind, _said = self._imap.select(_quoted(folder), readonly=True)
        if kind != "OK":
            raise Rejected(
                "no_folder",
                format_lazy(_("The mailbox has no folder “{name}”."), name=folder),
                _("Correct its name; INBOX is where new mail arrives."),
                field="folder",
            )
        numbers = [self._number(name) for name in ("UIDVALIDITY", "UIDNEXT")]
        return Folder(folder, numbers[0], numbers[1] or self._next_uid(folder))

    def _number(self, name: str) -> int:
        found = self._imap.response(name)[1]
        first = found[-1] if found else None
        return int(first) if isinstance(first, bytes) and first.isdigit() else 0

    def _next_uid(self, folder: str) -> int:
        """One past the newest, for servers that do not say it of their own accord."""
        return max(self._search("ALL"), default=0) + 1

    def since(self, day: date) -> list[int]:
        """UIDs of what came on this day or later."""
        return self._search("SINCE", f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year}")

    def after(self, uid: int, *criteria: str) -> list[int]:
        """UIDs above `uid`; "n:*" always names the newest mail, so that one is sifted out."""
        return [one for one in self._search("UID", f"{uid + 1}:*", *criteria) if one > uid]

    def with_id(self, message_id: str) -> bool:
        """Whether the open folder holds a mail of this Message-ID."""
        return bool(self._search("HEADER", "Message-ID", _quoted(f"<{message_id}>")))

    def _search(self, *criteria: str) -> list[int]:
        data = self._done(self._imap.uid("SEARCH", *criteria))
        return sorted(int(one) for part in data if part for one in part.split())

    def listed(self, uids: Sequence[int]) -> list[Listed]:
        """Sizes and times of mails, oldest first; those deleted meanwhile are left out."""
        if not uids:
            return []
        wanted = ",".join(str(uid) for uid in uids)
        found: dict[int, Listed] = {}
        for line in self._done(self._imap.uid("FETCH", wanted, "(UID RFC822.SIZE INTERNALDATE)")):
            uid, size = _UID.search(line), _SIZE.search(line)
            if uid and size:
                found[int(uid[1])] = Listed(int(uid[1]), int(size[1]), _received(line))
        return [found[uid] for uid in sorted(set(uids) & set(found))]

    def content(self, uid: int, most: int) -> bytes | None:
        """The first `most` bytes of a mail, unread as it was; None when it is gone."""
        data = self._done(self._imap.uid("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{most}>)"))
        for part in data:
            if isinstance(part, tuple) and (said := _UID.search(part[0])) and int(said[1]) == uid:
                return bytes(part[1])
        return None

    def sent_folder(self) -> str:
        """Where sent mail is kept (RFC 6154, else by its usual names); "" when nobody knows."""
        names: list[str] = []
        for line in self._done(self._imap.list()):
            found = _LISTED.match(line) if isinstance(line, bytes) else None
            if found is None:
                continue
            name = _unquoted(found["name"].decode("ascii", "replace"))
            if b"\\sent" in found["flags"].lower():
                return name
            names.append(name)
        return next((name for name in _SENT_NAMES if name in names), "")

    def append(self, folder: str, content: bytes) -> None:
        self._done(self._imap.append(_quoted(folder), r"(\Seen)", "", content))

    def wait(self, stop: Event) -> bool:
        """Block until the open folder changes or `stop` is set; True when it changed."""
        if "IDLE" in self._imap.capabilities:
            while not stop.is_set():
                if self._idle(stop):
                    return True
            return False
        self._imap.response("EXISTS")  # what opening the folder said
        while not stop.wait(NOOP_SECONDS):
            self._done(self._imap.noop())
            if self._imap.response("EXISTS")[1] != [None]:
                return True
        return False

    def _idle(self, stop: Event) -> bool:
        """One turn of IDLE. True when something came."""
        imap, tag, changed = self._imap, b"IDLE1", False
        imap.send(tag + b" IDLE\r\n")
        until = time.monotonic() + IDLE_SECONDS
        while not changed and not stop.is_set() and time.monotonic() < until:
            if imap.heard(1.0):
                line = imap.readline()
                if line.startswith((tag, b"* BYE")):
                    raise imap.abort(line.decode("ascii", "replace"))
                changed = line.split()[2:3] in ([b"EXISTS"], [b"RECENT"])
        imap.send(b"DONE\r\n")
        while not (line := imap.readline()).startswith(tag):
            changed = changed or line.split()[2:3] == [b"EXISTS"]
        return changed

    def _done(self, answer: tuple[str, Any]) -> list[Any]:
        kind, data = answer
        if kind != "OK":
            raise self._imap.error(f"{kind} {data!r:.300}")
        return [one for one in data if one is not None]


@contextmanager
def mailbox(connection: Connection, timeout: float = TIMEOUT) -> Iterator[Mailbox]:
    """
    Sign in by IMAP for the length of the block.

    Raises AccessLost, Rejected, TryLater, Forbidden or NotSent: asking changes nothing, so
    whatever fails can be asked again.
    """
    place = Place.of(connection, "imap")
    imap: _Imap | None = None
    try:
        imap = _Imap(place, timeout)
        if place.security == "starttls":
            imap.secure()
        _sign_in(imap, place)
        yield Mailbox(imap)
    except (imaplib.IMAP4.error, OSError, EOFError) as error:
        raise NotSent(f"{place.host}: {error}") from error
    finally:
        if imap is not None:
            _part(imap)


def _once(shown: bytes) -> Callable[[bytes], bytes]:
    """The answer to the first challenge; a second one says why it was refused, and wants nothing."""
    left = [shown]
    return lambda _challenge: left.pop() if left else b""


def _part(imap: _Imap) -> None:
    """Say goodbye without waiting for an answer: a dead server gives none."""
    with suppress(imaplib.IMAP4.error, OSError):
        imap.sock.settimeout(2.0)
        imap.send(b"BYE1 LOGOUT\r\n")
    imap.shutdown()


def _sign_in(imap: _Imap, place: Place) -> None:
    try:
        imap.sign_in()
    except imaplib.IMAP4.abort:
        raise
    except UnicodeEncodeError as error:
        raise _refused(place, "the password has letters that this server cannot take") from error
    except imaplib.IMAP4.error as error:
        said = str(error)
        if _LATER.search(said) and "AUTHENTICATIONFAILED" not in said.upper():
            raise TryLater(said) from error
        raise _refused(place, said) from error


def _received(line: bytes) -> datetime | None:
    found = imaplib.Internaldate2tuple(line)
    return datetime.fromtimestamp(time.mktime(found), UTC) if found else None


def _quoted(name: str) -> str:
    escaped = utf7(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _unquoted(name: str) -> str:
    name = name.strip()
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name.startswith('"') else name


def utf7(name: str) -> str:
    """
    A folder's name as IMAP writes it (RFC 3501, 5.1.3); one written so already stays.

    >>> utf7("Éléments envoyés"), utf7("Envoy&AOk-s")
    ('&AMk-l&AOk-ments envoy&AOk-s', 'Envoy&AOk-s')
    """

    def shifted(found: re.Match[str]) -> str:
        encoded = b64encode(found[0].encode("utf-16-be")).decode("ascii")
        return f"&{encoded.rstrip('=').replace('/', ',')}-"

    return re.sub(r"[^\x20-\x7e]+", shifted, name)


# ── SMTP ───────────────────────────────────────────────────────────────────────────────────


class _Smtp(smtplib.SMTP):
    """The library's client over a guarded connection."""

    def __init__(self, place: Place, timeout: float) -> None:
        self.place = place
        super().__init__(place.host, place.port, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return opened(self.place, timeout)

    def secure(self) -> None:
        self.ehlo_or_helo_if_needed()
        if not self.has_extn("starttls"):
            raise _no_starttls(self.place)
        self.starttls(context=guard.trust())
        self.ehlo()

    def sign_in(self) -> None:
        """With letters beyond ASCII where the server takes PLAIN, which the library does not do."""
        self.ehlo_or_helo_if_needed()
        if self.place.token:
            self._authenticate("XOAUTH2", self.place.bearer)
            return
        if "PLAIN" not in self.esmtp_features.get("auth", "").upper().split():
            if self.has_extn("auth"):
                self.login(self.place.user, self.place.secret)
            return
        secret = f"\0{self.place.user}\0{self.place.secret}".encode()
        self._authenticate("PLAIN", secret)

    def _authenticate(self, way: str, shown: bytes) -> None:
        code, said = self.docmd("AUTH", f"{way} {b64encode(shown).decode('ascii')}")
        if code == 334:  # why a token was refused; the refusal itself follows
            code, said = self.docmd("")
        if code not in (235, 503):
            raise smtplib.SMTPAuthenticationError(code, said)


@contextmanager
def postman(connection: Connection, timeout: float = TIMEOUT) -> Iterator[_Smtp]:
    """
    Sign in by SMTP for the length of the block, which handles its own errors.

    Raises AccessLost, Rejected, TryLater, Forbidden or NotSent: nothing was sent yet.
    """
    place = Place.of(connection, "smtp")
    smtp: _Smtp | None = None
    try:
        try:
            smtp = _Smtp(place, timeout)
            if place.security == "starttls":
                smtp.secure()
            smtp.sign_in()
        except smtplib.SMTPAuthenticationError as error:
            raise _smtp_refusal(place, error.smtp_code, _said(error.smtp_error)) from error
        except smtplib.SMTPResponseException as error:
            raise TryLater(f"{error.smtp_code} {_said(error.smtp_error)}") from error
        except ssl.SSLError as error:
            raise Insecure(f"{place.host} could not prove who it is: {error}") from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise NotSent(f"{place.host}: {error}") from error
        yield smtp
    finally:
        if smtp is not None:
            smtp.close()


def hand_over(smtp: _Smtp, sender: str, to: str, content: bytes) -> str:
    """
    Give one mail to the server, step by step; gives what the server said when it took it.

    Raises TryLater and Rejected for what it surely did not take, NotSent when the connection
    broke before the mail itself was sent, NoAnswer when it broke after.
    """
    try:
        options = ["SMTPUTF8"] if not (sender + to).isascii() and smtp.has_extn("smtputf8") else []
        _settled(*smtp.mail(sender, options))
        _settled(*smtp.rcpt(to))
        code, said = smtp.docmd("DATA")
        if code != 354:
            _settled(code, said)
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"{smtp.place.host}: {error}") from error
    try:
        smtp.send(_stuffed(content))
        code, said = smtp.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise NoAnswer(
            f"{smtp.place.host} did not say whether it took the mail: {error}"
        ) from error
    _settled(code, said)
    return f"{code} {_said(said)}"


def _stuffed(content: bytes) -> bytes:
    """With the dots that SMTP reads as its own doubled, and the end marked."""
    lines = re.sub(rb"(?m)^\.", b"..", re.sub(rb"\r\n|\r|\n", b"\r\n", content))
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _settled(code: int, said: bytes) -> None:
    """Raise what a refusal means (RFC 5321): 4xx can pass, 5xx cannot."""
    if 200 <= code < 300:
        return
    words = _said(said)
    if 400 <= code < 500:
        raise TryLater(f"{code} {words}", 300.0)
    if code in (530, 535, 538):
        raise AccessLost(f"{code} {words}")
    raise Rejected(f"smtp_{code}", *_explained(code, words))


def _explained(code: int, words: str) -> tuple[Words, Words]:
    if "5.1.1" in words or code in (550, 551, 553):
        return (
            format_lazy(_("The mail server refused this address: {said}"), said=words),
            _("Check the customer’s address, or reach them in another way."),
        )
    if code == 552 or "5.3.4" in words:
        return (
            format_lazy(_("The mail server finds this mail too large: {said}"), said=words),
            _("Send fewer or smaller files."),
        )
    return (
        format_lazy(_("The mail server refused this mail: {said}"), said=words),
        _("Ask whoever runs the mail server what these words mean."),
    )


def _said(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.split())[:300]


# ── What went wrong, in words ──────────────────────────────────────────────────────────────


def _smtp_refusal(place: Place, code: int, words: str) -> Exception:
    if 400 <= code < 500:
        return TryLater(f"{code} {words}", 300.0)
    return _refused(place, f"{code} {words}")


def _refused(place: Place, said: str) -> AccessLost:
    about = {"host": place.host, "user": place.user}
    if place.token:
        return AccessLost(
            f"{place.host}: {said}",
            format_lazy(_("{host} does not accept the access granted for {user}."), **about),
            _(
                "Sign in again, with the account of this very mailbox. Whoever administers it must"
                " allow IMAP and authenticated SMTP for it."
            ),
        )
    return AccessLost(
        f"{place.host}: {said}",
        format_lazy(_("{host} does not accept the password of {user}."), **about),
        _advice(place, said),
    )


def _advice(place: Place, said: str) -> Words:
    """What to do about a refused password, by provider."""
    host = place.host.lower()
    if host.endswith(("office365.com", "outlook.com", "hotmail.com")) or _OAUTH.search(said):
        return _(
            "This provider no longer takes passwords here. A mailbox of Microsoft’s is connected as"
            " “Outlook and Microsoft 365”; let any other forward to one that takes a password."
        )
    if host.endswith(("gmail.com", "googlemail.com")):
        return _(
            "Gmail wants an app password: turn on two-step verification, create one on"
            " myaccount.google.com/apppasswords, and enter its 16 letters."
        )
    if host.endswith(("yahoo.com", "yahoo.fr", "icloud.com", "mail.me.com", "fastmail.com")):
        return _(
            "This provider wants an app password: create one in the security settings of the"
            " account, and enter it here."
        )
    return _(
        "Check the user name, which is mostly the whole address, then enter the password again."
        " If the account has two-step verification, it needs an app password."
    )


def _no_starttls(place: Place) -> Rejected:
    return Rejected(
        "no_starttls",
        format_lazy(_("{host} does not offer STARTTLS."), host=place.host),
        _("Choose TLS with port 993 for reading and 465 for sending."),
        field=f"{place.side}_security",
    )


@contextmanager
def entered_wrongly(place_side: str, connection: Connection) -> Iterator[None]:
    """While checking, what could not be reached is something that was entered wrongly."""
    place = Place.of(connection, place_side)
    about = {"host": place.host, "port": place.port}
    try:
        yield
    except guard.NameUnknown as error:
        raise Rejected(
            "name_unknown",
            format_lazy(_("Nobody knows a server called {host}."), **about),
            _("Check the spelling; the provider’s help pages give the name."),
            field=f"{place.side}_host",
        ) from error
    except guard.Forbidden as error:
        raise Rejected(
            "address_forbidden",
            format_lazy(_("{host} at port {port} is not one that Comptoir may reach."), **about),
            _(
                "Check both. For a server of your own network, whoever runs Comptoir lists it in"
                " COMPTOIR_PRIVATE_HOSTS."
            ),
            field=f"{place.side}_host",
        ) from error
    except Insecure as error:
        raise Rejected(
            "not_secure",
            format_lazy(_("{host} could not prove by TLS who it is."), **about),
            _(
                "Check the name, port and security: TLS goes with 993 and 465, STARTTLS with 143"
                " and 587. A certificate that ran out must be renewed by the provider."
            ),
            field=f"{place.side}_security",
        ) from error
    except NotSent as error:
        log.info("email.unreachable", side=place.side, reason=str(error))
        raise Rejected(
            "unreachable",
            format_lazy(_("{host} does not answer at port {port}."), **about),
            _("Check the port and the security, and whether a firewall stands between."),
            field=f"{place.side}_port",
        ) from error
