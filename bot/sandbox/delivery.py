"""How Slack hands things to the app: signed over HTTP, or as envelopes over a socket."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from bot.sandbox.record import Record
from bot.sandbox.socket_link import SocketLink
from models.clock import Clock, system

PATIENCE = 3.0
"""Seconds Slack waits for an answer."""

_FORM = "application/x-www-form-urlencoded"
_EVENTS_PATH = "/slack/events"


@dataclass(frozen=True)
class Answer:
    """What the app answered.

    status   of HTTP, 200 for an acknowledged envelope, 0 when nothing came
    body     JSON as it parses, else the text; None when empty
    seconds  from sending to the whole answer
    fault    "", "timeout" or "connection_failed"
    """

    status: int
    body: Any
    seconds: float
    fault: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Acknowledged in time."""
        return 200 <= self.status < 300 and not self.fault


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The X-Slack-Signature of a raw body."""
    base = f"v0:{timestamp}:".encode() + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Courier:
    """Delivers to `app_url`, or over the socket when that is asked for or an app is connected.

    app_url     where the app takes requests; a bare host gets /slack/events behind it
    sign_clock  stamps requests. The machine's clock, also where a sandbox's days are wound on:
                Bolt compares with the machine's.
    """

    def __init__(
        self, signing_secret: str, link: SocketLink, record: Record, sign_clock: Clock = system
    ) -> None:
        self.signing_secret = signing_secret
        self.link = link
        self.record = record
        self.sign_clock = sign_clock
        self.app_url: str | None = None
        self.socket_mode = False
        self.patience = PATIENCE

    @property
    def over_socket(self) -> bool:
        """Whether the next delivery goes over the socket."""
        return self.socket_mode or self.link.connected > 0

    def command(self, fields: Mapping[str, str]) -> Answer:
        """A slash command."""

        def send() -> Answer:
            if self.over_socket:
                return self._ask("slash_commands", dict(fields), accepts_response_payload=True)
            return self.post(urlencode(fields).encode(), {"Content-Type": _FORM})

        return self._recorded(fields["command"], fields, send)

    def interaction(self, payload: dict[str, Any]) -> Answer:
        """A click, a submission, a question for options, a shortcut."""

        def send() -> Answer:
            if self.over_socket:
                answers = payload["type"] in ("view_submission", "block_suggestion")
                return self._ask("interactive", payload, accepts_response_payload=answers)
            body = urlencode({"payload": json.dumps(payload, ensure_ascii=False)}).encode()
            return self.post(body, {"Content-Type": _FORM})

        return self._recorded(_name_of(payload), payload, send)

    def event(self, outer: dict[str, Any], attempt: int = 0, reason: str = "") -> Answer:
        """One try to deliver an event; `attempt` counts the tries before it."""

        def send() -> Answer:
            if self.over_socket:
                more = {"retry_attempt": attempt, "retry_reason": reason}
                return self._ask("events_api", outer, **more)
            headers = {"Content-Type": "application/json"}
            if attempt:
                headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
            return self.post(json.dumps(outer, ensure_ascii=False).encode(), headers)

        return self._recorded(outer["event"]["type"], outer, send)

    def post(
        self,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        path: str | None = None,
        timestamp: str | None = None,
        secret: str | None = None,
        signed: bool = True,
    ) -> Answer:
        """POST raw bytes, signed as Slack signs them; every part can be given wrong on purpose.

        `headers` win over the ones made here.
        """
        stamp = timestamp or str(int(self.sign_clock().timestamp()))
        sent: dict[str, str] = {"User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        if signed:
            sent["X-Slack-Request-Timestamp"] = stamp
            sent["X-Slack-Signature"] = sign(secret or self.signing_secret, stamp, body)
        return self._http(body, sent | dict(headers or {}), path)

    def _recorded(self, name: str, sent: Any, send: Callable[[], Answer]) -> Answer:
        exchange = self.record.begin(name, sent, to_app=True)
        answer = send()
        self.record.end(exchange, answer.fault or str(answer.status), answer.body)
        return answer

    def _http(self, body: bytes, headers: Mapping[str, str], path: str | None) -> Answer:
        since = time.perf_counter()
        if self.app_url is None:
            return Answer(0, None, 0.0, "connection_failed")
        where = urlsplit(self.app_url)
        target = path or (where.path if where.path not in ("", "/") else _EVENTS_PATH)
        line = http.client.HTTPConnection(
            where.hostname or "127.0.0.1", where.port or 80, timeout=self.patience
        )
        try:
            line.request("POST", target, body, dict(headers))
            answered = line.getresponse()
            content = answered.read()
        except TimeoutError:
            return Answer(0, None, time.perf_counter() - since, "timeout")
        except (OSError, http.client.HTTPException):
            return Answer(0, None, time.perf_counter() - since, "connection_failed")
        finally:
            line.close()
        seconds = time.perf_counter() - since
        heard = {name.lower(): value for name, value in answered.getheaders()}
        return Answer(answered.status, _parsed(content, heard), seconds, headers=heard)

    def _ask(self, kind: str, payload: dict[str, Any], **more: Any) -> Answer:
        since = time.perf_counter()
        try:
            acked = self.link.ask(kind, payload, seconds=self.patience, **more)
        except ConnectionError:
            return Answer(0, None, time.perf_counter() - since, "connection_failed")
        seconds = time.perf_counter() - since
        if acked is None:
            return Answer(0, None, seconds, "timeout")
        # An empty payload is what bare ack() sends; Slack takes it as none.
        said = acked.get("payload") if more.get("accepts_response_payload") else None
        return Answer(200, said or None, seconds)


def _name_of(payload: dict[str, Any]) -> str:
    """An interaction's type, and which button, menu, form or shortcut it is about."""
    actions = payload.get("actions") or [payload]
    about = actions[0].get("action_id") or actions[0].get("callback_id")
    about = about or payload.get("view", {}).get("callback_id")
    return f"{payload['type']} {about or ''}".strip()


def _parsed(content: bytes, headers: Mapping[str, str]) -> Any:
    text = content.decode("utf-8", "replace")
    if not text:
        return None
    if "json" in headers.get("content-type", ""):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
