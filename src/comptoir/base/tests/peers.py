"""Servers on this machine, for tests of what asks other servers."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def raw_peer(talk: Callable[[socket.socket], None], host: str = "127.0.0.1") -> Iterator[int]:
    """Accepts connections and hands each to `talk`; gives the port."""
    listening = socket.create_server((host, 0))

    def accept() -> None:
        while True:
            try:
                connection, _peer = listening.accept()
            except OSError:
                return
            threading.Thread(target=_talk, args=(talk, connection), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _talk(talk: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with connection:
        try:
            talk(connection)
        except OSError:
            return


class Asked(list[tuple[str, str, dict[str, str], bytes]]):
    """Requests that a peer was asked: method, path, headers by lower-case name, body."""

    @property
    def paths(self) -> list[str]:
        return [path for _method, path, _headers, _body in self]


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def web_peer(
    answers: dict[str, Answer], host: str = "127.0.0.1", port: int = 0
) -> Iterator[tuple[int, Asked]]:
    """A web server that answers each path as told; gives its port and what it was asked."""
    asked = Asked()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked.append((self.command, self.path, headers, body))
            answers[self.path.partition("?")[0]](self)

        do_GET = do_POST = do_HEAD = do_DELETE = _serve  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    server = Server((host, port), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()


def says(body: bytes = b"well", status: int = 200, **headers: str) -> Answer:
    """An answer; headers with _ for -."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)

    return answer
