"""The addresses that networks call, over HTTP."""

import pytest
from acme_comptoir.tests.simulator import body_of, review, signed
from django.test import Client

from comptoir.channels import api
from comptoir.channels.models import Inbound


@pytest.fixture
def network() -> Client:
    """Somebody without session, cookie or form token, checked as in service."""
    return Client(enforce_csrf_checks=True)


def deliver(network: Client, path: str, body: bytes, headers: dict[str, str]) -> int:
    kind = headers.get("content-type", "application/octet-stream")
    return network.post(path, body, content_type=kind, headers=headers).status_code


def test_a_network_delivers_without_session_or_form_token(network: Client, path: str) -> None:
    body = body_of(review(1, text="Reçu 🎉"))

    response = network.post(path, body, content_type="application/json", headers=signed(body))

    assert 200 == response.status_code
    assert body == bytes(Inbound.objects.get().body)
    assert not response.cookies
    assert "no-store" == response["Cache-Control"]


def test_unsigned_and_unknown_are_refused(network: Client, path: str) -> None:
    body = body_of(review(1))
    unknown = "/hooks/unknown/"

    assert 403 == deliver(network, path, body, {})
    assert 404 == deliver(network, unknown, body, signed(body))
    assert 200 == deliver(network, path, body, signed(body))


def test_unknown_addresses_look_alike(network: Client, path: str) -> None:
    """Neither length nor words of the answer say anything of an address."""
    answers = [network.get(one) for one in ("/hooks/a/", f"/hooks/{'b' * 43}/")]

    assert answers[0].content == answers[1].content
    assert answers[0].headers == answers[1].headers


def test_a_challenge_is_echoed_as_text(network: Client, path: str) -> None:
    """Never as HTML: whoever asks chooses the words."""
    response = network.get(path, {"acme.challenge": "<script>1</script>"})

    assert "<script>1</script>" == response.content.decode()
    assert "text/plain" == response["Content-Type"].partition(";")[0]


@pytest.mark.parametrize("told", [True, False], ids=["length told", "length not told"])
def test_too_large_a_delivery_is_refused_in_words(
    network: Client, path: str, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    """Whether or not the sender says beforehand how large it is; just below is taken."""
    monkeypatch.setattr(api, "LARGEST", 2_000)
    body = body_of(review(1, text="x" * 3_000))
    fits = body_of(review(2, text="x" * 1_000))
    if not told:
        monkeypatch.setattr("comptoir.web.hooks.views._announced", lambda request: 0)

    refused = network.post(path, body, content_type="application/json", headers=signed(body))

    assert 413 == refused.status_code
    assert "5 MB" in refused.content.decode()
    assert 200 == deliver(network, path, fits, signed(fits))
    assert 1 == Inbound.objects.count()


def test_larger_bodies_than_forms_may_have_are_taken(network: Client, path: str) -> None:
    """Django stops at 2.5 MB; a page of a thousand comments can be larger."""
    body = body_of(review(1, text="x" * 3_000_000))

    assert 200 == deliver(network, path, body, signed(body))
