"""The plan of a person's week: whom the cadence says to see, how many contacts that makes, what
the person made of it, and what became of it.

The proposal is reckoned from the touches before the week, so it stays the same while the week goes
on; only what a person changes is stored. Formulas: docs/goals.md, "The weekly plan".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    SmallInteger,
    UniqueConstraint,
    and_,
    delete,
    func,
    select,
    true,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import cadence, holidays, people_due, reckoning, slots, users
from models.accounts import Account, Snooze
from models.db import Base, insert_if_absent, within_workspace
from models.errors import NoSuchAccount
from models.touches import Touch
from models.users import Actor, User

MOST = 50
"""Accounts in a proposal, the most pressing ones."""

MOST_CHOSEN = 100
"""Accounts in a plan that somebody changed: Slack shows no more in one field."""

PLAN, RESULT = "plan", "result"
"""What the morning message tells of it: on the first and on the last work day of a week."""

_WEEKS_BEFORE = 4


class WeeklyPlan(Base):
    """What a person made of the proposal for a week; without a row the proposal stands."""

    __tablename__ = "weekly_plan"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="weekly_plan_in_workspace"),
        UniqueConstraint("workspace_id", "user_id", "monday", name="weekly_plan_once"),
        within_workspace("user", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    user_id: Mapped[int]
    monday: Mapped[date]
    projected: Mapped[int | None] = mapped_column(SmallInteger)  # None: as the accounts make it
    set_at: Mapped[datetime]


class PlannedAccount(Base):
    """An account in a changed plan."""

    __tablename__ = "planned_account"
    __table_args__ = (
        UniqueConstraint("workspace_id", "weekly_plan_id", "account_id", name="planned_once"),
        within_workspace("weekly_plan", "weekly_plan_id"),
        within_workspace("account", "account_id"),
        Index("planned_account_of", "workspace_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    weekly_plan_id: Mapped[int]
    account_id: Mapped[int]


@dataclass(frozen=True)
class Target:
    """An account to be seen, and how many contacts the cadence asks for within the week."""

    account_id: int
    name: str
    city: str
    state: str
    contacts: int


@dataclass(frozen=True)
class Plan:
    """A week's plan as it stands.

    targets    the accounts, most pressing first; a changed plan's by name.
    projected  contacts.
    proposed   contacts that the cadence asks for, and at how many accounts; `MOST` at most.
    more       accounts due this week that are not in the proposal, for want of room.
    usual      contacts a week of the four weeks before, rounded; what the person can do.
    """

    monday: date
    targets: Sequence[Target]
    projected: int
    proposed: tuple[int, int]
    more: int
    usual: int
    changed: bool

    def __bool__(self) -> bool:
        return bool(self.projected or self.targets)


@dataclass(frozen=True)
class Made:
    """What became of a plan so far.

    contacts   qualifying touches of the person's within the week; elsewhere: of them those at
               accounts that were not planned.
    seen       planned accounts with at least one of them; left: the others, in the plan's order.
    """

    contacts: int
    elsewhere: int
    seen: int
    left: Sequence[str]


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def told_on(session: Session, user: User, day: date, now: datetime) -> str | None:
    """What the person's morning message of that day tells of the plan: PLAN, RESULT or nothing."""
    days_off = holidays.of(session, user.workspace_id, now)

    def is_off(one: date) -> bool:
        return days_off.is_off(one, user.holidays) or users.is_paused(user, one)

    if slots.is_first_work_day(day, user.work_days, is_off):
        return PLAN
    return RESULT if slots.is_last_work_day(day, user.work_days, is_off) else None


def of(session: Session, user: User, monday: date) -> Plan:
    """The person's plan of the week from `monday`: some six reads, whatever the touches."""
    due = _due(session, user, monday)
    proposal = due[:MOST]
    stored = _stored(session, user.workspace_id, user.id, monday)
    targets: Sequence[Target] = proposal
    if stored is not None:
        asked = {one.account_id: one.contacts for one in due}
        targets = _chosen(session, stored, asked)
    sums = [sum(one.contacts for one in each) for each in (targets, proposal)]
    projected = stored.projected if stored is not None else None
    return Plan(
        monday=monday,
        targets=targets,
        projected=sums[0] if projected is None else projected,
        proposed=(sums[1], len(proposal)),
        more=len(due) - len(proposal),
        usual=_usual(session, user, monday),
        changed=stored is not None,
    )


def made(session: Session, user: User, plan: Plan) -> Made:
    """What has come of the plan by now."""
    counted = contacts(session, user.workspace_id, {user.id}, plan.monday).get(user.id, {})
    planned = {one.account_id for one in plan.targets}
    left = [one.name for one in plan.targets if one.account_id not in counted]
    return Made(
        contacts=sum(counted.values()),
        elsewhere=sum(count for place, count in counted.items() if place not in planned),
        seen=len(plan.targets) - len(left),
        left=left,
    )


def contacts(
    session: Session, workspace_id: int, people: Collection[int], monday: date
) -> dict[int, dict[int | None, int]]:
    """By person and account, the qualifying touches of the week."""
    rows = session.execute(
        select(Touch.user_id, Touch.account_id, func.count())
        .where(*_qualifying(workspace_id, people, monday, monday + timedelta(days=6)))
        .group_by(Touch.user_id, Touch.account_id)
    )
    found: dict[int, dict[int | None, int]] = {}
    for user_id, account_id, count in rows:
        found.setdefault(user_id, {})[account_id] = count
    return found


