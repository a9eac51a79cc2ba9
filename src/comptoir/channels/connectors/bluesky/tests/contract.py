"""What the tests that all connectors share need to know of Bluesky."""

from comptoir.channels.connector import Outgoing, Raw
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.contract import Contract

CONTRACT = Contract(
    values={
        "handle": "lumio.example",
        "password": "p0",
        "service": "https://pds.example",
        "access": "a0",
        "refresh": "r0",
    },
    own={"id": "did:plc:lumio", "handle": "lumio.example", "messages": "yes"},
    deliveries=[Raw(recorded(__file__, name)) for name in ("notifications.json", "log.json")],
    hears=frozenset(
        [
            "at://did:plc:odile/app.bsky.feed.post/3kb",
            "at://did:plc:sami/app.bsky.feed.post/3kq",
            "c1#m1",
            "c1#m2",
        ]
    ),
    outgoing=Outgoing(
        "key-1",
        "Bonjour",
        "public",
        "at://did:plc:odile/app.bsky.feed.post/3kb",
        "odile.example",
        "reply",
    ),
)
