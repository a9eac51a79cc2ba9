"""What the tests that all connectors share need to know of Slack."""

import hashlib
import hmac
from datetime import datetime

from comptoir.channels.connector import Connection, Outgoing, Raw, Request
from comptoir.channels.connectors.tests.simulated import recorded, said
from comptoir.channels.contract import Contract


def sign(connection: Connection, body: bytes, at: datetime) -> Request:
    stamp = str(int(at.timestamp()))
    key = connection.values["signing_secret"].encode()
    signed = b"v0:" + stamp.encode() + b":" + body
    made = "v0=" + hmac.new(key, signed, hashlib.sha256).hexdigest()
    headers = {"x-slack-signature": made, "x-slack-request-timestamp": stamp}
    return Request("POST", connection.webhook, {}, headers, body, at)


CONTRACT = Contract(
    values={"token": "xoxb-1", "signing_secret": "s3cret", "alerts": "#care"},
    own={"id": "U05", "handle": "lumio"},
    deliveries=[
        Raw(recorded(__file__, name)) for name in ("message.json", "reply.json", "joined.json")
    ],
    hears=frozenset({"C01:1772611200.000100", "C01:1772611260.000200"}),
    sign=sign,
    outgoing=Outgoing("key-1", "Bonjour", "public", "C01:1772611200.000100", "U77", "post"),
    answers={
        "expired": said({"ok": False, "error": "token_expired"}),
        "revoked": said({"ok": False, "error": "missing_scope"}),
    },
)
