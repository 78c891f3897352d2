"""What a line costs among 200,000 accounts, in multiples of bare Bolt's acknowledgement.

    python -m bench.capture [--accounts 200000] [--rounds 7]

The floor is `bench/bare.py`, which acknowledges a signed command and does nothing else; its rounds
and ours are interleaved, and every figure is the median over the rounds. Then the lookup: how long
it takes to build and to refresh, and what an interaction in the same process (read what changed,
read a line, match it) waits meanwhile. On SQLite and on PostgreSQL.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, update

from bench.ack import drive, free_port, process, quantiles, signed, wait_for
from bench.names import typed_lines, varied_accounts, varied_people
from handlers.reading import dates
from handlers.reading.line import draft
from models import workspaces
from models.accounts import Account
from models.contacts import Contact
from models.db import Sessions, open_engine, reading, sessions_for
from models.lookup import Index, Lookups
from models.text import name_key
from tests import databases

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
ZONE = "America/New_York"
PHRASES = (
    "next tues", "yday 2pm", "the 12th", "two weeks out", "3/4", "end of month", "tues 2p", "eod",
    "first monday of december", "in 10 days", "el martes", "last thurs", "this am", "f/u 2 wks",
)  # fmt: skip
_PAUSE = 0.005
"""Seconds between two interactions: 1,000 reps make one a second, and none of them spins."""

IMPORTED = 5_396
"""Rows that one large change touches: as many as the public list of hospitals has."""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--accounts", type=int, default=200_000)
    asked.add_argument("--rounds", type=int, default=7)
    asked.add_argument("--on", choices=("SQLite", "PostgreSQL"))
    given = asked.parse_args()
    if given.on is None:  # each in a process of its own, whose memory is nobody else's
        for name in ("SQLite", "PostgreSQL"):
            words = ["--accounts", str(given.accounts), "--rounds", str(given.rounds), "--on", name]
            subprocess.run([sys.executable, "-m", "bench.capture", *words], check=True)
        return
    dates.warm(NOW)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        port = free_port()
        bare = (
            "bench/bare.py",
            str(port),
            "http://127.0.0.1:9/api/",
            f"sqlite:///{folder}/bare.db",
        )
        running.enter_context(process(sys.executable, *bare))
        wait_for(port)
        if given.on == "SQLite":
            url = databases.sqlite_at_head(Path(folder), Path(folder) / "template.db")
        else:
            url = databases.postgres_at_head(running.enter_context(databases.postgres_server()))
        measure(given.on, url, given.accounts, given.rounds, port)


def measure(name: str, url: str, accounts: int, rounds: int, port: int) -> None:
    sessions = sessions_for(open_engine(url, statement=30))
    workspace_id = filled(sessions, accounts)
    gc.collect()
    before = resident()
    lookups = Lookups(sessions, run=_threads)
    began = time.perf_counter()
    lookups.warm(workspace_id)
    built = time.perf_counter() - began
    with reading(sessions) as session:
        index = lookups.get(session, workspace_id)
    held = (resident() - before) / accounts / 10
    gc.collect()
    gc.freeze()  # as `touchbase run` does
    print(f"{name}: {accounts} accounts with two people each, built in {built:.1f} s,"
          f" {held:.0f} MB per 100,000 accounts")  # fmt: skip
    lines = lines_of(index)
    compared(index, lines, rounds, port)
    waits(sessions, lookups, workspace_id, lines)


def filled(sessions: Sessions, count: int) -> int:
    """A workspace with so many accounts and two people at each; its id."""
    with sessions.begin() as session:
        workspace = workspaces.ensure(session, "T1", name="Bench", zone=ZONE, now=NOW)
        version = workspaces.next_names_version(session, workspace.id)
        shared = {"workspace_id": workspace.id, "names_version": version, "created_at": NOW}
        session.execute(
            insert(Account),
            [
                {"name": name, "name_key": name_key(name), "city": city, "state": state,
                 "tier": "B", "status": "active", **shared}
                for name, city, state in varied_accounts(count)
            ],
        )  # fmt: skip
        session.execute(
            insert(Contact),
            [
                {"account_id": place // 2 + 1, "name": name, "name_key": name_key(name), **shared}
                for place, name in enumerate(varied_people(2 * count))
            ],
        )
    return workspace.id


def lines_of(index: Index) -> list[str]:
    """Two hundred lines over accounts and people of the index."""
    places = list(index.accounts.values())[:: max(1, len(index.accounts) // 2000)]
    return typed_lines([(one.name, index.contacts_of(one.id)[0].name) for one in places], 200)


def compared(index: Index, lines: list[str], rounds: int, port: int) -> None:
    """Print a line and a date phrase beside the acknowledgement of bare Bolt."""

    def read(line: str) -> None:
        draft(line, now=NOW, zone=ZONE, index=index, user_id=1)

    def phrase(words: str) -> None:
        dates.find(words, NOW)

    for line in lines:
        read(line)
    found: dict[str, list[tuple[float, float]]] = {"ack": [], "line": [], "date": []}
    for _ in range(rounds):
        acks = asyncio.run(drive(port, acknowledged, times=300, at_once=1))
        found["ack"].append(quantiles(acks))
        found["line"].append(quantiles([timed(read, line) for line in lines]))
        found["date"].append(quantiles([timed(phrase, words) for words in PHRASES * 15]))
    (ack, _), line, date = (
        tuple(statistics.median(turn[which] for turn in found[what]) for which in (0, 1))
        for what in ("ack", "line", "date")
    )
    print(f"  bare Bolt's acknowledgement      p50 {ack:6.2f} ms")
    for what, (p50, p99), goals in (
        ("read and match a line", line, "goals 7 x, 30 x"),
        ("a warm date phrase", date, "goal at p99 2 x"),
    ):
        print(f"  {what:32} p50 {p50:6.2f} ms = {p50 / ack:5.2f} x   p99 {p99:6.2f} ms"
              f" = {p99 / ack:5.2f} x   ({goals})")  # fmt: skip


def acknowledged() -> bytes:
    """A signed command that bare Bolt does nothing about."""
    return signed(
        {
            "command": "/ack",
            "text": "",
            "user_id": "U1",
            "team_id": "T1",
            "channel_id": "C1",
            "api_app_id": "A1",
            "trigger_id": "1.2.3",
            "response_url": "http://127.0.0.1:9/",
        }
    )


def waits(sessions: Sessions, lookups: Lookups, workspace_id: int, lines: list[str]) -> None:
    """Print what interactions take while nothing, a refresh or a build goes on."""

    def interact(line: str) -> None:
        with reading(sessions) as session:
            index = lookups.get(session, workspace_id)
        draft(line, now=NOW, zone=ZONE, index=index, user_id=1)

    def quiet() -> list[float]:
        taken = []
        for line in lines:
            taken.append(timed(interact, line))
            time.sleep(_PAUSE)
        return taken

    def during(at_work: Callable[[], bool]) -> tuple[list[float], float]:
        """Seconds of each interaction as long as something is at work, and of that."""
        began = time.perf_counter()
        taken = [timed(interact, lines[0])]
        while at_work() or len(taken) < 2:
            taken.append(timed(interact, lines[len(taken) % len(lines)]))
            time.sleep(_PAUSE)
        return taken, time.perf_counter() - began

    def said(what: str, taken: list[float], seconds: float | None = None) -> None:
        p50, p99 = quantiles(taken)
        lasted = f", took {seconds:.2f} s" if seconds is not None else ""
        print(f"  interactions {what:36} p50 {p50:6.2f}  p99 {p99:6.2f}  longest"
              f" {1000 * max(taken):6.2f} ms{lasted}")  # fmt: skip

    def changed(count: int) -> None:
        with sessions.begin() as session:
            version = workspaces.next_names_version(session, workspace_id)
            session.execute(
                update(Account).where(Account.id <= count).values(names_version=version)
            )

    quiet()
    said("with nothing else going on", quiet())
    small: list[float] = []
    for _ in range(20):
        changed(1)
        small.append(timed(interact, lines[0]))
    said("right after one row changed", small)
    changed(IMPORTED)
    said(f"while {IMPORTED} changed rows are read", *during(_threads.at_work))
    with sessions.begin() as session:
        workspaces.next_names_version(session, workspace_id, removed=True)
    said("while a removal is looked for", *during(_threads.at_work))

    other = Lookups(sessions)
    _threads(lambda: other.warm(workspace_id))
    said("while all is built anew (start only)", *during(_threads.at_work))


def resident() -> int:
    """Bytes of memory this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def timed(work: Callable[[str], None], words: str) -> float:
    """Seconds the work takes."""
    began = time.perf_counter()
    work(words)
    return time.perf_counter() - began


class _Threads:
    """Runs jobs in the background, as `models.lookup` does, and knows whether one still runs."""

    def __init__(self) -> None:
        self._last: threading.Thread | None = None

    def __call__(self, job: Callable[[], None]) -> None:
        self._last = threading.Thread(target=job, daemon=True)
        self._last.start()

    def at_work(self) -> bool:
        return self._last is not None and self._last.is_alive()


_threads = _Threads()

if __name__ == "__main__":
    main()
