"""
A web server made out of one of Google's discovery documents.

It knows nothing but the document: which methods exist, what they take, what they answer. A
request that the document does not allow is refused with what is wrong about it; the others are
answered with `answers`, which must fit the document's schema too.
"""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Document = Mapping[str, Any]


class Strange(ValueError):
    """A request or an answer that the document does not know."""


def methods(document: Document) -> Iterator[Mapping[str, Any]]:
    """Every method, however deep its resource."""
    yield from document.get("methods", {}).values()
    for resource in document.get("resources", {}).values():
        yield from methods(resource)


def check_request(
    document: Document, verb: str, path: str, query: Mapping[str, str], body: Any
) -> Mapping[str, Any]:
    """The method that a request is for. Raises Strange."""
    for method in methods(document):
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", method["path"])
        if verb == method["httpMethod"] and re.fullmatch(pattern, path):
            _check_parameters(document, method, query)
            if "request" in method:
                check(document, document["schemas"][method["request"]["$ref"]], body, "body")
            elif body is not None:
                raise Strange(f"{method['id']} takes no body")
            return method
    raise Strange(f"no method {verb} {path}")


def _check_parameters(
    document: Document, method: Mapping[str, Any], query: Mapping[str, str]
) -> None:
    known = {**document["parameters"], **method.get("parameters", {})}
    for name, value in query.items():
        if name not in known:
            raise Strange(f"{method['id']} has no parameter {name}")
        allowed = known[name].get("enum")
        if allowed and value not in allowed:
            raise Strange(f"{name} is none of {allowed}")
        most = known[name].get("maximum")
        if most and int(value) > int(most):
            raise Strange(f"{name} is more than {most}")
    lacking = [n for n, told in known.items() if told.get("required") and n not in query]
    if lacking:
        raise Strange(f"{method['id']} lacks {lacking}")


def check(document: Document, schema: Mapping[str, Any], value: Any, where: str) -> None:
    """Whether a value has the shape that a schema of the document gives. Raises Strange."""
    if "$ref" in schema:
        schema = document["schemas"][schema["$ref"]]
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
    kind = kinds.get(schema.get("type", ""), object)
    if not isinstance(value, kind):
        raise Strange(f"{where} is no {schema['type']}: {value!r}")
    if isinstance(value, dict) and "properties" in schema:
        for name, part in value.items():
            if name not in schema["properties"]:
                raise Strange(f"{where} has no {name}")
            check(document, schema["properties"][name], part, f"{where}.{name}")
    if isinstance(value, list):
        for place, part in enumerate(value):
            check(document, schema["items"], part, f"{where}[{place}]")


@contextmanager
def served(document: Document, answers: Mapping[str, Any]) -> Iterator[str]:
    """The address of a server of the document; answers: method id → what it answers."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            path = parts.path.lstrip("/")
            try:
                method = check_request(
                    document, self.command, path, dict(parse_qsl(parts.query)), body
                )
                said = answers[method["id"]]
                if "response" in method:
                    check(document, document["schemas"][method["response"]["$ref"]], said, "answer")
                status, told = (200, json.dumps(said).encode()) if said is not None else (204, b"")
            except (Strange, KeyError) as error:
                told = json.dumps({"error": {"code": 400, "message": str(error)}}).encode()
                status = 400
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 names that the library calls

        def log_message(self, *_words: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
