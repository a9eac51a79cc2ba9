"""What Meta's networks share: signatures, challenges, and what each error stands for."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from comptoir.base.http import Response
from comptoir.channels.connector import (
    AccessLost,
    Asked,
    Connection,
    Quota,
    Rejected,
    Request,
    TryLater,
    Unrecognised,
    Unsigned,
    Way,
)
from comptoir.channels.connectors.meta import graph
from comptoir.channels.connectors.meta.network import MetaNetwork
from comptoir.channels.connectors.tests.simulated import said

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HERE = Connection(
    1, 1, "facebook", "facebook", "Lumio", {"app_secret": "s3", "verify_token": "citron"}
)


def request(method: str = "POST", body: bytes = b"{}", **given: str) -> Request:
    headers = {name.replace("_", "-"): value for name, value in given.items()}
    return Request(method, "https://desk.example/hooks/x/", given, headers, body, NOON)


def test_only_bodies_signed_with_the_apps_secret_pass() -> None:
    good = "sha256=" + hmac.new(b"s3", b"{}", hashlib.sha256).hexdigest()

    MetaNetwork().verify(HERE, request(x_hub_signature_256=good))
    for bad in ("", good[:-1], good.replace("sha256", "sha1"), "sha256=é"):
        with pytest.raises(Unsigned):
            MetaNetwork().verify(HERE, request(x_hub_signature_256=bad))
    with pytest.raises(Unsigned):
        MetaNetwork().verify(HERE, request(body=b"{ }", x_hub_signature_256=good))


def test_challenge_is_answered_to_who_knows_the_verify_token() -> None:
    def asked(token: str) -> tuple[int, str]:
        query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158"}
        reply = MetaNetwork().handshake(HERE, Request("GET", "", query, {}, b"", NOON))
        assert reply is not None
        return reply.status, reply.body

    assert (200, "1158") == asked("citron")
    assert (403, "") == asked("autre")
    assert MetaNetwork().handshake(HERE, request()) is None


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        ({"code": 190, "message": "expired"}, AccessLost),
        ({"code": 10, "message": "permission"}, AccessLost),
        ({"code": 200, "message": "permission"}, AccessLost),
        ({"code": 4, "message": "limit"}, TryLater),
        ({"code": 613, "message": "limit"}, TryLater),
        ({"code": 2, "message": "down"}, TryLater),
        ({"code": 999, "message": "x", "is_transient": True}, TryLater),
        ({"code": 10, "error_subcode": 2018278, "message": "window"}, Rejected),
        ({"code": 131047, "message": "window"}, Rejected),
        ({"code": 100, "message": "bad parameter"}, Rejected),
    ],
)
def test_each_error_has_its_consequence(error: dict[str, object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        graph.raise_for(said({"error": error}, 400))


def test_closed_window_is_said_in_words() -> None:
    with pytest.raises(Rejected) as caught:
        graph.raise_for(said({"error": {"code": 10, "error_subcode": 2018278}}, 400))

    assert "window_closed" == caught.value.code


def test_waits_as_long_as_the_usage_header_asks() -> None:
    usage = '{"1040": [{"type": "pages", "estimated_time_to_regain_access": 7}]}'
    answer = said({"error": {"code": 32}}, 400, x_business_use_case_usage=usage)

    with pytest.raises(TryLater) as caught:
        graph.raise_for(answer)

    assert 420 == caught.value.after


def test_what_is_left_is_the_least_of_all_limits() -> None:
    """Meta tells how much of each is used, in percent."""
    usage = '{"1040": [{"type": "pages", "call_count": 28, "total_time": 71, "total_cputime": 5}]}'
    both = said({}, x_business_use_case_usage=usage, x_app_usage='{"call_count": 80}')
    over = said({}, x_app_usage='{"call_count": 130}')

    assert Quota(29, 100) == graph.quota(said({}, x_business_use_case_usage=usage))
    assert Quota(20, 100) == graph.quota(both)
    assert Quota(0, 100) == graph.quota(over)


@pytest.mark.parametrize("told", ["", "{", "[]", '{"1": 2}', '{"1": [{"call_count": "x"}]}'])
def test_nothing_is_known_of_limits_that_are_not_told(told: str) -> None:
    assert graph.quota(said({}, x_business_use_case_usage=told)) is None
    assert graph.quota(said({})) is None


def test_errors_that_are_no_json_are_told_by_their_status() -> None:
    with pytest.raises(TryLater):
        graph.raise_for(Response(502, {}, b"<html>"))
    with pytest.raises(AccessLost):
        graph.raise_for(Response(401, {}, b""))


@pytest.mark.parametrize("value", [None, "", 0, -5, "yesterday", {}, 1e30])
def test_messages_without_a_time_are_not_recognised(value: object) -> None:
    """A time made up would put them in the wrong place for ever."""
    with pytest.raises(Unrecognised):
        graph.moment(value)


def test_times_are_read_in_seconds_milliseconds_and_words() -> None:
    expected = datetime(2026, 3, 4, 8, tzinfo=UTC)

    assert expected == graph.moment(1772611200)
    assert expected == graph.moment("1772611200")
    assert expected == graph.moment(1772611200000)
    assert expected == graph.moment("2026-03-04T09:00:00+0100")


def test_private_window_closes_in_steps() -> None:
    def way(age: timedelta) -> Way:
        return graph.private_way(Asked("message", NOON - age, NOON - age, NOON), 2000)

    fresh, late, over = way(timedelta(hours=1)), way(timedelta(days=2)), way(timedelta(days=8))

    assert NOON + timedelta(hours=23) == fresh.closes_at
    assert not fresh.note
    assert late.note
    assert not late.closed
    assert over.closed
