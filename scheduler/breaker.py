"""When half of all calls fail, Slack is left alone for a while, by the whole process.

A lane whose call failed rests by itself. This spares the others the same failure, one by one, and
keeps messages from getting in doubt. Source: reliability B3.3.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime

import structlog

from models.clock import Clock
from scheduler.answers import Answer, Fate
from scheduler.timing import Timing, seconds

log = structlog.get_logger(__name__)


def is_outage(told: Answer) -> bool:
    """Whether an answer says that Slack is out of reach, or broken: no connection, or a 5xx."""
    if told.fate is Fate.IN_DOUBT:
        return told.code != "no_ts"
    return told.fate is Fate.NOT_SENT


class Breaker:
    """Judges the last calls together. Safe to share by threads."""

    def __init__(self, timing: Timing, machine: Clock) -> None:
        self._timing, self._machine = timing, machine
        self._failed: deque[bool] = deque(maxlen=timing.breaker_calls)
        self._open_until: datetime | None = None
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether Slack is being left alone."""
        return self._open_until is not None

    def note(self, told: Answer) -> None:
        """A call has ended so."""
        if told.fate is Fate.UNMADE:
            return  # it never got as far as Slack
        with self._lock:
            self._failed.append(is_outage(told))
            if self._open_until is None and sum(self._failed) > self._timing.breaker_calls / 2:
                self._open_until = self._machine() + seconds(self._timing.breaker_open)
                log.error("slack.left_alone", seconds=self._timing.breaker_open)

    def lets(self, probe: Callable[[], object]) -> bool:
        """Whether calls may go out. Once the wait is over `probe` is called, by one thread: if it
        does not raise, all is as before; if it does, the wait begins again."""
        with self._lock:
            if self._open_until is None:
                return True
            if self._machine() < self._open_until:
                return False
            self._open_until = self._machine() + seconds(self._timing.breaker_open)
        try:
            probe()
        except Exception as fault:  # whatever it is, Slack does not answer as it should
            log.warning("slack.still_away", fault=type(fault).__name__)
            return False
        with self._lock:
            self._open_until = None
            self._failed.clear()
        log.info("slack.back")
        return True
