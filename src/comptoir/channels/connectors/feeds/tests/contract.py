"""What the tests that all connectors share need to know of feeds."""

import hashlib
import hmac
from datetime import datetime

from comptoir.channels.connector import Connection, Raw, Request
from comptoir.channels.connectors.feeds.connector import _secret
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.contract import Contract


def sign(connection: Connection, body: bytes, at: datetime) -> Request:
    made = hmac.new(_secret(connection).encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature": f"sha256={made}"}
    return Request("POST", connection.webhook, {}, headers, body, at)


CONTRACT = Contract(
    values={"url": "https://carnet.example/flux.atom"},
    own={"url": "https://carnet.example/flux.atom", "hub": "", "topic": ""},
    deliveries=[Raw(recorded(__file__, name)) for name in ("blog.atom", "press.rss", "latin.rss")],
    hears=frozenset(
        {
            "tag:carnet.example,2026:lumio",
            "tag:carnet.example,2026:lumio-c2",
            "gazette-8812",
            "digest:6b0053f398076855e0e10c01e770d26f",
            "https://forum.example/t/1",
        }
    ),
    sign=sign,
    signs_time=False,
)
