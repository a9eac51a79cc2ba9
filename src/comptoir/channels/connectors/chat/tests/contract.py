"""The chat, as the shared tests of connectors need it: nobody calls it, and it asks nobody."""

from pathlib import Path

from comptoir.channels.connector import Raw
from comptoir.channels.contract import Contract

_FIXTURES = Path(__file__).parent.parent / "fixtures"
_VISITOR = "5f2d0c9be1a84f3796f0a1b2c3d4e5f6"

CONTRACT = Contract(
    asks=False,
    values={"origins": "https://www.atelier-citron.example", "colour": "#1f4e79"},
    own={"handle": "www.atelier-citron.example"},
    deliveries=[Raw((_FIXTURES / name).read_bytes()) for name in ("question.json", "address.json")],
    hears=frozenset({f"{_VISITOR}:a1b2c3d4e5f60718", f"{_VISITOR}:b2c3d4e5f6071829"}),
)
