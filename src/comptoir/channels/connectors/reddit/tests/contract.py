"""What the tests that all connectors share need to know of Reddit."""

from comptoir.channels.connector import Outgoing, Raw
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.contract import Contract

CONTRACT = Contract(
    values={
        "client_id": "c",
        "client_secret": "s3cret",
        "refresh_token": "r0",
        "access": "a0",
        "communities": "cuisine",
    },
    own={"id": "7", "handle": "Lumio"},
    deliveries=[Raw(recorded(__file__, name)) for name in ("inbox.json", "comments.json")],
    hears=frozenset(["t1_c2", "t1_c3", "t3_p1", "t4_m1"]),
    outgoing=Outgoing("key-1", "Merci", "public", "t1_c2", "bastien_k", "comment"),
)
