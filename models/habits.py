"""When a person gets the morning message: switching it off and on, and moving it."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import deliveries, slots, users
from models.users import Actor, User


def change(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    at: time | None = None,
    work_days: int | None = None,
) -> User:
    """Switch the actor's morning message on; move it to `at`, to the days set in `work_days`.

    The next one lies ahead: an hour that has gone by today counts from the next work day, and
    whoever has had today's gets no second one. Raises BadHour outside 05:00 to 19:30.
    """
    user = _hold(session, actor)
    owed_already = user.next_due_at is not None and user.next_due_at <= now
    users.remind(user, now, at=at, work_days=work_days)
    today = slots.local_day(now, user.zone)
    key = f"reminder:{user.id}:{today.isoformat()}"
    if deliveries.by_key(session, user.workspace_id, key) is not None:
        users.reschedule(user, now, done=today)
    elif user.next_due_at is not None and user.next_due_at <= now and not owed_already:
        users.reschedule(user, now, done=user.next_local_date)
    return user


def stop(session: Session, actor: Actor) -> User:
    """No morning message until the actor asks for it again."""
    user = _hold(session, actor)
    users.stop_reminding(user)
    return user


def _hold(session: Session, actor: Actor) -> User:
    """The actor's row, not the planner's until this transaction ends."""
    return session.execute(
        select(User)
        .where(User.workspace_id == actor.workspace_id, User.id == actor.user_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one()
