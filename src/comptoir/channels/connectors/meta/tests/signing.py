"""Deliveries signed as Meta signs them, and its errors, for the contracts of its networks."""

import hashlib
import hmac
from datetime import UTC, datetime

from comptoir.base.http import Response
from comptoir.channels.connector import Connection, Request
from comptoir.channels.connectors.tests.simulated import said
from comptoir.channels.contract import Situation

NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)
GRAPH: dict[Situation, Response] = {
    "busy": said({"error": {"code": 32, "message": "limit"}}, 400),
    "broken": said({"error": {"code": 2, "message": "down"}}, 500),
    "expired": said({"error": {"code": 190, "message": "expired"}}, 400),
    "revoked": said({"error": {"code": 200, "message": "permission"}}, 403),
}


def sign(connection: Connection, body: bytes, at: datetime) -> Request:
    key = connection.values["app_secret"].encode()
    made = "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
    return Request("POST", connection.webhook, {}, {"x-hub-signature-256": made}, body, at)
