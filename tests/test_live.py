"""
Streams of a real server, cut at random: every event once, in order, to those who may see it.

All tests talk to one `comptoir web` in a process of its own, while another process changes
the same database; each has its own people and brands.
"""

import json
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from tests.test_kills import Installation, installation

CHECKED = 1.0
# Rights are looked at every half minute; a test has no half minute.
SERVE = f"""
import multiprocessing
multiprocessing.set_start_method("fork")
from comptoir.cli import main
from comptoir.cli.app import django
django()
from comptoir.web.live import hub
hub.CHECK_SECONDS = {CHECKED}
hub.MOST_MISSED = 50
main()
"""


@dataclass
class Server:
    """`comptoir web` on a port of its own, which can be stopped or killed and started again."""

    home: Installation
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        environ = {**self.home.environ, "COMPTOIR_PORT": str(self.port)}
        self.process = subprocess.Popen([sys.executable, "-c", SERVE, "web"], env=environ)
        for _ in range(1200):
            with suppress(OSError), urllib.request.urlopen(self.url("/healthz"), timeout=2):
                return
            assert self.process.poll() is None, "The server ended before it answered."
            time.sleep(0.1)
        raise RuntimeError("The server did not answer within two minutes.")

    def end(self, how: int = signal.SIGTERM) -> float:
        """Seconds that it took. Killed, its children would go on serving: they go with it."""
        assert self.process is not None
        began = time.monotonic()
        if how == signal.SIGKILL:
            for child in _children(self.process.pid):
                child.kill()
        self.process.send_signal(how)
        self.process.wait(timeout=60)
        return time.monotonic() - began

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@dataclass
class _Child:
    pid: int

    def kill(self) -> None:
        import os

        os.kill(self.pid, signal.SIGKILL)


def _children(pid: int) -> list[_Child]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [_Child(int(one)) for one in found.read_text().split()] if found.exists() else []


