"""One process of Touchbase's clock on a stage: its steps as the loop has them, and accidents."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from models.clock import Clock
from scheduler import (
    deliver,
    digests,
    planning,
    referral_alerts,
    reminders,
    reports,
    settle,
    upkeep,
)
from scheduler.road import Road
from scheduler.timing import Timing
from tests.simulator.stage import Pool, Process, Stage, Stopping
from tests.simulator.wire import Wire, WiredClient

FIVE_MINUTES = 300.0


@dataclass
class Fortune:
    """What happens to processes: at each crossing (a transaction, a call) one may die or stand
    still, until there were `most` accidents; they are likelier around a call. `accidents` counts
    where."""

    chance: random.Random
    deaths: float = 0.0
    stops: float = 0.0
    most: int = 0
    accidents: Counter[str] = field(default_factory=Counter)

    def strikes(self, what: str, where: str) -> bool:
        """Whether somebody is now "killed" or "stopped"."""
        share = (self.deaths if what == "killed" else self.stops) * (
            1 if "transaction" in where else 5
        )
        if self.accidents.total() >= self.most or self.chance.random() >= share:
            return False
        self.accidents[f"{what} {where}"] += 1
        return True


@dataclass(frozen=True)
class Tempered(Timing):
    """Waits whose jitter is the seed's."""

    chance: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311

    def backoff(self, attempt: int) -> timedelta:
        longest = min(self.backoff_first * 2 ** min(attempt, 10), self.backoff_longest)
        return timedelta(seconds=longest * self.chance.uniform(0.5, 1.0))


class Crossings(sessionmaker[Session]):
    """Sessions at whose transactions a process may be held up or die."""

    def __init__(self, engine: Engine, replica: Replica) -> None:
        super().__init__(engine, expire_on_commit=False)
        self._replica = replica

    @contextmanager
    def begin(self) -> Iterator[Session]:  # type: ignore[override]
        self._replica.pause("before a transaction")
        with super().begin() as session:
            yield session
            self._replica.cross("in a transaction")
        self._replica.pause("after a transaction")


class Replica:
    """A process with a clock of its own, `skew` seconds off, that does its steps until it dies.
    `bury` is told when that happens."""

    def __init__(
        self,
        name: str,
        stage: Stage,
        engine: Engine,
        wires: Mapping[int, Wire],
        fortune: Fortune,
        timing: Timing,
        *,
        skew: float = 0.0,
        bury: Callable[[Replica], None],
    ) -> None:
        self.process = Process(stage, name)
        self._bury = bury
        self._stage, self._fortune = stage, fortune
        self._clients = {
            workspace_id: WiredClient(wire, self._crossed, timing.call)
            for workspace_id, wire in wires.items()
        }
        ahead = timedelta(seconds=skew)
        clock: Clock = lambda: stage.clock() + ahead  # noqa: E731
        self.road = Road(
            sessions=Crossings(engine, self),
            slack=self._clients.__getitem__,
            clock=clock,
            machine=clock,
            timing=timing,
            draw=lambda _heat: b"a picture",
            owner=name,
            stopping=Stopping(stage),
            monotonic=stage.monotonic,
            pool=Pool,
        )

    def plan(self) -> Counter[str]:
        plans = (reminders.plan, digests.plan, referral_alerts.plan, reports.plan)
        return planning.plan_all(self.road.sessions, self.road.clock, plans)

    def send(self) -> Counter[str]:
        return deliver.send_due(self.road)

    def settle(self) -> Counter[str]:
        return settle.settle(self.road)

    def keep_house(self) -> Counter[str]:
        return Counter(revived=upkeep.revive(self.road), forgotten=upkeep.forget(self.road))

    def work(self, step: Callable[[], Counter[str]], rest: Callable[[], None]) -> None:
        """Do a step again and again in a thread of its own, with rests between."""

        def run() -> None:
            while True:
                if step().total():
                    self._stage.ring()
                rest()

        self.process.start(run, after=self._fortune.chance.uniform(0.0, 5.0))

    def pause(self, where: str) -> None:
        """A moment in which others get on, and a place to die or to stand still at."""
        self.cross(where)
        if self._fortune.strikes("stopped", where):
            self._stage.ring()
            self.process.freeze(FIVE_MINUTES)
        self._stage.sleep(self._fortune.chance.expovariate(1 / 0.02))

    def cross(self, where: str) -> None:
        """A place to die at. Nobody can be stopped here: between the last look at the clock and
        the first byte of a post lie microseconds, and nothing could be done about them."""
        if self._fortune.strikes("killed", where):
            self._stage.ring()
            self._bury(self)
            self.process.kill()

    def _crossed(self, where: str) -> None:
        if where.startswith("before"):
            self.cross(where)
        else:
            self.pause(where)
