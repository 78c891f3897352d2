"""The HTTP transport: a WSGI app that guards what comes in before Bolt reads a byte of it.

Bolt parses a body before it checks the signature, logs forged bodies and runs a byte-identical
replay again (reliability.md M5), so the gate here comes first.
"""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIEnvironment

import structlog
from slack_bolt import App, BoltRequest
from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier

from models.clock import Clock

log = structlog.get_logger(__name__)

LARGEST_BODY = 1024 * 1024
OLDEST = 300
"""Seconds by which a request's timestamp may be off: Slack's own rule."""
MOST_REMEMBERED = 100_000

_STAMP = re.compile(r"\d{10}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)
_PARSE_FAULTS = (ValueError, RecursionError, KeyError, TypeError, AttributeError)

Check = Callable[[], bool]
Findings = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: HTTPStatus
    body: str = ""
    kind: str = "text/plain; charset=utf-8"


class _Now(SignatureClock):
    """slack_sdk's idea of a clock, over ours."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


class Gate:
    """Lets through what Slack signed, lately, and once.

    A signature is remembered for as long as its timestamp would pass; beyond that the unique
    keys on every effect hold. Thread-safe. Remembers at most `most`, the latest ones.
    """

    def __init__(self, signing_secret: str, clock: Clock, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._verifier = SignatureVerifier(signing_secret, clock=_Now(clock))
        self._clock = clock
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def admits(self, body: bytes, stamp: str, signature: str) -> bool:
        """Whether this request is genuine, fresh and new."""
        if not (_STAMP.fullmatch(stamp) and _SIGNATURE.fullmatch(signature)):
            return False
        if abs(self._clock().timestamp() - int(stamp)) > OLDEST:
            return False
        # Bytes that are no UTF-8 cannot come from Slack; the verifier decodes them.
        try:
            genuine = self._verifier.is_valid(body=body, timestamp=stamp, signature=signature)
        except UnicodeDecodeError:
            return False
        return genuine and self._is_new(signature)

    @property
    def remembered(self) -> int:
        """How many signatures are in memory."""
        return len(self._seen)

    def _is_new(self, signature: str) -> bool:
        now = self._clock().timestamp()
        with self._lock:
            # First: a full memory must not forget the very signature it is asked about.
            if signature in self._seen:
                return False
            while self._seen:
                oldest, at = next(iter(self._seen.items()))
                if now - at <= 2 * OLDEST and len(self._seen) < self._most:
                    break
                del self._seen[oldest]
            self._seen[signature] = now
            return True


class Web:
    """The WSGI app. `app` and `gate` are None in Socket Mode: then nothing comes in this way.

    checks    what must pass for /readyz.
    findings  tells what is not well besides, by name; set once somebody looks for it.
    """

    def __init__(self, app: App | None, gate: Gate | None, checks: Mapping[str, Check]) -> None:
        self._app = app
        self._gate = gate
        self._checks = checks
        self.findings: Findings = tuple

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "")
        if path == "/slack/events" and self._app is not None and self._gate is not None:
            reply = self._events(environ, self._app, self._gate) if method == "POST" else _NOT_HERE
        elif path in ("/healthz", "/readyz"):
            reply = self._health(path) if method in ("GET", "HEAD") else _NOT_HERE
        else:
            reply = Reply(HTTPStatus.NOT_FOUND, "Not found\n")
        body = reply.body.encode()
        headers = [("Content-Type", reply.kind), ("Content-Length", str(len(body)))]
        start(f"{reply.status.value} {reply.status.phrase}", headers)
        return [b"" if method == "HEAD" else body]

    def _health(self, path: str) -> Reply:
        if path == "/healthz":
            return Reply(HTTPStatus.OK, "ok\n")
        found = {name: _passes(name, check) for name, check in self._checks.items()}
        found |= dict.fromkeys(self.findings(), False)
        status = HTTPStatus.OK if all(found.values()) else HTTPStatus.SERVICE_UNAVAILABLE
        return Reply(status, json.dumps(found) + "\n", "application/json")

    def _events(self, environ: WSGIEnvironment, app: App, gate: Gate) -> Reply:
        length = environ.get("CONTENT_LENGTH") or ""
        if not length.isdecimal():
            return Reply(HTTPStatus.LENGTH_REQUIRED)
        # Digits first: Python refuses to read a number of more than 4,300.
        if len(length) > 10 or int(length) > LARGEST_BODY:
            return Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = environ["wsgi.input"].read(int(length))
        stamp = environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", "")
        signature = environ.get("HTTP_X_SLACK_SIGNATURE", "")
        if not gate.admits(body, stamp, signature):
            log.warning("request.refused", length=len(body))
            return Reply(HTTPStatus.UNAUTHORIZED)
        return _ask(app, body, environ)


_NOT_HERE = Reply(HTTPStatus.METHOD_NOT_ALLOWED)


def _ask(app: App, body: bytes, environ: WSGIEnvironment) -> Reply:
    """Hand a genuine request to Bolt; its listener's answer is the answer."""
    headers: dict[str, str | list[str]] = {
        name: environ[variable]
        for name, variable in (
            ("content-type", "CONTENT_TYPE"),
            ("x-slack-retry-num", "HTTP_X_SLACK_RETRY_NUM"),
            ("x-slack-retry-reason", "HTTP_X_SLACK_RETRY_REASON"),
        )
        if environ.get(variable)
    }
    try:
        request = BoltRequest(body=body.decode(), headers=headers)  # type: ignore[arg-type]
        answer = app.dispatch(request)
    except _PARSE_FAULTS as fault:
        log.warning("request.unread", fault=type(fault).__name__)
        return Reply(HTTPStatus.BAD_REQUEST)
    kind = answer.first_headers().get("content-type", "text/plain; charset=utf-8")
    return Reply(HTTPStatus(answer.status), answer.body or "", kind)


def _passes(name: str, check: Check) -> bool:
    try:
        return check()
    except Exception as fault:
        log.warning("check.failed", check=name, fault=type(fault).__name__)
        return False
