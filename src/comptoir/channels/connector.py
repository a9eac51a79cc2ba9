"""
What a channel's connector is: one class, found by entry point, nothing edited elsewhere.

A connector talks (`pull`, `send`, `act`, …) and reads (`verify`, `split`, `parse`). Reading is
pure. Keeping, ordering, waiting, retrying, budgets and screens are the machinery's, once for
all connectors; see `receiving`, `polling` and `sending`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Any, ClassVar, Literal

from django.utils.functional import Promise

from comptoir.base.http import Http
from comptoir.channels.incoming import Incoming

Words = str | Promise
Visibility = Literal["public", "private"]


# ── Refusals: each with its own consequence ────────────────────────────────────────────────


class Refusal(Exception):
    """Something that a connector will not or cannot take."""


class Unsigned(Refusal):
    """A delivery without a valid, fresh signature: answered 403, never kept, counted."""


class Unsupported(Refusal):
    """A real event that Comptoir has no use for: counted and skipped."""


class Unrecognised(Refusal):
    """Not what this network sends: kept aside for a person to see, and the rest goes on."""


class TryLater(Refusal):
    """The network asks for patience: everything of the account waits; `after` in seconds."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class NotYet(Refusal):
    """
    This answer alone waits, and nothing was sent: its way is decided a little later.

    after: seconds until it is tried again. sentence: why, in words, translated lazily.
    """

    def __init__(self, after: float, sentence: Words) -> None:
        super().__init__(str(sentence))
        self.after, self.sentence = after, sentence


class AccessLost(Refusal):
    """
    A token expired or a right was withdrawn: the account stops and its owner is told.

    reason: for the log. sentence, fix: in words for the owner, where more can be said than that
    the network refuses; translated lazily.
    """

    def __init__(self, reason: str = "", sentence: Words = "", fix: Words = "") -> None:
        super().__init__(reason)
        self.sentence, self.fix = sentence, fix


class Rejected(Refusal):
    """
    The network refused an answer for good: it failed, and trying again cannot help.

    code: for machines. sentence, fix: for the person who wrote it, translated lazily.
    field: the one entered wrongly, when connecting.
    """

    def __init__(self, code: str, sentence: Words, fix: Words = "", field: str = "") -> None:
        super().__init__(f"{code}: {sentence}")
        self.code, self.sentence, self.fix, self.field = code, sentence, fix, field


class CannotTell(Refusal):
    """The network offers no way of knowing whether an answer arrived: a person decides."""


# ── What a person enters, and what the machinery hands over ────────────────────────────────


@dataclass(frozen=True, slots=True)
class Field:
    """
    One thing to enter when connecting.

    kind: "text", "secret" (kept encrypted, never shown again), "url", "email", "number",
    "choice" (of `choices`: value → words), "switch" ("on" or "") or "lines" (one value a line).
    default: as it is stored. granted: whether signing in at the network fills it (Connector.sign_in),
    so that it is only entered by those who have it already.
    """

    name: str
    label: Words
    help: Words = ""
    kind: Literal["text", "secret", "url", "email", "number", "choice", "switch", "lines"] = "text"
    required: bool = True
    default: str = ""
    choices: Mapping[str, Words] = field(default_factory=dict)
    granted: bool = False


