"""What the tests that all connectors share need to know of Mastodon."""

from comptoir.channels.connector import Outgoing, Raw
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.contract import Contract

CONTRACT = Contract(
    values={"server": "https://social.example/", "token": "t0ken"},
    own={"id": "7", "handle": "lumio", "length": "500"},
    deliveries=[Raw(recorded(__file__, name)) for name in ("notifications.json", "own.json")],
    hears=frozenset(["1101", "1102", "1103"]),
    outgoing=Outgoing("key-1", "Bonjour", "public", "1102", "odile@ailleurs.example", "reply"),
)
