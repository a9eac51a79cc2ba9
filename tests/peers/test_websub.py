"""A feed that is pushed by a hub nobody here wrote (Flask-WebSub), over TLS as hubs reach us."""

import http.client
import ipaddress
import os
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django.live_server_helper import LiveServer
from tests.peers.conftest import Start

from comptoir import conf
from comptoir.base.http import Http
from comptoir.base.models import User, Workspace
from comptoir.channels import api, hearing, polling
from comptoir.channels.models import ConnectedAccount, Inbound, Message

pytestmark = [pytest.mark.peer, pytest.mark.django_db(transaction=True)]
HERE = Path(__file__).parent


def certificate(folder: Path) -> Path:
    """A key and the certificate that it signs for this machine, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "comptoir")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    place = folder / "certificate.pem"
    place.write_bytes(
        key.private_bytes(pem, kind, serialization.NoEncryption()) + made.public_bytes(pem)
    )
    return place


@pytest.fixture
def trusted(tmp_path: Path) -> Path:
    return certificate(tmp_path)


@pytest.fixture
def address(
    live_server: LiveServer, trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Comptoir behind TLS, at the address that it tells networks."""
    behind = urlsplit(live_server.url).netloc

    class Handler(BaseHTTPRequestHandler):
        def _hand_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            onward = http.client.HTTPConnection(behind)
            onward.request(self.command, self.path, body, dict(self.headers))
            answer = onward.getresponse()
            told = answer.read()
            self.send_response(answer.status)
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = _hand_on  # noqa: N815 names that the library calls

        def log_message(self, *_words: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"https://127.0.0.1:{server.server_port}"
    settings = replace(conf.current(), public_url=url)
    monkeypatch.setattr(conf, "current", lambda: settings)
    yield url
    server.shutdown()
    server.server_close()


@pytest.fixture
def blog(
    tmp_path: Path, trusted: Path, peers: Path, run: Start, free_port: Callable[[], int]
) -> str:
    """A blog with its hub, which trusts Comptoir's certificate."""
    port = free_port()
    command = [str(peers / "python"), str(HERE / "hub.py"), str(port), str(tmp_path)]
    url = f"http://127.0.0.1:{port}"
    run(command, url, env={**os.environ, "REQUESTS_CA_BUNDLE": str(trusted)})
    return url


@pytest.fixture
def feed(
    address: str, blog: str, asking: Http, workspace: Workspace, owner: User
) -> api.ConnectedView:
    """The blog's feed, connected."""
    return api.connect("feeds", "", {"url": f"{blog}/blog.atom"}, actor=owner)


def publish(blog: str, asking: Http, title: str) -> None:
    assert asking.request("POST", f"{blog}/articles", data={"title": title}).ok


def subscribers(blog: str, asking: Http) -> list[str]:
    found: list[str] = asking.request("GET", f"{blog}/subscribers").json()
    return found


def poll(account_id: int) -> None:
    polling.poll_now(account_id)
    assert polling.poll_due()


def titles() -> list[str]:
    hearing.understand()
    return list(Message.objects.order_by("sent_at").values_list("title", flat=True))


def test_what_a_hub_pushes_is_heard_at_once_and_once(
    feed: api.ConnectedView, blog: str, asking: Http
) -> None:
    assert [feed.webhook] == subscribers(blog, asking)
    publish(blog, asking, "Lampe & couvercle")
    pushed = titles()
    poll(feed.id)

    assert ["Lampe & couvercle"] == pushed == titles()


def test_only_what_the_hub_signs_is_kept(feed: api.ConnectedView, blog: str, asking: Http) -> None:
    form = {"callback": feed.webhook, "secret": "autre"}
    asking.request("POST", f"{blog}/push", data=form)

    assert 0 == Inbound.objects.count()
    assert 1 == ConnectedAccount.objects.get().refused


def test_disconnected_feeds_are_pushed_no_more(
    feed: api.ConnectedView, blog: str, asking: Http, owner: User
) -> None:
    before = subscribers(blog, asking)
    api.disconnect(feed.id, actor=owner)

    assert [feed.webhook] == before
    assert [] == subscribers(blog, asking)
