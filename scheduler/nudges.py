"""The second list of the day, for who chose two: of what was due today, what is still open."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from handlers.views import reminders as views
from handlers.views.fields import Block
from models import deliveries, lanes, mornings, slots, users
from models.db import Session
from models.deliveries import Delivery, Owed
from models.mornings import ToDo
from models.users import User

NOTHING_OPEN, STOPPED = "nothing_open", "stopped"

_APART = timedelta(hours=2)
"""Whose first list comes less than this before the second gets no second one."""


def owed(user: User, now: datetime) -> Owed | None:
    """The afternoon's list of the day whose morning message is being planned; None for who gets
    one list a day."""
    day = user.next_local_date
    if day is None or user.slack_id is None or not is_wanted(user):
        return None
    times = slots.window(day, slots.AFTERNOON, user.zone, users.quiet_hours(user)[0])
    if times is None:
        return None
    opens, closes = times
    return Owed(
        key=f"nudge:{user.id}:{day.isoformat()}",
        kind=deliveries.NUDGE,
        target=user.slack_id,
        user_id=user.id,
        local_date=day,
        not_before=opens,
        expires_at=closes,
        priority=deliveries.REMINDERS,
        missed="late" if now > closes else None,
    )


def is_wanted(user: User) -> bool:
    """Whether the person gets a list in the afternoon, as they have set things."""
    latest = (datetime.combine(date.min, slots.AFTERNOON) - _APART).time()
    quiet = users.own_quiet(user)
    return (
        user.active
        and user.reminders_on
        and user.daily_lists > 1
        and user.remind_at <= latest
        and not (quiet and slots.within(slots.AFTERNOON, *quiet))
    )


def opens(user: User, day: date) -> datetime | None:
    """When the list of that day is due where the person is now: they may have flown since."""
    return slots.instant(day, slots.AFTERNOON, user.zone)


def render(session: Session, delivery: Delivery, now: datetime) -> tuple[str, list[Block]] | str:
    """What is still open at this moment; the reason when nothing is."""
    if delivery.user_id is None:
        return STOPPED
    user = users.get(session, delivery.workspace_id, delivery.user_id)
    today = slots.local_day(now, user.zone)
    sent = lanes.original(session, delivery) if delivery.changes_id is not None else None
    settled = (sent or delivery).facts.get("settled", ())
    steps, put_away = mornings.due_steps(
        session, user.workspace_id, user.id, today, settled=settled
    )
    if sent is None and not steps:
        return NOTHING_OPEN
    return views.afternoon(
        ToDo(steps, settled=put_away), today=today, delivery_id=(sent or delivery).id
    )
