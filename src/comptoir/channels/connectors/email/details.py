"""What the headers of a mail say to whoever wonders about it: from whom, to whom, and how sure."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext_lazy as _

from comptoir.channels.connector import Connection, Vouched, Words
from comptoir.channels.connectors.email.reading import Headers, decoded, kept_headers, vouched

_SHOWN: Mapping[str, Words] = {
    "from": _("Written by"),
    "reply-to": _("Answers go to"),
    "to": _("Addressed to"),
    "cc": _("Copy to"),
    "date": _("Date"),
}


def details(connection: Connection, raw: str) -> list[tuple[Words, Words]]:
    """Sender, recipients, date, and what the server of the mailbox says of the sender."""
    headers = kept_headers(raw)
    shown = [(words, decoded(headers.raw(name))) for name, words in _SHOWN.items()]
    found: list[tuple[Words, Words]] = [(words, said) for words, said in shown if said]
    values = connection.values
    checks = vouched(headers, values.get("imap_host", ""), values.get("address", ""))
    return [*found, *_sender(headers, checks)]


def vouches(connection: Connection, raw: str) -> Vouched | None:
    """What the server of the mailbox says of the sender; None of a mail that came by no server."""
    headers, values = kept_headers(raw), connection.values
    checks = vouched(headers, values.get("imap_host", ""), values.get("address", ""))
    if not checks and not headers.has("received"):
        return None
    return _verdict(checks)


def _sender(headers: Headers, checks: Mapping[str, str]) -> Iterator[tuple[Words, Words]]:
    """Whether the address is the sender's own (RFC 7489), if anybody checked."""
    if not checks and not headers.has("received"):
        return
    yield _("Is it really from there?"), _verdict(checks).why
    if checks:
        found = ", ".join(f"{name.upper()} {found}" for name, found in checks.items())
        yield _("Checks"), found


def _verdict(checks: Mapping[str, str]) -> Vouched:
    if not checks:
        return Vouched(
            "unknown",
            _("Sender not checked"),
            _("Nobody says: the mailbox’s server did not check the sender."),
        )
    if checks.get("dmarc") == "pass":
        return Vouched(
            "sure",
            _("Sender checked"),
            _("Yes: the mailbox’s server checked the sender’s address."),
        )
    if checks.get("dmarc") == "fail":
        return Vouched(
            "doubtful",
            _("Sender doubtful"),
            _("Perhaps not: the sender’s domain does not vouch for this mail. Be careful."),
        )
    if checks.get("dkim") == "pass":
        return Vouched(
            "likely",
            _("Sender likely"),
            _("Probably: the mail is signed, but its domain asks for no check."),
        )
    return Vouched(
        "unknown",
        _("Sender not vouched for"),
        _("Not known: the sender’s domain does not vouch for its mail."),
    )
