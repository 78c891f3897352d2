"""The APScheduler set-up: which step, how often. Interval jobs only, nothing remembered.

A step decides nothing, the database does; so a step that is lost, late or doubled, in this
process or another, changes nothing but the minute. Source: reliability B1.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from importlib import metadata

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from models import heartbeats, slots
from models.clock import Clock, system
from models.db import Sessions
from models.heartbeats import Beat
from scheduler import (
    audit,
    clips,
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
from scheduler import zones as editions
from scheduler.audit import Auditor
from scheduler.clips import Hear
from scheduler.clock_guard import ClockGuard
from scheduler.metrics import Meter
from scheduler.pulse import AUDIT, PLAN, SEND, SETTLE, Pulse
from scheduler.road import Clients, Road
from scheduler.timing import Timing

log = structlog.get_logger(__name__)

UPKEEP, HEAR, CHORES, RECKON, BEAT = "upkeep", "hear", "chores", "reckon", "beat"

Chore = Callable[[], object]

_LOOK_UP = 1.0
"""Seconds between two looks at whether the machine's clock was set back under the steps."""


class Handle:
    """The running loop."""

    def __init__(
        self,
        road: Road,
        hear: Hear | None,
        chores: Sequence[Chore],
        guard: ClockGuard | None = None,
        heartbeat_url: str = "",
    ) -> None:
        self._road = road
        self._hear, self._chores = hear, chores
        self._guard, self.auditor = guard, Auditor(road, guard, heartbeat_url)
        self._not_again: dict[int, float] = {}
        self._zones_known = False
        self._woken = threading.Event()
        self._begun_at = road.machine()
        # The default grace of one second would silently drop a step that comes late.
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def begin(self) -> None:
        """Start the steps, each at once and then at its interval."""
        timing, steps = self._road.timing, {SEND: self.send, SETTLE: self._settle}
        every = {SEND: timing.send_every, SETTLE: timing.settle_every, UPKEEP: timing.upkeep_every}
        steps[UPKEEP] = self._keep_house
        steps[RECKON], every[RECKON] = self._reckon, timing.reckon_every
        steps[AUDIT], every[AUDIT] = self._audit, timing.audit_every
        steps[BEAT], every[BEAT] = self._beat, timing.beat_every
        if self._hear is not None:
            steps[HEAR], every[HEAR] = self._listen, timing.hear_every
        if self._chores:
            steps[CHORES], every[CHORES] = self._do_chores, timing.chores_every
        if not self._road.answers_only:
            steps[PLAN], every[PLAN] = self._plan, timing.plan_every
        for name, step in steps.items():
            self._scheduler.add_job(
                _guarded(name, step),
                "interval",
                seconds=every[name],
                id=name,
                # APScheduler goes by the machine's clock. An audit at once would find late what
                # the other steps have yet to catch up with.
                next_run_time=system() + timedelta(seconds=every[name] if name == AUDIT else 0),
            )
        # A step still at work when its next one comes is no news; sending often is.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler.start()
        threading.Thread(target=self._watch_the_clock, daemon=True).start()

    def wake(self) -> None:
        """Plan now: the clock was wound."""
        self._woken.set()
        if not self._road.answers_only:
            self._scheduler.modify_job(PLAN, next_run_time=system())

    def is_ready(self) -> bool:
        """Whether the loop still comes round to sending, and to planning if it is to plan."""
        steps = (SEND,) if self._road.answers_only else (SEND, PLAN)
        return all(self._road.pulse.age(step) < self._road.timing.step_silent for step in steps)

    def findings(self) -> list[str]:
        """What the audit finds not well, by name."""
        return [one.kind for one in self.auditor.findings()]

    @property
    def pulse(self) -> Pulse:
        """When each step was last done."""
        return self._road.pulse

    def stop(self) -> None:
        """Finish the step in hand, start no other; do the chores a last time."""
        self._road.stopping.set()
        self._scheduler.shutdown(wait=True)
        self._do_chores()

    def _plan(self) -> None:
        """Plan; and once more if the clock was wound meanwhile, for APScheduler starts no step
        that is still at work."""
        self._woken.set()
        while self._woken.is_set() and not self._road.stopping.is_set():
            self._woken.clear()
            self._plan_once()

    def _plan_once(self) -> None:
        if self._guard is not None:
            self._guard.check()
        if self._guard is None or not self._guard.suspect:
            if not self._zones_known:
                editions.reckon_if_new(self._road)
                self._zones_known = True
            people.read_profiles(self._road, self._not_again, time.monotonic())
            plans = (reminders.plan, digests.plan, referral_alerts.plan, reports.plan)
            counts = planning.plan_all(self._road.sessions, self._road.clock, plans)
            _tell("planned", counts)
        self._road.pulse.mark(PLAN)

    def send(self) -> None:
        """Give lanes turn after turn until none has anything to send: a pause after each turn
        would cost a fifth of what Slack allows."""
        while self._send() and not self._road.stopping.is_set():
            pass

    def _send(self) -> bool:
        if self._guard is not None and not self._guard.checked:
            self._guard.check()  # before the first message: this clock may be a day ahead
        counts = deliver.send_due(self._road)
        self._road.pulse.mark(SEND)
        _tell("sent", counts)
        return counts.total() > 0

    def _settle(self) -> None:
        counts = settle.settle(self._road)
        self._road.pulse.mark(SETTLE)
        _tell("settled", counts)

    def _audit(self) -> None:
        self.auditor.audit()

    def _beat(self) -> None:
        road, last = self._road, self._road.pulse.last
        told = Beat(
            replica=road.owner,
            version=metadata.version("touchbase-slack")[:20],
            # Others must not take places for reckoned with our zones before they are.
            tzdata=slots.edition() if self._zones_known else "",
            started_at=self._begun_at,
            planned_at=last(PLAN),
            sent_at=last(SEND),
            settled_at=last(SETTLE),
            trouble=audit.names(self.auditor.findings()),
        )
        with road.sessions.begin() as session:
            heartbeats.beat(session, told, road.machine())

    def _watch_the_clock(self) -> None:
        """Bring steps back whose next time lies further ahead than their interval: APScheduler
        waits for a time on the machine's clock, and that was set back."""
        while not self._road.stopping.wait(_LOOK_UP):
            now = system()
            for job in self._scheduler.get_jobs():
                if _is_too_far(job.next_run_time, job.trigger.interval, now):
                    self._scheduler.modify_job(job.id, next_run_time=now)

    def _reckon(self) -> None:
        _tell("reckoned", {"batches": reckon.catch_up(self._road)})

    def _listen(self) -> None:
        if self._hear is not None:
            _tell("heard", {"clips": clips.listen(self._road, self._hear)})

    def _do_chores(self) -> None:
        for chore in self._chores:
            _guarded(CHORES, chore)()

    def _keep_house(self) -> None:
        upkeep.revive(self._road)
        upkeep.forget(self._road)


