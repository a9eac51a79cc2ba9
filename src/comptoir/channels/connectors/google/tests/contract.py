"""What the tests that all connectors share need to know of Google reviews."""

from comptoir.channels.connector import Outgoing, Raw
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.contract import Contract

CONTRACT = Contract(
    values={
        "client_id": "c",
        "client_secret": "s3cret",
        "refresh_token": "r0",
        "place": "accounts/1/locations/2",
        "access": "a0",
    },
    own={"id": "accounts/1/locations/2", "handle": "Atelier Citron"},
    deliveries=[Raw(recorded(__file__, name)) for name in ("reviews.json", "later.json")],
    hears=frozenset(["r1", "r1:reply", "r2", "r3"]),
    outgoing=Outgoing("key-1", "Merci", "public", "r2", "Odile", "review"),
)
