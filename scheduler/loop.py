"""The APScheduler set-up: which step, how often. Interval jobs only, nothing remembered.

A step decides nothing, the database does; so a step that is lost, late or doubled, in this
process or another, changes nothing but the minute. Source: reliability B1.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import UTC

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from models.clock import Clock, system
from models.db import Sessions
from scheduler import clips, deliver, digests, people, planning, reckon, reminders, settle, upkeep
from scheduler.clips import Hear
from scheduler.road import Clients, Road
from scheduler.timing import Timing

log = structlog.get_logger(__name__)

PLAN, SEND, SETTLE, UPKEEP = "plan", "send", "settle", "upkeep"
HEAR, CHORES, RECKON = "hear", "chores", "reckon"

Chore = Callable[[], object]

_STALE_AFTER = 90.0
"""Seconds without a finished send step after which the loop is no longer called ready."""


class Handle:
    """The running loop."""

    def __init__(self, road: Road, hear: Hear | None, chores: Sequence[Chore]) -> None:
        self._road = road
        self._hear, self._chores = hear, chores
        self._not_again: dict[int, float] = {}
        self._sent_at = time.monotonic()
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
                next_run_time=self._road.machine(),
            )
        # A step still at work when its next one comes is no news; sending often is.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler.start()

    def wake(self) -> None:
        """Plan now: the clock was wound."""
        if not self._road.answers_only:
            self._scheduler.modify_job(PLAN, next_run_time=self._road.machine())

    def is_ready(self) -> bool:
        """Whether the loop still comes round to sending."""
        return time.monotonic() - self._sent_at < _STALE_AFTER

    def stop(self) -> None:
        """Finish the step in hand, start no other; do the chores a last time."""
        self._road.stopping.set()
        self._scheduler.shutdown(wait=True)
        self._do_chores()

    def _plan(self) -> None:
        people.read_profiles(self._road, self._not_again, time.monotonic())
        plans = (reminders.plan, digests.plan)
        counts = planning.plan_all(self._road.sessions, self._road.clock, plans)
        _tell("planned", counts)

    def send(self) -> None:
        """Give lanes turn after turn until none has anything to send: a pause after each turn
        would cost a fifth of what Slack allows."""
        while self._send() and not self._road.stopping.is_set():
            pass

    def _send(self) -> bool:
        counts = deliver.send_due(self._road)
        self._sent_at = time.monotonic()
        _tell("sent", counts)
        return counts.total() > 0

    def _settle(self) -> None:
        _tell("settled", settle.settle(self._road))

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
) -> Handle:
    """Run the scheduler in the background of this process.

    sessions      for jobs: with their longer time budget (30 s a statement).
    slack         the client of a workspace, without retries, 10 s a call.
    clock         the people's time; a sandbox winds it.
    machine       the real time.
    answers_only  plan nothing by the clock, send only answers (`--no-scheduler`).
    hear          takes the transcript of a voice clip; without it none is asked for.
    chores        what the rest of the process wants done every second, and at the end.
    """
    road = Road(
        sessions=sessions,
        slack=slack,
        clock=clock,
        machine=machine,
        timing=timing or Timing(),
        answers_only=answers_only,
    )
    handle = Handle(road, hear, chores)
    handle.begin()
    return handle


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
