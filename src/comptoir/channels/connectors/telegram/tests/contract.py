"""What the tests that all connectors share need to know of Telegram."""

from datetime import datetime

from comptoir.channels.connector import Connection, Outgoing, Raw, Request
from comptoir.channels.connectors.telegram.connector import _secret
from comptoir.channels.connectors.tests.simulated import recorded, said
from comptoir.channels.contract import Contract


def sign(connection: Connection, body: bytes, at: datetime) -> Request:
    headers = {"x-telegram-bot-api-secret-token": _secret(connection)}
    return Request("POST", connection.webhook, {}, headers, body, at)


CONTRACT = Contract(
    values={"token": "12:ab"},
    own={"id": "5", "handle": "lumio_bot"},
    deliveries=[
        Raw(recorded(__file__, name)) for name in ("private.json", "group.json", "edited.json")
    ],
    hears=frozenset({"700100:41", "-100900:42"}),
    sign=sign,
    signs_body=False,
    signs_time=False,
    outgoing=Outgoing("key-1", "Bonjour", "private", "700100:41", "odile_r", "message"),
    answers={
        "busy": said({"ok": False, "parameters": {"retry_after": 7}}, 429),
        "revoked": said({"ok": False, "description": "Unauthorized"}, 401),
    },
)
