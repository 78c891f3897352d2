"""What a manager's Home tells of the people below: how they do, who needs help, and what the team
brings in. Formulas: docs/managers.md.

Counted as the Monday digest counts, the manager included, but as of today.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from models import cadence, deal_figures, goals, permissions, reckoning, tallies, users
from models.accounts import Account
from models.goals import MONTH, PERSON, TEAM, Progress, Whose
from models.pipeline import Kept, whose
from models.referral_steps import Steps
from models.referral_steps import of as steps_of
from models.referrals import IN, Referral, was_received
from models.stages import LOST, OPEN, WON
from models.tallies import BEST, COMMIT, WEIGHTED, Sum
from models.users import Actor, User

AGES = ((0, 2), (3, 7), (8, None))
"""Days since an open referral was received, both included."""


@dataclass(frozen=True)
class Person:
    """How somebody of the team does.

    far     accounts overdue by more than twice their cadence.
    behind  their own goals that lag.
    """

    user_id: int
    name: str
    touches: int
    kept: Kept
    far: int
    behind: Sequence[Progress] = ()

    @property
    def needs_help(self) -> bool:
        """Whether somebody should ask how it goes."""
        return bool(self.far or self.behind)


@dataclass(frozen=True)
class Board:
    """A manager's team.

    people      those who need help first, the worst of them first.
    kept        by tier.
    referrals   in: received this week, and this month.
    waiting     open ones, by age as in AGES.
    deals       by figure.
    goals       the team's.
    """

    manager_id: int
    people: Sequence[Person]
    kept: Mapping[str, Kept]
    week: int
    month: int
    waiting: Sequence[int]
    deals: Mapping[str, Sum]
    quarter: tuple[date, date]
    goals: Sequence[Progress]

    @property
    def touches(self) -> int:
        """Those of this week."""
        return sum(one.touches for one in self.people)

    @property
    def far(self) -> int:
        """Accounts overdue by more than twice their cadence."""
        return sum(one.far for one in self.people)

    @property
    def behind(self) -> int:
        """Goals of people that lag."""
        return sum(len(one.behind) for one in self.people)

    @property
    def all_kept(self) -> Kept:
        """All tiers together."""
        return Kept(
            sum(tier.accounts for tier in self.kept.values()),
            sum(tier.within for tier in self.kept.values()),
        )


def of(session: Session, actor: Actor, today: date, now: datetime) -> Board | None:
    """The actor's board; None for who leads nobody. A fixed number of reads, whatever the number
    of people, accounts and touches, and one more for each kind and period of goals."""
    if not permissions.leads(actor.role):
        return None
    workspace_id = actor.workspace_id
    team = users.team(session, workspace_id, actor.user_id)
    if len(team) < 2:
        return None
    monday = today - timedelta(days=today.weekday())
    quarter = deal_figures.quarter(today)
    aimed = goals.progress(
        session,
        workspace_id,
        [Whose(TEAM, actor.user_id), *(Whose(PERSON, one) for one in sorted(team))],
        today,
        now,
    )
    kept, far = _standing(session, workspace_id, team, today)
    people = _people(session, workspace_id, team, (monday, kept, far), aimed)
    tiers: dict[str, Kept] = {}
    for (_who, tier), one in kept.items():
        before = tiers.get(tier, Kept(0, 0))
        tiers[tier] = Kept(before.accounts + one.accounts, before.within + one.within)
    week, month, *waiting = _referrals(session, workspace_id, team, monday, today)
    return Board(
        manager_id=actor.user_id,
        people=people,
        kept=tiers,
        week=week,
        month=month,
        waiting=waiting,
        deals=tallies.of_deals(
            session, workspace_id, team, *quarter, OPEN, WEIGHTED, COMMIT, BEST, WON, LOST
        ),
        quarter=quarter,
        goals=[one for one in aimed if one.whose.scope == TEAM],
    )


def waiting_since(age: int, today: date) -> tuple[date, date]:
    """The first and the last day of receipt of open referrals of that age. Where a day begins
    earlier than for the reader, tomorrow's are there already."""
    youngest, oldest = AGES[age]
    first = date.min if oldest is None else today - timedelta(days=oldest)
    return first, today - timedelta(days=youngest) if youngest else date.max


