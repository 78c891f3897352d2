"""One seed: a few teams, some replicas, bad weather and accidents, two days, and the reckoning."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

from sqlalchemy import Engine, TextualSelect, select, text
from sqlalchemy.orm import Session

from models.db import UtcDateTime
from models.deliveries import Delivery
from models.workspaces import Workspace
from tests.simulator import auditor, people, wire
from tests.simulator.auditor import Findings, Ledger, Wanted
from tests.simulator.replica import Fortune, Replica, Tempered
from tests.simulator.stage import Stage
from tests.simulator.wire import Weather, Wire

HOURS = 39
"""From Sunday morning to Monday night, in UTC; what has opened by then has the time it takes."""

SKEW = 0.5
"""Seconds by which replicas' clocks may be off."""

# When each step has something to do next. Between that and its interval it is not run at all: the
# steps that find nothing would be most of them.
_TO_PLAN = text(
    """SELECT min(at) AS at FROM (SELECT min(next_due_at) AS at FROM "user"
    UNION ALL SELECT min(next_due_at) FROM subscription) AS places"""
).columns(at=UtcDateTime)
_TO_SEND = text(
    """SELECT min(CASE WHEN blocked_until > next_at THEN blocked_until ELSE next_at END) AS at
    FROM lane"""
).columns(at=UtcDateTime)
_TO_SETTLE = text(
    """SELECT min(coalesce(look_at, begun_at)) AS at FROM delivery
    WHERE state IN ('sending', 'uncertain')"""
).columns(at=UtcDateTime)

_PLAN_EVERY, _SEND_EVERY, _SETTLE_EVERY = 30.0, 8.0, 20.0
_IDLE = 30 * 3600.0


@dataclass(frozen=True)
class Told:
    """What a seed showed."""

    seed: int
    faults: Sequence[str]
    figures: Counter[str]
    troubles: Counter[str]
    accidents: Counter[str]