@dataclass
class Teller:
    """Another process at work in the installation; see telling.py."""

    process: "subprocess.Popen[str]"

    def __call__(self, name: str, *given: Any) -> Any:
        self.begin(name, *given)
        return self.answer()

    def begin(self, name: str, *given: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps([name, *given]) + "\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())


@dataclass
class Heard:
    event: str
    id: int | None
    data: Any


@dataclass
class Page:
    """An open page: what it heard, over as many connections as it took."""

    server: Server
    session: str
    slug: str
    last: int | None = None
    views: tuple[str, ...] = ()
    heard: list[Heard] = field(default_factory=list)
    status: int = 0
    _socket: socket.socket | None = None
    _left: bytes = b""
    _ended: bool = False

    def open(self, after: int | None = None) -> "Page":
        pairs = [("view", one) for one in self.views]
        asked = "?" + urlencode([("after", after), *pairs] if after is not None else pairs)
        known = f"Last-Event-ID: {self.last}\r\n" if self.last is not None else ""
        self._left, self._ended = b"", False
        self._socket = socket.create_connection(("127.0.0.1", self.server.port), timeout=10)
        self._socket.sendall(
            f"GET /live/w/{self.slug}/{asked} HTTP/1.1\r\nHost: localhost\r\n"
            f"Cookie: sessionid={self.session}\r\n{known}\r\n".encode()
        )
        while b"\r\n\r\n" not in self._left:
            got = self._socket.recv(65_536)
            if not got:
                raise ConnectionError
            self._left += got
        head, _blank, self._left = self._left.partition(b"\r\n\r\n")
        self.status = int(head.split()[1])
        return self

    def listen(self, seconds: float, until: Callable[["Page"], bool] = lambda page: False) -> bool:
        """
        Hear what is told, for some time or `until` something is true; False when the stream
        ended before.
        """
        assert self._socket is not None
        end = time.monotonic() + seconds
        self._take()
        while not until(self) and (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                got = self._socket.recv(65_536)
            except TimeoutError:
                return True
            except ConnectionError:
                return False
            if not got:
                return False
            self._left += got
            self._take()
            if self._ended:
                return False
        return True

    def cut(self) -> None:
        """Break the connection without a farewell, as a lost network does."""
        assert self._socket is not None
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._socket.close()

    def of(self, event: str) -> list[Any]:
        return [one.data for one in self.heard if one.event == event]

    @property
    def conversations(self) -> list[str]:
        return [one for told in self.of("conversations") for one in told["ids"]]

    def _take(self) -> None:
        """Read whole chunks, and from them whole events; a chunk holds whole events here."""
        while (found := re.match(rb"([0-9A-Fa-f]+)\r\n", self._left)) is not None:
            size, start = int(found[1], 16), found.end()
            if len(self._left) < start + size + 2:
                return
            self._ended = size == 0
            chunk, self._left = self._left[start : start + size], self._left[start + size + 2 :]
            for told in chunk.decode().strip().split("\n\n"):
                self._hear(dict(line.split(": ", 1) for line in told.split("\n") if line))

    def _hear(self, told: dict[str, str]) -> None:
        if "event" not in told:
            return
        identifier = int(told["id"]) if "id" in told else None
        self.last = identifier if identifier is not None else self.last
        self.heard.append(Heard(told["event"], identifier, json.loads(told["data"])))


@dataclass(frozen=True)
class Brand:
    """A workspace of one test's own, with Léa in it."""

    tell: Teller
    slug: str

    @property
    def lea(self) -> str:
        return f"lea@{self.slug}.example"

    def sign_in(self, email: str = "") -> str:
        """A new session of a member; gives its key."""
        return str(self.tell("member", email or self.lea, self.slug))

    def change(self, *threads: int) -> list[int]:
        return list(self.tell("change", self.slug, list(threads)))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("live") / "home") as made:
        yield made


@pytest.fixture(scope="module")
def tell(home: Installation) -> Iterator[Teller]:
    script = str(Path(__file__).with_name("telling.py"))
    process = subprocess.Popen(
        [sys.executable, script],
        env=home.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Teller(process)
    assert process.stdin
    process.stdin.close()
    process.wait(timeout=60)


@pytest.fixture(scope="module")
def server(home: Installation, tell: Teller) -> Iterator[Server]:
    # The other process has made the tables by the time that it answers.
    tell("member", "first@example.com", "first")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        made = Server(home, int(probe.getsockname()[1]))
    made.start()
    yield made
    made.end()


@pytest.fixture
def brand(tell: Teller) -> Brand:
    return Brand(tell, f"brand-{uuid4().hex[:8]}")


@pytest.fixture
def other(tell: Teller) -> Brand:
    return Brand(tell, f"brand-{uuid4().hex[:8]}")


@pytest.fixture
def outside(home: Installation) -> Callable[..., list[str]]:
    """Ids of conversations as this installation shows them."""

    def conceal(*threads: int) -> list[str]:
        from django.test import override_settings

        from comptoir.base import ids

        key = (home.home / "secret.key").read_text().strip()
        with override_settings(SECRET_KEY=key):
            return [ids.conceal("conversation", one) for one in threads]

    return conceal


def test_cut_at_random_a_page_hears_everything_once(
    server: Server, brand: Brand, outside: Callable[..., list[str]]
) -> None:
    """Nobody reloads the desk: what a cut or a new version swallows is never seen."""
    chance = random.Random(4)
    page = Page(server, brand.sign_in(), brand.slug).open(after=0)
    wanted: list[str] = []

    cuts = 0
    with _restarting(server) as done:
        while not done.is_set() or len(page.conversations) < len(wanted):
            if not done.is_set():
                wanted += outside(*_next(brand, len(wanted)))
            page.listen(chance.uniform(0, 0.2))
            page.cut()
            _come_back(page)
            cuts += 1

    assert wanted == page.conversations
    assert 20 < cuts
    assert 100 < len(wanted)
    assert [] == page.of("reset")


def _next(brand: Brand, told: int) -> list[int]:
    threads = list(range(told + 1, told + 6))
    brand.change(*threads)
    return threads


def _come_back(page: Page) -> None:
    """Open again as a browser does: until the server is there."""
    for _ in range(300):
        try:
            page.open()
        except OSError:
            time.sleep(0.1)
        else:
            return


@contextmanager
def _restarting(server: Server) -> Iterator[threading.Event]:
    """Stop the server in good order, then kill it, while something else goes on."""
    done = threading.Event()

    def restart() -> None:
        for how in (signal.SIGTERM, signal.SIGKILL):
            time.sleep(3)
            server.end(how)
            server.start()
        time.sleep(1)
        done.set()

    beside = threading.Thread(target=restart)
    beside.start()
    yield done
    beside.join()


def test_brands_never_hear_each_other(
    server: Server, brand: Brand, other: Brand, outside: Callable[..., list[str]]
) -> None:
    """Streams of one process are fed by one reader: it must not mix them up."""
    ours = Page(server, brand.sign_in(), brand.slug).open()
    theirs = Page(server, other.sign_in(), other.slug).open()

    for thread in range(1, 21):
        (brand, other)[thread % 2].change(thread)
    other.tell("arrive", other.lea, other.slug, 5, 30)
    ours.listen(10, lambda page: len(page.conversations) >= 10)
    theirs.listen(10, lambda page: len(page.conversations) >= 10 and page.of("presence") != [])
    ours.listen(0.3)

    assert outside(*range(2, 21, 2)) == ours.conversations
    assert outside(*range(1, 21, 2)) == theirs.conversations
    assert [] == ours.of("presence")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_strangers_and_passers_by_hear_nothing(
    server: Server, brand: Brand, other: Brand, method: str
) -> None:
    """The same answers as pages give: sign in first; such a brand does not exist for you."""
    session, _theirs = brand.sign_in(), other.sign_in()
    cases = [
        (brand, "", 401),
        (brand, "unknown", 401),
        (other, session, 404),
        (brand, session, 200),
    ]

    for place, key, status in cases:
        assert status == _status(server, method, f"/live/w/{place.slug}/", key)

    assert 405 == _status(server, "POST", f"/live/w/{brand.slug}/", session)
    assert 404 == _status(server, method, "/live/elsewhere", session)


def _status(server: Server, method: str, path: str, session: str) -> int:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as made:
        made.sendall(
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
            f"Cookie: sessionid={session}\r\n\r\n".encode()
        )
        return int(made.recv(65_536).split()[1])


def test_a_page_ends_with_its_session(server: Server, brand: Brand) -> None:
    """Signed out in another process: the next look at who may listen ends the stream."""
    session = brand.sign_in()
    page = Page(server, session, brand.slug).open()
    stays = Page(server, brand.sign_in(), brand.slug).open()

    brand.tell("end_session", session)

    assert page.listen(CHECKED * 10) is False
    assert 401 == _status(server, "HEAD", f"/live/w/{brand.slug}/", session)
    assert stays.listen(0.2) is True


def test_a_page_ends_with_the_membership(server: Server, brand: Brand) -> None:
    """Whoever left the team must not go on reading over its shoulder."""
    page = Page(server, brand.sign_in(), brand.slug).open()
    brand.sign_in("ana@example.com")

    brand.tell("remove", brand.lea, brand.slug)
    ended = page.listen(CHECKED * 10) is False
    brand.change(1)

    assert ended
    assert [] == page.conversations


def test_who_slept_too_long_looks_again(server: Server, brand: Brand) -> None:
    """Pruned or too many: a page must not believe that what it is told is everything."""
    session = brand.sign_in()
    awake = Page(server, session, brand.slug).open()
    told = brand.change(*range(1, 61))
    awake.listen(5, lambda page: len(page.conversations) == 60)

    many = Page(server, session, brand.slug).open(after=told[0])
    many.listen(5, lambda page: page.of("reset") != [])
    brand.tell("prune", told[30])
    pruned = Page(server, session, brand.slug).open(after=told[20])
    pruned.listen(5, lambda page: page.of("reset") != [])
    kept = Page(server, session, brand.slug).open(after=told[40])
    kept.listen(5, lambda page: len(page.conversations) == 19)

    assert [[{}]] * 2 == [many.of("reset"), pruned.of("reset")]
    assert [told[-1]] * 2 == [many.last, pruned.last]
    assert [] == many.conversations + pruned.conversations + kept.of("reset")
    assert 19 == len(kept.conversations)


ASK = "Bonjour, où est mon colis ? Pouvez-vous m’aider ?"
VIEW = "view=everything"


def test_rows_come_with_the_news_for_views_that_are_watched(server: Server, brand: Brand) -> None:
    """One hop less to the screen; who watches something dear, or nothing, asks as before."""
    session = brand.sign_in()
    views = (VIEW, "view=mine", "view=everything&q=colis", "view=everything&cursor=bx", "nonsense")
    page = Page(server, session, brand.slug, views=views).open()
    plain = Page(server, session, brand.slug).open()

    heard = brand.tell("hear", brand.slug, [ASK, ASK, ASK])
    for one in (page, plain):
        one.listen(10, lambda one: len(set(one.conversations)) == 3)

    assert set(heard) == set(page.conversations) == set(plain.conversations)
    rows = [told["rows"] for told in page.of("conversations")]
    assert [{VIEW, "view=mine", "nonsense"}] == [*{frozenset(one) for one in rows}]
    assert set(heard) == _fitting(rows, VIEW, "yes") == _fitting(rows, "view=mine", "no")
    assert [] == [told for told in plain.of("conversations") if "rows" in told]


def _fitting(rows: list[dict[str, str]], view: str, fits: str) -> set[str]:
    found = re.compile(rf'id="row-([\w-]+)"[^>]* data-fits="{fits}"')
    return {one for told in rows for one in found.findall(told[view])}


def test_rows_go_to_those_who_may_read_them(server: Server, brand: Brand, other: Brand) -> None:
    """Rows say what customers wrote: they are drawn for each brand, and not for who has left."""
    ours = Page(server, brand.sign_in(), brand.slug, views=(VIEW,)).open()
    session = other.sign_in()
    theirs = Page(server, session, other.slug, views=(VIEW,)).open()
    hugo = f"hugo@{brand.slug}.example"
    left = Page(server, brand.sign_in(hugo), brand.slug, views=(VIEW,)).open()

    brand.tell("remove", hugo, brand.slug)
    brand.tell("hear", brand.slug, [f"{ASK} chez nous"])
    other.tell("hear", other.slug, [f"{ASK} chez eux"])
    ours.listen(10, lambda page: page.conversations != [])
    theirs.listen(10, lambda page: page.conversations != [])
    left.listen(CHECKED * 10)

    assert "chez nous" in _drawn(ours)
    assert "chez eux" not in _drawn(ours)
    assert "chez eux" in _drawn(theirs)
    assert "chez nous" not in _drawn(theirs)
    assert "" == _drawn(left)


def _drawn(page: Page) -> str:
    told = page.of("conversations")
    return "".join(html for one in told for html in one.get("rows", {}).values())


def test_what_was_missed_is_asked_for(server: Server, brand: Brand) -> None:
    """After a cut only ids are told, each of them: rows drawn meanwhile would be old ones."""
    page = Page(server, brand.sign_in(), brand.slug, views=(VIEW,)).open()
    first = brand.tell("hear", brand.slug, [ASK])
    page.listen(10, lambda page: set(page.conversations) == set(first))
    page.cut()
    missed = brand.tell("hear", brand.slug, [ASK, ASK])
    time.sleep(0.5)  # the server has told the others

    page.open()
    page.listen(10, lambda page: set(page.conversations) == {*first, *missed})
    after = page.heard[[one.event for one in page.heard].index("ready", 1) + 1]
    again = brand.tell("hear", brand.slug, [ASK])
    page.listen(10, lambda page: set(page.conversations) == {*first, *missed, *again})

    rows = [told["rows"] for told in page.of("conversations") if "rows" in told]
    assert {*first, *missed, *again} == set(page.conversations)
    assert {*first, *again} <= _fitting(rows, VIEW, "yes")
    assert "conversations" == after.event
    assert "rows" not in after.data


def test_a_dead_browser_is_not_there_for_long(
    server: Server, brand: Brand, outside: Callable[..., list[str]]
) -> None:
    """“Hugo is answering” must not keep everybody else away for ever."""
    session, hugo = brand.sign_in(), f"hugo@{brand.slug}.example"
    page = Page(server, session, brand.slug).open()
    brand.sign_in(hugo)
    brand.tell("arrive", hugo, brand.slug, 7, 3)

    page.listen(2, lambda page: len(page.of("presence")) == 1)
    late = Page(server, session, brand.slug).open()
    late.listen(2, lambda page: page.of("ready") != [])
    page.listen(9, lambda page: len(page.of("presence")) == 2)

    there, gone = page.of("presence")
    (thread,) = outside(7)
    (person,) = there["people"]
    assert (thread, "Hugo", True) == (there["id"], person["name"], person["answering"])
    assert {"id": thread, "people": []} == gone
    assert [there] == late.of("ready")[0]["present"]


def test_the_server_stops_with_pages_open(server: Server, brand: Brand) -> None:
    """Streams never end by themselves: an upgrade would wait for the last agent to go home."""
    session = brand.sign_in()
    pages = [Page(server, session, brand.slug).open() for _ in range(3)]

    seconds = server.end()
    server.start()

    assert 8 > seconds
    assert [False] * 3 == [page.listen(1) for page in pages]
