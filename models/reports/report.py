"""A report as it is handed in: tables of typed columns, totals, and how each figure is reckoned.

Plain values, no look: money is whole cents, a share is 0.632. What a file or a message makes of
them is for `handlers/views`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from models.errors import Refused
from models.reports.periods import Period

TEXT, DAY, COUNT, MONEY, SHARE, NUMBER = "text", "day", "count", "money", "share", "number"
"""What a cell holds: str, date, int, cents, a part of one, a number with a fraction."""

Cell = str | date | int | float | None
Row = tuple[Cell, ...]

ONE_BATCH = 2000
"""Rows of a long table that are held in memory at a time."""

NOBODY = "(none)"
"""The group of what has no agent, no manager, no region or no product."""

BYS = ("agent", "manager", "region", "product")


@dataclass(frozen=True)
class Column:
    """A heading, and what its cells hold."""

    name: str
    kind: str = TEXT


@dataclass(frozen=True)
class Table:
    """Rows under headings. Of a long one the rows are read as they are asked for, once."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Row]


@dataclass(frozen=True)
class Fact:
    """One line of the totals: what it is, and its figures with their kinds."""

    label: str
    values: Sequence[tuple[str, Cell]]


@dataclass(frozen=True)
class Chart:
    """Bars: of a table's columns `values`, a bar for each of its rows."""

    title: str
    table: str
    labels: str
    values: Sequence[str]


@dataclass(frozen=True)
class Report:
    """All of one report. The first table is the report itself; a CSV has that one alone."""

    name: str
    title: str
    period: Period
    as_of: date
    tables: Sequence[Table]
    facts: Sequence[Fact]
    notes: Sequence[str]
    charts: Sequence[Chart] = ()


@dataclass(frozen=True)
class Asked:
    """What is asked for, by whom it may be seen.

    zone    the workspace's: its days are the report's days.
    people  ids of those whose rows it is about; None: everyone's, and what is nobody's.
    """

    workspace_id: int
    zone: str
    today: date
    period: Period
    by: str | None = None
    people: Collection[int] | None = None


@dataclass
class NotBy(Refused):
    """The report is not told apart that way. `ways`: those there are."""

    report: str
    by: str
    ways: tuple[str, ...]


def share(part: int, other: int) -> float | None:
    """The part of both together; None of nothing."""
    return part / (part + other) if part + other else None
