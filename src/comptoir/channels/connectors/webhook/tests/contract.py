"""What the tests that all connectors share need to know of the generic webhook."""

from datetime import datetime

from comptoir.channels.connector import Connection, Outgoing, Raw, Request
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.connectors.webhook.connector import key_of, signature
from comptoir.channels.contract import Contract


def sign(connection: Connection, body: bytes, at: datetime) -> Request:
    stamp = str(int(at.timestamp()))
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": signature(key_of(connection), "msg_1", stamp, body),
    }
    return Request("POST", connection.webhook, {}, headers, body, at)


CONTRACT = Contract(
    values={"secret": "whsec_" + "S" * 40, "answers": "https://crm.example/answers"},
    deliveries=[Raw(recorded(__file__, name)) for name in ("messages.json", "later.json")],
    hears=frozenset({"m1", "m2", "m3"}),
    sign=sign,
    outgoing=Outgoing("key-1", "Demain", "private", "m1", "odile", "message"),
)
