"""The referrals that somebody has to do something about, the oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from models import (
    offices,
    permissions,
    referral_figures,
    referral_moves,
    referral_steps,
    users,
)
from models.accounts import Account
from models.offices import Office
from models.referral_figures import Figures
from models.referral_steps import Steps
from models.referrals import IN, Move, Referral
from models.subscriptions import EVERYONE, TEAM
from models.users import Actor, User

PAGE = 8

TOLD_WITHIN = timedelta(days=14)
"""For so long after a referral was closed its referrer is still to be told."""

_OVER = timedelta(days=30)


_WITH_NAMES = (
    select(Referral, Account.name, User.name)
    .join(
        Account,
        and_(Account.workspace_id == Referral.workspace_id, Account.id == Referral.account_id),
    )
    .join(User, and_(User.workspace_id == Referral.workspace_id, User.id == Referral.owner_id))
)


@dataclass(frozen=True)
class Standing:
    """A referral as the queue shows it.

    owner   whose it is; None for the reader's own.
    left    open time left to answer it, below zero when it is late; None when it was answered,
            or need not be.
    took    open time in which it was answered.
    undo    its latest move, while that may be taken back.
    """

    referral_id: int
    code: str
    account: str
    owner: str | None
    direction: str
    status: str
    received_on: date
    promised: bool
    urgent: bool
    branch: str | None
    answer_by: datetime | None
    left: timedelta | None
    took: timedelta | None
    closed: bool
    undo: int | None


@dataclass(frozen=True)
class Queue:
    """One page of the queue. `start` is the place of its first row."""

    rows: tuple[Standing, ...]
    start: int
    total: int
    steps: Steps
    figures: Figures
    answer: timedelta
    always_open: bool
    scope: str


def page(session: Session, actor: Actor, now: datetime, start: int = 0) -> Queue:
    """The open referrals that the actor may work on, then those closed lately whose referrer was
    not told; each by age, promised ones after those that came in."""
    steps = referral_steps.of(session, actor.workspace_id)
    office = offices.of(session, actor.workspace_id, now - _OVER)
    scope = permissions.row_scope(actor)
    wanted = and_(
        Referral.workspace_id == actor.workspace_id,
        _reached(actor, scope),
        _to_do(steps, now),
    )
    total = session.scalar(select(func.count()).select_from(Referral).where(wanted)) or 0
    start = max(0, min(start, (total - 1) // PAGE * PAGE))
    closed = Referral.status.not_in(steps.standing)
    rows = session.execute(
        _WITH_NAMES.where(wanted)
        .order_by(
            closed,
            Referral.received_at.is_(None),
            Referral.received_on,
            Referral.received_at,
            Referral.id,
        )
        .limit(PAGE)
        .offset(start)
    ).all()
    ids = [row.id for row, _account, _owner in rows]
    moves = referral_moves.last_moves(session, actor.workspace_id, ids)
    people = None if scope == EVERYONE else _people(session, actor, scope)
    return Queue(
        rows=tuple(
            _standing(
                row,
                account,
                None if row.owner_id == actor.user_id else owner,
                steps,
                office,
                moves.get(row.id),
                now,
            )
            for row, account, owner in rows
        ),
        start=start,
        total=total,
        steps=steps,
        figures=referral_figures.of(
            session, actor.workspace_id, people, now - _OVER, now, office=office
        ),
        answer=office.answer,
        always_open=office.always_open,
        scope=scope,
    )


def of_form(
    session: Session, workspace_id: int, submission: str, now: datetime
) -> tuple[list[Standing], Steps]:
    """The referrals in that one form or visit became, each with its owner; none when they were
    taken back."""
    rows = session.execute(
        _WITH_NAMES.where(
            Referral.workspace_id == workspace_id,
            Referral.submission == submission,
            Referral.direction == IN,
        ).order_by(Referral.place)
    ).all()
    steps = referral_steps.of(session, workspace_id)
    if not rows:
        return [], steps
    office = offices.of(session, workspace_id, rows[0][0].received_at or now)
    moves = referral_moves.last_moves(session, workspace_id, [row.id for row, *_names in rows])
    return [
        _standing(row, account, owner, steps, office, moves.get(row.id), now)
        for row, account, owner in rows
    ], steps


def _reached(actor: Actor, scope: str) -> ColumnElement[bool]:
    if scope == EVERYONE:
        return Referral.owner_id.is_not(None)
    if scope == TEAM:
        return Referral.owner_id.in_(users.in_team(actor.workspace_id, actor.user_id))
    return Referral.owner_id == actor.user_id


def _people(session: Session, actor: Actor, scope: str) -> Sequence[int]:
    if scope == TEAM:
        return sorted(users.team(session, actor.workspace_id, actor.user_id))
    return [actor.user_id]


def _to_do(steps: Steps, now: datetime) -> ColumnElement[bool]:
    untold = and_(
        Referral.direction == IN,
        Referral.received_at.is_not(None),
        Referral.decided_at > now - TOLD_WITHIN,
        Referral.status_changed_at > now - TOLD_WITHIN,
        or_(Referral.loop_closed_at.is_(None), Referral.loop_closed_at < Referral.decided_at),
    )
    return or_(Referral.status.in_(steps.standing), untold)


def _standing(
    row: Referral,
    account: str,
    owner: str | None,
    steps: Steps,
    office: Office,
    move: Move | None,
    now: datetime,
) -> Standing:
    left = took = None
    if row.answer_by is not None and row.received_at is not None:
        if row.first_response_at is not None:
            took = office.between(row.received_at, row.first_response_at)
        elif not steps.is_end(row.status):
            left = office.between(now, row.answer_by) or -office.between(row.answer_by, now)
    return Standing(
        referral_id=row.id,
        code=row.code,
        account=account,
        owner=owner,
        direction=row.direction,
        status=row.status,
        received_on=row.received_on,
        promised=row.received_at is None,
        urgent=row.urgency != "routine",
        branch=row.branch,
        answer_by=row.answer_by,
        left=left,
        took=took,
        closed=steps.is_end(row.status),
        undo=move.id if move is not None and permissions.may_undo(move.moved_at, now) else None,
    )
