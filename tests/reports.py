"""Reports for tests, all their rows read."""

from __future__ import annotations

from collections.abc import Collection

from models.db import reading
from models.reports import making, periods
from models.reports.report import Asked, Report, Table
from tests.conftest import Database
from tests.make import NOW, ZONE


def made(
    database: Database,
    name: str,
    period: str = "all",
    by: str | None = None,
    people: Collection[int] | None = None,
) -> Report:
    """The report, all its rows read."""
    asked = Asked(1, ZONE, NOW.date(), periods.parse(period), by, people)
    with reading(database.sessions) as session:
        report = making.make(session, name, asked)
        tables = [Table(one.name, one.columns, list(one.rows)) for one in report.tables]
        return Report(**{**vars(report), "tables": tables})


def rows(report: Report, table: int = 0) -> list[tuple[object, ...]]:
    return list(report.tables[table].rows)


def facts(report: Report) -> dict[str, list[object]]:
    return {fact.label: [value for _, value in fact.values] for fact in report.facts}
