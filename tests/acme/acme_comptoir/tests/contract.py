"""What the tests that all connectors share need to know of Acme."""

from datetime import datetime
from pathlib import Path

from acme_comptoir.tests.simulator import VALUES, signed
from comptoir.channels.connector import Connection, Outgoing, Raw, Request
from comptoir.channels.contract import Contract

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"


def sign(connection: Connection, body: bytes, at: datetime) -> Request:
    secret = connection.values["secret"]
    headers = signed(body, secret, at.timestamp())
    return Request("POST", connection.webhook, {}, headers, body, at)


CONTRACT = Contract(
    values=VALUES,
    own={"id": "shop-1"},
    deliveries=[
        Raw((FIXTURES / name).read_bytes(), {"content-type": "application/json"})
        for name in ("posted.json", "replied.json")
    ],
    hears=frozenset({"review-71", "reply-9"}),
    sign=sign,
    outgoing=Outgoing("key-1", "Merci !", "public", "review-71", "odile.r", "review"),
)
