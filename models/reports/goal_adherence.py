"""Goal adherence: each goal in each of its periods, how far it came and where it is heading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import goals, holidays, territories, users
from models.goals import (
    ADHERENCE,
    KINDS,
    MONTH,
    PERSON,
    QUARTER,
    REVENUE,
    TEAM,
    TERRITORY,
    WEEK,
    Goal,
    Progress,
    Whose,
)
from models.holidays import DaysOff
from models.reports import periods
from models.reports.people import called, header
from models.reports.report import (
    COUNT,
    NOBODY,
    SHARE,
    Asked,
    Cell,
    Chart,
    Column,
    Fact,
    Report,
    Row,
    Table,
)
from models.users import User

NAME = "goal-adherence"

COLUMNS = (
    Column("Person/Team"),
    Column("Goal"),
    Column("Target", COUNT),
    Column("Actual", COUNT),
    Column("%", SHARE),
    Column("Pace (on/behind by n)"),
    Column("Forecast end", COUNT),
    Column("Comment"),
)

NOTES = (
    "A row for each goal in each of its own periods that the report's touches. One that runs on "
    "is told as it stood at the end of the report's period, or today.",
    "Weeks begin on Mondays: one over the end of a month is in both months, in the first as it "
    "stood then.",
    "Behind = the target x work days over / all work days, rounded down, - the actual. Today is "
    "not over. Adherence is compared with its goal as it is.",
    "Forecast end = the actual / work days until then, today included, x all work days; adherence "
    "as it is.",
    "A team is the manager and everyone below, a territory everyone who works there, as they are "
    "today: who changes teams takes their figures along.",
    "Revenue is in whole currency and cents, adherence in per cent.",
)

BYS = ("agent", "manager", "region")
_SCOPES = (TEAM, TERRITORY, PERSON)
_NAMED = {WEEK: periods.week, MONTH: periods.month, QUARTER: periods.quarter}


@dataclass(frozen=True)
class _Aim:
    """A goal in one of its periods: how far, where to, and what was aimed at in the one before."""

    progress: Progress
    forecast: float | None
    before: int | None
    runs_on: bool


def make(session: Session, asked: Asked) -> Report:
    """A row for each, teams first, then territories and people by name; within groups where they
    are asked for. A few reads for each row."""
    names = _Names(session, asked.workspace_id)
    aims = sorted(_aims(session, asked), key=lambda one: names.order(one.progress))
    rows: list[tuple[str, Row]] = [
        (names.group(one.progress.whose, asked.by), _row(one, names)) for one in aims
    ]
    columns = COLUMNS if asked.by is None else (Column(header(asked.by)), *COLUMNS)
    if asked.by is not None:
        rows.sort(key=lambda told: (told[0] == NOBODY, told[0].casefold()))
    kinds = Table(
        "By goal",
        (
            Column("Goal"),
            *(Column(name, COUNT) for name in ("Goals", "Reached", "On pace", "Behind")),
        ),
        _by_kind(aims),
    )
    sums = [sum(1 for one in aims if _stand(one) == stand) for stand in (_REACHED, _ON, _BEHIND)]
    kept = sums[0] + sums[1]
    return Report(
        name=NAME,
        title="Goal adherence",
        period=asked.period,
        as_of=asked.today,
        tables=[
            Table(
                "Goal adherence",
                columns,
                [told if asked.by is None else (group, *told) for group, told in rows],
            ),
            kinds,
        ],
        facts=[
            Fact("Goals", [(COUNT, len(aims))]),
            Fact("Reached", [(COUNT, sums[0])]),
            Fact("On pace", [(COUNT, sums[1])]),
            Fact("Behind", [(COUNT, sums[2])]),
            Fact("Reached or on pace", [(SHARE, kept / sum(sums) if sum(sums) else None)]),
        ],
        notes=NOTES,
        charts=[
            Chart(
                "Goals reached, behind and on pace",
                kinds.name,
                "Goal",
                ("Reached", "Behind", "On pace"),
            )
        ],
    )


_REACHED, _ON, _BEHIND, _NOTHING = "reached", "on pace", "behind", "nothing to count"


def _aims(session: Session, asked: Asked) -> Iterator[_Aim]:
    """The goals of those asked about that held within the period."""
    through = min(asked.period.last or asked.today, asked.today)
    query = select(Goal).where(Goal.workspace_id == asked.workspace_id, Goal.since <= through)
    shown = set(goals.whole_territories(session, asked.workspace_id, asked.people))
    changes: dict[tuple[Whose, str, str], list[Goal]] = {}
    for goal in session.scalars(query.order_by(Goal.since, Goal.id)):
        whose = Whose(goal.scope, goal.scope_id)
        seen = whose in shown if goal.scope == TERRITORY else _is_theirs(session, asked, whose)
        if seen:
            changes.setdefault((whose, goal.kind, goal.period), []).append(goal)
    begins = [asked.period.first or every[0].since for every in changes.values()]
    start = min(begins, default=through)
    days_off = holidays.of(session, asked.workspace_id, datetime.combine(start, time(), tzinfo=UTC))
    for every in changes.values():
        yield from _of_one(session, asked, every, through, days_off)


def _is_theirs(session: Session, asked: Asked, whose: Whose) -> bool:
    """Whether it is about nobody but those asked about: who leads no longer, and still has people
    below, does not see the team's."""
    if asked.people is None or whose.scope == PERSON:
        return asked.people is None or whose.scope_id in asked.people
    return users.team(session, asked.workspace_id, whose.scope_id) <= set(asked.people)