@dataclass(frozen=True, slots=True)
class SignIn:
    """
    How a person grants access at the network itself: OAuth 2's authorization code (RFC 6749, 4.1).

    name: whose page it is. page: where access is granted; asked: what its address says beside
    what the flow needs. token: where the code is exchanged. fills: the field that the refresh
    token is kept in. proves: by PKCE (RFC 7636), unless the network does not know it. basic:
    whether the client shows its secret in the header rather than in the body.
    """

    name: Words
    page: str
    token: str
    scopes: Sequence[str]
    asked: Mapping[str, str] = field(default_factory=dict)
    fills: str = "refresh_token"
    proves: bool = True
    basic: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
    """
    One connected account, as its connector sees it.

    values: what was entered, secrets among them, by field name. own: what the network said of
    the account when it was checked ("id", "handle", …). cursor: where polling stands.
    webhook: the public address at which this account's deliveries arrive.
    """

    account_id: int
    workspace_id: int
    kind: str
    channel: str
    name: str
    values: Mapping[str, str]
    own: Mapping[str, str] = field(default_factory=dict)
    cursor: Mapping[str, Any] = field(default_factory=dict)
    webhook: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """
    An inbound HTTP request, untouched. headers: by lower-case name. url: as the sender used it,
    query included. form: the fields of a form body, several values in order. at: when it came.
    """

    method: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: datetime
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the network is answered."""

    status: int = 200
    body: str = ""
    media_type: str = "text/plain"


# ── What arrives ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Raw:
    """
    A verified delivery or a polled page, as kept: its bytes and the headers worth keeping.

    received_at: when it came, once it is kept; for networks that do not say when a message was
    written.
    """

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """
    One answer of a network that is asked.

    raws: kept one by one, in order. cursor: where to go on, moved in the transaction that
    keeps the raws. more: ask again at once. quota: what is left, in the network's own unit.
    """

    raws: Sequence[Raw]
    cursor: Mapping[str, Any]
    more: bool = False
    quota: "Quota | None" = None


@dataclass(frozen=True, slots=True)
class Quota:
    """What the network still grants: left of limit, until it starts anew."""

    left: int
    limit: int
    resets_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A message (and what came with it), and the raw text it was read from."""

    messages: Sequence[Incoming]
    raw: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    What became of an answer we sent: delivered, read, or refused after all.

    key: our idempotency key, where the network hands it back; it also settles an answer whose
    fate was unknown.
    """

    external_id: str
    state: Literal["delivered", "read", "failed"]
    at: datetime
    code: str = ""
    sentence: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """The network says that these messages were deleted by their author."""

    external_ids: Sequence[str]


Read = Heard | Receipt | Removed


# ── What leaves ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """
    An answer on its way.

    key: idempotency key, the same for every attempt; hand it to the network where it takes
    one. to: external id of the message answered. to_handle: its author. thread: external ids
    of the thread's messages, oldest first, the newest 50. subject: for mail.
    """

    key: str
    text: str
    visibility: Visibility
    to: str
    to_handle: str
    to_kind: str = ""
    thread: Sequence[str] = ()
    subject: str = ""
    attachments: Sequence[Attachment] = ()
    queued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """
    An answer that the network has taken. external_id: as it will come back when polled, so
    that it is not heard twice. raw: what the network said.
    """

    external_id: str
    at: datetime
    url: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of whom we answer, before anything is typed."""

    kind: str
    sent_at: datetime
    last_private_at: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Way:
    """
    One way of answering a message: publicly, or privately.

    max_length: in the network's own count (see Connector.length); None without a limit.
    closes_at: when the window shuts; closed: why it is shut already ("" when open).
    price: what one answer costs, in millionths of `currency`; None where it is free.
    price_with_link: the same for a text with a link, where that differs.
    """

    visibility: Visibility
    label: Words
    max_length: int | None = None
    closes_at: datetime | None = None
    closed: Words = ""
    note: Words = ""
    price: int | None = None
    price_with_link: int | None = None
    currency: str = "USD"
    attachments: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """
    What the network said of an account: how it calls it, kept as Connection.own.

    handles: names under which the brand speaks there. expires_at: of the token, where known.
    warning: what works only in part (a scope that is missing), in words. values: to keep beside
    what was entered, or in its place (the token that a code was exchanged for); secret unless
    they are declared as fields to be seen.
    """

    name: str
    own: Mapping[str, str] = field(default_factory=dict)
    handles: Sequence[str] = ()
    expires_at: datetime | None = None
    warning: Words = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vouched:
    """
    Whether a message is from whom it says, in a word or two, and why that is thought.

    level: "sure", "likely", "unknown" or "doubtful".
    """

    level: Literal["sure", "likely", "unknown", "doubtful"]
    label: Words
    why: Words


