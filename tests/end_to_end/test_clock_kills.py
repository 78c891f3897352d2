"""Replicas killed with kill -9 while a morning's reminders go out: none is lost, none comes twice.

Slack fails before and after it has taken a message as well. `Timing` is divided by thirty.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from bot.sandbox import faults
from tests.conftest import Database
from tests.end_to_end.replicas import MORNINGS, TIMING, Replicas, kill_some, replicas

HEADS = {"postgresql": 3, "sqlite": 1}
"""Replicas at a time: an SQLite file has one."""


def let_slack_fail(it: Replicas, seed: int) -> None:
    for place, (method, share, fault) in enumerate(
        (
            ("chat.postMessage", 0.03, faults.reset(after=True)),
            ("chat.postMessage", 0.02, faults.reset()),
            ("chat.postMessage", 0.02, faults.status(500, after=True)),
            ("chat.postMessage", 0.02, faults.status(503)),
            ("chat.postMessage", 0.02, faults.html(after=True)),
            ("chat.postMessage", 0.02, faults.says("internal_error", after=True)),
            ("chat.postMessage", 0.01, faults.late(TIMING.call + 0.2)),
            ("chat.postMessage", 0.01, faults.limited(1)),
            ("conversations.history", 0.05, faults.reset()),
        )
    ):
        it.slack.faults.often(method, fault, share, seed * 100 + place)


def a_stormy_week(database: Database, folder: Path, seed: int, **size: int) -> None:
    days, kills = size.pop("days"), size.pop("kills")
    chance = random.Random(seed)  # noqa: S311
    begun = time.monotonic()
    with replicas(database.url, folder, **size) as it:
        let_slack_fail(it, seed)
        it.start(HEADS[it.engine.dialect.name])
        for place, morning in enumerate(MORNINGS[:days]):
            it.dawn(morning)
            kill_some(it, chance, kills * (place + 1) // days - kills * place // days)
            if morning == MORNINGS[days - 1]:
                it.slack.faults.clear()  # or the last few would keep the test waiting
            it.wait_for(morning)
        codes = it.stop()
        figures = it.check(MORNINGS[:days], seed)
    assert set(codes) == {0}, f"seed {seed}: {codes}"
    told = ", ".join(f"{name} {count}" for name, count in figures.items())
    print(f"\n{it.engine.dialect.name}, seed {seed}: kills {kills}, {told}, lost 0, doubled 0")
    print(f"in {time.monotonic() - begun:.1f} s")


@pytest.mark.parametrize("seed", [1])
def test_no_reminder_is_lost_or_doubled_when_replicas_are_killed(
    each_database: Database, tmp_path: Path, seed: int
) -> None:
    a_stormy_week(each_database, tmp_path, seed, days=1, kills=6, workspaces=12, people=5)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", [11, 12])
def test_a_fortnight_of_kills(each_database: Database, tmp_path: Path, seed: int) -> None:
    a_stormy_week(each_database, tmp_path, seed, days=10, kills=200, workspaces=24, people=10)
