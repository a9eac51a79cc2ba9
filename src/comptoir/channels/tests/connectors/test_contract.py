"""
Every installed connector does what all must do; see docs/channels.

Each describes itself in `tests/contract.py` beside it (`comptoir.channels.contract`).
"""

import inspect
import itertools
import json
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from acme_comptoir.connector import AcmeReviews
from acme_comptoir.tests.simulator import AcmeSimulator
from django.db import connection as database

from comptoir.base import clock
from comptoir.base.http import Http
from comptoir.base.models import Workspace
from comptoir.base.scope import scope
from comptoir.channels import api, hearing, receiving
from comptoir.channels.connections import address_of, closed
from comptoir.channels.connector import (
    AccessLost,
    Connection,
    Connector,
    Raw,
    Refusal,
    Rejected,
    Request,
    TryLater,
    Unrecognised,
    Unsigned,
    Unsupported,
)
from comptoir.channels.connectors import connectors
from comptoir.channels.contract import ANSWERS, Always, Contract, Situation, form_of
from comptoir.channels.models import (
    Account,
    ConnectedAccount,
    Delivery,
    Inbound,
    Message,
    Receipt,
    Removal,
)

NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)
EVERY: dict[str, Connector] = {**connectors(), "acme": AcmeReviews()}


@pytest.fixture(autouse=True)
def installed(acme: AcmeSimulator) -> None:
    """The example package is found like the others, by its entry point."""


def folder(one: Connector) -> Path:
    return Path(inspect.getfile(type(one))).parent


def contract_of(one: Connector) -> Contract | None:
    name = f"{type(one).__module__.rpartition('.')[0]}.tests.contract"
    if find_spec(name) is None:
        return None
    found: Contract = import_module(name).CONTRACT
    return found


DESCRIBED = {kind: made for kind, one in EVERY.items() if (made := contract_of(one)) is not None}


def those(*having: str) -> pytest.MarkDecorator:
    """Parametrises a test by the connectors whose contract or class has something."""
    kinds = [kind for kind in DESCRIBED if all(_has(kind, name) for name in having)]
    return pytest.mark.parametrize("kind", kinds)


def _has(kind: str, name: str) -> bool:
    described = DESCRIBED.get(kind)
    return bool(getattr(described, name, None) or getattr(EVERY[kind], name, None))


def opened(kind: str) -> Connection:
    one, made = EVERY[kind], DESCRIBED[kind]
    return Connection(
        1, 1, kind, one.channel, "Citron", made.values, made.own, made.cursor, address_of("token")
    )


# What must be there.


@pytest.mark.parametrize("kind", EVERY)
def test_every_connector_describes_itself(kind: str) -> None:
    """One without a contract would be tested by nobody but its author."""
    assert kind in DESCRIBED


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_connector_has_a_guide(kind: str, language: str) -> None:
    """Whoever connects it reads how, and what the network does not allow."""
    guide = folder(EVERY[kind]) / f"guide.{language}.md"

    assert guide.read_text(encoding="utf-8").startswith("# ")
    assert len(guide.read_text(encoding="utf-8")) > 200


@pytest.mark.parametrize("kind", EVERY)
def test_every_connector_has_fixtures_that_name_their_source(kind: str) -> None:
    fixtures = folder(EVERY[kind]) / "fixtures"

    assert (fixtures / "README.md").exists()
    assert EVERY[kind].alerts or len(list(fixtures.iterdir())) > 1


@pytest.mark.parametrize("kind", EVERY)
def test_every_connector_says_what_it_is(kind: str) -> None:
    """Fields are named once; secrets have no default that would be shown."""
    one = EVERY[kind]
    names = [field.name for field in one.fields]

    assert kind == one.kind
    assert str(one.label)
    assert len(str(one.summary)) > 20
    assert len(names) == len(set(names))
    assert not [field for field in one.fields if field.kind == "secret" and field.default]
    assert one.alerts or one.pushes or one.every or not _has(kind, "asks")


@pytest.mark.parametrize("kind", DESCRIBED)
def test_a_contract_is_whole(kind: str) -> None:
    """What a connector claims to do has what is needed to test it."""
    one, made = EVERY[kind], DESCRIBED[kind]

    is_silent = one.alerts or one.by_itself
    assert is_silent or len(made.deliveries) >= 2
    assert is_silent or made.hears
    assert not one.pushes or made.sign is not None
    assert not one.sends or not made.asks or made.outgoing is not None