def _of_one(
    session: Session, asked: Asked, every: list[Goal], through: date, days_off: DaysOff
) -> Iterator[_Aim]:
    """One goal in its periods, by its changes in their order."""
    day = max(asked.period.first or every[0].since, every[0].since)
    while day <= through:
        first, last = goals.bounds(every[0].period, day)
        day = last + timedelta(days=1)
        held = [one for one in every if one.since <= first]
        if not held or held[-1].target is None:
            continue
        end = min(last, through)
        progress = goals.measured(session, held[-1], (first, last), end, asked.today, days_off)
        before = [one.target for one in held if one.since < first]
        yield _Aim(
            progress=progress,
            forecast=_forecast(progress, end, days_off),
            before=before[-1] if before and before[-1] != progress.target else None,
            runs_on=end < last or end == asked.today,
        )


def _forecast(progress: Progress, through: date, days_off: DaysOff) -> float | None:
    if progress.kind == ADHERENCE or progress.actual is None or through == progress.last:
        return progress.actual
    over = len(goals.work_days(progress.first, through, days_off))
    every = len(goals.work_days(progress.first, progress.last, days_off))
    return progress.actual * every / over if over else None


def _row(aim: _Aim, names: _Names) -> Row:
    one = aim.progress
    first = one.first
    period = _NAMED[one.period](first).name if one.period in _NAMED else str(first.year)
    return (
        names.of(one.whose),
        f"{one.kind} {period}",
        _figure(one.kind, one.target),
        _figure(one.kind, one.actual),
        None if one.actual is None else one.actual / one.target,
        _pace(aim),
        _figure(one.kind, aim.forecast),
        _comment(aim),
    )


def _stand(aim: _Aim) -> str:
    one = aim.progress
    if one.actual is None:
        return _NOTHING
    if one.actual >= one.target:
        return _REACHED
    return _BEHIND if one.behind else _ON


def _pace(aim: _Aim) -> str:
    one, stand = aim.progress, _stand(aim)
    if stand != _BEHIND:
        return stand
    return (
        f"behind by {one.behind / 100:,.2f}" if one.kind == REVENUE else f"behind by {one.behind:,}"
    )


def _comment(aim: _Aim) -> str:
    told = [f"runs until {aim.progress.last}"] if aim.runs_on else []
    if aim.before is not None:
        told.append(f"target was {_figure(aim.progress.kind, aim.before)}")
    return "; ".join(told)


def _figure(kind: str, value: float | None) -> Cell:
    """Revenue in whole currency, with cents where there are any; a forecast to a tenth."""
    if value is None:
        return None
    told = round(value / 100, 2) if kind == REVENUE else round(value, 1)
    return int(told) if told == int(told) else told


def _by_kind(aims: list[_Aim]) -> list[Row]:
    found: list[Row] = []
    for kind in KINDS:
        stands = [_stand(one) for one in aims if one.progress.kind == kind]
        if stands:
            counts = [stands.count(stand) for stand in (_REACHED, _ON, _BEHIND)]
            found.append((kind, len(stands), *counts))
    return found


class _Names:
    """What people, their managers and territories are called."""

    def __init__(self, session: Session, workspace_id: int) -> None:
        rows = session.execute(
            select(User.id, called(User), User.manager_id, User.territory_id).where(
                User.workspace_id == workspace_id
            )
        )
        self._people: Mapping[int, tuple[str, int | None, int | None]] = {
            id_: (name, manager, territory) for id_, name, manager, territory in rows
        }
        every = territories.every(session, workspace_id)
        self._territories = {one.id: one.name for one in every}

    def of(self, whose: Whose) -> str:
        """ "Dana Reyes", "Team of Ann Boss", "North"."""
        if whose.scope == TERRITORY:
            return self._territories.get(whose.scope_id, NOBODY)
        name = self._person(whose.scope_id)
        return f"Team of {name}" if whose.scope == TEAM else name

    def group(self, whose: Whose, by: str | None) -> str:
        """By whom the row is told apart: a team's manager leads it, a territory is its region."""
        if whose.scope == TERRITORY:
            return self.of(whose) if by == "region" else NOBODY
        _, manager, territory = self._people.get(whose.scope_id, ("", None, None))
        if by == "agent":
            return self._person(whose.scope_id) if whose.scope == PERSON else NOBODY
        if by == "manager":
            return self._person(whose.scope_id if whose.scope == TEAM else manager)
        return self._territories.get(territory or 0, NOBODY)

    def order(self, one: Progress) -> tuple[int, str, int, int, str, date]:
        """Teams, territories, people; each by name, goal and period."""
        whose = one.whose
        place, name = _SCOPES.index(whose.scope), self.of(whose).casefold()
        return place, name, whose.scope_id, KINDS.index(one.kind), one.period, one.first

    def _person(self, user_id: int | None) -> str:
        return self._people.get(user_id or 0, ("", None, None))[0] or NOBODY
