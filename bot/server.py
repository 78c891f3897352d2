"""The HTTP server: waitress, 32 threads, in the scheduler's own process.

Waitress reads requests in its own loop and gives a thread only whole ones, so a slow phone or a
hostile client holds no thread. Its own `run()` drops answers that are being written when it is
told to stop; the loop here goes on until they are out.
"""

from __future__ import annotations

import socket
import time
from typing import Any
from wsgiref.types import WSGIApplication

from waitress import wasyncore
from waitress.server import create_server

from bot.settings import SettingsError
from bot.web import LARGEST_BODY

THREADS = 32
STOP_WITHIN = 10.0
"""Seconds in which requests in hand must be answered once the process is told to stop."""

_LOOK_UP = 0.25
_SHORT = 0.05
"""Seconds between two looks at whether to stop, and at whether all is done."""


class Server:
    """A listening socket and the threads behind it. Raises SettingsError if it cannot listen."""

    def __init__(self, app: WSGIApplication, host: str, port: int) -> None:
        self._socket = _listen(host, port)
        self._stopping = False
        self._map: dict[int, Any] = {}
        # Its stubs know neither the channels nor the dispatcher of a server.
        self._server: Any = create_server(
            app,
            map=self._map,
            sockets=[self._socket],
            threads=THREADS,
            max_request_body_size=LARGEST_BODY,
            max_request_header_size=16 * 1024,
            channel_timeout=30,
            connection_limit=1000,
            ident="",
        )
        name, number = self._socket.getsockname()[:2]
        self.url = f"http://[{name}]:{number}" if ":" in name else f"http://{name}:{number}"

    def serve(self) -> None:
        """Answer requests until `stop`, then finish those in hand."""
        while not self._stopping:
            self._turn(_LOOK_UP)
        self._turn(0)  # whoever has knocked already is let in
        self._server.accepting = False
        self._server.del_channel()
        self._socket.close()
        deadline = time.monotonic() + STOP_WITHIN
        self._turn(_SHORT)
        while self._in_hand() and time.monotonic() < deadline:
            self._turn(_SHORT)
        dispatcher = self._server.task_dispatcher
        dispatcher.shutdown(timeout=1)
        # A thread that still runs would write to a pipe of ours, and by then perhaps to another
        # file of the same number: then the end of the process closes all.
        if not dispatcher.threads:
            wasyncore.close_all(self._map, ignore_all=True)

    def stop(self) -> None:
        """Make `serve` return soon. May be called by a signal handler or another thread."""
        self._stopping = True

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, map=self._map, use_poll=True, count=1)

    def _in_hand(self) -> bool:
        channels = list(self._server.active_channels.values())
        return any(channel.requests or channel.total_outbufs_len for channel in channels)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as fault:
        raise SettingsError(
            f"Cannot listen on {host}:{port} ({fault.strerror}). "
            "Set PORT or TOUCHBASE_HOST to another one."
        ) from fault
