"""Who is told that a referral still waits for its first answer: its owner, then the next in line.

A form's referrals are told of together. Each of the two is told once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import offices, slots, users
from models.offices import Office
from models.profiles import ENDS
from models.referral_steps import Steps, of
from models.referrals import Referral
from models.users import ADMIN, User
from models.workspaces import Workspace

OWNER, NEXT = 0, 1
"""Whose turn it is to be told."""


@dataclass(frozen=True)
class Late:
    """The unanswered referrals of one form, and who is to be told of them now."""

    workspace_id: int
    submission: str
    first_id: int
    turn: int
    reader: User
    always_open: bool


def due(session: Session, now: datetime, most: int) -> tuple[list[Late], int]:
    """What somebody is to be told of now, and at how many rows was looked. Each row's next turn
    is set: after another span of open time it is the next in line's. The rows are this
    transaction's until it ends; another process planning at the same time gets others."""
    rows = session.scalars(
        select(Referral)
        .join(Workspace, Workspace.id == Referral.workspace_id)
        .where(Workspace.status == "active", Referral.alert_at <= now)
        .order_by(Referral.alert_at, Referral.id)
        .limit(most)
        .with_for_update(of=Referral, key_share=True, skip_locked=True)
    ).all()
    known: dict[int, tuple[Office, Steps]] = {}
    found: dict[tuple[str, int], Late] = {}
    for row in rows:
        if row.workspace_id not in known:
            known[row.workspace_id] = (
                offices.of(session, row.workspace_id, now),
                of(session, row.workspace_id),
            )
        office, steps = known[row.workspace_id]
        row.alert_at = None
        if row.first_response_at is not None or steps.meaning(row.status) in ENDS:
            continue
        turn, reader = _whose_turn(session, row, now)
        row.alerts = turn + 1
        if turn == OWNER:
            row.alert_at = office.after(now, office.answer)
        if reader is not None:
            late = Late(row.workspace_id, row.submission, row.id, turn, reader, office.always_open)
            found.setdefault((f"{row.workspace_id}:{row.submission}", turn), late)
    return list(found.values()), len(rows)


def next_in_line(session: Session, owner: User, now: datetime) -> User | None:
    """Who answers in the owner's place: the nearest of the people above who is there, else an
    admin; None when nobody else is."""
    seen, above = {owner.id}, owner.manager_id
    while above is not None and above not in seen:
        seen.add(above)
        manager = users.get(session, owner.workspace_id, above)
        if _is_there(manager, now):
            return manager
        above = manager.manager_id
    return next(
        (admin for admin in _admins(session, owner) if _is_there(admin, now)),
        None,
    )


def _whose_turn(session: Session, row: Referral, now: datetime) -> tuple[int, User | None]:
    """The owner's, and at once the next one's where the owner is away."""
    owner = users.get(session, row.workspace_id, row.owner_id)
    if row.alerts == OWNER and _is_there(owner, now):
        return OWNER, owner
    return NEXT, next_in_line(session, owner, now)


def _is_there(user: User, now: datetime) -> bool:
    away = users.is_paused(user, slots.local_day(now, user.zone))
    return user.active and user.slack_id is not None and not away


def _admins(session: Session, owner: User) -> Sequence[User]:
    return session.scalars(
        select(User)
        .where(
            User.workspace_id == owner.workspace_id,
            User.role == ADMIN,
            User.active,
            User.id != owner.id,
        )
        .order_by(User.id)
    ).all()
