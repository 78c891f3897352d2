"""Leads given for leads received, account by account. Not in healthcare (domain.md G3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from models import permissions, profiles, users
from models.accounts import Account
from models.errors import NoLeadsTraded
from models.referrals import IN, OUT, Referral, was_received
from models.subscriptions import EVERYONE, TEAM
from models.users import Actor
from models.workspaces import Workspace

MOST = 25

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Trade:
    """What one account sent us and what we sent it, in a year; `last_out` the last of ours."""

    account: str
    received: int
    given: int
    last_out: date | None

    @property
    def balance(self) -> int:
        """Above zero: we owe them."""
        return self.received - self.given


@dataclass(frozen=True)
class Ledger:
    """The accounts where most is owed first; `more` are not shown."""

    trades: Sequence[Trade]
    more: int
    received: int
    given: int


def must_trade(session: Session, workspace_id: int) -> None:
    """Raises NoLeadsTraded in healthcare."""
    field = session.scalars(
        select(Workspace.industry_profile).where(Workspace.id == workspace_id)
    ).one()
    if not profiles.of(field).trades_leads:
        raise NoLeadsTraded


def of(session: Session, actor: Actor, now: datetime) -> Ledger:
    """Leads in and out of the last 365 days by account: the actor's own, their team's, or all.
    One grouped read. Raises NoLeadsTraded."""
    must_trade(session, actor.workspace_id)
    given = func.sum(case((Referral.direction == OUT, 1), else_=0))
    received = func.sum(case((Referral.direction == IN, 1), else_=0))
    last = func.max(case((Referral.direction == OUT, Referral.received_on)))
    query = (
        select(Account.name, received, given, last)
        .join(
            Account,
            and_(Account.workspace_id == Referral.workspace_id, Account.id == Referral.account_id),
        )
        .where(
            Referral.workspace_id == actor.workspace_id,
            Referral.received_on > actor.today(now) - YEAR,
            was_received(),
        )
        .group_by(Account.id, Account.name)
    )
    scope = permissions.row_scope(actor)
    if scope == TEAM:
        query = query.where(Referral.owner_id.in_(users.in_team(actor.workspace_id, actor.user_id)))
    elif scope != EVERYONE:
        query = query.where(Referral.owner_id == actor.user_id)
    trades = [
        Trade(name, int(came), int(went), last_out)
        for name, came, went, last_out in session.execute(query)
    ]
    trades.sort(key=lambda one: (-one.balance, -one.received, one.account))
    return Ledger(
        trades=trades[:MOST],
        more=max(len(trades) - MOST, 0),
        received=sum(one.received for one in trades),
        given=sum(one.given for one in trades),
    )
