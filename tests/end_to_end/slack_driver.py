"""Puts a Bolt app behind real HTTP, as small as can be, for tests of the stand-in itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from bot.sandbox.stand_in import StandIn

Said = tuple[int, dict[str, str], bytes]


@contextmanager
def serving(answer: Callable[[dict[str, str], bytes], Said]) -> Iterator[str]:
    """An HTTP server that answers every POST by `answer(headers, body)`; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more, content = answer(headers, body)
            try:
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                self.close_connection = True  # Slack stopped waiting

        def log_message(self, *args: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/slack/events"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def bolt_app(slack: StandIn) -> App:
    """A Bolt app of this stand-in, without listeners yet; it answers in the request's thread."""
    return App(
        client=web_client(slack),
        signing_secret=slack.signing_secret,
        process_before_response=True,
        raise_error_for_unhandled_request=False,
    )


def web_client(slack: StandIn, token: str | None = None, timeout: int = 10) -> WebClient:
    """A client that asks the stand-in, once."""
    return WebClient(
        token or slack.bot_token, base_url=slack.api_url, retry_handlers=[], timeout=timeout
    )


@contextmanager
def running(app: App, slack: StandIn) -> Iterator[None]:
    """The app behind HTTP, and the stand-in delivering to it."""

    def answer(headers: dict[str, str], body: bytes) -> Said:
        request = BoltRequest(body=body.decode(), headers=dict(headers))
        answered = app.dispatch(request)
        more = {name: values[0] for name, values in answered.headers.items()}
        return answered.status, more, answered.body.encode()

    with serving(answer) as url:
        slack.app_url = url
        yield
