"""Whose morning message is to be planned, and what it needs to know when it is sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models import accounts, follow_ups
from models.accounts import Account, Snooze
from models.cadence import Overdue
from models.follow_ups import PROMISE, Step
from models.subscriptions import Subscription
from models.users import CLOCKS_APART, User
from models.workspaces import Workspace

ACTIVE = "active"


@dataclass(frozen=True)
class ToDo:
    """What there is to do today.

    steps    promises due and overdue, then follow-ups, each the oldest first.
    overdue  the accounts past their cadence, most urgent first.
    settled  steps just done or put off, to be shown once more with the way back.
    """

    steps: Sequence[Step] = ()
    overdue: Sequence[Overdue] = ()
    settled: Sequence[Step] = ()

    def __bool__(self) -> bool:
        return bool(self.steps or self.overdue)


@dataclass(frozen=True)
class Hidden:
    """An account somebody put off, and until when."""

    account_id: int
    name: str
    until: date


def users_to_plan(session: Session, now: datetime, most: int) -> Sequence[User]:
    """People whose morning message is due to be planned, or whose place must be reckoned anew.

    Their rows are this transaction's until it ends; another process planning at the same time
    gets others.
    """
    return session.scalars(
        select(User)
        .join(Workspace, Workspace.id == User.workspace_id)
        .where(
            Workspace.status == ACTIVE,
            User.active,
            User.slack_id.is_not(None),
            or_(
                User.next_due_at <= now,
                and_(User.next_due_at.is_not(None), User.planned_at > now + CLOCKS_APART),
            ),
        )
        .order_by(User.next_due_at, User.id)
        .limit(most)
        .with_for_update(of=User, key_share=True, skip_locked=True)
    ).all()


def subscriptions_to_plan(session: Session, now: datetime, most: int) -> Sequence[Subscription]:
    """The same for channels that get a digest."""
    return session.scalars(
        select(Subscription)
        .join(Workspace, Workspace.id == Subscription.workspace_id)
        .where(
            Workspace.status == ACTIVE,
            Subscription.active,
            or_(
                Subscription.next_due_at <= now,
                and_(
                    Subscription.next_due_at.is_not(None),
                    Subscription.planned_at > now + CLOCKS_APART,
                ),
            ),
        )
        .order_by(Subscription.next_due_at, Subscription.id)
        .limit(most)
        .with_for_update(of=Subscription, key_share=True, skip_locked=True)
    ).all()


def to_do(
    session: Session,
    workspace_id: int,
    user_id: int,
    today: date,
    *,
    settled: Collection[int] = (),
) -> ToDo:
    """What the person has to do today.

    settled  follow-ups done or put off where the list is shown.
    """
    steps, put_away = due_steps(session, workspace_id, user_id, today, settled=settled)
    overdue = accounts.overdue(session, workspace_id, user_id, today)
    return ToDo(steps, overdue, put_away)


def due_steps(
    session: Session,
    workspace_id: int,
    user_id: int,
    today: date,
    *,
    settled: Collection[int] = (),
) -> tuple[list[Step], list[Step]]:
    """The promises and follow-ups of `to_do`, and those settled."""
    found = follow_ups.due(session, workspace_id, user_id, today, also=settled)
    steps = [one for one in found if not one.done and one.shown_on <= today]
    steps.sort(key=lambda one: one.kind != PROMISE)
    return steps, [one for one in found if one.id in settled and one not in steps]


def put_off_since(
    session: Session, workspace_id: int, user_id: int, since: datetime, today: date
) -> list[Hidden]:
    """What the person put off since that instant and has not taken back, oldest first."""
    rows = session.execute(
        select(Account.id, Account.name, Snooze.hidden_until)
        .join(
            Snooze,
            and_(Snooze.workspace_id == Account.workspace_id, Snooze.account_id == Account.id),
        )
        .where(
            Snooze.workspace_id == workspace_id,
            Snooze.user_id == user_id,
            Snooze.asked_at >= since,
            Snooze.hidden_until > today,
        )
        .order_by(Snooze.asked_at, Snooze.id)
    )
    return [Hidden(*row) for row in rows]
