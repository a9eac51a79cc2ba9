"""What the tests that all connectors share need to know of YouTube."""

from comptoir.channels.connector import Outgoing, Raw
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.contract import Contract

CONTRACT = Contract(
    values={"client_id": "c", "client_secret": "s3cret", "refresh_token": "r0", "access": "a0"},
    own={"id": "UC7", "handle": "lumio"},
    deliveries=[Raw(recorded(__file__, name)) for name in ("threads.json", "replies.json")],
    hears=frozenset(["Ugy1", "Ugy2", "Ugy2.r1", "Ugy2.r2"]),
    outgoing=Outgoing("key-1", "Bonjour", "public", "Ugy2", "UC31", "comment"),
)
