"""The way to Slack without a socket: the same requests to the stand-in's own Web API, by the
stage's time, and all that can go wrong on the way as `urllib` would raise it."""

from __future__ import annotations

import errno
import json
import random
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message as Headers
from http.client import IncompleteRead, RemoteDisconnected
from io import BytesIO
from typing import Any, NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request

from slack_sdk import WebClient
from slack_sdk.web.file_upload_v2_result import FileUploadV2Result

from bot.sandbox import api, api_files
from bot.sandbox.stand_in import StandIn
from tests.simulator.stage import Stage

POST, UPLOADED = "chat.postMessage", "files.completeUploadExternal"
READING = ("conversations.history", "conversations.replies")

WITHIN = 60.0
"""Seconds after we stopped waiting in which Slack commits, or else a message may come twice."""


@dataclass(frozen=True)
class Trouble:
    """One way of going wrong.

    commits  seconds from the request to Slack's commit; None: it never comes to one.
    waits    seconds from the request until the client knows; None: until its patience ends.
    says     what the client is told then: raises, or returns a status, a type and a body.
    """

    name: str
    commits: float | None
    waits: float | None
    says: Callable[[], tuple[int, str, str]]


def _raises(fault: Callable[[], Exception]) -> Callable[[], NoReturn]:
    def told() -> NoReturn:
        raise fault()

    return told


def _body(status: int, kind: str, body: str) -> Callable[[], tuple[int, str, str]]:
    return lambda: (status, kind, body)


def _no_json(error: str) -> str:
    return json.dumps({"ok": False, "error": error})


_HTML = "<html><body>Something is not right</body></html>"

_ANSWERS: Mapping[str, Callable[[], tuple[int, str, str]]] = {
    "reset": _raises(lambda: ConnectionResetError(errno.ECONNRESET, "reset")),
    "reset while sending": _raises(lambda: URLError(ConnectionResetError(errno.ECONNRESET, ""))),
    "hung up": _raises(lambda: RemoteDisconnected("no answer")),
    "cut short": _raises(lambda: IncompleteRead(b'{"ok":')),
    "500": _body(500, "text/html", _HTML),
    "502": _body(502, "text/html", _HTML),
    "503": _body(503, "application/json", _no_json("service_unavailable")),
    "a page": _body(200, "text/html", _HTML),
    "nothing": _body(200, "application/json", ""),
    "internal_error": _body(200, "application/json", _no_json("internal_error")),
    "fatal_error": _body(200, "application/json", _no_json("fatal_error")),
    "no ts": _body(200, "application/json", '{"ok": true}'),
}
"""Answers after which nobody knows. They come before Slack's commit, after it, or instead."""

_TIMED_OUT = _raises(lambda: TimeoutError("timed out"))

CERTAIN: tuple[Trouble, ...] = (
    Trouble(
        "refused",
        None,
        0.01,
        _raises(lambda: URLError(ConnectionRefusedError(errno.ECONNREFUSED, "refused"))),
    ),
    Trouble("no name", None, 0.05, _raises(lambda: URLError(socket.gaierror(-2, "unknown")))),
    Trouble("no connection", None, None, _raises(lambda: URLError(TimeoutError("timed out")))),
    Trouble("limited", None, 0.05, _body(429, "application/json", _no_json("ratelimited"))),
    Trouble("limited by body", None, 0.05, _body(200, "application/json", _no_json("ratelimited"))),
)
"""After these the message is certainly not there."""

LOST: tuple[Trouble, ...] = (
    *(Trouble(f"{name}, not done", None, 0.2, says) for name, says in _ANSWERS.items()),
    *(Trouble(f"{name}, done", 0.1, 0.2, says) for name, says in _ANSWERS.items()),
    *(Trouble(f"{name}, done 30 s on", 30.2, 0.2, says) for name, says in _ANSWERS.items()),
    Trouble("silence, not done", None, None, _TIMED_OUT),
    *(
        Trouble(f"silence, done {late} s after we gave up", 10.0 + late, None, _TIMED_OUT)
        for late in (-9.0, -0.001, 5.0, 30.0, 59.0)
    ),
)
"""After these nobody knows."""

TARDY: tuple[Trouble, ...] = tuple(
    Trouble(f"silence, done {late} s after we gave up", 10.0 + late, None, _TIMED_OUT)
    for late in (90.0, 150.0, 400.0)
)
"""Slack commits later than we promise anything for."""


