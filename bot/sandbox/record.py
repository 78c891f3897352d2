"""What Slack and the app said to each other, for whoever wants to look on: the latest of it."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.clock import Clock

LEFT_OUT = "(left out)"
_MOST = 100
_SECRET = frozenset(
    (
        *("token", "trigger_id", "response_url", "response_urls", "upload_url"),
        *("vtt", "url_private", "url_private_download"),
    )
)


@dataclass
class Exchange:
    """A question and, once it is there, its answer. Neither holds what opens anything.

    to_app   Slack asked; otherwise the app did
    name     "/logvisit", "view_submission visit_form", "chat.postMessage"
    outcome  "200", "timeout", "channel_not_found", ""; "" while it is not answered
    """

    number: int
    to_app: bool
    name: str
    at: datetime
    asked: Any
    answered: Any = None
    outcome: str = ""


class Record:
    """The latest exchanges, oldest first. Safe to share by threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = itertools.count(1)
        self._kept: deque[Exchange] = deque(maxlen=_MOST)
        self._lock = threading.Lock()
        self._changes = 0

    def begin(self, name: str, asked: Any, *, to_app: bool) -> Exchange:
        """A question on its way."""
        with self._lock:
            begun = Exchange(
                next(self._numbers), to_app, name, self._clock(), without_secrets(asked)
            )
            self._kept.append(begun)
            self._changes += 1
        return begun

    def end(self, exchange: Exchange, outcome: str, answered: Any = None) -> None:
        """Its answer is there."""
        with self._lock:
            exchange.outcome, exchange.answered = outcome, without_secrets(answered)
            self._changes += 1

    def since(self, changes: int) -> tuple[int, list[Exchange] | None]:
        """How often it changed, and all that is kept; None when nothing did since `changes`."""
        with self._lock:
            return self._changes, None if changes == self._changes else list(self._kept)


def without_secrets(part: Any) -> Any:
    """A copy in which tokens, triggers and one-use addresses are not to be read."""
    if isinstance(part, Mapping):
        return {
            name: LEFT_OUT if name in _SECRET and each else without_secrets(each)
            for name, each in part.items()
        }
    if isinstance(part, list | tuple):
        return [without_secrets(each) for each in part]
    return part
