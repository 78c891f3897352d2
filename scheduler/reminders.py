"""The morning message: planned by each person's own day, made when it is sent."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from handlers.views import deals as deal_views
from handlers.views import reminders as views
from handlers.views import team as team_views
from handlers.views import weekly_plan as plan_views
from handlers.views.fields import Block
from handlers.views.reminders import Habits, PutOff, Spoken
from models import (
    deal_week,
    deliveries,
    holidays,
    lanes,
    mornings,
    overdue_team,
    slots,
    stages,
    users,
    weekly_plan,
)
from models.db import Session
from models.deliveries import Delivery, Owed
from models.overdue_team import Team
from models.users import User
from scheduler import nudges, planning, silences

LATE_AFTER = timedelta(minutes=30)
"""From when on the message says that it is running late."""

NOTHING_DUE, STOPPED = "nothing_due", "stopped"


def plan(session: Session, now: datetime) -> Counter[str]:
    """Plan what is owed to the next few hundred people, and move each to their next day.

    A day whose window has closed becomes an expired row; of several missed days only the first
    does, and today's is then due at once.
    """
    people = mornings.users_to_plan(session, now, planning.BATCH)
    calendars = holidays.of_many(session, {user.workspace_id for user in people}, now)
    owed: list[tuple[int, Owed]] = []
    begun: list[tuple[User, date]] = []
    for user in people:
        days_off = calendars[user.workspace_id]
        if _is_too_soon(user, now):
            users.reschedule(user, now, done=users.passed(user, now), days_off=days_off)
            continue
        day = user.next_local_date
        if day is not None and days_off.is_off(day, user.holidays):  # made one meanwhile
            users.reschedule(user, now, done=day, days_off=days_off)
            continue
        lists = (_owed(user, now), nudges.owed(user, now))
        users.reschedule(user, now, done=day, days_off=days_off)
        owed += [(user.workspace_id, message) for message in lists if message is not None]
        if day is not None and user.slack_id is not None:
            begun.append((user, day))
    owed += silences.owed(session, begun, now)
    return planning.owe(session, owed, len(people), now)


def render(session: Session, delivery: Delivery, now: datetime) -> tuple[str, list[Block]] | str:
    """The morning message as things stand now; the reason when there is nothing to say.

    A message already sent is shown anew even when nothing is to do any more.
    """
    if delivery.user_id is None:
        return STOPPED
    workspace_id, user_id = delivery.workspace_id, delivery.user_id
    user = users.get(session, workspace_id, user_id)
    today = slots.local_day(now, user.zone)
    sent = lanes.original(session, delivery) if delivery.changes_id is not None else None
    facts = (sent or delivery).facts
    settled = facts.get("settled", ())
    to_do = mornings.to_do(session, workspace_id, user_id, today, settled=settled)
    team = _team(session, user, delivery.local_date, now)
    plan = _plan(session, user, delivery, now)
    deals = _deals(session, user, delivery, now)
    if sent is None and not (to_do or team or plan or deals):
        return NOTHING_DUE
    hidden = (
        mornings.put_off_since(session, workspace_id, user_id, sent.done_at, today)
        if sent is not None and sent.done_at is not None
        else []
    )
    return views.morning(
        to_do,
        today=today,
        delivery_id=delivery.id if sent is None else sent.id,
        show_all=bool(facts.get("all")),
        late=sent is None and now - delivery.not_before > LATE_AFTER,
        first=Habits(user.remind_at) if _is_first(user, sent) else None,
        put_off=[PutOff(one.account_id, one.name, one.until) for one in hidden],
        team=(team_views.heard(team), team_views.section(team)) if team else None,
        plan=plan,
        deals=deals,
    )


def _team(session: Session, user: User, day: date | None, now: datetime) -> Team | None:
    """Who of the person's team is far behind, if the message of that day tells them."""
    if day is None or not overdue_team.is_told(session, user, day, now):
        return None
    return overdue_team.of(session, user.workspace_id, user.id, slots.local_day(now, user.zone))


def _plan(session: Session, user: User, delivery: Delivery, now: datetime) -> Spoken | None:
    """The plan of the person's week, or what became of it, if the message of that day tells it."""
    day = delivery.local_date
    told = None if day is None else weekly_plan.told_on(session, user, day, now)
    if day is None or told is None:
        return None
    shown = weekly_plan.of(session, user, weekly_plan.monday_of(day))
    if not shown:
        return None
    delivery_id = delivery.changes_id or delivery.id
    if told == weekly_plan.PLAN:
        return plan_views.monday(shown, delivery_id)
    return plan_views.friday(shown, weekly_plan.made(session, user, shown), delivery_id)


def _deals(session: Session, user: User, delivery: Delivery, now: datetime) -> Spoken | None:
    """Which of the person's deals want a word, if the message of that day asks for it."""
    day = delivery.local_date
    if day is None or not deal_week.is_asked(session, user, day, now):
        return None
    today = slots.local_day(now, user.zone)
    wanting = deal_week.wanting(session, user, today)
    if not wanting:
        return None
    known = stages.by_pipeline(session, user.workspace_id)
    return deal_views.friday(wanting, known, today, delivery.changes_id or delivery.id)


def _is_too_soon(user: User, now: datetime) -> bool:
    """Whether the person's place was reckoned by a clock ahead of ours, or before the last
    message went out, less than ten hours ago."""
    rested = users.rested_at(user, now)
    return (
        user.next_due_at is None or user.next_due_at > now or (rested is not None and rested > now)
    )


def _owed(user: User, now: datetime) -> Owed | None:
    day = user.next_local_date
    if day is None or user.slack_id is None:
        return None
    times = slots.window(day, user.remind_at, user.zone, users.quiet_hours(user)[0])
    if times is None:
        return None
    opens, closes = times
    return Owed(
        key=f"reminder:{user.id}:{day.isoformat()}",
        kind=deliveries.REMINDER,
        target=user.slack_id,
        user_id=user.id,
        local_date=day,
        not_before=opens,
        expires_at=closes,
        priority=deliveries.REMINDERS,
        missed="late" if now > closes else None,
    )


def _is_first(user: User, sent: Delivery | None) -> bool:
    if user.greeted_at is None:
        return True
    return sent is not None and sent.done_at == user.greeted_at
