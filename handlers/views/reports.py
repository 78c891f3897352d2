"""What is said around a report: its totals as lines, and what cannot be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from handlers.views import fields
from handlers.views.fields import Block, View, mrkdwn, plain
from handlers.views.words import day, esc, listed, plural
from models.errors import Refused
from models.lists import Entry
from models.report_schedules import MONTH, QUARTER, WEEK
from models.reports.making import NoSuchReport
from models.reports.periods import BadPeriod, EndsBeforeItBegins, Period
from models.reports.report import BYS, MONEY, Cell, Fact, NotBy, Report

FORM, NAME, PERIOD, BY = "report_form", "report_name", "report_period", "report_by"
SEND, NOW = "report_send", "now"
SCHEDULES = "report_schedules"

XLSX, CSV = "xlsx", "csv"

EVERY = {WEEK: "every week", MONTH: "every month", QUARTER: "every quarter"}

_ON_SCHEDULE = (
    "On schedule, it comes on your first work day of each week, month or quarter and covers the "
    "one before. The period above is for Now."
)

_LONGEST = 30
"""Letters of a period as it is typed."""

TITLES = {
    "activity": "Activity",
    "closings": "Closings",
    "follow-up": "Follow-up",
    "goal-adherence": "Goal adherence",
    "pipeline": "Pipeline",
    "referral-log": "Referral log",
    "territory-review": "Territory review",
}

PERIODS = "2026-03, 2026-W10, 2026-Q1, 2026-01-01..2026-03-31 or all"


def period(shown: Period) -> str:
    """ "2026-03" or "all time"."""
    return "all time" if shown.first is None else shown.name.replace("..", " to ")


def lines(report: Report) -> list[str]:
    """What the report is about, then its totals, a line each."""
    return [
        f"{report.title}, {period(report.period)}, as of {day(report.as_of, report.as_of)}",
        *(_line(fact) for fact in report.facts),
        *(note for note in report.notes[:1] if "as of today" in note),
    ]


def form(
    names: Sequence[str],
    *,
    name: str | None,
    period: str,
    by: str | None,
    send: str = NOW,
    scheduled: int = 0,
) -> View:
    """Which report, of when, told apart how, sent when. `scheduled`: how many the person has."""
    entries = [Entry(each, TITLES[each]) for each in names]
    groups = [Entry(each, f"By {each}") for each in BYS]
    sends = [Entry(NOW, "Now"), *(Entry(key, said.capitalize()) for key, said in EVERY.items())]
    blocks = [
        fields.pick(NAME, "Report", entries, chosen=name, optional=False),
        fields.text(
            PERIOD, "Period", value=period[:_LONGEST], longest=_LONGEST, placeholder=PERIODS
        ),
        fields.pick(BY, "Group by", groups, chosen=by),
        fields.pick(SEND, "Send it", sends, chosen=send, optional=False),
        fields.context(
            plain("A workbook comes in your messages and covers the people you can see.")
        ),
        fields.context(plain(_ON_SCHEDULE)),
    ]
    if scheduled:
        label = f"Your {plural(scheduled, 'scheduled report')}"
        blocks.append(fields.actions(fields.button(SCHEDULES, label, "form")))
    return fields.modal(FORM, "Make a report", blocks, submit="Make")


def making(name: str, shown: Period) -> View:
    """What the form becomes while the report is made."""
    said = f"Making your report: {TITLES[name]}, {period(shown)}. "
    said += "It comes in your messages with Touchbase; a long one takes a minute."
    return {
        "type": "modal",
        "title": plain("Make a report"),
        "close": plain("Close"),
        "blocks": [fields.section(plain(said))],
    }


def about(report: Report, *, people: int | None) -> list[str]:
    """The lines of the message with the file. `people`: how many it is about, None for all."""
    told = lines(report)[:6]
    if people is None:
        return told
    return [*told, "Covers you." if people == 1 else "Covers you and your team."]


def file_name(report: Report, ending: str) -> str:
    """ "pipeline-2026-Q1.xlsx". Names nobody: file names are seen by more people than files."""
    return f"{report.name}-{report.period.name}.{ending}"


def message(
    name: str, link: str, told: Sequence[str], *, every: str | None = None
) -> tuple[str, list[Block]]:
    """The message with the file: its link shares it. `every`: how often it comes."""
    first, *rest = told
    words = [f"*{esc(first)}*", *(esc(line) for line in rest), f"<{link}|{esc(name)}>"]
    blocks = [fields.section(mrkdwn("\n".join(words)))]
    if every:
        blocks += [
            fields.context(plain(f"Comes {EVERY[every]}.")),
            fields.actions(fields.button(SCHEDULES, "Your scheduled reports", "message")),
        ]
    return f"{first}: {name}", blocks


def written(rows: int, file: str) -> str:
    """What is in the file."""
    return f"{plural(rows, 'row')} in {file}"


def refused(problem: Refused) -> str:
    """What cannot be asked for, and what can."""
    match problem:
        case NoSuchReport():
            return f"There is no report {problem.name!r}. Choose {listed(sorted(TITLES))}."
        case NotBy() if problem.ways:
            ways = listed(list(problem.ways))
            return f"The report {problem.report} can't be grouped by {problem.by}, only by {ways}."
        case NotBy():
            return f"The report {problem.report} can't be grouped."
        case EndsBeforeItBegins():
            return f"The period ends on {problem.last}, before it begins on {problem.first}."
        case BadPeriod():
            return f"{problem.words!r} is not a period. Write {PERIODS}."
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
            return f"{100 * cell:.1f}%"
        case "number":
            return f"{cell:,.1f}"
    return f"{cell:,}"