class Scenario:
    """Everything of one seed. `tardy`: Slack may commit later than we promise anything for."""

    def __init__(self, engine: Engine, seed: int, *, tardy: bool = False) -> None:
        self.seed, self._engine = seed, engine
        self._chance = random.Random(seed)  # noqa: S311
        self._monday = self._chance.choice(people.WEEKS)
        # In Honolulu it is Saturday still, in Auckland Sunday.
        start = datetime.combine(self._monday - timedelta(days=1), clock_time(9), tzinfo=UTC)
        self.stage = Stage(start)
        self._readable = self._chance.random() < 0.85
        self._teams = people.teams(self._chance, self.stage.clock, history=self._readable)
        with Session(engine) as session, session.begin():
            for team in self._teams:
                people.store(session, team, start)
        self._wanted = self._what_is_wanted()
        self._end = (HOURS + 5) * 3600.0
        self._weather = self._make_weather(tardy)
        self._wires = {
            team.workspace_id: Wire(self.stage, team.slack, self._weather) for team in self._teams
        }
        self._fortune = self._make_fortune()
        self._born = 0
        self._running: list[Replica] = []

    def run(self) -> Told:
        """Let the days go by, then compare."""
        for _ in range(self._chance.choice((1, 1, 2, 2, 3))):
            self._begin_replica()
        for wanted in self._wanted:
            if wanted.kind == auditor.RECEIPT:
                self.stage.later(self.stage.seconds_at(wanted.opens), self._saves(wanted))
        self.stage.run(lambda: self.stage.elapsed < self._end)
        found = self._reckon()
        for replica in self._running:
            replica.process.kill()
        self.stage.finish()
        troubles: Counter[str] = Counter()
        for one in self._wires.values():
            troubles += one.troubles
        return Told(self.seed, found.faults, found.figures, troubles, self._fortune.accidents)

    def _what_is_wanted(self) -> list[Wanted]:
        wanted: list[Wanted] = []
        since, until = self.stage.start, self.stage.start + timedelta(hours=HOURS)
        for team in self._teams:
            wanted += auditor.reminders(team, since, until)
            wanted += auditor.digests(team, self._monday, readable=self._readable)
            for number in range(self._chance.randint(0, 2)):
                rep = self._chance.choice(team.reps)
                at = self.stage.clock() + timedelta(seconds=self._chance.uniform(0, HOURS * 3600))
                wanted.append(
                    Wanted(
                        auditor.RECEIPT,
                        team.team_id,
                        rep.slack_id,
                        f"receipt:{number}",
                        at,
                        at + timedelta(days=1),
                    )
                )
        return wanted

    def _saves(self, wanted: Wanted) -> Callable[[], None]:
        team = next(one for one in self._teams if one.team_id == wanted.team_id)
        rep = next(one for one in team.reps if one.slack_id == wanted.target)

        def save() -> None:
            with Session(self._engine) as session, session.begin():
                people.an_answer(session, team, rep, str(wanted.day), self.stage.clock())
            self.stage.ring()

        return save

    def _make_weather(self, tardy: bool) -> Weather:
        chance = random.Random(self.seed + 1)  # noqa: S311
        kinds = [*wire.CERTAIN, *wire.LOST]
        if self._chance.random() < 0.5:
            kinds = self._chance.sample(kinds, 4)
        if tardy:
            kinds = [*self._chance.sample(kinds, 4), *wire.TARDY]
        weather = Weather(
            chance,
            share=self._chance.choice((0.0, 0.1, 0.3, 0.5)),
            kinds=tuple(kinds),
            history_gap=self._chance.choice((0.0, 0.0, 61.0)),
            history_share=self._chance.choice((0.0, 0.2)),
        )
        if not self._readable:
            for team in self._teams:
                team.slack.service.scopes -= {"im:history", "channels:history"}
        if self._chance.random() < 0.4:  # for some minutes at somebody's hour all goes wrong
            hour = self.stage.seconds_at(self._wanted[0].opens) if self._wanted else 3600.0
            begins = hour + self._chance.uniform(-300, 60)
            ends = begins + self._chance.uniform(30, 900)
            weather.spells.append((begins, ends, self._chance.choice(kinds)))
        return weather

    def _make_fortune(self) -> Fortune:
        return Fortune(
            random.Random(self.seed + 2),  # noqa: S311
            deaths=self._chance.choice((0.0, 0.02, 0.06)),
            stops=self._chance.choice((0.0, 0.0, 0.03)),
            most=self._chance.randint(1, 6),
        )

    def _begin_replica(self) -> None:
        self._born += 1
        timing = replace(Tempered(chance=self._fortune.chance), lanes=self._chance.choice((1, 8)))
        one = Replica(
            f"replica {self._born}",
            self.stage,
            self._engine,
            self._wires,
            self._fortune,
            timing,
            skew=self._chance.uniform(-SKEW, SKEW),
            bury=self._bury,
        )
        one.work(one.plan, lambda: self._rest(_PLAN_EVERY, _TO_PLAN))
        one.work(one.send, lambda: self._rest(_SEND_EVERY, _TO_SEND))
        one.work(one.settle, lambda: self._rest(_SETTLE_EVERY, _TO_SETTLE))
        if self._chance.random() < 0.1:
            one.work(one.keep_house, lambda: self.stage.sleep(86400.0))
        self._running.append(one)

    def _bury(self, dead: Replica) -> None:
        """Another begins in its place, after a while."""
        self._running.remove(dead)
        self.stage.later(self._chance.expovariate(1 / 60.0), self._begin_replica)

    def _rest(self, every: float, next_at: TextualSelect) -> None:
        """Until the next step: its interval, and hours longer where there is nothing to do."""
        self.stage.sleep(every * self._fortune.chance.uniform(0.3, 1.7))
        bell = self.stage.elapsed + self._fortune.chance.expovariate(1 / _IDLE)
        while True:
            with self._engine.connect() as connection:
                wakes = connection.execute(next_at).scalar()
            there = bell if wakes is None else min(bell, self.stage.seconds_at(wakes))
            if there <= self.stage.elapsed:
                return
            self.stage.doze(there - self.stage.elapsed)

    def _reckon(self) -> Findings:
        with Session(self._engine) as session:
            rows = session.execute(
                select(Delivery, Workspace.slack_team_id).join(
                    Workspace, Workspace.id == Delivery.workspace_id
                )
            ).all()
        ledger = Ledger(
            self.stage.start,
            self._wanted,
            list(self._wires.values()),
            [_Row(delivery, team_id) for delivery, team_id in rows],
            tolerance=SKEW,
            readable=self._readable,
        )
        return ledger.audit()


class _Row:
    """A delivery as the auditor takes it: under its name."""

    def __init__(self, delivery: Delivery, team_id: str) -> None:
        day: date | str | None = delivery.local_date or delivery.dedupe_key
        self.name = (delivery.kind, team_id, delivery.target, day)
        self.nid, self.state, self.via = delivery.nid, delivery.state, delivery.via
        self.error_code = delivery.error_code
