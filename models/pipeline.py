"""The figures of one week: touches, accounts reached, adherence, referrals, who is overdue.

Counts only, never a name. Formulas: domain.md D3 ("Point adherence"), docs/cadence.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, case, distinct, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import cadence, lists, reckoning
from models.accounts import Account
from models.cadence import Rules
from models.lists import Entry
from models.referrals import Referral, was_received
from models.touches import Touch
from models.users import User


@dataclass(frozen=True)
class Kept:
    """How many accounts of a tier there are, and how many of them are within their cadence."""

    accounts: int
    within: int

    @property
    def overdue(self) -> int:
        """Those past it."""
        return self.accounts - self.within


@dataclass(frozen=True)
class Week:
    """The figures of Monday to Sunday."""

    monday: date
    touches: int
    reached: int  # accounts with at least one touch of any kind
    referrals: Mapping[tuple[str, str], int]  # by direction and present status
    kept: Mapping[str, Kept]  # by tier, as of Sunday

    @property
    def sunday(self) -> date:
        """The last day."""
        return self.monday + timedelta(days=6)

    @property
    def all_kept(self) -> Kept:
        """All tiers together."""
        return Kept(
            sum(tier.accounts for tier in self.kept.values()),
            sum(tier.within for tier in self.kept.values()),
        )

    def as_numbers(self) -> dict[str, Any]:
        """The figures as they are kept in a snapshot."""
        return {
            "monday": self.monday.isoformat(),
            "touches": self.touches,
            "reached": self.reached,
            "referrals": [[*what, count] for what, count in sorted(self.referrals.items())],
            "kept": {tier: [kept.accounts, kept.within] for tier, kept in self.kept.items()},
        }

    @classmethod
    def of_numbers(cls, told: Mapping[str, Any]) -> Week:
        """The figures as they were told."""
        return cls(
            monday=date.fromisoformat(told["monday"]),
            touches=told["touches"],
            reached=told["reached"],
            referrals={(way, status): count for way, status, count in told["referrals"]},
            kept={tier: Kept(*kept) for tier, kept in told["kept"].items()},
        )

    def received(self, direction: str) -> int:
        """The referrals of a direction, whatever became of them."""
        return sum(count for (way, _status), count in self.referrals.items() if way == direction)


@dataclass(frozen=True)
class Summary:
    """A week, the one before it, and whose they are."""

    week: Week
    before: Week
    people: int | None  # how many are in the team; None: everyone
    statuses: Sequence[Entry]  # of referrals, in their order


def summary(
    session: Session, workspace_id: int, people: Collection[int] | None, *, monday: date
) -> Summary:
    """The week from `monday` and the one before, of these people's own work and accounts.

    people  their ids; None: everyone in the workspace.

    Five indexed reads, whatever the number of touches. Accounts are counted for who owns them
    now, and a referral under the status it has now: neither's past is kept.
    """
    if monday.weekday() != 0:
        raise ValueError(f"{monday} is no Monday")
    before = monday - timedelta(weeks=1)
    touches = _touches(session, workspace_id, people, before, monday)
    referrals = _referrals(session, workspace_id, people, before, monday)
    rules = cadence.rules(session, workspace_id)
    starts = (monday, before)
    kept = adherence_at(
        session, workspace_id, people, [day + timedelta(days=6) for day in starts], rules
    )
    weeks = [
        Week(
            monday=start,
            touches=touches.get(start, (0, 0))[0],
            reached=touches.get(start, (0, 0))[1],
            referrals=referrals.get(start, {}),
            kept=kept[place],
        )
        for place, start in enumerate(starts)
    ]
    statuses = lists.entries(session, workspace_id, lists.REFERRAL_STATUS)
    return Summary(
        week=weeks[0],
        before=weeks[1],
        people=None if people is None else len(people),
        statuses=statuses[lists.REFERRAL_STATUS],
    )


def whose(
    workspace_id: int,
    people: Collection[int] | None,
    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
) -> ColumnElement[bool]:
    """Rows of these people (None: everyone). Everyone is named one by one too: the indexes go by
    person."""
    if people is not None:
        return column.in_(sorted(people))
    return column.in_(select(User.id).where(User.workspace_id == workspace_id))


def _touches(
    session: Session,
    workspace_id: int,
    people: Collection[int] | None,
    before: date,
    monday: date,
) -> dict[date, tuple[int, int]]:
    """By the week's Monday: touches, and different accounts in them."""
    week = _week_of(Touch.occurred_on, before, monday)
    rows = session.execute(
        select(week, func.count(), func.count(distinct(Touch.account_id)))
        .where(
            Touch.workspace_id == workspace_id,
            whose(workspace_id, people, Touch.user_id),
            Touch.occurred_on.between(before, monday + timedelta(days=6)),
        )
        .group_by(week)
    )
    return {start: (count, reached) for start, count, reached in rows}


def _referrals(
    session: Session,
    workspace_id: int,
    people: Collection[int] | None,
    before: date,
    monday: date,
) -> dict[date, dict[tuple[str, str], int]]:
    """By the week's Monday: referrals by direction and status."""
    week = _week_of(Referral.received_on, before, monday)
    rows = session.execute(
        select(week, Referral.direction, Referral.status, func.count())
        .where(
            Referral.workspace_id == workspace_id,
            whose(workspace_id, people, Referral.owner_id),
            Referral.received_on.between(before, monday + timedelta(days=6)),
            was_received(),
        )
        .group_by(week, Referral.direction, Referral.status)
    )
    found: dict[date, dict[tuple[str, str], int]] = {}
    for start, direction, status, count in rows:
        found.setdefault(start, {})[direction, status] = count
    return found


def _week_of(day: InstrumentedAttribute[date], before: date, monday: date) -> ColumnElement[date]:
    return case((day < monday, literal(before, Date())), else_=literal(monday, Date()))


def adherence_at(
    session: Session,
    workspace_id: int,
    people: Collection[int] | None,
    sundays: Sequence[date],
    rules: Rules,
) -> list[dict[str, Kept]]:
    """For each Sunday by tier, the owned accounts as of then, and those touched within their days.

    An account counts from its last qualifying touch by then, anybody's, and before the first
    one from the day it got its present owner; one that came to its owner later is left out.
    Where rules are about people, those there must have been met, too.
    """
    counts: list[ColumnElement[int]] = []
    for sunday in sundays:
        owned = Account.owned_since <= sunday
        kept = case((reckoning.past(rules, sunday, ended=True), 0), else_=1)
        counts += [func.sum(case((owned, one), else_=0)) for one in (literal(1), kept)]
    rows = session.execute(
        select(Account.tier, *counts)
        .where(
            Account.workspace_id == workspace_id,
            whose(workspace_id, people, Account.owner_id),
            Account.owned_since <= max(sundays),
            Account.archived_at.is_(None),
            Account.status.not_in(cadence.EXEMPT),
        )
        .group_by(Account.tier)
    ).all()
    return [
        {row[0]: Kept(int(row[at]), int(row[at + 1])) for row in rows if row[at]}
        for at in range(1, 2 * len(sundays), 2)
    ]
