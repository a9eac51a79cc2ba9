"""What the tests that all connectors share need to know of X."""

import base64
import hashlib
import hmac
from datetime import datetime

from comptoir.channels.connector import Connection, Outgoing, Raw, Request
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.contract import Contract


def sign(connection: Connection, body: bytes, at: datetime) -> Request:
    key = connection.values["consumer_secret"].encode()
    made = base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()
    headers = {"x-twitter-webhooks-signature": f"sha256={made}"}
    return Request("POST", connection.webhook, {}, headers, body, at)


CONTRACT = Contract(
    values={"consumer_key": "ck", "consumer_secret": "cs", "token": "t", "token_secret": "ts"},
    own={"id": "7", "handle": "Lumio"},
    deliveries=[
        Raw(recorded(__file__, name))
        for name in ("mentions.json", "messages.json", "activity.json")
    ],
    hears=frozenset({"1001", "1002", "2001"}),
    sign=sign,
    signs_time=False,
    outgoing=Outgoing("key-1", "Bonjour", "public", "1002", "bastien_k", "reply"),
)
