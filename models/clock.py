"""The only place that reads the time. Everything else is handed a `Clock`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""A function that returns the present instant, aware and in UTC."""


def system() -> datetime:
    """The machine's present instant, in UTC."""
    return datetime.now(UTC)


def fixed(at: datetime) -> Clock:
    """A clock that always says `at`. Raises ValueError when `at` is naive."""
    instant = _aware(at)
    return lambda: instant


class Windable:
    """A clock that runs with the machine's and can be set to another instant (the sandbox's)."""

    def __init__(self, base: Clock = system) -> None:
        self._base = base
        self._ahead = timedelta(0)
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            return self._base() + self._ahead

    def wind_to(self, at: datetime) -> None:
        """From now on the clock goes on from `at`. Raises ValueError when `at` is naive."""
        with self._lock:
            self._ahead = _aware(at) - self._base()


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no zone")
    return at.astimezone(UTC)
