"""What the tests that all connectors share need to know of text messages."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from comptoir.channels.connector import Connection, Outgoing, Raw, Request
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.connectors.twilio import rest
from comptoir.channels.contract import Contract, form_of

FORM = "application/x-www-form-urlencoded"
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def sign(connection: Connection, body: bytes, at: datetime) -> Request:
    signed = rest._signed(connection.webhook, rest.form(body))
    key = connection.values["auth_token"].encode()
    made = base64.b64encode(hmac.new(key, signed, hashlib.sha1).digest()).decode()
    headers = {"content-type": FORM, "x-twilio-signature": made}
    return Request("POST", connection.webhook, {}, headers, body, at, form_of(FORM, body))


CONTRACT = Contract(
    values={"account_sid": "AC01", "auth_token": "t0ken", "number": "+33700000001"},
    own={"id": "PN01", "handle": "+33700000001"},
    deliveries=[
        Raw(recorded(__file__, name), {"content-type": FORM}, NOON)
        for name in ("message.form", "status.form")
    ],
    hears=frozenset(["SM0a1"]),
    sign=sign,
    signs_time=False,
    outgoing=Outgoing("key-1", "Demain", "private", "SM0a1", "+33639980001", "message"),
)
