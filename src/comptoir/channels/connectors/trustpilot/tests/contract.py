"""What the tests that all connectors share need to know of Trustpilot."""

from comptoir.channels.connector import Outgoing, Raw
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.contract import Contract

CONTRACT = Contract(
    values={
        "domain": "lumio.example",
        "key": "k0",
        "secret": "s3cret",
        "user": "u7",
        "access": "a0",
    },
    own={"id": "b1", "handle": "Lumio"},
    deliveries=[Raw(recorded(__file__, name)) for name in ("reviews.json", "later.json")],
    hears=frozenset(["r1", "r1:reply", "r2", "r3"]),
    outgoing=Outgoing("key-1", "Merci", "public", "r2", "u31", "review"),
)
