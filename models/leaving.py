"""Somebody who is gone from Slack: nothing is sent to them, and whoever leads them is asked to
give their accounts to somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import deliveries, permissions, reassigning, users
from models.deliveries import Owed
from models.users import ADMIN, Profile, User

LEFT = "left"


def learn(session: Session, user: User, profile: Profile, now: datetime) -> None:
    """Take over what Slack says of the person; somebody who is back is reminded again."""
    was_active = user.active
    users.learn(user, profile, now)
    if was_active and not user.active:
        _gone(session, user, now)


def is_gone(session: Session, user: User, now: datetime) -> None:
    """Slack knows the person no more, or their account there was closed."""
    if user.active:
        user.active = False
        users.reschedule(user, now)
        _gone(session, user, now)


def _gone(session: Session, user: User, now: datetime) -> None:
    session.flush()
    deliveries.cancel_for(session, user.workspace_id, user.id, LEFT, now)
    if not reassigning.holdings(session, user.workspace_id, user.id):
        return
    for leader in _leaders(session, user):
        deliveries.owe(
            session,
            user.workspace_id,
            Owed(
                key=f"reassign:{user.id}:{now.date().isoformat()}:{leader.id}",
                kind=deliveries.REASSIGN,
                target=leader.slack_id or "",
                user_id=leader.id,
                subject_id=user.id,
                not_before=now,
            ),
            now,
        )


def _leaders(session: Session, user: User) -> Sequence[User]:
    """The nearest manager above the person who is there and may act; else all admins."""
    above, seen = user.manager_id, {user.id}
    while above is not None and above not in seen:
        manager = users.get(session, user.workspace_id, above)
        if manager.active and manager.slack_id and permissions.leads(manager.role):
            return [manager]
        seen.add(above)
        above = manager.manager_id
    return session.scalars(
        select(User)
        .where(
            User.workspace_id == user.workspace_id,
            User.role == ADMIN,
            User.active,
            User.slack_id.is_not(None),
            User.id != user.id,
        )
        .order_by(User.id)
    ).all()
