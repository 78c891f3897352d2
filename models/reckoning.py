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

from models import cadence, people_due
from models.accounts import Account
from models.cadence import Rule, Rules, Scope
from models.contacts import Contact
from models.db import DaysAfter, Earlier, UtcDateTime, UtcDay
from models.people_due import ACTIVE, by_then
from models.touches import Touch
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
    if cadence.rules(session, workspace_id).people:
        bring_up(session, workspace_id, ids)


def bring_up(session: Session, workspace_id: int, ids: Sequence[int]) -> None:
    """Bring these accounts' due days up to date, in few statements. Rows in memory stay as they
    were."""
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


def past(rules: Rules, day: date, *, ended: bool = False, times: int = 1) -> ColumnElement[bool]:
    """Whether an account with an owner was past its cadence on that day.

    times  past so many times the longest gap.
    ended  the day may be long over: what was logged for later days does not count. Only for
           accounts and people touched since are their touches read, one index entry each.

    The account's owner, tier and type, and the people there and their roles, are those of now.
    """
    first_allowed = _of_account(rules, lambda rule: _before(day, rule, times), Date())
    counted_from = since(day) if ended else func.coalesce(_LAST, _OWNED)
    found = counted_from < first_allowed
    if rules.people:
        found = or_(found, exists(_people_past(rules, day, ended=ended, times=times)))
    return found


def since(day: date) -> ColumnElement[date]:
    """The day from which an account counted itself on a day that may be long over: its last
    qualifying touch by then, anybody's, else when it got its present owner."""
    return func.coalesce(by_then(_LAST, _of_accounts(day), day), _OWNED)


def due_by(rules: Rules, last: date, day: date) -> ColumnElement[bool]:
    """Whether an account with an owner, itself, falls due by `last` as things stood on `day`."""
    return since(day) <= _of_account(rules, lambda rule: _before(last, rule, 1), Date())


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


def _people_past(rules: Rules, day: date, *, ended: bool, times: int) -> Select[Any]:
    met = people_due.met_by(day) if ended else _MET
    first_allowed = _of_person(rules, lambda rule: _before(day, rule, times), Date())
    midnight = _of_person(rules, lambda rule: _midnight(_before(day, rule, times)), UtcDateTime())
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


def _before(day: date, rule: Rule, times: int) -> date:
    return day - timedelta(days=times * rule.max_days)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
