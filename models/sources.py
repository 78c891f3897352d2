"""How an account does as a source of referrals: how far it is from the first one, or how long it
has been silent. Formulas: domain.md D3 ("Touches to first referral", "Silence index")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from statistics import median, quantiles

from sqlalchemy import ColumnElement, and_, distinct, func, select
from sqlalchemy.orm import Session

from models import cadence
from models.accounts import Account
from models.referrals import IN, Referral, was_received
from models.touches import Touch

ENOUGH_REFERRALS = 4
"""From so many on a source's own rhythm is known."""

ENOUGH_ACCOUNTS = 5
"""From so many accounts of a type with a first referral on, their median is the yardstick."""

YARDSTICKS = {
    "hospital": 50,
    "ltach": 50,
    "snf": 26,
    "inpatient rehab": 26,
    "physician practice": 8,
    "specialty clinic": 8,
}
"""Touches to the first referral, by account type, until the company's own median is known:
homecaresales.com, by domain.md D3."""

_LATEST = 100
"""Accounts with a first referral, the latest ones, that the median is taken of."""


_AT = and_(Account.workspace_id == Referral.workspace_id, Account.id == Referral.account_id)


@dataclass(frozen=True)
class Persistence:
    """An account that has not referred yet. about: None where nobody knows a yardstick;
    own: it is the company's own median, of so many accounts."""

    touches: int
    about: int | None
    own: int = 0


@dataclass(frozen=True)
class Silence:
    """A source that has referred for longer and is silent now beyond its own habit.

    usual  days; 95 of 100 of its gaps were no longer.
    """

    account_id: int
    last_on: date
    days: int
    usual: float

    @property
    def index(self) -> float:
        """Days since the last referral / the usual gap."""
        return self.days / self.usual


def standing(session: Session, account: Account, today: date) -> Persistence | Silence | None:
    """How far the account is from its first referral, or that it is silent; None when it refers
    as it does."""
    one = _rhythms(session, account.workspace_id, [Account.id == account.id]).get(account.id)
    if one is not None:
        return silence(account.id, one.days, one.count, today)
    touches = session.scalar(
        select(func.count(distinct(Touch.occurred_on))).where(
            Touch.workspace_id == account.workspace_id,
            Touch.account_id == account.id,
            Touch.qualifying,
        )
    )
    counts = _to_first(session, account.workspace_id, account.type)
    if len(counts) >= ENOUGH_ACCOUNTS:
        return Persistence(touches or 0, round(median(counts)), len(counts))
    return Persistence(touches or 0, YARDSTICKS.get(account.type or ""))


def silence(account_id: int, days: Sequence[date], count: int, today: date) -> Silence | None:
    """Whether a source is silent beyond its own 95th percentile.

    days   on which it referred, each once, in order; count the referrals on them.
    """
    if count < ENOUGH_REFERRALS or len(days) < 2:
        return None
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    usual = gaps[0] if len(gaps) == 1 else quantiles(gaps, n=20, method="inclusive")[-1]
    found = Silence(account_id, days[-1], (today - days[-1]).days, float(usual))
    return found if found.index > 1 else None


def silent_of_owners(
    session: Session, workspace_id: int, today: Mapping[int, date]
) -> Sequence[tuple[int, Silence]]:
    """The silent sources of some people, each with its owner; one read. Accounts that remind
    nobody are left out.

    today  each owner's own day.
    """
    told = [
        Account.owner_id.in_(sorted(today)),
        Account.archived_at.is_(None),
        Account.status.not_in(cadence.EXEMPT),
    ]
    return [
        (one.owner_id, silent)
        for account_id, one in _rhythms(session, workspace_id, told).items()
        if one.owner_id is not None
        and (silent := silence(account_id, one.days, one.count, today[one.owner_id]))
    ]


def received(workspace_id: int) -> list[ColumnElement[bool]]:
    """Referrals in that have been received: those only promised have not."""
    return [
        Referral.workspace_id == workspace_id,
        Referral.direction == IN,
        was_received(),
    ]


@dataclass
class _Rhythm:
    """The days on which a source referred, in order, and how many referrals those were."""

    owner_id: int | None
    days: list[date] = field(default_factory=list)
    count: int = 0


def _rhythms(
    session: Session, workspace_id: int, of: Sequence[ColumnElement[bool]]
) -> Mapping[int, _Rhythm]:
    """By account; one read."""
    rows = session.execute(
        select(Referral.account_id, Account.owner_id, Referral.received_on, func.count())
        .join(Account, _AT)
        .where(*received(workspace_id), *of)
        .group_by(Referral.account_id, Account.owner_id, Referral.received_on)
        .order_by(Referral.account_id, Referral.received_on)
    )
    found: dict[int, _Rhythm] = {}
    for account_id, owner_id, day, count in rows:
        one = found.setdefault(account_id, _Rhythm(owner_id))
        one.days.append(day)
        one.count += count
    return found


def _to_first(session: Session, workspace_id: int, account_type: str | None) -> Sequence[int]:
    """How many days with a qualifying touch it took accounts of the type to their first referral,
    that day included."""
    if account_type is None:
        return []
    first = (
        select(Referral.account_id, func.min(Referral.received_on).label("day"))
        .join(
            Account,
            and_(Account.workspace_id == Referral.workspace_id, Account.id == Referral.account_id),
        )
        .where(*received(workspace_id), Account.type == account_type)
        .group_by(Referral.account_id)
        .order_by(func.min(Referral.received_on).desc(), Referral.account_id)
        .limit(_LATEST)
        .subquery()
    )
    return session.scalars(
        select(func.count(distinct(Touch.occurred_on)))
        .select_from(first)
        .outerjoin(
            Touch,
            and_(
                Touch.workspace_id == workspace_id,
                Touch.account_id == first.c.account_id,
                Touch.qualifying,
                Touch.occurred_on <= first.c.day,
            ),
        )
        .group_by(first.c.account_id)
    ).all()
