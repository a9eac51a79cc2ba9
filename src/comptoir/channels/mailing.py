"""Answers that leave by mail although what they answer came another way: a chat, a form."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from comptoir.base.http import Http
from comptoir.channels.connections import connection_of
from comptoir.channels.connector import Connection, Outgoing, Rejected, Sent
from comptoir.channels.connectors import connector, connectors
from comptoir.channels.models import ConnectedAccount

CHANNEL = "email"
NOTICE = "notice-"
"""How the keys of mails begin that tell the team something: they are no answers."""


def mailbox(address: str = "") -> Connection | None:
    """The connected mailbox of this address, or the first one; None where there is none."""
    kinds = [kind for kind, one in connectors().items() if one.channel == CHANNEL]
    rows = ConnectedAccount.objects.filter(kind__in=kinds, state=ConnectedAccount.State.ON)
    for row in rows.select_related("account").order_by("pk"):
        if not address or row.own.get("handle") == address.lower():
            return connection_of(row)
    return None


def known_address(address: str) -> str:
    """The address as entered. Raises Rejected unless a mailbox of it is connected, or none named."""
    if address and mailbox(address) is None:
        raise Rejected(
            "no_mailbox",
            _("No mailbox of this address is connected."),
            _("Connect it first, or leave this empty to use the first one that is."),
            field="mailbox",
        )
    return address


def post(box: Connection, outgoing: Outgoing, to: str, text: str, http: Http) -> Sent:
    """Send an answer from a mailbox; raises as the connector of mail does."""
    found = connector(box.kind)
    assert found is not None, "a mailbox was connected, so its connector is installed"
    return found.send(box, replace(outgoing, to_handle=to, text=text), http)


def posted(box: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
    """Whether an answer of unknown fate left; see Connector.find."""
    found = connector(box.kind)
    assert found is not None, "a mailbox was connected, so its connector is installed"
    return found.find(box, outgoing, http)


def is_mail(external_id: str) -> bool:
    """
    Whether a message was a mail, by its id: others have none with a domain.

    >>> is_mail("CAF-1@mail.example.com"), is_mail("m-000001")
    (True, False)
    """
    return "@" in external_id or external_id.startswith("digest:")


def quoted(introduction: str, text: str) -> str:
    """What was said before, as mail quotes it; "" of nothing."""
    lines = "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())
    return f"\n\n{introduction}\n{lines}" if lines else ""
