"""Everybody's place in the plan, reckoned anew in batches."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import subscriptions, users
from models.subscriptions import Subscription
from models.users import User


def people(session: Session, now: datetime, after: int, most: int) -> tuple[int, int | None]:
    """Reckon the next reminder of up to `most` people whose id is above `after`, where it lies
    ahead. Returns how many, and the id to go on from; None when that was the last of them."""
    rows = session.scalars(
        select(User)
        .where(User.id > after, User.next_due_at > now)
        .order_by(User.id)
        .limit(most)
        .with_for_update(key_share=True)
    ).all()
    for user in rows:
        users.reschedule(user, now)
    return len(rows), rows[-1].id if rows else None


def channels(session: Session, now: datetime, after: int, most: int) -> tuple[int, int | None]:
    """The same for the digests of channels."""
    rows = session.scalars(
        select(Subscription)
        .where(Subscription.id > after, Subscription.next_due_at > now)
        .order_by(Subscription.id)
        .limit(most)
        .with_for_update(key_share=True)
    ).all()
    for channel in rows:
        subscriptions.reschedule(channel, now)
    return len(rows), rows[-1].id if rows else None
