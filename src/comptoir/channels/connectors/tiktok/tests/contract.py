"""What the tests that all connectors share need to know of TikTok."""

import hashlib
import hmac
import json
from datetime import datetime

from comptoir.base.http import Response
from comptoir.channels.connector import Connection, Outgoing, Raw, Request
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.contract import Contract

VIDEO = "7203946942097902849"


def sign(connection: Connection, body: bytes, at: datetime) -> Request:
    stamp = str(int(at.timestamp()))
    key = connection.values["client_secret"].encode()
    made = hmac.new(key, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"tiktok-signature": f"t={stamp},s={made}"}
    return Request("POST", connection.webhook, {}, headers, body, at)


def refusal(code: int, message: str) -> Response:
    said = {"code": code, "message": message, "request_id": "1", "data": {}}
    return Response(200, {}, json.dumps(said).encode())


CONTRACT = Contract(
    values={
        "client_id": "7100",
        "client_secret": "s3cret",
        "refresh_token": "r0",
        "access": "a0",
        "open_id": "open-lumio",
    },
    own={"id": "open-lumio", "handle": "lumio"},
    deliveries=[
        Raw(recorded(__file__, f"{name}.json"))
        for name in ("videos", "comments", "replies", "inserted", "deleted")
    ],
    hears=frozenset(
        {
            VIDEO,
            f"{VIDEO}_7247303576418566913",
            f"{VIDEO}_7247303576418566915",
            f"{VIDEO}_7247303576418566917",
        }
    ),
    sign=sign,
    outgoing=Outgoing(
        "key-1",
        "Débranchez-la dix secondes.",
        "public",
        f"{VIDEO}_7247303576418566913",
        "odile.r",
        "comment",
    ),
    answers={
        "busy": refusal(40100, "Too many requests. Please retry in some time."),
        "broken": refusal(50000, "System error"),
        "expired": refusal(40105, "Access token is incorrect or has been revoked."),
        "revoked": refusal(40001, "You do not have permission to perform this action."),
    },
)
