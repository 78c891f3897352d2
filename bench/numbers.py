"""How much memory a workbook takes: `numbers.py [FEW] [MANY]`, in rows (10,000 and 100,000).

Each in a process of its own, whose peak is told beside that of one that writes a single row: what
Python and the modules take.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from tempfile import TemporaryFile

from handlers.views import workbooks
from models.reports import periods, spool
from models.reports.closings import COLUMNS
from models.reports.report import Report, Row, Table

MOST_GROWTH = 1.3
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


def main(few: int, many: int) -> None:
    """Print the peaks and how the larger compares; exit 1 where it grew too much."""
    found = {count: measured(count) for count in (1, few, many)}
    for count, (peak, seconds) in found.items():
        print(f"{count:>9,} rows  {peak:6.1f} MiB at the peak  {seconds:5.1f} s")
    growth = found[many][0] / found[few][0]
    print(f"growth {growth:.2f} (at most {MOST_GROWTH})")
    sys.exit(growth > MOST_GROWTH)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write(int(sys.argv[2]))
    else:
        main(*[int(word) for word in sys.argv[1:3]] or [10_000, 100_000])
