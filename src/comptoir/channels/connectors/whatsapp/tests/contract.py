"""What the tests that all connectors share need to know of WhatsApp."""

from datetime import timedelta

from comptoir.channels.connector import Asked, Outgoing, Raw
from comptoir.channels.connectors.meta.tests.signing import GRAPH, NOON, sign
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.contract import Contract

CONTRACT = Contract(
    values={
        "app_id": "999",
        "app_secret": "s3cret",
        "token": "t0ken",
        "verify_token": "citron",
        "business_id": "5550",
        "number_id": "2001",
    },
    own={"id": "2001", "handle": "33199000001"},
    deliveries=[Raw(recorded(__file__, name)) for name in ("messages.json", "statuses.json")],
    hears=frozenset(["wamid.A1", "wamid.A2"]),
    sign=sign,
    signs_time=False,
    outgoing=Outgoing("key-1", "Demain", "private", "wamid.A1", "33639980001", "message"),
    closed=Asked("message", NOON - timedelta(days=9), NOON - timedelta(days=9), NOON),
    answers=GRAPH,
)
