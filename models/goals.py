"""Goals: so much of something each week, month, quarter or year, and how far it is.

A goal comes again each period until it is changed or stopped. Each change is a row of its own, so
what was aimed at in a period that is over stays as it was. Formulas: docs/goals.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import cadence, holidays, lists, slots, stages, tallies, territories, users
from models.accounts import Account
from models.attribution import VISITS
from models.db import Base, within_workspace
from models.holidays import DaysOff
from models.lists import Choice
from models.referrals import IN, Referral
from models.tallies import Sum, Tally
from models.touches import Touch
from models.users import User
from models.workspaces import Workspace

VISIT, NEW_ACCOUNT, REFERRAL = "visits", "new accounts", "referrals"
START, REVENUE, ADHERENCE = "starts", "revenue", "adherence"
KINDS = (VISIT, NEW_ACCOUNT, REFERRAL, START, REVENUE, ADHERENCE)
"""Revenue is in whole cents, adherence in per cent; the others are counts."""

WEEK, MONTH, QUARTER, YEAR = "week", "month", "quarter", "year"
PERIODS = (WEEK, MONTH, QUARTER, YEAR)

PERSON, TEAM, TERRITORY = "person", "team", "territory"

MOST = 100_000_000_000
"""A target's: a billion dollars."""


class Goal(Base):
    """From a day on this is aimed at; without a target nothing is any more."""

    __tablename__ = "goal"
    __table_args__ = (
        within_workspace("user", "by_id"),
        Index("goal_of", "workspace_id", "scope", "scope_id", "kind", "period", "since"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    kind: Mapped[str] = mapped_column(String(12))
    period: Mapped[str] = mapped_column(String(7))
    scope: Mapped[str] = mapped_column(String(9))  # person, team (of a manager), territory
    scope_id: Mapped[int]
    since: Mapped[date]  # the first day of the period it holds from
    target: Mapped[int | None]
    by_id: Mapped[int | None]  # None: a file
    set_at: Mapped[datetime]


@dataclass(frozen=True)
class Whose:
    """Somebody's goal, a manager's whole team's, or a territory's."""

    scope: str
    scope_id: int


@dataclass(frozen=True)
class Progress:
    """How far a goal is in a period.

    actual    so far; None when there is nothing to measure (no account under a rule).
    expected  by the work days that are over; the target once all are.
    """

    whose: Whose
    kind: str
    period: str
    first: date
    last: date
    target: int
    actual: int | None
    expected: int

    @property
    def behind(self) -> int:
        """By how much it lags; 0 for on pace or ahead."""
        return max(0, self.expected - (self.actual or 0))

    @property
    def per_cent(self) -> int:
        """Of the target, rounded down: 100 is reached."""
        return 100 * (self.actual or 0) // self.target

    def as_numbers(self) -> dict[str, Any]:
        """As it is kept in a snapshot."""
        whose, days = vars(self.whose), (self.first.isoformat(), self.last.isoformat())
        return {**vars(self), "whose": whose, "first": days[0], "last": days[1]}

    @classmethod
    def of_numbers(cls, told: Mapping[str, Any]) -> Progress:
        """As it was told."""
        first, last = (date.fromisoformat(told[day]) for day in ("first", "last"))
        return cls(**{**told, "whose": Whose(**told["whose"]), "first": first, "last": last})


def bounds(period: str, day: date) -> tuple[date, date]:
    """The first and the last day of the period that the day is in; weeks begin on Mondays."""
    if period == WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    months = {MONTH: 1, QUARTER: 3, YEAR: 12}[period]
    month = (day.month - 1) // months * months + 1
    first = day.replace(month=month, day=1)
    after = month + months
    end = first.replace(year=first.year + (after > 12), month=after - 12 if after > 12 else after)
    return first, end - timedelta(days=1)


def put(
    session: Session,
    workspace_id: int,
    whose: Whose,
    kind: str,
    period: str,
    target: int | None,
    *,
    by_id: int,
    today: date,
    now: datetime,
) -> int | None:
    """Aim at this from the present period on, None for no goal any more; what was aimed at."""
    first, _ = bounds(period, today)
    before = _present(session, workspace_id, [whose], today, kind=kind, period=period)
    session.add(
        Goal(
            workspace_id=workspace_id,
            kind=kind,
            period=period,
            scope=whose.scope,
            scope_id=whose.scope_id,
            since=first,
            target=target,
            by_id=by_id,
            set_at=now,
        )
    )
    session.flush()
    return before[0].target if before else None


def progress(
    session: Session, workspace_id: int, of: Sequence[Whose], today: date, now: datetime
) -> Sequence[Progress]:
    """How far the goals are that hold on the day, in the order of `of` and of the kinds."""
    days_off = holidays.of(session, workspace_id, now)
    present = _present(session, workspace_id, of, today)
    people = {
        whose: _people(session, workspace_id, whose)
        for whose in {Whose(goal.scope, goal.scope_id) for goal in present}
    }
    made = _made(session, workspace_id, present, people, today)
    found = []
    for goal in present:
        period = bounds(goal.period, today)
        of_each = made[goal.kind, period[0]]
        whose = people[Whose(goal.scope, goal.scope_id)]
        actual = _figure(goal.kind, [of_each.get(one, Sum()) for one in whose])
        found.append(_progress(goal, period, today, today, days_off, actual))
    return found


def measured(
    session: Session,
    goal: Goal,
    period: tuple[date, date],
    through: date,
    today: date,
    days_off: DaysOff,
) -> Progress:
    """How far the goal was in a period of its own by the end of `through`, or is by now: today is
    not over, so nothing is expected of it."""
    people = _people(session, goal.workspace_id, Whose(goal.scope, goal.scope_id))
    made = tally(session, goal.workspace_id, people, goal.kind, period[0], through)
    sums = tallies.by_person(session, made)
    actual = _figure(goal.kind, sums.values())
    return _progress(goal, period, through, today, days_off, actual)


def work_days(first: date, last: date, days_off: DaysOff) -> list[date]:
    """The days from the first to the last on which goals are worked for."""
    days = (first + timedelta(days=at) for at in range((last - first).days + 1))
    return [
        one for one in days if slots.is_work_day(one, slots.WEEKDAYS) and not days_off.is_off(one)
    ]


def _progress(
    goal: Goal,
    period: tuple[date, date],
    through: date,
    today: date,
    days_off: DaysOff,
    actual: int | None,
) -> Progress:
    (first, last), target = period, goal.target or 0
    over = len(work_days(first, min(through, today - timedelta(days=1)), days_off))
    every = len(work_days(first, last, days_off))
    expected = target * over // every if every else 0
    return Progress(
        whose=Whose(goal.scope, goal.scope_id),
        kind=goal.kind,
        period=goal.period,
        first=first,
        last=last,
        target=target,
        actual=actual,
        expected=target if goal.kind == ADHERENCE else expected,
    )


def actual(
    session: Session, workspace_id: int, people: Collection[int], kind: str, first: date, last: date
) -> int | None:
    """What these people have made from the first day to the last, both included; None when there
    is nothing to measure."""
    return _figure(
        kind,
        [tallies.total(session, tally(session, workspace_id, people, kind, first, last))],
    )


def tally(
    session: Session, workspace_id: int, people: Collection[int], kind: str, first: date, last: date
) -> Tally:
    """The rows of what these people have made from the first day to the last, both included.

    visits        qualifying touches in person
    new accounts  accounts added that they own now
    referrals     received, promised ones left out
    starts        referrals in that have started, by the day they did
    revenue       cents of opportunities won
    adherence     their accounts at the end of the last day, those in cadence add one
    """
    match kind:
        case "adherence":
            rules = cadence.rules(session, workspace_id)
            return tallies.accounts(workspace_id, people, rules, last, tallies.KEPT, ended=True)
        case "revenue":
            return tallies.deals(workspace_id, people, stages.WON, first, last)
        case "visits":
            in_person = (Touch.type.in_(VISITS), Touch.qualifying)
            return tallies.touches(workspace_id, people, first, last, *in_person)
        case "referrals":
            return tallies.referrals(workspace_id, people, IN, first=first, last=last)
    since, until = _instants(session, workspace_id, first, last)
    if kind == NEW_ACCOUNT:
        within = (Account.created_at >= since, Account.created_at < until)
        return tallies.new_accounts(workspace_id, people, *within)
    won = select(Choice.key).where(
        Choice.workspace_id == workspace_id,
        Choice.list == lists.REFERRAL_STATUS,
        Choice.meaning == "won",
    )
    return tallies.referrals(
        workspace_id,
        people,
        IN,
        Referral.status.in_(won),
        Referral.status_changed_at >= since,
        Referral.status_changed_at < until,
    )


def _figure(kind: str, sums: Iterable[Sum]) -> int | None:
    """The figure of a kind: what its rows add up to; of adherence per cent, rounded down."""
    whole = sum(sums, Sum())
    if kind != ADHERENCE:
        return whole.adds
    return 100 * whole.adds // whole.rows if whole.rows else None


def _made(
    session: Session,
    workspace_id: int,
    present: Sequence[Goal],
    people: Mapping[Whose, Collection[int]],
    today: date,
) -> Mapping[tuple[str, date], Mapping[int | None, Sum]]:
    """By kind and first day what each person has made: a read for each, whatever the number of
    people and goals."""
    wanted: dict[tuple[str, date], set[int]] = {}
    for goal in present:
        first, _ = bounds(goal.period, today)
        whose = people[Whose(goal.scope, goal.scope_id)]
        wanted.setdefault((goal.kind, first), set()).update(whose)
    return {
        (kind, first): tallies.by_person(
            session, tally(session, workspace_id, who, kind, first, today)
        )
        for (kind, first), who in wanted.items()
    }


def names(session: Session, workspace_id: int, of: Collection[Whose]) -> dict[Whose, str]:
    """What each is called: the person, the manager whose team it is, or the territory."""
    people = users.names(
        session, workspace_id, {one.scope_id for one in of if one.scope != TERRITORY}
    )
    called = {}
    if any(one.scope == TERRITORY for one in of):
        called = {one.id: one.name for one in territories.every(session, workspace_id)}
    return {one: (called if one.scope == TERRITORY else people).get(one.scope_id, "") for one in of}


def whole_territories(
    session: Session, workspace_id: int, people: Collection[int] | None
) -> list[Whose]:
    """The territories in which somebody works, and nobody but these people (None: all there
    are), by name."""
    rows = session.execute(
        select(User.territory_id, User.id).where(
            User.workspace_id == workspace_id, User.territory_id.is_not(None)
        )
    )
    members: dict[int | None, set[int]] = {}
    for territory_id, user_id in rows:
        members.setdefault(territory_id, set()).add(user_id)
    return [
        Whose(TERRITORY, one.id)
        for one in territories.every(session, workspace_id)
        if people is None or (members.get(one.id) and members[one.id] <= set(people))
    ]


def holders(session: Session, workspace_id: int) -> set[int]:
    """The people who have, or once had, a goal of their own or for their team."""
    rows = session.scalars(
        select(Goal.scope_id)
        .where(Goal.workspace_id == workspace_id, Goal.scope.in_((PERSON, TEAM)))
        .distinct()
    )
    return set(rows)


def _present(
    session: Session,
    workspace_id: int,
    of: Sequence[Whose],
    today: date,
    *,
    kind: str | None = None,
    period: str | None = None,
) -> Sequence[Goal]:
    """The goals that hold on the day: of each the latest row that has begun."""
    rows = session.scalars(
        select(Goal)
        .where(
            Goal.workspace_id == workspace_id,
            Goal.scope_id.in_({one.scope_id for one in of}),
            Goal.since <= today,
        )
        .order_by(Goal.since, Goal.id)
    )
    latest: dict[tuple[Whose, str, str], Goal] = {}
    for row in rows:
        latest[Whose(row.scope, row.scope_id), row.kind, row.period] = row
    wanted = {one: place for place, one in enumerate(of)}
    found = [
        (wanted[whose], KINDS.index(row.kind), PERIODS.index(row.period), row)
        for (whose, _kind, _period), row in latest.items()
        if row.target is not None
        and whose in wanted
        and kind in (None, row.kind)
        and period in (None, row.period)
    ]
    return [row for *_place, row in sorted(found, key=lambda one: one[:3])]


def _people(session: Session, workspace_id: int, whose: Whose) -> Collection[int]:
    if whose.scope == PERSON:
        return {whose.scope_id}
    if whose.scope == TEAM:
        return users.team(session, workspace_id, whose.scope_id)
    return set(
        session.scalars(
            select(User.id).where(
                User.workspace_id == workspace_id, User.territory_id == whose.scope_id
            )
        )
    )


def _instants(
    session: Session, workspace_id: int, first: date, last: date
) -> tuple[datetime, datetime]:
    """The instants at which the days begin and are over, by the workspace's zone."""
    zone = session.scalar(select(Workspace.zone).where(Workspace.id == workspace_id)) or "UTC"
    midnight = [
        datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
        for day in (first, last + timedelta(days=1))
    ]
    return midnight[0], midnight[1]