# The same state, whatever the order.


@contextmanager
def account(kind: str, name: str) -> Iterator[ConnectedAccount]:
    """An account of a brand of its own, connected."""
    made = DESCRIBED[kind]
    brand = Workspace.objects.create(slug=name, name=name)
    with scope(brand):
        row = Account.objects.create(
            workspace=brand, channel=EVERY[kind].channel, connector=kind, name=name
        )
        shown, hidden = closed(EVERY[kind], made.values)
        yield ConnectedAccount.objects.create(
            account=row, workspace=brand, kind=kind, values=shown, secrets=hidden,
            own=dict(made.own), cursor=dict(made.cursor), token=name,
        )  # fmt: skip


def keep(row: ConnectedAccount, raws: Sequence[Raw]) -> None:
    """Each as a delivery of its own, even when it is the same again."""
    numbers = itertools.count(Inbound.objects.count())
    for raw in raws:
        key = f"delivery {next(numbers)}"
        with clock.held_at(NOON):  # some networks do not say when, so the time of receiving counts
            receiving.keep(row.workspace_id, row.account_id, [(key, raw.headers, raw.body)])


def settle() -> None:
    moment = clock.now()
    for _ in range(30):
        moment += timedelta(minutes=5)
        with clock.held_at(moment):
            api.understand()


def state(row: ConnectedAccount) -> dict[str, Any]:
    """Everything the account holds, told without numbers."""
    messages = list(
        Message.objects.filter(account_id=row.account_id).select_related("author", "thread")
    )
    names = {one.pk: one.external_id for one in messages}
    together: dict[int, set[str]] = {}
    for one in messages:
        together.setdefault(one.thread_id, set()).add(one.external_id)
    return {
        "messages": sorted(
            (
                one.external_id, one.kind, one.author.key, one.author.name, one.own, one.sent_at,
                one.title, one.text, one.rating, sorted(together[one.thread_id]), one.link,
                names.get(one.parent or 0), names.get(one.thread.about_id or 0),
            )
            for one in messages
        ),
        "raw": Delivery.objects.filter(account_id=row.account_id).count(),
        "removed": sorted(Removal.objects.values_list("external_id", flat=True)),
        "receipts": sorted(Receipt.objects.values_list("external_id", "state", "at")),
        "aside": [each.reason for each in api.set_aside()],
    }  # fmt: skip


def after(kind: str, name: str, raws: Sequence[Raw], *, one_by_one: bool = False) -> dict[str, Any]:
    with account(kind, name) as row:
        for part in [[raw] for raw in raws] if one_by_one else [raws]:
            keep(row, part)
            if one_by_one:
                settle()
        settle()
        found = state(row)
        assert found["messages"]
        return found


@those("deliveries")
def test_deliveries_become_what_they_say(kind: str, db: None) -> None:
    """Nothing of a documented payload is set aside."""
    found = after(kind, "calm", DESCRIBED[kind].deliveries)

    assert DESCRIBED[kind].hears == {one[0] for one in found["messages"]}
    assert [] == found["aside"]


@those("deliveries")
def test_order_and_repetition_do_not_matter(kind: str, db: None) -> None:
    """Networks deliver twice, late, and the second before the first."""
    raws = list(DESCRIBED[kind].deliveries)
    shuffled = [*raws, *raws]
    random.Random(kind).shuffle(shuffled)

    calm = after(kind, "calm", raws, one_by_one=True)
    for number, order in enumerate((raws + raws, raws[::-1], shuffled)):
        assert calm == after(kind, f"order-{number}", order, one_by_one=True)
        assert calm == after(kind, f"batch-{number}", order)


