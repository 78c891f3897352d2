"""Ways for Slack to go wrong, asked for by tests, method by method."""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

EVERY_METHOD = "*"


@dataclass(frozen=True)
class Fault:
    """One way of failing; made by the functions below.

    after    what was asked is done first, only the answer goes wrong
    seconds  waited before the answer
    """

    kind: str
    after: bool = False
    seconds: float = 0.0
    status: int = 200
    body: bytes = b""
    content_type: str = "text/html"
    headers: tuple[tuple[str, str], ...] = ()
    error: str = ""


def reset(*, after: bool = False) -> Fault:
    """The connection is torn down without an answer."""
    return Fault("reset", after)


def late(seconds: float, *, after: bool = True) -> Fault:
    """The answer is right, but comes only after so many seconds; `after` tells whether what was
    asked is done before the wait."""
    return Fault("late", after, seconds=seconds)


def status(code: int, body: bytes = b"", *, after: bool = False) -> Fault:
    """An HTTP status, say 500 or 503."""
    return Fault("body", after, status=code, body=body)


def html(*, after: bool = False) -> Fault:
    """A page where JSON should be."""
    return Fault("body", after, body=b"<html><body>Something is not right</body></html>")


def empty(*, after: bool = False) -> Fault:
    """200 and nothing."""
    return Fault("body", after, content_type="application/json")


def says(error: str, *, after: bool = False) -> Fault:
    """`{"ok": false, "error": …}`: internal_error, fatal_error, is_archived …"""
    return Fault("says", after, error=error)


def limited(retry_after: int = 1, *, http: bool = True) -> Fault:
    """429 with Retry-After; `http=False`: 200 with the error in the body only."""
    if not http:
        return says("ratelimited")
    body = b'{"ok":false,"error":"ratelimited"}'
    wait = (("Retry-After", str(retry_after)),)
    return Fault("body", status=429, body=body, content_type="application/json", headers=wait)


@dataclass
class _Rule:
    method: str
    fault: Fault
    times: int | None
    share: float
    chance: random.Random = field(repr=False)


class Faults:
    """What goes wrong next. Rules are tried in the order they were given."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()

    def next(self, method: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls of the method ("*": any) fail so."""
        self._add(_Rule(method, fault, times, 1.0, random.Random(0)))  # noqa: S311

    def always(self, method: str, fault: Fault) -> None:
        """Every call fails so, until `clear`."""
        self._add(_Rule(method, fault, None, 1.0, random.Random(0)))  # noqa: S311

    def often(self, method: str, fault: Fault, share: float, seed: int) -> None:
        """That share of the calls fails so; the same seed gives the same run."""
        self._add(_Rule(method, fault, None, share, random.Random(seed)))  # noqa: S311

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._rules.clear()

    def spent(self) -> bool:
        """Whether nothing more is to go wrong a number of times."""
        with self._lock:
            return all(rule.times is None for rule in self._rules)

    def take(self, method: str) -> Fault | None:
        """What goes wrong with this call."""
        with self._lock:
            for rule in self._rules:
                if rule.method not in (method, EVERY_METHOD):
                    continue
                if rule.share < 1.0 and rule.chance.random() >= rule.share:
                    continue
                if rule.times is not None:
                    rule.times -= 1
                    if rule.times <= 0:
                        self._rules.remove(rule)
                return rule.fault
        return None

    def _add(self, rule: _Rule) -> None:
        with self._lock:
            self._rules.append(rule)


class Limiter:
    """Slack's limit on posting, as a bucket: `per_minute` refills it, `burst` is its size."""

    def __init__(self, per_minute: float, burst: int, elapsed: Callable[[], float]) -> None:
        self._rate = per_minute / 60
        self._burst = burst
        self._elapsed = elapsed
        self._level = float(burst)
        self._at = elapsed()
        self._lock = threading.Lock()

    def wait(self) -> int:
        """0 when one more message may pass now, else the whole seconds of Retry-After."""
        with self._lock:
            now = self._elapsed()
            self._level = min(self._burst, self._level + (now - self._at) * self._rate)
            self._at = now
            if self._level >= 1:
                self._level -= 1
                return 0
            return max(1, math.ceil((1 - self._level) / self._rate))