@dataclass
class Weather:
    """How often what goes wrong, at which times of the stage."""

    chance: random.Random
    share: float = 0.0
    kinds: tuple[Trouble, ...] = ()
    ends: float = float("inf")
    history_gap: float = 0.0  # seconds between two readings of history that Slack allows
    history_share: float = 0.0
    spells: list[tuple[float, float, Trouble]] = field(default_factory=list)  # all fails so

    def now(self, method: str, elapsed: float) -> Trouble | None:
        """What goes wrong with this call."""
        for begins, ends, trouble in self.spells:
            if begins <= elapsed < ends:
                return trouble
        share = self.history_share if method in READING else 0.0
        if method in (POST, UPLOADED):
            share = self.share
        if elapsed >= self.ends or not self.kinds or self.chance.random() >= share:
            return None
        return self.chance.choice(self.kinds)


@dataclass
class Posted:
    """One message on its way: when its sending began, and when Slack took it, if it did."""

    nid: str
    target: str
    began: float
    committed: float | None = None


class Wire:
    """One workspace's Slack, and what has gone over to it."""

    def __init__(self, stage: Stage, slack: StandIn, weather: Weather) -> None:
        self.stage, self.slack, self.weather = stage, slack, weather
        self.posted: list[Posted] = []
        self.troubles: Counter[str] = Counter()
        self._history_at = float("-inf")

    def carry(self, method: str, request: api.Request, timeout: float) -> tuple[int, str, str]:
        """Ask Slack; what it answers, or what `urllib` raises. Takes the stage's time."""
        trouble = self.weather.now(method, self.stage.elapsed)
        if method in READING and trouble is None:
            trouble = self._too_soon()
        if trouble is not None:
            self.troubles[f"{method}: {trouble.name}"] += 1
        taken: list[dict[str, Any]] = []
        latency = 0.05 + self.weather.chance.random() / 10
        commits = latency if trouble is None else trouble.commits
        waits = 2 * latency if trouble is None else trouble.waits
        if commits is not None:
            post = self._on_its_way(method, request)
            self.stage.later(commits, lambda: self._commit(post, request, taken))
        self.stage.sleep(timeout if waits is None else min(waits, timeout))
        return _said(taken[0]) if trouble is None else trouble.says()

    def _on_its_way(self, method: str, request: api.Request) -> Posted | None:
        if method != POST:
            return None
        args, _ = api.read(request)
        nid = (args.get("metadata") or {})["event_payload"]["nid"]
        self.posted.append(Posted(nid, args["channel"], self.stage.elapsed))
        return self.posted[-1]

    def _commit(
        self, post: Posted | None, request: api.Request, taken: list[dict[str, Any]]
    ) -> None:
        """Slack's side, whatever has become of ours."""
        taken.append(api.answer(self.slack.service, request))
        if post is not None and taken[0]["ok"]:
            post.committed = self.stage.elapsed

    def _too_soon(self) -> Trouble | None:
        """One reading a minute is all that some apps get."""
        wait = self._history_at + self.weather.history_gap - self.stage.elapsed
        if wait > 0:
            return next(one for one in CERTAIN if one.name == "limited")
        self._history_at = self.stage.elapsed
        return None


class WiredClient(WebClient):
    """The bot's client, whose requests go over a wire: everything but the socket is slack_sdk's."""

    def __init__(self, wire: Wire, crossing: Callable[[str], None], timeout: float) -> None:
        super().__init__(
            token=wire.slack.bot_token,
            base_url="http://slack.invalid/api/",
            timeout=timeout,  # type: ignore[arg-type]
            retry_handlers=[],
        )
        self._wire, self._crossing = wire, crossing

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        parts = urlsplit(url)
        method = parts.path.removeprefix("/api/")
        sent = {name.lower(): value for name, value in req.header_items()}
        assert req.data is None or isinstance(req.data, bytes)
        request = api.Request(method, sent, parts.query, req.data or b"")
        self._crossing(f"before {method}")
        status, kind, body = self._wire.carry(method, request, self.timeout)
        self._crossing(f"after {method}")
        headers = Headers()
        headers["Content-Type"] = kind
        if status == 429:
            headers["Retry-After"] = str(self._wire.weather.chance.randint(1, 30))
        if status >= 400:
            raise HTTPError(url, status, "", headers, BytesIO(body.encode()))
        return {"status": status, "headers": headers, "body": body}

    def _upload_file(self, *, url: str, data: bytes, **_how: Any) -> FileUploadV2Result:
        """The bytes of a picture go to an address of their own, without a token."""
        self._crossing("before an upload")
        self._wire.stage.sleep(0.1)
        key = urlsplit(url).path.removeprefix("/upload/")
        status = api_files.take_bytes(self._wire.slack.service, key, data)
        self._crossing("after an upload")
        return FileUploadV2Result(status=status, body="")


def _said(answer: dict[str, Any]) -> tuple[int, str, str]:
    return 200, "application/json; charset=utf-8", json.dumps(answer)
