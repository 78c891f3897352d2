"""Moving referrals on, with each move kept; taking one back, and opening what was closed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import permissions, referral_steps, referrals
from models.errors import (
    AlreadyUndone,
    BadChoice,
    ClosedReferral,
    MovedSince,
    ReasonNeeded,
)
from models.profiles import OPEN, WAITING, WON
from models.referral_steps import NEW, PROMISED, Steps
from models.referrals import Move, Referral
from models.users import Actor


def move(
    session: Session,
    actor: Actor,
    referral_id: int,
    status: str,
    now: datetime,
    *,
    reason: str | None = None,
) -> Move | None:
    """Move a referral to another status; None when it stands there already.

    An end is left only by going on to a later one of the same kind (authorized, paid) or by
    being opened again.

    Raises NotYours, ClosedReferral, BadChoice for a status or reason that is on no list,
    ReasonNeeded where a referral may not come to this status without one.
    """
    row = referrals.hold(session, actor, referral_id)
    if row.status == status:
        return None
    steps = referral_steps.of(session, actor.workspace_id)
    if not steps.knows(status) or status == PROMISED:
        raise BadChoice
    if steps.is_end(row.status) and not steps.may_leave(row.status, status):
        raise ClosedReferral(row.code)
    reasons = steps.reasons(status)
    if not reasons:
        reason = None
    elif reason is None:
        raise ReasonNeeded(row.id, status)
    elif reason not in {entry.key for entry in reasons}:
        raise BadChoice
    changed = _as_it_gets(session, actor, row, steps, status, reason, now)
    made = Move(
        workspace_id=row.workspace_id,
        referral_id=row.id,
        from_status=row.status,
        to_status=status,
        reason=reason,
        user_id=actor.user_id,
        moved_at=now,
        before={name: _kept(getattr(row, name)) for name in changed},
    )
    for name, value in changed.items():
        setattr(row, name, value)
    row.status, row.status_changed_at = status, now
    session.add(made)
    session.flush()
    return made


def _as_it_gets(
    session: Session,
    actor: Actor,
    row: Referral,
    steps: Steps,
    status: str,
    reason: str | None,
    now: datetime,
) -> dict[str, Any]:
    """What a move changes beside the status."""
    meaning = steps.meaning(status)
    gets: dict[str, Any] = {"status_changed_at": now, "reason": reason}
    came_in = row.received_at is None and meaning in (OPEN, WAITING, WON)
    if came_in:
        answer_by = referrals.answer_by(session, actor, row.direction, now)
        gets |= {"received_on": actor.today(now), "received_at": now, "answer_by": answer_by}
        gets["alert_at"] = answer_by if status == NEW else None
    if status != NEW and row.first_response_at is None and (came_in or row.received_at):
        gets |= {"first_response_at": now, "alert_at": None}
    if not steps.decides(status):
        if not steps.follows_accepted(status) or steps.is_end(row.status):
            gets["decided_at"] = None
    elif row.decided_at is None or meaning != WON:
        gets["decided_at"] = now
    return {name: value for name, value in gets.items() if getattr(row, name) != value}


def last_moves(session: Session, workspace_id: int, ids: Collection[int]) -> dict[int, Move]:
    """Of each of these referrals the latest move that was not taken back."""
    latest = (
        select(func.max(Move.id))
        .where(
            Move.workspace_id == workspace_id,
            Move.referral_id.in_(list(ids)),
            Move.undone_at.is_(None),
        )
        .group_by(Move.referral_id)
    )
    rows = session.scalars(select(Move).where(Move.id.in_(latest)))
    return {move.referral_id: move for move in rows}


def undo_move(session: Session, actor: Actor, move_id: int, now: datetime) -> Referral:
    """Take a referral's latest move back, within 24 hours.

    Raises NotYours, TooLate, AlreadyUndone, MovedSince.
    """
    made = session.scalar(
        select(Move).where(Move.workspace_id == actor.workspace_id, Move.id == move_id)
    )
    if made is None:
        raise AlreadyUndone
    row = referrals.hold(session, actor, made.referral_id)
    session.refresh(made)
    if made.undone_at is not None:
        raise AlreadyUndone
    if last_moves(session, actor.workspace_id, [row.id])[row.id].id != made.id:
        raise MovedSince(row.code)
    permissions.must_undo(made.moved_at, now)
    for name, value in made.before.items():
        setattr(row, name, _told(name, value))
    row.status, made.undone_at = made.from_status, now
    session.flush()
    return row


def reopen(session: Session, actor: Actor, referral_id: int, now: datetime) -> Move | None:
    """Open a referral that has reached an end again, where it stood before it.

    Raises NotYours. None when it is open.
    """
    row = referrals.hold(session, actor, referral_id)
    steps = referral_steps.of(session, actor.workspace_id)
    if not steps.is_end(row.status):
        return None
    before = session.scalars(
        select(Move.from_status)
        .where(
            Move.workspace_id == actor.workspace_id,
            Move.referral_id == row.id,
            Move.undone_at.is_(None),
        )
        .order_by(Move.id.desc())
    ).all()
    stood = (key for key in before if steps.meaning(key) in (OPEN, WAITING))
    return move(session, actor, referral_id, next(stood, NEW), now)


def told_referrer(session: Session, actor: Actor, referral_id: int, now: datetime) -> Referral:
    """The referrer was told how it stands: that answers it, and closes the loop. Raises
    NotYours."""
    row = referrals.hold(session, actor, referral_id)
    row.loop_closed_at = now
    if row.first_response_at is None and row.received_at is not None:
        row.first_response_at, row.alert_at = now, None
    session.flush()
    return row


def not_told(session: Session, actor: Actor, referral_id: int) -> Referral:
    """They were not told after all, and it stays unanswered if that was the answer. Raises
    NotYours."""
    row = referrals.hold(session, actor, referral_id)
    if row.first_response_at == row.loop_closed_at:
        row.first_response_at = None
    row.loop_closed_at = None
    session.flush()
    return row


def _kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value  # a datetime is a date, too


def _told(name: str, value: Any) -> Any:
    if value is None or name == "reason":
        return value
    return date.fromisoformat(value) if name == "received_on" else datetime.fromisoformat(value)
