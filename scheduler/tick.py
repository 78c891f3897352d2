"""One pass of the clock, for hosts that only have cron."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models import lanes
from models.clock import Clock, system
from models.db import Sessions, reading
from scheduler import (
    deliver,
    digests,
    people,
    planning,
    reckon,
    referral_alerts,
    reminders,
    reports,
    settle,
    upkeep,
)
from scheduler.road import Clients, Road
from scheduler.timing import Timing

_SHORTEST_WAIT, _LONGEST_WAIT = 0.02, 0.25

_MOST_IDLE = 3
"""Rounds that do nothing though a lane is free. One may be another process handing the lane back;
after a few, what is due there waits for a message in doubt."""


@dataclass(frozen=True)
class Tally:
    """What one pass did. `failed` counts tries that Slack refused or that did not reach it."""

    at: datetime
    planned: int
    sent: int
    settled: int
    uncertain: int
    expired: int
    cancelled: int
    failed: int

    def as_row(self) -> dict[str, str | int]:
        """The line that `touchbase tick` prints."""
        at = self.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return {
            "at": at,
            "planned": self.planned,
            "sent": self.sent,
            "settled": self.settled,
            "uncertain": self.uncertain,
            "expired": self.expired,
            "cancelled": self.cancelled,
            "failed": self.failed,
        }


def tick(
    sessions: Sessions,
    slack: Clients,
    at: datetime,
    *,
    machine: Clock = system,
    timing: Timing | None = None,
) -> Tally:
    """Settle, plan and send until nothing due is left, as if it were `at`.

    It waits for rate limits, and for another process that holds a lane, up to the timing's
    patience; not for a Slack that is out of reach: the next tick tries again. Leases and blocks
    go by the machine's clock, whatever `at` says, so it may run beside `touchbase run`.
    """
    road = Road(
        sessions=sessions,
        slack=slack,
        clock=_going_on_from(at),
        machine=machine,
        timing=timing or Timing(),
        given=True,
    )
    upkeep.revive(road)
    people.read_profiles(road, {}, 0.0)
    counts = settle.settle(road)
    reckon.catch_up(road)
    plans = (reminders.plan, digests.plan, referral_alerts.plan, reports.plan)
    counts.update(planning.plan_all(sessions, road.clock, plans))
    counts.update(_send_all(road))
    kinds = ("planned", "sent", "settled", "uncertain", "expired", "cancelled", "failed")
    return Tally(at, *(counts[kind] for kind in kinds))


def _send_all(road: Road) -> Counter[str]:
    counts: Counter[str] = Counter()
    give_up_at = time.monotonic() + road.timing.patience
    idle = 0
    while idle < _MOST_IDLE:
        turn = deliver.send_due(road)
        counts.update(turn)
        if turn.total():
            idle = 0
            continue
        with reading(road.sessions) as session:
            wait = lanes.seconds_until_free(session, road.clock(), road.machine())
        if wait is None or time.monotonic() + wait > give_up_at:
            break
        idle += 1 if wait == 0 else 0
        # Not all of it at once: a lease says how long it may last, and ends sooner as a rule.
        time.sleep(min(max(wait, _SHORTEST_WAIT), _LONGEST_WAIT))
    return counts


def _going_on_from(at: datetime) -> Clock:
    """A clock that says `at` now and goes on from there at the machine's speed."""
    begun = time.monotonic()
    return lambda: at + timedelta(seconds=time.monotonic() - begun)
