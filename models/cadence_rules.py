"""An admin's changes of the cadence rules: kept with what was before, and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models import audit, cadence, deliveries, permissions, reckoning, requests
from models.audit import Audit
from models.cadence import FALLBACK, CadenceRule, Scope
from models.db import insert_or_update
from models.deliveries import Owed
from models.errors import AlreadyUndone, ChangedSince, NotYours, RuleStays, TooLate, TooManyRules
from models.users import Actor
from models.workspaces import Workspace

MOST = 80
"""Rules of a workspace: as many fit the form that lists them."""

_CHANGE, _UNDO = "cadence.change", "cadence.undo"
_RULE, _CHANGED = "cadence_rule", "cadence_change"

Days = tuple[int, int] | None
"""The ideal and the longest gap in days; None: no rule."""


@dataclass(frozen=True)
class Receipt:
    """A change as its receipt shows it."""

    change_id: int
    scope: Scope
    before: Days
    after: Days
    undone: bool
    may_undo: bool


def save(
    session: Session, actor: Actor, scope: Scope, days: Days, *, submission: str, now: datetime
) -> int | None:
    """Give the rule with this scope these days, or take it away, and have the accounts' due days
    follow (`reckoning.next_batch`). The change's id; None when this form was saved before, or
    changes nothing.

    Raises NotAllowed, RuleStays, TooManyRules.
    """
    permissions.must_change_cadence(actor)
    _hold(session, actor.workspace_id)
    if not requests.first_time(session, actor.workspace_id, f"cadence:{submission}", now):
        return None
    before = cadence.rules(session, actor.workspace_id).days(scope)
    if before == days:
        return None
    change = _write(session, actor, _CHANGE, scope, before, days, now)
    deliveries.owe(
        session,
        actor.workspace_id,
        Owed(
            key=f"cadence:{change.id}",
            kind=deliveries.CADENCE_RECEIPT,
            target=actor.slack_id,
            user_id=actor.user_id,
            subject_id=change.id,
            not_before=now,
            priority=deliveries.ANSWER_FIRST,
        ),
        now,
    )
    return change.id


def undo(session: Session, actor: Actor, change_id: int, now: datetime) -> None:
    """Take a change back, within 24 hours: the rule is as it was.

    Raises NotAllowed, NotYours, AlreadyUndone, TooLate, ChangedSince when it was changed again.
    """
    permissions.must_change_cadence(actor)
    workspace_id = actor.workspace_id
    _hold(session, workspace_id)
    change = _change(session, workspace_id, change_id)
    if change is None:
        raise NotYours
    if _is_undone(session, change):
        raise AlreadyUndone
    if not permissions.may_undo(change.at, now):
        raise TooLate("cadence", "24 h")
    scope, before, after = _told(change)
    if cadence.rules(session, workspace_id).days(scope) != after:
        raise ChangedSince
    _write(session, actor, _UNDO, scope, after, before, now, of=change.id)
    sent = deliveries.about(session, workspace_id, deliveries.CADENCE_RECEIPT, change.id)
    if sent is not None:
        deliveries.owe_change(session, workspace_id, sent, key=f"cadence:{change.id}:undo", now=now)


def receipt(session: Session, workspace_id: int, change_id: int, now: datetime) -> Receipt | None:
    """What the receipt of a change shows now."""
    change = _change(session, workspace_id, change_id)
    if change is None:
        return None
    undone = _is_undone(session, change)
    may_undo = not undone and permissions.may_undo(change.at, now)
    return Receipt(change.id, *_told(change), undone=undone, may_undo=may_undo)


def _hold(session: Session, workspace_id: int) -> None:
    """One change at a time."""
    session.execute(
        select(Workspace.id).where(Workspace.id == workspace_id).with_for_update(key_share=True)
    )


def _write(
    session: Session,
    actor: Actor,
    action: str,
    scope: Scope,
    before: Days,
    after: Days,
    now: datetime,
    *,
    of: int | None = None,
) -> Audit:
    columns = vars(scope)
    if after is None:
        _remove(session, actor.workspace_id, scope)
    else:
        if before is None:
            _refuse_more(session, actor.workspace_id)
        days = dict(zip(("ideal_days", "max_days"), after, strict=True))
        insert_or_update(
            session,
            CadenceRule,
            {"workspace_id": actor.workspace_id, **columns, **days},
            on=("workspace_id", *columns),
            changes=lambda _refused: days,
        )
    reckoning.mark(session, actor.workspace_id)
    row = audit.note(
        session,
        actor.workspace_id,
        actor.user_id,
        action,
        _RULE if of is None else _CHANGED,
        of,
        now=now,
        facts={**columns, "before": list(before or ()), "after": list(after or ())},
    )
    session.flush()
    return row


def _remove(session: Session, workspace_id: int, scope: Scope) -> None:
    if scope == FALLBACK:
        raise RuleStays
    session.execute(
        delete(CadenceRule).where(
            CadenceRule.workspace_id == workspace_id,
            *(getattr(CadenceRule, column) == key for column, key in vars(scope).items()),
        )
    )


def _refuse_more(session: Session, workspace_id: int) -> None:
    there = session.scalar(
        select(func.count())
        .select_from(CadenceRule)
        .where(CadenceRule.workspace_id == workspace_id)
    )
    if (there or 0) >= MOST:
        raise TooManyRules(MOST)


def _change(session: Session, workspace_id: int, change_id: int) -> Audit | None:
    return session.scalar(
        select(Audit).where(
            Audit.workspace_id == workspace_id, Audit.id == change_id, Audit.action == _CHANGE
        )
    )


def _is_undone(session: Session, change: Audit) -> bool:
    found = select(Audit.id).where(
        Audit.workspace_id == change.workspace_id,
        Audit.entity == _CHANGED,
        Audit.entity_id == change.id,
    )
    return session.scalar(found.limit(1)) is not None


def _told(change: Audit) -> tuple[Scope, Days, Days]:
    facts: dict[str, Any] = change.facts
    scope = Scope(*(facts[column] for column in vars(Scope())))
    before, after = (tuple(facts[name]) or None for name in ("before", "after"))
    return scope, before, after
