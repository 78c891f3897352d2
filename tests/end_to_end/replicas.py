"""Replicas that run only the clock, as processes of their own, to be killed, stopped and cut off.

All waits are thirty times shorter than in earnest; the people's clock is the test's and starts a
morning for everybody at once.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from multiprocessing.context import ForkServerProcess
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk import WebClient
from sqlalchemy import Engine, create_engine, text

from bot import logs
from bot.sandbox.stand_in import StandIn
from models.clock import system
from models.db import Sessions, clock_of, open_engine, reading, sessions_for
from scheduler import loop
from scheduler.clock_guard import ClockGuard
from scheduler.timing import Timing
from tests.end_to_end.forked import PROCESSES
from tests.end_to_end.running import until
from tests.make import a_user, a_workspace, an_account, an_actor

TIMING = Timing().divided(30)


def _april() -> date:
    """The first Monday of next April: upkeep forgets what was sent long ago by the machine's clock,
    so the people's is ahead of it; summer time has come by then, and no holiday is near."""
    first = date(system().year + 1, 4, 1)
    return first + timedelta(days=-first.weekday() % 7)


MORNINGS = [_april() + timedelta(days=n) for n in range(26) if n % 7 < 5]


def serve(
    url: str, api_url: str, token: str, ahead: Synchronized[float], log: str, wrong: float
) -> None:
    """The whole of a replica's life: the clock runs until SIGTERM.

    ahead  seconds by which the people's clock is ahead of the machine's.
    wrong  seconds by which this machine's clock is ahead of all others.
    """
    with open(log, "ab") as file:
        os.dup2(file.fileno(), 2)
    logs.set_up()
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    engine = open_engine(url, statement=30, pool_wait=30)
    sessions = sessions_for(engine)
    slack = WebClient(token=token, base_url=api_url, timeout=TIMING.call, retry_handlers=[])  # type: ignore[arg-type]
    guard = ClockGuard(
        TIMING,
        wall=lambda: system() + timedelta(seconds=wrong),
        database=lambda: _database_clock(sessions),
    )
    handle = loop.start(
        sessions,
        lambda _workspace: slack,
        clock=lambda: guard.clock() + timedelta(seconds=ahead.value),
        machine=guard.machine,
        timing=TIMING,
        guard=guard,
    )
    told.wait()
    handle.stop()
    engine.dispose()


def _database_clock(sessions: Sessions) -> datetime | None:
    with reading(sessions) as session:
        return clock_of(session)