class Connector:
    """
    One network's manners. Stateless; every method gets the connection it works for.

    Class attributes say what it can do; methods that it does not need stay as they are.
    """

    kind: ClassVar[str]
    """Its name in code and addresses: "mastodon"."""
    channel: ClassVar[str]
    """The network its messages belong to: "mastodon", "email", "x"."""
    label: ClassVar[Words]
    summary: ClassVar[Words]
    """What it brings, and what the network does not allow, in a sentence or two."""
    fields: ClassVar[Sequence[Field]] = ()
    pushes: ClassVar[bool] = False
    """Whether the network calls us, at Connection.webhook."""
    every: ClassVar[float | None] = None
    """Seconds between two polls; None when it is never polled."""
    reserve: ClassVar[float] = 0.2
    """Share of the network's quota that polling leaves for answers."""
    quota_unit: ClassVar[Words] = ""
    """What the network counts its quota in, in the plural ("units"); "" for requests."""
    sends: ClassVar[bool] = False
    actions: ClassVar[Sequence[str]] = ()
    """Of "hide", "unhide", "delete", "like": what can be done to a message."""
    keeps: ClassVar[Sequence[str]] = ("content-type",)
    """Headers kept with a delivery, lower case."""
    by_itself: ClassVar[bool] = False
    """Whether its account comes to be without anybody connecting it (the API's)."""
    alerts: ClassVar[bool] = False
    """Whether it only carries alerts to the team (Slack, Teams) and hears nobody."""

    # Connecting

    def sign_in(self, values: Mapping[str, str]) -> SignIn | None:
        """Where access is granted to the client in `values` (client_id, client_secret), if it is."""
        return None

    def check(self, connection: Connection, http: Http) -> Checked:
        """
        Ask the network who this account is.

        Raises AccessLost when it refuses the credentials, Rejected when something entered
        cannot be right.
        """
        raise NotImplementedError

    def subscribe(self, connection: Connection, http: Http) -> None:
        """Ask the network to call Connection.webhook; may be called again at any time."""

    def snippet(self, connection: Connection) -> str:
        """HTML for the shop to paste into pages of its own; "" where there is nothing to paste."""
        return ""

    def unsubscribe(self, connection: Connection, http: Http) -> None:
        """The contrary, when an account is disconnected."""

    def renew(self, connection: Connection, http: Http) -> Mapping[str, str] | None:
        """
        Fresh values for tokens that are about to expire, or None; `check` then says until when.
        """
        return None

    # Hearing: pushed

    def handshake(self, connection: Connection, request: Request) -> Reply | None:
        """The answer to a network that checks the address (a challenge); None for a delivery."""
        return None

    def verify(self, connection: Connection, request: Request) -> None:
        """Raises Unsigned unless the raw bytes were signed by the network, and lately."""
        raise Unsigned("nothing verifies this connector's deliveries")

    def delivery_key(self, connection: Connection, request: Request) -> str:
        """What tells two deliveries apart; "" takes a digest of the body."""
        return ""

    def acknowledge(self, connection: Connection, request: Request) -> Reply:
        """What a kept delivery is answered."""
        return Reply()

    # Hearing: asked

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        """
        What is new since Connection.cursor, oldest first, page by page.

        Raises TryLater and AccessLost; pages already given stay.
        """
        raise NotImplementedError

    def wait(self, connection: Connection, stop: Event, http: Http) -> bool:
        """
        Block until there may be something new (IMAP IDLE, a stream), or `stop` is set.

        Gives False when the network offers nothing of the kind: it is then only polled.
        """
        return False

    # Understanding, pure

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        """The entries of a delivery. Raises Unrecognised when it cannot be read at all."""
        raise NotImplementedError

    def addressee(self, connection: Connection, entry: Any) -> str:
        """
        Connection.own["id"] of the account that an entry is for, "" for the one that got it.

        Some networks call one address for all accounts of an app; entries for an account that
        is not connected in this workspace are counted and skipped.
        """
        return ""

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        """What one entry says. Raises Unsupported or Unrecognised for this entry alone."""
        raise NotImplementedError

    def by_mail(
        self, connection: Connection, said: Incoming, to: str, to_handle: str
    ) -> Incoming | None:
        """
        A mail that answers an answer which left from here by mail (see `mailing`), as a message
        of this account; None when it is none of its business.

        to, to_handle: external id and author of the message that our answer answered. said.own:
        the team wrote it in a mail program.
        """
        return None

    def details(self, connection: Connection, raw: str) -> Sequence[tuple[Words, Words]]:
        """What else Heard.raw says of a message, for whoever looks it up: names and values."""
        return ()

    def forgets_after(self, connection: Connection) -> timedelta | None:
        """How long the network's terms let others' words be kept; None where they do not say."""
        return None

    def vouches(self, connection: Connection, raw: str) -> Vouched | None:
        """Whether Heard.raw is from whom it says; None where the network itself sees to that."""
        return None

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        """How a message can be answered now, the usual way first."""
        return ()

    def length(self, text: str) -> int:
        """How long the network finds a text."""
        return len(text)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        """
        Hand an answer to the network, once.

        Raises Rejected, TryLater, AccessLost when it surely was not taken; http.NoAnswer, or
        anything unforeseen, when that is unknown.
        """
        raise NotImplementedError

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        """
        Whether an answer of unknown fate is there: ask the network.

        None when it surely is not (it may be sent again). Raises CannotTell.
        """
        raise CannotTell(self.kind)

    def alert(self, connection: Connection, text: str, http: Http) -> None:
        """Say something to the team, where `alerts` is True. Raises as `send`."""
        raise NotImplementedError

    def act(self, connection: Connection, action: str, external_id: str, http: Http) -> None:
        """Hide, delete, … a message. Raises Rejected."""
        raise NotImplementedError
