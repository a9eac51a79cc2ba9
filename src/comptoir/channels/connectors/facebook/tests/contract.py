"""What the tests that all connectors share need to know of a Facebook page."""

from datetime import timedelta

from comptoir.channels.connector import Asked, Outgoing, Raw
from comptoir.channels.connectors.meta.tests.signing import GRAPH, NOON, sign
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.contract import Contract

CONTRACT = Contract(
    values={"app_id": "999", "app_secret": "s3cret", "token": "t0ken", "verify_token": "citron"},
    own={"id": "1040", "handle": "lumio"},
    deliveries=[
        Raw(recorded(__file__, name))
        for name in ("feed.json", "mention_and_rating.json", "messenger.json", "polled.json")
    ],
    hears=frozenset(
        ["1040_5001", "5001_9001", "5001_9002", "88_41", "31337", "m_a1", "m_a2", "m_a3"]
    ),
    sign=sign,
    signs_time=False,
    outgoing=Outgoing("key-1", "Bonjour", "public", "5001_9001", "77001", "comment"),
    closed=Asked("message", NOON - timedelta(days=9), NOON - timedelta(days=9), NOON),
    answers=GRAPH,
)
