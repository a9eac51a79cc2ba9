"""What the tests that all connectors share need to know of e-mail."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import patch

from comptoir.base.http import Http, Response
from comptoir.channels.connector import Connection, Outgoing, Raw
from comptoir.channels.connectors.email import servers
from comptoir.channels.connectors.email.servers import Place
from comptoir.channels.contract import Always, Contract, Situation

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
OURS = "bonjour@atelier-citron.example"

Talk = Callable[[socket.socket, bytes], None]

# What servers say in each situation (RFC 5530 and RFC 5321): to IMAP's sign-in, to SMTP's
# sign-in, and to SMTP's MAIL.
_SAID: Mapping[Situation, tuple[bytes, bytes, bytes]] = {
    "busy": (b"NO [LIMIT] Too many connections", b"454 4.7.0 Try again later", b""),
    "broken": (b"NO [SERVERBUG] Internal error", b"", b"451 4.3.0 Internal error"),
    "expired": (b"NO [EXPIRED] That password has expired", b"535 5.7.8 Bad password", b""),
    "revoked": (b"NO [AUTHORIZATIONFAILED] No access", b"", b"550 5.7.1 Not your address"),
}


def _imap(said: bytes) -> Talk:
    def talk(peer: socket.socket, line: bytes) -> None:
        tag, command = line.split()[:2] if line.count(b" ") else (line.strip(), b"")
        if not line:
            peer.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE] ready\r\n")
        elif command == b"CAPABILITY":
            peer.sendall(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE\r\n" + tag + b" OK done\r\n")
        elif command == b"AUTHENTICATE":
            talk.tag = tag  # type: ignore[attr-defined]
            peer.sendall(b"+ \r\n")
        elif not command:
            peer.sendall(talk.tag + b" " + said + b"\r\n")  # type: ignore[attr-defined]

    return talk


def _smtp(sign_in: bytes, mail: bytes) -> Talk:
    answers = {
        b"EHLO": b"250-mail\r\n250 AUTH PLAIN",
        b"AUTH": sign_in or b"235 2.7.0 welcome",
        b"MAIL": mail or b"250 ok",
    }

    def talk(peer: socket.socket, line: bytes) -> None:
        answer = answers.get(line[:4].upper(), b"250 ok") if line else b"220 mail ESMTP"
        peer.sendall(answer + b"\r\n")

    return talk


def _serve(peer: socket.socket, talk: Talk) -> None:
    with peer, suppress(OSError):
        talk(peer, b"")
        for line in peer.makefile("rb"):
            talk(peer, line)


@contextmanager
def provoke(connection: Connection, situation: Situation) -> Iterator[Http]:
    """Both servers are scripted: they say what real ones say in this situation."""
    imap, sign_in, mail = _SAID[situation]

    def opened(place: Place, timeout: float) -> socket.socket:
        near, far = socket.socketpair()
        near.settimeout(timeout)
        talk = _imap(imap) if place.side == "imap" else _smtp(sign_in, mail)
        threading.Thread(target=_serve, args=(far, talk), daemon=True).start()
        return near

    with patch.object(servers, "opened", opened):
        yield Always(Response(500))


def _raw(name: str, role: str = "inbox") -> Raw:
    headers = {"role": role, "received": "2026-11-16T10:30:00+00:00"}
    return Raw((FIXTURES / f"{name}.eml").read_bytes(), headers)


CONTRACT = Contract(
    values={
        "address": OURS,
        "from_name": "Atelier Citron",
        "imap_host": "imap.atelier-citron.example",
        "imap_security": "tls",
        "imap_secret": "invented",
        "smtp_host": "smtp.atelier-citron.example",
        "smtp_security": "tls",
        "folder": "INBOX",
        "history": "7",
        "read_sent": "on",
    },
    own={"id": OURS, "handle": OURS, "sent": "Sent"},
    deliveries=[
        _raw("plain"),
        _raw("own-from-outlook", "sent"),
        _raw("thunderbird-fr"),
        _raw("contact-form"),
        _raw("attachments"),
        _raw("out-of-office"),
        _raw("bounce-postfix"),
    ],
    hears=frozenset(
        {
            "plain-1@example.com",
            "own-1@atelier-citron.example",
            "tb-1@example.com",
            "form-1@www.atelier-citron.example",
            "att-1@example.com",
        }
    ),
    outgoing=Outgoing(
        "0f3a0f3a0f3a0f3a0f3a0f3a0f3a0f3a",
        "Bonjour Marie",
        "private",
        "plain-1@example.com",
        "marie.laurent@example.com",
        "email",
        subject="Re: Commande 48213 pas reçue",
    ),
    provoke=provoke,
)