def is_open(steps: Steps) -> ColumnElement[bool]:
    """Whether a referral is neither closed nor only promised."""
    return Referral.status.in_(steps.standing)


_Kept = Mapping[tuple[int, str], Kept]


def _standing(
    session: Session, workspace_id: int, team: Collection[int], today: date
) -> tuple[_Kept, Mapping[int, int]]:
    """By owner and tier how accounts stand, and by owner how many are far behind."""
    rules = cadence.rules(session, workspace_id)

    def count(times: int) -> ColumnElement[int]:
        return func.sum(case((reckoning.past(rules, today, times=times), 1), else_=0))

    rows = session.execute(
        select(Account.owner_id, Account.tier, func.count(), count(1), count(2))
        .where(*tallies.in_cadence(workspace_id, team, today))
        .group_by(Account.owner_id, Account.tier)
    )
    kept: dict[tuple[int, str], Kept] = {}
    far: dict[int, int] = {}
    for owner_id, tier, accounts, past, past_twice in rows:
        if owner_id is not None:
            kept[owner_id, tier] = Kept(accounts, accounts - int(past))
            far[owner_id] = far.get(owner_id, 0) + int(past_twice)
    return kept, far


def _people(
    session: Session,
    workspace_id: int,
    team: Collection[int],
    told: tuple[date, _Kept, Mapping[int, int]],
    aimed: Sequence[Progress],
) -> list[Person]:
    """Everyone in the team; those who left only while something of theirs counts."""
    monday, kept, far = told
    sunday = monday + timedelta(days=6)
    touched = tallies.by_person(session, tallies.touches(workspace_id, team, monday, sunday))
    of_each: dict[int, Kept] = {}
    for (who, _tier), one in kept.items():
        before = of_each.get(who, Kept(0, 0))
        of_each[who] = Kept(before.accounts + one.accounts, before.within + one.within)
    lagging: dict[int, list[Progress]] = {}
    for goal in aimed:
        if goal.whose.scope == PERSON and goal.behind:
            lagging.setdefault(goal.whose.scope_id, []).append(goal)
    rows = session.execute(
        select(User.id, User.name, User.active).where(
            User.workspace_id == workspace_id, User.id.in_(sorted(team))
        )
    )
    found = [
        Person(
            row.id,
            row.name,
            touched.get(row.id, Sum()).adds,
            of_each.get(row.id, Kept(0, 0)),
            far.get(row.id, 0),
            lagging.get(row.id, ()),
        )
        for row in rows
        if row.active or row.id in touched or row.id in of_each or row.id in lagging
    ]
    return sorted(found, key=lambda one: (-one.far, -len(one.behind), one.name, one.user_id))


def _referrals(
    session: Session, workspace_id: int, team: Collection[int], monday: date, today: date
) -> list[int]:
    """Received this week and this month, then open by age: two reads by the owner's index."""
    first, last = goals.bounds(MONTH, today)
    sunday = monday + timedelta(days=6)
    mine = (
        Referral.workspace_id == workspace_id,
        whose(workspace_id, team, Referral.owner_id),
        Referral.direction == IN,
        was_received(),
    )

    def counts(*wanted: ColumnElement[bool]) -> list[ColumnElement[int]]:
        return [func.sum(case((one, 1), else_=0)) for one in wanted]

    day = Referral.received_on
    received = session.execute(
        select(*counts(day.between(monday, sunday), day.between(first, last))).where(
            *mine, day.between(min(monday, first), max(sunday, last))
        )
    ).one()
    ages = [waiting_since(age, today) for age in range(len(AGES))]
    waiting = session.execute(
        select(*counts(*(day.between(*days) for days in ages))).where(
            *mine, is_open(steps_of(session, workspace_id))
        )
    ).one()
    return [int(one or 0) for one in (*received, *waiting)]
