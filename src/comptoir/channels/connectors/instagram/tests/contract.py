"""What the tests that all connectors share need to know of Instagram."""

from datetime import timedelta

from comptoir.channels.connector import Asked, Outgoing, Raw
from comptoir.channels.connectors.meta.tests.signing import GRAPH, NOON, sign
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.contract import Contract

CONTRACT = Contract(
    values={"app_id": "999", "app_secret": "s3cret", "token": "t0ken", "verify_token": "citron"},
    own={"id": "17840", "handle": "lumio", "page": "1040"},
    deliveries=[
        Raw(recorded(__file__, name)) for name in ("comments.json", "direct.json", "polled.json")
    ],
    hears=frozenset(["1790001", "1790002", "1790003", "1780001"]),
    sign=sign,
    signs_time=False,
    outgoing=Outgoing("key-1", "Merci", "public", "1790001", "odile.rvl", "comment"),
    closed=Asked("message", NOON - timedelta(days=9), NOON - timedelta(days=9), NOON),
    answers=GRAPH,
)