def start(
    sessions: Sessions,
    slack: Clients,
    clock: Clock = system,
    machine: Clock = system,
    *,
    answers_only: bool = False,
    timing: Timing | None = None,
    hear: Hear | None = None,
    chores: Sequence[Chore] = (),
    guard: ClockGuard | None = None,
    heartbeat_url: str = "",
    meter: Meter | None = None,
) -> Handle:
    """Run the scheduler in the background of this process.

    sessions      for jobs: with their longer time budget (30 s a statement).
    slack         the client of a workspace, without retries, 10 s a call.
    clock         the people's time; a sandbox winds it.
    machine       the real time.
    answers_only  plan nothing by the clock, send only answers (`--no-scheduler`).
    hear          takes the transcript of a voice clip; without it none is asked for.
    chores        what the rest of the process wants done every second, and at the end.
    guard         says whether the clocks are to be trusted; without it they are.
    heartbeat_url asked for after each audit that finds all well.
    meter         is told what is counted.
    """
    road = Road(
        sessions=sessions,
        slack=slack,
        clock=clock,
        machine=machine,
        timing=timing or Timing(),
        answers_only=answers_only,
        meter=meter or Meter(),
    )
    handle = Handle(road, hear, chores, guard, heartbeat_url)
    handle.begin()
    return handle


def _is_too_far(due: datetime | None, interval: timedelta, now: datetime) -> bool:
    return due is not None and due - now > interval + timedelta(seconds=_LOOK_UP)


def _guarded(name: str, step: Callable[[], object]) -> Callable[[], None]:
    """The step, whose failure is logged once and never stops the next."""

    def run() -> None:
        try:
            step()
        except Exception as fault:
            reference = f"TB-{secrets.token_hex(3).upper()}"
            log.error("clock.failed", job=name, ref=reference, exc_info=fault)

    return run


def _tell(step: str, counts: dict[str, int]) -> None:
    if any(counts.values()):
        log.info(f"clock.{step}", **counts)
