"""The form, as the shared tests of connectors need it: nobody calls it, and mail answers."""

from pathlib import Path

from comptoir.channels.connector import Raw
from comptoir.channels.contract import Contract

_FIXTURES = Path(__file__).parent.parent / "fixtures"

CONTRACT = Contract(
    asks=False,
    values={"origins": "https://www.atelier-citron.example"},
    own={"handle": "www.atelier-citron.example"},
    deliveries=[Raw((_FIXTURES / name).read_bytes()) for name in ("parcel.json", "stock.json")],
    hears=frozenset(
        {"form-0f1e2d3c4b5a69788796a5b4c3d2e1f0", "form-1a2b3c4d5e6f708192a3b4c5d6e7f809"}
    ),
)
