"""Is this machine's clock right? It is compared with three others, and doubted in good time.

A clock set wrong by a day would remind everybody a day early. So at each plan and audit the wall
clock is compared with the monotonic one, with the database's and with the date of Slack's last
answer. Source: reliability B4.5.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

import structlog

from models.clock import Clock, system
from scheduler.pulse import Monotonic
from scheduler.timing import Timing, seconds

log = structlog.get_logger(__name__)

DatabaseNow = Callable[[], datetime | None]
"""The database's present instant; None where it has no clock of its own (SQLite)."""

_SLOWEST = 5.0
"""Seconds; a database that takes longer to say what time it is says nothing worth knowing."""

_NEEDED = 2
"""So many of the other clocks must agree with this machine's while one does not."""


class ClockGuard:
    """The clocks of one process: what the people's and the leases' time is, and whether to trust
    it. Safe to share by threads.

    wall      the machine's clock, which may be set.
    database  see DatabaseNow.
    ask       has Slack answer something, so that `saw` is called; it may raise.
    """

    def __init__(
        self,
        timing: Timing,
        *,
        wall: Clock = system,
        monotonic: Monotonic = time.monotonic,
        database: DatabaseNow = lambda: None,
        ask: Callable[[], object] = lambda: None,
    ) -> None:
        self._timing, self._wall, self._monotonic = timing, wall, monotonic
        self._database, self._ask = database, ask
        self._lock = threading.RLock()
        self._anchor = wall(), monotonic()
        self._set_at: tuple[datetime, float] | None = None  # when the clock was found set
        self._of_database: float | None = None  # seconds by which it is ahead of `steady`
        self._of_slack: tuple[float, float] | None = None  # the same, and when that was
        self.checked = self.suspect = False
        self.off: dict[str, float] = {}
        """Seconds by which this machine's clock is ahead of each of the others."""

    def steady(self) -> datetime:
        """The wall clock; where it was set since it was last trusted, the time as it went on."""
        with self._lock:
            wall, expected = self._wall(), self._expected()
            return expected if self._is_off((wall - expected).total_seconds()) else wall

    def clock(self) -> datetime:
        """The people's time: never more than a minute ahead of the database's and Slack's."""
        with self._lock:
            known = [self._of_database, self._of_slack[0] if self._of_slack else None]
            least = min((ahead for ahead in known if ahead is not None), default=0.0)
            return self.steady() + seconds(min(0.0, least + self._timing.clock_ahead))

    def machine(self) -> datetime:
        """The time leases go by: the database's, which is the same for all replicas."""
        with self._lock:
            return self.steady() + seconds(self._of_database or 0.0)

    def saw(self, date: datetime) -> None:
        """Slack has just answered, and said that it was `date`."""
        with self._lock:
            self._of_slack = (date - self.steady()).total_seconds(), self._monotonic()

    def is_well(self) -> bool:
        """Whether all clocks agree."""
        return not any(self._is_off(ahead) for ahead in self.off.values())

    def check(self) -> None:
        """Compare the clocks; sets `suspect` and `off`. A clock that disagrees is outvoted by two
        that agree with the machine's; it is told all the same."""
        self._ask_database()
        with self._lock:
            self._note_setting()
            if self._of_slack and self._since(self._of_slack[1]) > self._timing.date_fresh:
                self._of_slack = None
            unheard = self._of_slack is None
        if self.suspect or unheard:
            self._ask_slack()
        with self._lock:
            self._judge()
            self.checked = True

    def _note_setting(self) -> None:
        """Remember when the wall clock was set, and forget what Slack said before."""
        wall = self._wall()
        if not self._is_off(self._set_ahead(wall)):
            self._set_at = None
        elif self._set_at is None or self._is_off(self._drift(wall, self._set_at)):
            self._set_at, self._of_slack = (wall, self._monotonic()), None

    def _judge(self) -> None:
        wall = self._wall()
        by = self._set_ahead(wall)
        gap = by if self._is_off(by) else 0.0  # between the wall clock and `steady`
        found = {"monotonic": by}
        if self._of_database is not None:
            found["database"] = gap - self._of_database
        if self._of_slack is not None:
            found["slack"] = gap - self._of_slack[0]
        agreeing = sum(not self._is_off(ahead) for ahead in found.values())
        needed = _NEEDED if gap else min(_NEEDED, len(found))
        if self._set_at is not None and self._has_run_level(wall, self._set_at):
            agreeing += 1
        was, self.suspect = self.suspect, agreeing < needed
        if not self.suspect:
            self._trust(wall, gap)
            found["monotonic"] = 0.0
        self.off = found
        if self.suspect != was:
            say = log.error if self.suspect else log.info
            furthest = max(found.values(), key=abs)
            say("clock.suspect" if self.suspect else "clock.trusted", seconds=round(furthest))

    def _trust(self, wall: datetime, gap: float) -> None:
        """The wall clock is right as it is: `steady` goes on from it, and gains the gap."""
        self._anchor, self._set_at = (wall, self._monotonic()), None
        if self._of_database is not None:
            self._of_database -= gap
        if self._of_slack is not None:
            self._of_slack = self._of_slack[0] - gap, self._of_slack[1]

    def _has_run_level(self, wall: datetime, since: tuple[datetime, float]) -> bool:
        """Whether the clock, once set, has gone on for a while as the monotonic one has."""
        long_enough = self._since(since[1]) >= self._timing.plan_every / 2
        return long_enough and not self._is_off(self._drift(wall, since))

    def _set_ahead(self, wall: datetime) -> float:
        return (wall - self._expected()).total_seconds()

    def _drift(self, wall: datetime, since: tuple[datetime, float]) -> float:
        return (wall - since[0]).total_seconds() - self._since(since[1])

    def _since(self, monotonic: float) -> float:
        return self._monotonic() - monotonic

    def _ask_database(self) -> None:
        begun = self._monotonic()
        try:
            told = self._database()
        except Exception as fault:  # a database that is away is found out elsewhere
            log.warning("clock.unread", fault=type(fault).__name__)
            told = None
        took = self._monotonic() - begun
        if told is None or took > _SLOWEST:
            return  # what it said last still holds: nobody set this clock without our noticing
        with self._lock:
            then = self.steady() - seconds(took / 2)
            self._of_database = (told - then).total_seconds()

    def _ask_slack(self) -> None:
        try:
            self._ask()
        except Exception as fault:  # its date may have come all the same
            log.warning("clock.unasked", fault=type(fault).__name__)

    def _expected(self) -> datetime:
        wall, monotonic = self._anchor
        return wall + seconds(self._monotonic() - monotonic)

    def _is_off(self, ahead: float) -> bool:
        return abs(ahead) > self._timing.clock_off
