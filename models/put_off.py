"""Accounts a person keeps off their list for a while. Due days and adherence do not change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import Session

from models import accounts, cadence, lists
from models.accounts import Account, Snooze
from models.errors import BadChoice, NoLongerYours
from models.mornings import Hidden
from models.users import Actor


@dataclass(frozen=True)
class Next:
    """What comes onto a person's list next: the last day it is in its cadence, or the day until
    which they put it off."""

    name: str
    day: date
    put_off: bool


def own(session: Session, actor: Actor, account_id: int) -> Account:
    """The actor's account. Raises NoSuchAccount, and NoLongerYours when another has it now."""
    account = accounts.get(session, actor.workspace_id, account_id)
    if account.owner_id != actor.user_id:
        raise NoLongerYours
    return account


def for_days(session: Session, actor: Actor, account_id: int, days: int, now: datetime) -> Hidden:
    """Hide the account from the actor's list for so many days from today. Raises as `own`."""
    return _hide(session, actor, account_id, days, None, now)


def until_next_round(
    session: Session, actor: Actor, account_id: int, reason: str, now: datetime
) -> Hidden:
    """Hide the account until its longest gap has passed once more from today.

    reason  a key of the list skip_reason.

    Raises BadChoice for a reason that is not on the list, and as `own`.
    """
    if lists.meaning(session, actor.workspace_id, lists.SKIP_REASON, reason) is None:
        raise BadChoice
    return _hide(session, actor, account_id, None, reason, now)


def next_due(session: Session, actor: Actor, today: date) -> Next | None:
    """Of the actor's accounts that are not on the list today, the one that comes first."""
    later = Snooze.hidden_until > Account.due_on
    comes = case((later, Snooze.hidden_until), else_=Account.due_on)
    row = session.execute(
        select(Account.name, comes.label("day"), later.label("put_off"))
        .outerjoin(
            Snooze,
            and_(
                Snooze.workspace_id == Account.workspace_id,
                Snooze.account_id == Account.id,
                Snooze.user_id == actor.user_id,
            ),
        )
        .where(
            Account.workspace_id == actor.workspace_id,
            Account.owner_id == actor.user_id,
            Account.archived_at.is_(None),
            Account.status.not_in(cadence.EXEMPT),
            or_(Account.due_on >= today, Snooze.hidden_until > today),
        )
        .order_by(comes, Account.name)
        .limit(1)
    ).one_or_none()
    return None if row is None else Next(row.name, row.day, bool(row.put_off))


def _hide(
    session: Session,
    actor: Actor,
    account_id: int,
    days: int | None,
    reason: str | None,
    now: datetime,
) -> Hidden:
    # The account's row is held so that two taps at once are one after the other.
    accounts.hold(session, actor.workspace_id, account_id)
    account = own(session, actor, account_id)
    if days is None:
        rules = cadence.rules(session, actor.workspace_id)
        days = rules.of_account(account.tier, account.type).max_days
    until = actor.today(now) + timedelta(days=days)
    accounts.snooze(session, actor, account_id, until, reason=reason, now=now)
    session.flush()
    return Hidden(account.id, account.name, until)
