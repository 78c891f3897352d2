"""When each step of this process was last done. Safe to share by threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

from models.clock import Clock

PLAN, SEND, SETTLE, AUDIT = "plan", "send", "settle", "audit"
"""The steps whose pulse is taken; sending's after each message, for a turn may take minutes."""

Monotonic = Callable[[], float]


class Pulse:
    """Notes each step that came to its end without raising.

    machine    says when that was, for the database.
    monotonic  says how long ago it was: no clock that is set changes that.
    """

    def __init__(self, machine: Clock, monotonic: Monotonic = time.monotonic) -> None:
        self._machine, self._monotonic = machine, monotonic
        self._begun = monotonic()
        self._done: dict[str, tuple[float, datetime]] = {}
        self._lock = threading.Lock()

    def mark(self, step: str) -> None:
        """The step was done."""
        with self._lock:
            self._done[step] = self._monotonic(), self._machine()

    def age(self, step: str) -> float:
        """Seconds since the step was last done, or since the start if it never was."""
        with self._lock:
            return self._monotonic() - self._done.get(step, (self._begun,))[0]

    def last(self, step: str) -> datetime | None:
        """When the step was last done."""
        with self._lock:
            done = self._done.get(step)
            return done[1] if done else None
