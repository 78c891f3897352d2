"""Cadence rules as SQL: the due days of many accounts at once, and who was past on a day.

`accounts.reckon` says the same of one account in Python; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from models import cadence
from models.accounts import Account
from models.cadence import Rule, Rules, Scope
from models.contacts import Contact
from models.db import DaysAfter, Earlier, UtcDateTime, UtcDay
from models.people_due import ACTIVE
from models.touches import Touch, TouchContact
from models.workspaces import Workspace

AT_ONCE = 2_000
"""Accounts in one transaction, so that nobody who saves meanwhile waits for long."""


def mark(session: Session, workspace_id: int) -> None:
    """The rules changed: every account is to be looked at by `next_batch`."""
    session.execute(update(Workspace).where(Workspace.id == workspace_id).values(reckoned_to=0))


def behind(session: Session) -> Sequence[int]:
    """The workspaces with accounts that `next_batch` is still to look at."""
    return session.scalars(
        select(Workspace.id).where(Workspace.reckoned_to.is_not(None)).order_by(Workspace.id)
    ).all()


def next_batch(session: Session, workspace_id: int, *, at_once: int = AT_ONCE) -> bool:
    """Bring the next accounts up to date with the rules; whether there may be more.

    The accounts are held before anything is read of them, so that a visit being stored is seen
    whole, and before the workspace, as whoever stores a visit holds them. When another process
    has done the same, or the rules changed meanwhile, the place stands and is looked at again.
    """
    where = Workspace.id == workspace_id
    place = session.scalar(select(Workspace.reckoned_to).where(where))
    if place is None:
        return False
    ids = session.scalars(
        select(Account.id)
        .where(Account.workspace_id == workspace_id, Account.id > place)
        .order_by(Account.id)
        .limit(at_once)
        .with_for_update(key_share=True)
    ).all()
    rules = cadence.rules(session, workspace_id)
    if ids:
        _bring_up(session, workspace_id, rules, _between(workspace_id, ids[0], ids[-1]))
    done = len(ids) < at_once
    moved = update(Workspace).where(where, Workspace.reckoned_to == place)
    session.execute(moved.values(reckoned_to=None if done else ids[-1]))
    if cadence.rules(session, workspace_id) != rules:
        mark(session, workspace_id)
        return True
    return not done


def where_people_changed(session: Session, workspace_id: int, ids: Sequence[int]) -> None:
    """Bring these accounts' due days up to date, if there are rules about people."""
    rules = cadence.rules(session, workspace_id)
    for start in range(0, len(ids) if rules.people else 0, AT_ONCE):
        _bring_up(session, workspace_id, rules, ids[start : start + AT_ONCE])


def bring_up(session: Session, workspace_id: int, ids: Sequence[int]) -> None:
    """Bring these accounts' due days up to date: they changed hands, say."""
    rules = cadence.rules(session, workspace_id)
    for start in range(0, len(ids), AT_ONCE):
        _bring_up(session, workspace_id, rules, ids[start : start + AT_ONCE])


def _between(workspace_id: int, first: int, last: int) -> Select[int]:
    return select(Account.id).where(
        Account.workspace_id == workspace_id, Account.id.between(first, last)
    )


def _bring_up(
    session: Session, workspace_id: int, rules: Rules, which: Select[int] | Sequence[int]
) -> None:
    due = _due(rules)
    session.execute(
        update(Account)
        .where(
            Account.workspace_id == workspace_id,
            Account.id.in_(which),
            Account.due_on.is_distinct_from(due),
        )
        .values(due_on=due),
        execution_options={"synchronize_session": False},
    )


def past(rules: Rules, day: date, *, ended: bool = False) -> ColumnElement[bool]:
    """Whether an account with an owner was past its cadence on that day.

    ended  the day may be long over: what was logged for later days does not count. Only for
           accounts and people touched since are their touches read, one index entry each.

    The account's owner, tier and type, and the people there and their roles, are those of now.
    """
    counts_from = since(day) if ended else func.coalesce(_LAST, _OWNED)
    found = counts_from < _first_allowed(rules, day)
    if rules.people:
        found = or_(found, exists(_people_past(rules, day, ended=ended)))
    return found


def since(day: date) -> ColumnElement[date]:
    """The day an account counts from, as of a day that is over: its last qualifying touch by
    then, else the day it got its present owner."""
    last: ColumnElement[Any] = _by_then(_LAST, _of_accounts(day), day)
    return func.coalesce(last, _OWNED)


