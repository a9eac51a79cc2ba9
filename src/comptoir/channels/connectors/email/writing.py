"""An answer as a mail: plain text and a simple HTML beside it, in the customer's thread."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comptoir.channels.connector import Outgoing, Rejected

_OURS = re.compile(r"^([0-9A-Za-z-]{1,64})\.comptoir@")
_NOTICE = re.compile(r"^notice-[0-9a-f]{32}\.comptoir@")
_ADDRESS = re.compile(r"[^\s<>\"',;:@\x00-\x1f]+@[^\s<>\"',;:@\x00-\x1f]+")
_MACHINE = re.compile(r"^(?:mailer-daemon|postmaster|no-?reply|ne-?pas-?repondre)@", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\"'.,;:!?)\]}»’]")
_POLICY = SMTP.clone(cte_type="7bit")
MOST_REFERENCES = 20


def message_id(key: str, address: str) -> str:
    """The Message-ID of the answer that has this key, without brackets: the same at every try."""
    return f"{key}.comptoir@{address.rpartition('@')[2]}"


def is_ours(external_id: str) -> bool:
    """Whether a Message-ID is one that we made."""
    return bool(_OURS.match(external_id))


def is_notice(external_id: str) -> bool:
    """Whether a Message-ID is that of a mail to the team, which nobody is to answer."""
    return bool(_NOTICE.match(external_id))


def written(outgoing: Outgoing, values: Mapping[str, str], now: datetime) -> EmailMessage:
    """
    The whole mail. Raises Rejected when the customer's address cannot be written to.

    Never Auto-Submitted, for a person wrote it, unless it is a notice to the team.
    """
    address, to = values["address"], recipient(outgoing.to_handle, values["address"])
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(_name(values.get("from_name", "")), addr_spec=address)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = " ".join(outgoing.subject.split())[:500]
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id(outgoing.key, address)}>"
    mail["X-Comptoir"] = outgoing.key
    if is_notice(message_id(outgoing.key, address)):
        mail["Auto-Submitted"] = "auto-generated"
    _point_back(mail, outgoing)
    signature = values.get("signature", "").strip()
    mail.set_content(_plain(outgoing.text, signature))
    mail.add_alternative(_html(outgoing.text, signature), subtype="html")
    for one in outgoing.attachments:
        main, _slash, sub = one.media_type.partition("/")
        mail.add_attachment(
            one.content,
            maintype=main if sub else "application",
            subtype=sub or "octet-stream",
            filename=one.name,
        )
    return mail


def recipient(handle: str, own: str) -> str:
    """The address to write to. Raises Rejected for none, for a machine's and for our own."""
    found = _ADDRESS.fullmatch(handle.strip())
    if found is None or _MACHINE.match(handle):
        raise Rejected(
            "nobody_reads",
            format_lazy(_("Nobody reads what is sent to “{address}”."), address=handle),
            _("Look in the mail for another address or a telephone number."),
        )
    if handle.casefold() == own.casefold():
        raise Rejected(
            "own_address",
            _("This would be a mail to yourself."),
            _("Choose a message of the customer’s and answer that one."),
        )
    return found[0]


def _point_back(mail: EmailMessage, outgoing: Outgoing) -> None:
    """In-Reply-To and References (RFC 5322, 3.6.4), without the digests of mails that had no id."""
    if _is_id(outgoing.to):
        mail["In-Reply-To"] = f"<{outgoing.to}>"
    line = [one for one in outgoing.thread if _is_id(one) and one != outgoing.to]
    if _is_id(outgoing.to):
        line.append(outgoing.to)
    kept = line[:1] + line[1:][-MOST_REFERENCES + 1 :]
    if kept:
        mail["References"] = " ".join(f"<{one}>" for one in kept)


def _is_id(external_id: str) -> bool:
    return "@" in external_id and not re.search(r"[\s<>~]", external_id)


def _name(given: str) -> str:
    return " ".join(given.split())[:100]


def _plain(text: str, signature: str) -> str:
    return f"{text}\n\n-- \n{signature}\n" if signature else f"{text}\n"


def _html(text: str, signature: str) -> str:
    """Paragraphs, line breaks and links: nothing that a mail client would show differently."""
    body = _paragraphs(text)
    if signature:
        body += f'\n<div style="color:#666">-- <br>{_lines(signature)}</div>'
    return f"<!DOCTYPE html>\n<html><body>\n{body}\n</body></html>\n"


def _paragraphs(text: str) -> str:
    return "\n".join(f"<p>{_lines(part)}</p>" for part in re.split(r"\n{2,}", text) if part.strip())


def _lines(text: str) -> str:
    parts: list[str] = []
    end = 0
    for link in _LINK.finditer(text):
        parts.append(escape(text[end : link.start()]))
        parts.append(f'<a href="{escape(link[0])}">{escape(link[0])}</a>')
        end = link.end()
    parts.append(escape(text[end:]))
    return "".join(parts).replace("\n", "<br>\n")
