"""What the tests that all connectors share need to know of LinkedIn."""

import hashlib
import hmac
from datetime import datetime

from comptoir.channels.connector import Connection, Outgoing, Raw, Request
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.contract import Contract

THREAD = "urn:li:activity:7094637247890620418"


def sign(connection: Connection, body: bytes, at: datetime) -> Request:
    key = connection.values["client_secret"].encode()
    made = hmac.new(key, b"hmacsha256=" + body, hashlib.sha256).hexdigest()
    return Request("POST", connection.webhook, {}, {"x-li-signature": made}, body, at)


CONTRACT = Contract(
    values={
        "client_id": "c",
        "client_secret": "s3cret",
        "refresh_token": "r0",
        "access": "a0",
        "organization": "96072",
        "application": "4321",
    },
    own={"id": "urn:li:organization:96072", "person": "urn:li:person:zLq8", "handle": "lumio"},
    deliveries=[Raw(recorded(__file__, name)) for name in ("pushed.json", "asked.json")],
    hears=frozenset(
        {
            f"urn:li:comment:({THREAD},7094977717598625792)",
            f"urn:li:comment:({THREAD},7094977717598625800)",
            "urn:li:share:7094637300000000000",
            "urn:li:share:7094637400000000000",
        }
    ),
    sign=sign,
    signs_time=False,
    outgoing=Outgoing(
        "key-1",
        "Débranchez-la dix secondes.",
        "public",
        f"urn:li:comment:({THREAD},7094977717598625792)",
        "person:Qk3",
        "comment",
    ),
)