def far_past(rules: Rules, today: date) -> ColumnElement[bool]:
    """Whether an account is overdue by more than its rule's longest gap: twice its cadence."""
    return Account.due_on < _first_allowed(rules, today)


def _first_allowed(rules: Rules, day: date) -> ColumnElement[Any]:
    return _of_account(rules, lambda rule: _before(day, rule), Date())


_LAST, _OWNED = Account.last_touch_on.expression, Account.owned_since.expression
_MET, _ENTERED = Contact.last_touch_on.expression, Contact.created_at.expression


def under_rule(rules: Rules) -> ColumnElement[bool]:
    """Whether somebody must be met by one of these rules, of which some are about people."""
    return or_(*(_fits_person(rule.scope) for rule in rules.people))


def _due(rules: Rules) -> ColumnElement[date | None]:
    """The account's last day in its cadence, as `accounts.reckon` has it."""
    days = _of_account(rules, lambda rule: rule.max_days, Integer())
    due: ColumnElement[date] = DaysAfter(func.coalesce(_LAST, _OWNED), days)
    if rules.people:
        known = UtcDay(_ENTERED)
        since = func.coalesce(_MET, case((known < _OWNED, _OWNED), else_=known))
        days = _of_person(rules, lambda rule: rule.max_days, Integer())
        first = _people(func.min(DaysAfter(since, days)), rules).scalar_subquery()
        due = Earlier(due, func.coalesce(first, due))
    return case((_OWNED.is_(None), null()), else_=due)


def _people_past(rules: Rules, day: date, *, ended: bool) -> Select[Any]:
    met: ColumnElement[Any] = _MET
    if ended:
        met = _by_then(met, _of_person_met(day), day)
    first_allowed = _of_person(rules, lambda rule: _before(day, rule), Date())
    midnight = _of_person(rules, lambda rule: _midnight(_before(day, rule)), UtcDateTime())
    never_met = and_(met.is_(None), first_allowed > _OWNED, midnight > _ENTERED)
    return _people(Contact.id, rules).where(or_(met < first_allowed, never_met))


def _people(what: Any, rules: Rules) -> Select[Any]:
    """Of the people at the account who fall under a rule."""
    return (
        select(what)
        .where(
            Contact.workspace_id == Account.workspace_id,
            Contact.account_id == Account.id,
            Contact.archived_at.is_(None),
            Contact.status == ACTIVE,
            under_rule(rules),
        )
        .correlate(Account)
    )


def _by_then(last: ColumnElement[Any], touches: Select[Any], day: date) -> ColumnElement[Any]:
    return case((last <= day, last), else_=touches.scalar_subquery())


def _of_accounts(day: date) -> Select[Any]:
    return (
        select(func.max(Touch.occurred_on))
        .where(
            Touch.workspace_id == Account.workspace_id,
            Touch.account_id == Account.id,
            Touch.occurred_on <= day,
            Touch.qualifying,
        )
        .correlate(Account)
    )


def _of_person_met(day: date) -> Select[Any]:
    return (
        select(func.max(Touch.occurred_on))
        .join(
            TouchContact,
            and_(
                TouchContact.workspace_id == Touch.workspace_id,
                TouchContact.touch_id == Touch.id,
            ),
        )
        .where(
            TouchContact.workspace_id == Contact.workspace_id,
            TouchContact.contact_id == Contact.id,
            Touch.occurred_on <= day,
            Touch.qualifying,
        )
        .correlate(Contact)
    )


def _of_account(
    rules: Rules, value: Callable[[Rule], object], kind: TypeEngine[Any]
) -> ColumnElement[Any]:
    whens = [(_fits(rule.scope), literal(value(rule), kind)) for rule in rules.accounts]
    return case(*whens, else_=literal(value(rules.fallback), kind))


def _of_person(
    rules: Rules, value: Callable[[Rule], object], kind: TypeEngine[Any]
) -> ColumnElement[Any]:
    """Only for people under a rule."""
    return case(*((_fits_person(rule.scope), literal(value(rule), kind)) for rule in rules.people))


def _fits(scope: Scope) -> ColumnElement[bool]:
    wanted = ((Account.tier, scope.tier), (Account.type, scope.account_type))
    return and_(true(), *(column == key for column, key in wanted if key))


def _fits_person(scope: Scope) -> ColumnElement[bool]:
    wanted = ((Contact.role, scope.contact_role), (Contact.buying_role, scope.buying_role))
    return and_(_fits(scope), *(column == key for column, key in wanted if key))


def _before(day: date, rule: Rule) -> date:
    return day - timedelta(days=rule.max_days)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
