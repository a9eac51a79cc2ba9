"""How Meta's networks call us, all alike: a challenge, a signature, one address for an app."""

import hashlib
import hmac
from typing import Any

from comptoir.channels.connector import Connection, Connector, Reply, Request, Unsigned


class MetaNetwork(Connector):
    """A network whose deliveries come from an app at Meta."""

    pushes = True
    sends = True

    def handshake(self, connection: Connection, request: Request) -> Reply | None:
        """The challenge with which Meta checks an address."""
        if request.method != "GET":
            return None
        given = request.query.get("hub.verify_token", "")
        known = connection.values.get("verify_token", "")
        if known and hmac.compare_digest(given.encode(), known.encode()):
            return Reply(body=request.query.get("hub.challenge", ""))
        return Reply(status=403)

    def verify(self, connection: Connection, request: Request) -> None:
        """X-Hub-Signature-256: HMAC-SHA256 of the raw body, keyed with the app's secret."""
        given = request.headers.get("x-hub-signature-256", "")
        key = connection.values["app_secret"].encode()
        made = "sha256=" + hmac.new(key, request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(given.encode(), made.encode()):
            raise Unsigned("X-Hub-Signature-256 does not fit the body")

    def addressee(self, connection: Connection, entry: Any) -> str:
        return str(entry["account"])
