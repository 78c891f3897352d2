"""The stand-in over HTTP: /api for the app, /commands and /actions for its late answers, /upload
and /files-tmb for files, and whatever else is served beside them (the page)."""

from __future__ import annotations

import json
import socket
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox import answers, api, api_files, clips
from bot.sandbox.faults import Fault
from bot.sandbox.guard import is_from_here
from bot.sandbox.service import Service

LARGEST_BODY = 64 * 1024 * 1024
_JSON = "application/json; charset=utf-8"
_SIGN_IN = "/?redir=file"
_ANSWER_PATHS = ("/commands/", "/actions/", "/app/")

Served = tuple[int, str, bytes]
"""Status, content type, body."""

_SHUT_IN = [
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
]
"""The browser's own guard that nothing of the page leaves this computer."""

Beside = Callable[[str, str, dict[str, str], bytes], Served | None]
"""What else is served: (method, path with query, lower-case headers, body), None when not here."""


class Server(ThreadingHTTPServer):
    """Bound to this machine only."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, service: Service, beside: Beside) -> None:
        self.service = service
        self.beside = beside
        self._lines: set[Any] = set()
        super().__init__(("127.0.0.1", port), _Handler)
        service.base_url = f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """A new connection."""
        self._lines.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        """One that is over."""
        self._lines.discard(request)
        super().close_request(request)

    def hang_up(self) -> None:
        """Close what browsers keep open: a stand-in started after this one, at the same port,
        would else not be the one they speak to."""
        for line in list(self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news; anything else is a bug here, and shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    server: Server

    def log_message(self, *args: Any) -> None:
        """Silent: what comes in may be somebody's words."""

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, verb: str) -> None:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= LARGEST_BODY:
            self.close_connection = True
            self._send(413, "text/plain", b"")
            return
        body = self.rfile.read(length)
        path = urlsplit(self.path).path
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not is_from_here(verb, headers, self.server.server_address[1]):
            self._send(403, "text/plain; charset=utf-8", b"Open this page by its own address.")
        elif path.startswith("/api/"):
            self._api(path.removeprefix("/api/"), body)
        elif verb == "POST" and path.startswith(_ANSWER_PATHS):
            status, said = answers.take(self.server.service, path.rpartition("/")[2], body)
            self._send(status, _JSON, _dumped(said))
        elif verb == "POST" and path.startswith("/upload/"):
            key = path.removeprefix("/upload/")
            status = api_files.take_bytes(self.server.service, key, body)
            self._send(status, "text/plain", f"OK - {len(body)}".encode())
        elif verb == "GET" and path.startswith(clips.PATH):
            self._transcript(path)
        elif verb == "GET" and self.path == _SIGN_IN:
            self._send(200, "text/html", b"<!doctype html><title>Sign in</title>")
        else:
            served = self.server.beside(verb, self.path, headers, body)
            self._send(*(served or (404, "text/plain; charset=utf-8", b"Not here")), _SHUT_IN)

    def _transcript(self, path: str) -> None:
        """A file without a token is a way to the sign-in page, not a refusal."""
        service = self.server.service
        with service.world.lock:
            found = clips.fetch(service, path, self.headers.get("Authorization", ""))
        if found is None:
            self._send(302, "text/html", b"", [("Location", f"{service.base_url}{_SIGN_IN}")])
        else:
            self._send(200, "text/vtt", found)

    def _api(self, method: str, body: bytes) -> None:
        service = self.server.service
        fault = service.faults.take(method)
        if service.latency_ms:
            time.sleep(service.latency_ms / 1000)
        if fault is not None and not fault.after and self._fail(fault):
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = api.Request(method, headers, urlsplit(self.path).query, body)
        said = api.answer(service, request)
        if fault is not None and fault.after and self._fail(fault):
            return
        status, more = 200, [("X-OAuth-Scopes", ",".join(sorted(service.scopes)))]
        if said.get("error") == "ratelimited":
            status = 429
            more.append(("Retry-After", str(said.pop("retry_after"))))
        known = api.METHODS.get(method)
        if known and known.scope:
            more.append(("X-Accepted-OAuth-Scopes", known.scope))
        self._send(status, _JSON, _dumped(said), more)

    def _fail(self, fault: Fault) -> bool:
        """Go wrong as asked; False when the right answer still follows."""
        if fault.seconds:
            time.sleep(fault.seconds)
        if fault.kind == "late":
            return False
        if fault.kind == "reset":
            self._reset()
        elif fault.kind == "says":
            self._send(200, _JSON, _dumped({"ok": False, "error": fault.error}))
        else:
            self._send(fault.status, fault.content_type, fault.body, list(fault.headers))
        return True

    def _reset(self) -> None:
        """Close so that the other side sees a reset, not an end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # The socket closes with the last of these; leaving at once keeps the parent class from
        # writing to it.
        self.rfile.close()
        self.wfile.close()
        self.connection.close()
        raise ConnectionResetError

    def _send(
        self, status: int, kind: str, body: bytes, more: list[tuple[str, str]] | None = None
    ) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in more or []:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the other side gave up waiting


def _dumped(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
