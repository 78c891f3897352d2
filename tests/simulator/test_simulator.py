"""Replicas, storms and accidents from a seed: each message once, in its time, whatever happens.

A failure names its seed: `python -m tests.simulator <seed>` tells it in full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import pytest

from tests.simulator.conftest import FIGURES
from tests.simulator.databases import Clean
from tests.simulator.scenario import Scenario

Record = Callable[[str, object], None]


def simulate(clean: Clean, seeds: Iterable[int], record: Record, *, tardy: bool = False) -> None:
    """Run the seeds, and tell of each that went wrong."""
    figures: Counter[str] = Counter()
    wrong = []
    for seed in seeds:
        told = Scenario(clean.engine(), seed, tardy=tardy).run()
        figures.update(told.figures, seeds=1)
        figures["faults of Slack"] += told.troubles.total()
        for accident, count in told.accidents.items():
            figures[accident.partition(" ")[0]] += count
        wrong += [f"seed {seed}: {fault}" for fault in told.faults]
    record(FIGURES, dict(figures))
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("chunk", range(10))
def test_each_message_comes_once_on_sqlite(
    clean_sqlite: Clean, record_property: Record, chunk: int
) -> None:
    simulate(clean_sqlite, range(chunk * 27, chunk * 27 + 27), record_property)


@pytest.mark.parametrize("chunk", range(2))
def test_each_message_comes_once_on_postgresql(
    clean_postgres: Clean, record_property: Record, chunk: int
) -> None:
    simulate(clean_postgres, range(9_000 + chunk * 15, 9_015 + chunk * 15), record_property)


def test_a_message_that_slack_takes_minutes_late_may_come_twice_and_never_thrice(
    clean_sqlite: Clean, record_property: Record
) -> None:
    simulate(clean_sqlite, range(20_000, 20_010), record_property, tardy=True)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("chunk", range(36))
def test_nine_thousand_seeds_on_sqlite(
    clean_sqlite: Clean, record_property: Record, chunk: int
) -> None:
    simulate(clean_sqlite, range(30_000 + chunk * 250, 30_250 + chunk * 250), record_property)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("chunk", range(8))
def test_a_thousand_seeds_on_postgresql(
    clean_postgres: Clean, record_property: Record, chunk: int
) -> None:
    simulate(clean_postgres, range(50_000 + chunk * 125, 50_125 + chunk * 125), record_property)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("chunk", range(4))
def test_five_hundred_seeds_with_a_very_late_slack(
    clean_sqlite: Clean, record_property: Record, chunk: int
) -> None:
    seeds = range(60_000 + chunk * 125, 60_125 + chunk * 125)
    simulate(clean_sqlite, seeds, record_property, tardy=True)