def put(
    session: Session,
    actor: Actor,
    monday: date,
    account_ids: Collection[int],
    projected: int | None,
    now: datetime,
) -> None:
    """Plan these accounts for the week, and so many contacts; None: as the accounts make it.
    Raises NoSuchAccount."""
    told = {"projected": projected, "set_at": now}
    key = {"workspace_id": actor.workspace_id, "user_id": actor.user_id, "monday": monday}
    plan_id = insert_if_absent(session, WeeklyPlan, {**key, **told})
    if plan_id is None:
        plan = session.scalars(select(WeeklyPlan).filter_by(**key).with_for_update()).one()
        plan.projected, plan.set_at = projected, now
        plan_id = plan.id
        _clear(session, actor.workspace_id, plan_id)
    ids = set(account_ids)
    known = select(Account.id).where(
        Account.workspace_id == actor.workspace_id,
        Account.id.in_(sorted(ids)),
        Account.archived_at.is_(None),
    )
    if set(session.scalars(known)) != ids:
        raise NoSuchAccount
    session.add_all(
        PlannedAccount(workspace_id=actor.workspace_id, weekly_plan_id=plan_id, account_id=one)
        for one in sorted(ids)
    )
    session.flush()


def back_to_proposal(session: Session, actor: Actor, monday: date) -> None:
    """Have the proposal stand again."""
    plan = _stored(session, actor.workspace_id, actor.user_id, monday)
    if plan is not None:
        _clear(session, actor.workspace_id, plan.id)
        session.delete(plan)
        session.flush()


def _due(session: Session, user: User, monday: date) -> list[Target]:
    """The person's accounts that are past due, or fall due by Sunday, as of the days before the
    week; most pressing first. What they had put off beyond the week by then is left out.

    An account falls due at its last day in cadence, and again each longest gap later.
    """
    before, sunday = monday - timedelta(days=1), monday + timedelta(days=6)
    rules = cadence.rules(session, user.workspace_id)
    begins = slots.instant(monday, time(), user.zone)
    rows = session.execute(
        select(
            Account.id,
            Account.name,
            Account.city,
            Account.state,
            Account.tier,
            Account.type,
            Account.owned_since,
            reckoning.since(before).label("since"),
        )
        .outerjoin(
            Snooze,
            and_(
                Snooze.workspace_id == Account.workspace_id,
                Snooze.account_id == Account.id,
                Snooze.user_id == user.id,
                Snooze.hidden_until > sunday,
                Snooze.asked_at < begins,
            ),
        )
        .where(
            Account.workspace_id == user.workspace_id,
            Account.owner_id == user.id,
            Account.owned_since < monday,
            Account.archived_at.is_(None),
            Account.status.not_in(cadence.EXEMPT),
            Snooze.id.is_(None),
            # People may be due at an account that is not.
            true() if rules.people else reckoning.due_by(rules, sunday, before),
        )
    ).all()
    places = {row.id: (row.tier, row.type, row.owned_since) for row in rows}
    people = people_due.at(session, user.workspace_id, rules, places, which=list(places), by=before)
    found: list[tuple[float, Target]] = []
    for row in rows:
        rule = rules.of_account(row.tier, row.type)
        gaps = [(row.since, rule), *((one.since, one.rule) for one in people.get(row.id, ()))]
        due_on = min(since + timedelta(days=one.max_days) for since, one in gaps)
        if due_on <= sunday:
            again = (sunday - max(due_on, monday)).days // rule.max_days
            target = Target(row.id, row.name, row.city, row.state, 1 + again)
            times = max((sunday - since).days / one.max_days for since, one in gaps)
            found.append((times * cadence.WEIGHTS[row.tier], target))
    found.sort(key=lambda one: (-one[0], one[1].name, one[1].account_id))
    return [target for _, target in found]


def _stored(session: Session, workspace_id: int, user_id: int, monday: date) -> WeeklyPlan | None:
    return session.scalar(
        select(WeeklyPlan).where(
            WeeklyPlan.workspace_id == workspace_id,
            WeeklyPlan.user_id == user_id,
            WeeklyPlan.monday == monday,
        )
    )


def _chosen(session: Session, plan: WeeklyPlan, asked: Mapping[int, int]) -> list[Target]:
    """The accounts of a changed plan; one contact each where the cadence asks for none."""
    rows = session.execute(
        select(Account.id, Account.name, Account.city, Account.state)
        .join(
            PlannedAccount,
            and_(
                PlannedAccount.workspace_id == Account.workspace_id,
                PlannedAccount.account_id == Account.id,
            ),
        )
        .where(
            PlannedAccount.workspace_id == plan.workspace_id,
            PlannedAccount.weekly_plan_id == plan.id,
        )
        .order_by(Account.name, Account.id)
    )
    return [Target(*row, asked.get(row.id, 1)) for row in rows]


def _usual(session: Session, user: User, monday: date) -> int:
    first = monday - timedelta(weeks=_WEEKS_BEFORE)
    mine = _qualifying(user.workspace_id, {user.id}, first, monday - timedelta(days=1))
    count = session.scalar(select(func.count(Touch.id)).where(*mine)) or 0
    return round(count / _WEEKS_BEFORE)


def _qualifying(workspace_id: int, people: Collection[int], first: date, last: date) -> list[Any]:
    return [
        Touch.workspace_id == workspace_id,
        Touch.user_id.in_(sorted(people)),
        Touch.occurred_on.between(first, last),
        Touch.qualifying,
    ]


def _clear(session: Session, workspace_id: int, plan_id: int) -> None:
    session.execute(
        delete(PlannedAccount).where(
            PlannedAccount.workspace_id == workspace_id, PlannedAccount.weekly_plan_id == plan_id
        )
    )