@dataclass
class Replicas:
    """Some replicas on one database, the Slack they post to, and everybody who is reminded."""

    url: str
    slack: StandIn
    log: Path
    people: Sequence[str]
    engine: Engine
    running: list[ForkServerProcess] = field(default_factory=list)
    ahead: Synchronized[float] = field(
        default_factory=lambda: PROCESSES.Value("d", 0.0, lock=False)
    )

    def start(self, count: int = 1, *, wrong: float = 0.0) -> None:
        """Let so many more begin, on a machine whose clock is that many seconds ahead."""
        slack = self.slack
        for _ in range(count):
            told = (self.url, slack.api_url, slack.bot_token, self.ahead, str(self.log), wrong)
            process = PROCESSES.Process(target=serve, args=told, daemon=True)
            process.start()
            self.running.append(process)

    def kill(self, which: ForkServerProcess) -> None:
        """kill -9."""
        which.kill()
        which.join(30)
        self.running.remove(which)

    def freeze(self, which: ForkServerProcess) -> None:
        """Stop it where it stands, as a host that is paused does."""
        assert which.pid is not None
        os.kill(which.pid, signal.SIGSTOP)

    def thaw(self, which: ForkServerProcess) -> None:
        """Let it go on, as if nothing had been."""
        assert which.pid is not None
        os.kill(which.pid, signal.SIGCONT)

    def stop(self) -> list[int | None]:
        """End all as an operator would; their exit codes."""
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.join(30)
        codes = [process.exitcode for process in self.running]
        self.running.clear()
        return codes

    def dawn(self, morning: date) -> None:
        """For everybody it is now half past seven on that day."""
        opens = datetime.combine(morning, clock_time(7, 30, 2), tzinfo=ZoneInfo("America/Chicago"))
        self.ahead.value = (opens - system()).total_seconds()

    @property
    def posts(self) -> int:
        """How often Slack was called so far."""
        return len(self.slack.service.calls)

    def count(self, sql: str, **values: object) -> int:
        """The number a query gives."""
        with self.engine.connect() as connection:
            return int(connection.execute(text(sql), values).scalar_one())

    def rows(self) -> list[Any]:
        """All deliveries."""
        with self.engine.connect() as connection:
            return list(connection.execute(text("SELECT * FROM delivery ORDER BY id")))

    def sent(self, morning: date) -> int:
        """How many of that day's reminders are known to have been sent."""
        return self.count(
            "SELECT count(*) FROM delivery WHERE state = 'sent' AND local_date = :day",
            day=morning if self.engine.dialect.name == "postgresql" else morning.isoformat(),
        )

    def wait_for(self, morning: date, seconds: float = 60) -> None:
        """Until everybody has been sent that day's reminder."""
        until(lambda: self.sent(morning) == len(self.people), f"all of {morning}", seconds)

    def logged(self, event: str) -> int:
        """How many lines of the replicas' logs tell of that."""
        return self.log.read_text().count(f"event='{event}'")

    def check(self, mornings: Sequence[date], seed: int) -> Counter[str]:
        """Compare Slack's messages with the rows: by the id each carries, and by person and day.
        Returns figures worth telling."""
        rows = self.rows()
        days = {row.nid: str(row.local_date) for row in rows}
        arrived: Counter[str] = Counter()
        reminded: Counter[tuple[str, str]] = Counter()
        for person in self.people:
            for message in self.slack.messages(person):
                assert message.metadata is not None, f"seed {seed}"
                nid = message.metadata["event_payload"]["nid"]
                arrived[nid] += 1
                reminded[person, days[nid]] += 1
        wanted = {(person, day.isoformat()) for person in self.people for day in mornings}
        lost = wanted - reminded.keys()
        doubled = [key for key, times in reminded.items() if times > 1]
        doubled += [nid for nid, times in arrived.items() if times > 1]
        told = f"seed {seed}: lost {sorted(lost)[:5]}, doubled {doubled[:5]}"
        assert not lost and not doubled, told
        assert reminded.keys() == wanted, told
        assert {row.nid for row in rows if row.state == "sent"} == arrived.keys(), told
        assert {row.state for row in rows} == {"sent"}, told
        return Counter(
            messages=len(rows),
            posts=len(self.slack.calls_of("chat.postMessage")),
            reconciled=sum(row.via == "reconcile" for row in rows),
            tried_again=sum(row.attempt > 1 for row in rows),
            taken_over=self.logged("delivery.taken_over"),
        )


@contextmanager
def replicas(
    url: str, folder: Path, *, workspaces: int, people: int, latency_ms: float = 5.0
) -> Iterator[Replicas]:
    """So many workspaces with so many people each, all of whom have an account long past its
    cadence; no replica yet."""
    engine = open_engine(url, statement=30)
    with StandIn(latency_ms=latency_ms) as slack:
        names = _populate(sessions_for(engine), slack, workspaces, people)
        it = Replicas(url, slack, folder / "replicas.log", names, create_engine(url))
        it.log.touch()
        try:
            yield it
        finally:
            for process in it.running:
                process.kill()
            for process in it.running:
                process.join(30)
            it.engine.dispose()
            engine.dispose()


def _populate(sessions: Sessions, slack: StandIn, workspaces: int, people: int) -> list[str]:
    names = []
    the_friday = MORNINGS[0] - timedelta(days=3)
    enrolled = datetime.combine(the_friday, clock_time(12), tzinfo=UTC)
    with sessions.begin() as session:
        for number in range(1, workspaces + 1):
            workspace = a_workspace(session, f"T{number}")
            for place in range(1, people + 1):
                name = f"U{number:03}X{place:03}"
                slack.add_person(name, f"Rep {place}", "America/Chicago", f"{name}@rehab.example")
                user = a_user(session, workspace, name, now=enrolled)
                since = the_friday - timedelta(days=60)
                an_account(session, workspace.id, "Clinic", owner=an_actor(user), owned_since=since)
                names.append(name)
    return names


def kill_some(it: Replicas, chance: random.Random, kills: int) -> None:
    """So many times: let a few calls of Slack go by, kill a replica at whatever it is at, and
    start another."""
    for _ in range(kills):
        goal = it.posts + chance.randint(1, 12)
        patience = time.monotonic() + chance.uniform(0.2, 1.0)
        while it.posts < goal and time.monotonic() < patience:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.02))
        it.kill(chance.choice(it.running))
        it.start()
