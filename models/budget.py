"""How many messages a day a person gets unasked: one list, or two for whoever chose two.

What is urgent comes on top, at once (after the quiet hours). Everything else that nobody asked
for waits for a morning with room: after the morning list, or on a day on which there is none.
So a kind that can neither wait nor expire is either urgent or a line in the list.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import deliveries, holidays, slots, users
from models.deliveries import (
    ANSWER_FIRST,
    DIGEST_STOPPED,
    REASSIGN,
    REFERRAL_LATE,
    REMINDER,
    REPORT_DUE,
    SENT,
    SILENCE,
    Delivery,
)
from models.users import User

URGENT = frozenset({DIGEST_STOPPED, REASSIGN, REFERRAL_LATE, REPORT_DUE, SILENCE, "alert"})
"""Kinds outside the budget: nobody would want to hear of these tomorrow, or they asked for it."""

_AFTER_THE_LIST = timedelta(minutes=5)
"""So long after its hour a morning's list has been sent, or found to be empty."""

_NOT_TAKEN = (deliveries.CANCELLED, deliveries.EXPIRED, deliveries.DEAD)


def room_at(session: Session, user: User, kind: str, now: datetime) -> datetime | None:
    """When there is room for a message of this kind that the person did not ask for: `now`, a
    later morning, or None when they have no mornings."""
    if kind in URGENT or kind == REMINDER:
        return now  # the morning list is what the first place of the day is kept for
    today = slots.local_day(now, user.zone)
    if users.is_paused(user, today) or _taken(session, user, now) >= user.daily_lists:
        return _next_morning(session, user, now)
    return now


def _taken(session: Session, user: User, now: datetime) -> int:
    """The places of the person's day that are gone, that of a list still to come included."""
    today = slots.local_day(now, user.zone)
    key = f"reminder:{user.id}:{today.isoformat()}"
    morning = deliveries.by_key(session, user.workspace_id, key)
    kept = user.next_local_date == today if morning is None else morning.state not in _NOT_TAKEN
    begun = slots.instant(today, time(), user.zone) or now
    others = session.scalar(
        select(func.count())
        .select_from(Delivery)
        .where(
            Delivery.workspace_id == user.workspace_id,
            Delivery.user_id == user.id,
            Delivery.done_at.between(begun, now),
            Delivery.state == SENT,
            Delivery.priority > ANSWER_FIRST,
            Delivery.changes_id.is_(None),
            Delivery.kind.not_in({*URGENT, REMINDER}),
        )
    )
    return int(kept) + (others or 0)


def _next_morning(session: Session, user: User, now: datetime) -> datetime | None:
    today = slots.local_day(now, user.zone)
    first = max(today, user.paused_until or today)
    days = holidays.of(session, user.workspace_id, now)
    for day in (first, first + timedelta(days=1)):
        found = slots.next_window(
            day,
            user.remind_at,
            user.zone,
            user.work_days,
            now,
            users.quiet_hours(user)[0],
            is_off=lambda one: days.is_off(one, user.holidays),
        )
        if found is not None and found[1] + _AFTER_THE_LIST > now:
            return found[1] + _AFTER_THE_LIST
    return None
