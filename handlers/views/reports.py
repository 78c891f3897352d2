"""What is said around a report: its totals as lines, and what cannot be asked for."""

from __future__ import annotations

from datetime import date

from handlers.views.words import listed, plural
from models.errors import Refused
from models.reports.making import NoSuchReport
from models.reports.periods import BadPeriod, EndsBeforeItBegins, Period
from models.reports.report import MONEY, Cell, Fact, NotBy, Report

PERIODS = "2026-03, 2026-W10, 2026-Q1, 2026-01-01..2026-03-31 or all"


def period(shown: Period) -> str:
    """ "2026-03" or "all time"."""
    return "all time" if shown.first is None else shown.name.replace("..", " to ")


def lines(report: Report) -> list[str]:
    """What the report is about, then its totals, a line each."""
    return [
        f"{report.title}, {period(report.period)}, as of {report.as_of}",
        *(_line(fact) for fact in report.facts),
        *(note for note in report.notes[:1] if "as of today" in note),
    ]


def written(rows: int, file: str) -> str:
    """What is in the file."""
    return f"{plural(rows, 'row')} in {file}"


def refused(problem: Refused) -> str:
    """What cannot be asked for, and what can."""
    match problem:
        case NoSuchReport():
            return f"There is no report {problem.name!r}."
        case NotBy() if problem.ways:
            ways = listed(list(problem.ways))
            return f"The report {problem.report} is not told by {problem.by}, only by {ways}."
        case NotBy():
            return f"The report {problem.report} is told as one, not by {problem.by}."
        case EndsBeforeItBegins():
            return f"The period ends on {problem.last}, before it begins on {problem.first}."
        case BadPeriod():
            return f"{problem.words!r} is no period. Write {PERIODS}."
    raise problem


def too_many_rows(most: int) -> str:
    """A workbook cannot hold them."""
    return f"A workbook holds {most:,} rows and there are more: ask for a .csv or a shorter period."


def nothing_yet() -> str:
    """No workspace, so nothing to report."""
    return "Nothing is stored for this workspace yet."


def wrong_ending(name: str) -> str:
    """A file of a kind that is not made."""
    return f"{name} must end in .xlsx or .csv."


def unwritable(name: str, why: str) -> str:
    """The file cannot be written."""
    return f"{name} cannot be written: {why}."


def _line(fact: Fact) -> str:
    told = [_figure(kind, cell) for kind, cell in fact.values]
    worth = [place for place, (kind, _) in enumerate(fact.values) if kind == MONEY and place]
    for place in worth:
        told[place] = f"worth {told[place]}"
    return f"{fact.label}: {' '.join(told)}"


def _figure(kind: str, cell: Cell) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, str | date):
        return str(cell)
    match kind:
        case "money":
            return f"{cell / 100:,.2f}" if abs(cell) < 10**15 else f"{int(cell) // 100:,}"
        case "share":
            return f"{100 * cell:.1f} %"
        case "number":
            return f"{cell:,.1f}"
    return f"{cell:,}"
