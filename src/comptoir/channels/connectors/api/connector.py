"""
What programs bring in through the HTTP API, answered by calling them.

There is no network to ask: an answer has left once it is kept, and the programs that listen
are then called with it, signed and for a day (see `web.api`). They say what became of it.
"""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http
from comptoir.channels import programs
from comptoir.channels.connector import (
    Asked,
    Checked,
    Connection,
    Connector,
    Outgoing,
    Sent,
    Way,
)


class Api(Connector):
    kind = "api"
    channel = "api"
    label = _("API")
    summary = _("Messages that programs of yours bring in, and the answers they are called with.")
    sends = True
    by_itself = True

    def check(self, connection: Connection, http: Http) -> Checked:
        warning = "" if programs.listen() else _nobody
        return Checked(name=connection.name, own=dict(connection.own), warning=warning)

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        private = asked.kind in ("message", "email")
        closed = "" if programs.listen() else _nobody
        return (Way("private" if private else "public", _("Answer"), closed=closed),)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        return Sent(outgoing.key, clock.now())

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        """Kept means sent, so one that is not kept was not."""
        return None


_nobody = _(
    "No program takes answers: have an address called for the event “answer_to_deliver”, in"
    " the settings, under API keys."
)
