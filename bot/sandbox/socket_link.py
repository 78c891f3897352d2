"""Socket Mode from Slack's side: one-use addresses, envelopes, acknowledgements.

Source: docs.slack.dev /apis/events-api/using-socket-mode.
"""

from __future__ import annotations

import itertools
import json
import queue
import secrets
import socket
import threading
import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

MOST_CONNECTIONS = 10


class _Peer:
    """One connected app, and who waits for which of its acknowledgements."""

    def __init__(self, line: ServerConnection) -> None:
        self.line = line
        self._waiting: dict[str, queue.SimpleQueue[dict[str, Any] | None]] = {}
        self._lock = threading.Lock()

    def ask(self, envelope: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        """Send an envelope; its acknowledgement, or None when none came in time."""
        answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        name = envelope["envelope_id"]
        with self._lock:
            self._waiting[name] = answers
        try:
            self.line.send(json.dumps(envelope))
            return answers.get(timeout=seconds)
        except (ConnectionClosed, queue.Empty):
            return None
        finally:
            with self._lock:
                self._waiting.pop(name, None)

    def heard(self, frame: dict[str, Any]) -> None:
        """An acknowledgement came in; a late or second one finds nobody waiting."""
        with self._lock:
            answers = self._waiting.get(str(frame.get("envelope_id")))
        if answers is not None:
            answers.put(frame)

    def gone(self) -> None:
        """Whoever still waits gets nothing."""
        with self._lock:
            for answers in self._waiting.values():
                answers.put(None)


class SocketLink:
    """The WebSocket server; it starts with the first address asked for."""

    def __init__(self, app_id: str) -> None:
        self._app_id = app_id
        self._lock = threading.Condition()
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._tickets: set[str] = set()
        self._peers: list[_Peer] = []
        self._turns = itertools.count()

    @property
    def connected(self) -> int:
        """How many connections the app holds."""
        with self._lock:
            return len(self._peers)

    def wait_connected(self, seconds: float = 5.0, count: int = 1) -> bool:
        """Until the app holds that many connections."""
        with self._lock:
            return self._lock.wait_for(lambda: len(self._peers) >= count, timeout=seconds)

    def open(self) -> str:
        """A ws:// address that works once."""
        with self._lock:
            if self._server is None:
                self._server = serve(
                    self._serve,
                    "127.0.0.1",
                    0,
                    process_request=self._admit,
                    compression=None,
                    origins=[None],  # an app sends none, a browser's page always does
                )
                self._thread = threading.Thread(
                    target=self._server.serve_forever, name="stand-in-sockets", daemon=True
                )
                self._thread.start()
            ticket = secrets.token_urlsafe(18)
            self._tickets.add(ticket)
            port = self._server.socket.getsockname()[1]
        return f"ws://127.0.0.1:{port}/link/?ticket={ticket}&app_id={self._app_id}"

    def ask(
        self, kind: str, payload: dict[str, Any], *, seconds: float, **more: Any
    ) -> dict[str, Any] | None:
        """Send one envelope to one of the connections, in turn; its acknowledgement or None.

        Raises ConnectionError when the app holds no connection.
        """
        with self._lock:
            if not self._peers:
                raise ConnectionError("no connection")
            peer = self._peers[next(self._turns) % len(self._peers)]
        envelope = {
            "envelope_id": str(uuid.uuid4()),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": False,
            **more,
        }
        return peer.ask(envelope, seconds)

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the app to come back on a fresh connection. After a "warning" this one still works,
        after "refresh_requested" or "link_disabled" it is closed."""
        for peer in self._take_all() if reason != "warning" else self._all():
            peer.line.send(json.dumps({"type": "disconnect", "reason": reason}))
            if reason != "warning":
                peer.line.close()

    def drop(self) -> None:
        """Tear all connections down without a word."""
        for peer in self._take_all():
            peer.line.socket.shutdown(socket.SHUT_RDWR)

    def _all(self) -> list[_Peer]:
        with self._lock:
            return list(self._peers)

    def _take_all(self) -> list[_Peer]:
        """Every connection; none of them gets envelopes from now on."""
        with self._lock:
            peers = list(self._peers)
            self._peers.clear()
        return peers

    def stop(self) -> None:
        """Close everything."""
        with self._lock:
            server, self._server = self._server, None
        for peer in self._take_all():
            peer.line.close()
        if server is not None:
            server.shutdown()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _admit(self, line: ServerConnection, request: Request) -> Response | None:
        ticket = parse_qs(urlsplit(request.path).query).get("ticket", [""])[0]
        with self._lock:
            known = ticket in self._tickets
            self._tickets.discard(ticket)
        if known:
            return None
        return Response(403, "Forbidden", Headers({"Content-Length": "0"}), b"")

    def _serve(self, line: ServerConnection) -> None:
        with self._lock:
            crowded = len(self._peers) >= MOST_CONNECTIONS
        if crowded:
            line.send(json.dumps({"type": "disconnect", "reason": "too_many_websockets"}))
            return
        peer = _Peer(line)
        try:
            hello = json.dumps(self._hello())
            with self._lock:  # whoever has heard the hello is among those who get envelopes
                line.send(hello)
                self._peers.append(peer)
                self._lock.notify_all()
            for frame in line:
                heard = _parsed(frame)
                if heard is not None:
                    peer.heard(heard)
        except (ConnectionClosed, OSError):
            pass  # gone without a farewell: the same as with one
        finally:
            with self._lock:
                if peer in self._peers:
                    self._peers.remove(peer)
            peer.gone()

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": self.connected + 1,
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
        }


def _parsed(frame: str | bytes) -> dict[str, Any] | None:
    """A frame as JSON; None for the bare words some clients send to keep the line open."""
    try:
        heard = json.loads(frame)
    except ValueError:
        return None
    return heard if isinstance(heard, dict) else None
