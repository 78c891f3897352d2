"""A team's digest and its pipeline beside hand-written SQL, and how much memory a workbook takes.

    python -m bench.numbers [--full] [--on SQLite] [--rounds 7]

The digest is all that is kept of one: figures, goals, and the rows behind each number; the
pipeline is what `/pipeline` shows. Growth is the exponent, by least squares, over 50,000 and
500,000 touches (and 5 million with --full). A workbook of so many rows is written by a process of
its own, whose peak is told beside that of one that writes a single row: what Python and the
modules take.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from tempfile import TemporaryFile

from bench import by_hand, data
from bench.measuring import compared, grown
from handlers.views import workbooks
from models import deal_figures, digests, subscriptions
from models.db import Sessions, open_engine, reading, sessions_for
from models.reports import periods, spool
from models.reports.closings import COLUMNS
from models.reports.report import Report, Row, Table
from models.subscriptions import Subscription

FEW, MANY, MOST_GROWTH = 10_000, 100_000, 1.3
FIRST = date(2016, 10, 1)


def rows(count: int) -> Iterator[Row]:
    """Invented closings."""
    for number in range(count):
        day = FIRST + timedelta(days=number % 400)
        kind = "Won" if number % 3 else "Lost"
        deal, place = f"Opportunity {number}", f"Account {number % 997}"
        told = (deal, place, "new business", 100 * number, day, kind, None)
        yield (*told, number % 90, f"T{number}", f"Agent {number % 30}", None)


def write(count: int) -> None:
    """Write so many rows as a report is written; prints the peak in KiB and the seconds."""
    began = time.perf_counter()
    tables = [Table("Closings", COLUMNS, rows(count))]
    report = Report("closings", "Closings", periods.parse("all"), FIRST, tables, [], [])
    with spool.holding() as hold, TemporaryFile() as file:
        written = workbooks.write(hold(report), file)
    assert written == count
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(peak, round(time.perf_counter() - began, 1))


def measured(count: int) -> tuple[float, float]:
    """MiB at the peak, and seconds, of a process that writes so many rows."""
    words = [sys.executable, "-m", "bench.numbers", "--write", str(count)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    peak, seconds = done.stdout.split()
    return int(peak) / 1024, float(seconds)


def memory() -> bool:
    """Print the peaks and how the larger compares; whether it grew too much."""
    found = {count: measured(count) for count in (1, FEW, MANY)}
    for count, (peak, seconds) in found.items():
        print(f"  {count:>9,} rows  {peak:6.1f} MiB at the peak  {seconds:5.1f} s")
    growth = found[MANY][0] / found[FEW][0]
    print(f"  growth {growth:.2f}  (goal at most {MOST_GROWTH})")
    return growth > MOST_GROWTH


def figures(by_size: Mapping[int, Sessions], rounds: int) -> None:
    """The digest and the pipeline of one team, and how they grow."""
    largest = by_size[max(by_size)]
    compared("a team's digest", _digest(largest), by_hand.digest(largest), rounds, goal=1.3)
    grown("a team's digest", {size: _digest(at) for size, at in by_size.items()}, 0.2)
    compared("a team's pipeline", _pipeline(largest), by_hand.deals(largest), rounds, goal=1.3)
    grown("a team's pipeline", {size: _pipeline(at) for size, at in by_size.items()}, 0.2)


def _digest(sessions: Sessions) -> Callable[[], object]:
    channel = Subscription(
        workspace_id=data.WORKSPACE, user_id=data.manager_of(1), scope=subscriptions.TEAM
    )

    def read() -> object:
        with reading(sessions) as session:
            return digests.gather(session, channel, data.MONDAY, data.NOW)

    return read


def _pipeline(sessions: Sessions) -> Callable[[], object]:
    first, last = deal_figures.quarter(data.TODAY)
    where = (data.WORKSPACE, set(by_hand.team()))

    def read() -> object:
        with reading(sessions) as session:
            found = deal_figures.open_deals(session, *where, data.TODAY, "America/Chicago")
            return deal_figures.summary(session, *where, found, first, last)

    return read


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--full", action="store_true")
    asked.add_argument("--rounds", type=int, default=7)
    asked.add_argument("--on", choices=("SQLite", "PostgreSQL"))
    asked.add_argument("--write", type=int, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.write:
        write(given.write)
    elif given.on:
        with data.on(given.on, full=given.full) as (urls, _):
            print(f"{given.on}, {max(urls):,} touches")
            by_size = {size: sessions_for(open_engine(url)) for size, url in urls.items()}
            figures(by_size, given.rounds)
    else:
        for name in ("SQLite", "PostgreSQL"):
            subprocess.run(
                [sys.executable, "-m", "bench.numbers", *sys.argv[1:], "--on", name], check=True
            )
        print("A workbook")
        sys.exit(memory())


if __name__ == "__main__":
    main()