@those("deliveries")
def test_two_workers_at_once_do_not_matter(
    kind: str, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Another worker understands the whole queue between our reading and our writing.
    """
    raws = list(DESCRIBED[kind].deliveries)
    calm = after(kind, "calm", raws)
    usual = hearing.read_delivery
    overtaking: list[bool] = []

    def overtaken(*parts: Any) -> Any:
        read = usual(*parts)
        if not overtaking:
            overtaking.append(True)
            settle()
            overtaking.clear()
        return read

    monkeypatch.setattr(hearing, "read_delivery", overtaken)

    assert calm == after(kind, "overtaken", raws + raws)


@those("deliveries")
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("database.vendor == 'sqlite'", reason="a database in memory is one thread's")
def test_threads_at_once_do_not_matter(kind: str) -> None:
    """The same with real transactions, where the server allows them side by side."""
    raws = list(DESCRIBED[kind].deliveries)
    calm = after(kind, "calm", raws)

    def work() -> None:
        for _ in range(10):
            api.understand(limit=1)
        database.close()

    with account(kind, "threads") as row:
        keep(row, raws + raws)
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        settle()
        assert calm == state(row)


# What is not as documented.


def read_all(kind: str, body: bytes, headers: Any, also: tuple[type[Exception], ...] = ()) -> None:
    """Raises whatever is no refusal: a crash would be tried five times over."""
    one, made = EVERY[kind], opened(kind)
    refused: tuple[type[Exception], ...] = (Unrecognised, Unsupported, *also)
    try:
        entries = list(one.split(made, Raw(body, headers)))
    except refused:
        return
    for entry in entries:
        with suppress(*refused):
            one.parse(made, entry)


@those("deliveries")
def test_truncated_and_miscoded_deliveries_are_refused_not_crashed_on(kind: str) -> None:
    """Cut at every tenth, in other encodings, with halves of characters, empty."""
    for raw in DESCRIBED[kind].deliveries:
        cuts = [raw.body[: len(raw.body) * tenth // 10] for tenth in range(10)]
        text = raw.body.decode("utf-8", "replace")
        coded = [text.encode("utf-16"), text.encode("cp1252", "replace"), raw.body[:-1] + b"\xff"]
        for body in (*cuts, *coded, b"\x00\xff\xfe", b"null", b"[]", b'"x"', b"<html></html>"):
            read_all(kind, body, raw.headers, hearing.SHAPE)


@those("deliveries")
def test_json_of_another_shape_is_refused_not_crashed_on(kind: str) -> None:
    """
    Each value in turn left out, or replaced by null, a number, a text, a list, an object.

    An entry whose shape nobody foresaw is set aside alone, by the errors that it provokes.
    """
    for raw in DESCRIBED[kind].deliveries:
        try:
            whole = json.loads(raw.body)
        except ValueError:
            continue
        for strange in _strange(whole):
            read_all(kind, json.dumps(strange).encode(), raw.headers, hearing.SHAPE)


def _strange(value: Any) -> Iterator[Any]:
    """Copies of a JSON value with one part of another shape."""
    yield from (None, 7, "?", [], {}, [None], {"?": None})
    if isinstance(value, dict):
        for key, part in value.items():
            yield {name: each for name, each in value.items() if name != key}
            yield from ({**value, key: other} for other in _strange(part))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from ([*value[:place], other, *value[place + 1 :]] for other in _strange(part))


# Signatures.


def signed(kind: str, body: bytes, at: datetime) -> Request:
    sign = DESCRIBED[kind].sign
    assert sign is not None
    return sign(opened(kind), body, at)


def altered(request: Request, body: bytes) -> Request:
    """The same call with other bytes."""
    return replace(request, body=body, form=form_of(request.headers.get("content-type", ""), body))


def body_of(kind: str) -> bytes:
    return DESCRIBED[kind].deliveries[0].body


@those("sign")
def test_a_signed_delivery_is_taken(kind: str) -> None:
    """The setup of every refusal below, so that none passes by accident."""
    request = signed(kind, body_of(kind), NOON)

    assert EVERY[kind].handshake(opened(kind), request) is None
    EVERY[kind].verify(opened(kind), request)


@those("sign")
def test_a_delivery_without_signature_is_refused(kind: str) -> None:
    request = signed(kind, body_of(kind), NOON)
    kept = {"content-type", "host", "user-agent"}
    bare = {name: value for name, value in request.headers.items() if name in kept}

    with pytest.raises(Unsigned):
        EVERY[kind].verify(opened(kind), replace(request, headers=bare, query={}))


@those("sign")
def test_a_delivery_with_any_other_signature_is_refused(kind: str) -> None:
    """Each header that proves something, one character changed, cut, emptied, not ASCII."""
    request = signed(kind, body_of(kind), NOON)
    plain = {"content-type", "host", "user-agent", "content-length"}
    telling = [name for name in request.headers if name not in plain]
    one = EVERY[kind]
    refused = 0
    for name in telling:
        value = request.headers[name]
        other = value[:-1] + ("A" if value[-1:] != "A" else "B")
        for bad in (other, value[:-1], "", "é"):
            try:
                one.verify(opened(kind), replace(request, headers={**request.headers, name: bad}))
            except Unsigned:
                refused += 1

    assert refused >= 4


@those("sign")
def test_another_secret_does_not_sign(kind: str) -> None:
    hidden = {field.name for field in EVERY[kind].fields if field.kind == "secret"}
    values = {
        name: f"{value}x" if name in hidden else value
        for name, value in DESCRIBED[kind].values.items()
    }
    request = signed(kind, body_of(kind), NOON)

    other = replace(opened(kind), values=values, webhook=address_of("another"))

    with pytest.raises(Unsigned):
        EVERY[kind].verify(other, request)


@those("sign", "signs_body")
def test_a_delivery_that_was_changed_on_its_way_is_refused(kind: str) -> None:
    """One byte is enough: the signature is over the bytes as they came."""
    body = body_of(kind)
    request = signed(kind, body, NOON)

    for other in (body + b" ", body[:-1], body.replace(b"e", b"3", 1)):
        with pytest.raises(Unsigned):
            EVERY[kind].verify(opened(kind), altered(request, other))


@those("sign", "signs_time")
def test_a_stale_delivery_is_refused(kind: str) -> None:
    """One that was overheard must not be sent again tomorrow."""
    request = signed(kind, body_of(kind), NOON - timedelta(days=1))

    with pytest.raises(Unsigned):
        EVERY[kind].verify(opened(kind), replace(request, at=NOON))


# What networks refuse.


@contextmanager
def network(kind: str, situation: Situation) -> Iterator[Http]:
    made = DESCRIBED[kind]
    if made.provoke is not None:
        with made.provoke(opened(kind), situation) as http:
            yield http
        return
    yield Always(made.answers.get(situation, ANSWERS[situation]))


def expect(situation: Situation, error: BaseException, also: tuple[type[Refusal], ...]) -> None:
    if situation == "busy":
        assert isinstance(error, TryLater)
        assert error.after is None or 5 <= error.after <= 3_600
    elif situation == "broken":
        assert isinstance(error, TryLater)
    else:
        assert isinstance(error, (AccessLost, *also))


@those("every")
@pytest.mark.parametrize("situation", ANSWERS)
def test_a_poll_that_is_refused_says_why(kind: str, situation: Situation) -> None:
    """It raises and does not wait: all waiting is the machinery's."""
    with network(kind, situation) as http, pytest.raises(Refusal) as refusal:
        list(EVERY[kind].pull(opened(kind), http))

    expect(situation, refusal.value, ())


@those("outgoing")
@pytest.mark.parametrize("situation", ANSWERS)
def test_an_answer_that_is_refused_says_why(kind: str, situation: Situation) -> None:
    """A right can be lacking for this one answer alone; the rest concerns the account."""
    outgoing = DESCRIBED[kind].outgoing
    assert outgoing is not None
    with network(kind, situation) as http, pytest.raises(Refusal) as refusal:
        EVERY[kind].send(opened(kind), outgoing, http)

    also = (Rejected,) if situation == "revoked" else ()
    expect(situation, refusal.value, also)


@those("fields", "asks")
@pytest.mark.parametrize("situation", ANSWERS)
def test_connecting_with_what_is_refused_says_why(kind: str, situation: Situation) -> None:
    """Nobody is connected by mistake; what failed can be put into words."""
    one = EVERY[kind]
    with network(kind, situation) as http:
        try:
            one.check(opened(kind), http)
        except (Refusal, OSError):
            return
        assert not isinstance(http, Always) or not http.asked, "asked, refused, and took no notice"


@those("closed")
def test_a_closed_window_is_known_before_typing(kind: str) -> None:
    asked = DESCRIBED[kind].closed
    assert asked is not None

    ways = EVERY[kind].ways(opened(kind), asked)

    assert ways
    assert all(str(way.closed) for way in ways)
