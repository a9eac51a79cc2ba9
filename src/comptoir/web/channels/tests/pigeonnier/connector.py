"""A simulator of a network, for the pages: it asks for every kind of field and can refuse each."""

from datetime import timedelta

from comptoir.base import clock
from comptoir.base.http import Forbidden, Http, NoAnswer
from comptoir.channels.connector import (
    AccessLost,
    Checked,
    Connection,
    Connector,
    Field,
    Rejected,
    TryLater,
)


class Pigeonnier(Connector):
    """What `token` says decides what the network answers."""

    kind = "pigeonnier"
    channel = "pigeonnier"
    label = "Pigeonnier"
    summary = "Messages carried by pigeons. They carry no pictures."
    fields = (
        Field("server", "Server", "Such as loft.example.", kind="url"),
        Field("token", "Token", kind="secret"),
        Field("mail", "Keeper’s address", kind="email", required=False),
        Field("most", "Messages at once", kind="number", required=False, default="5"),
        Field("plumage", "Plumage", kind="choice", choices={"grey": "Grey", "white": "White"}),
        Field("night", "Fly by night", kind="switch", default="on"),
        Field("lofts", "Lofts", kind="lines", required=False),
    )
    pushes = True
    quota_unit = "wing beats"
    sends = True
    actions = ("hide", "unhide")

    def check(self, connection: Connection, http: Http) -> Checked:
        token = connection.values["token"]
        if token == "expired":
            raise AccessLost("expired", "The token has expired.", "Make another one.")
        if token == "of-another-loft":
            raise Rejected("wrong_loft", "This is a token of another loft.", field="token")
        if token == "impossible":
            raise Rejected("grounded", "The pigeons are grounded.", "Wait for spring.")
        refused = {"wait": TryLater("wait"), "lost": NoAnswer("lost"), "inside": Forbidden("in")}
        if token in refused:
            raise refused[token]
        return Checked(
            name="Loft of Citron",
            own={"id": connection.values["server"]},
            expires_at=clock.now() + timedelta(days=60),
        )
