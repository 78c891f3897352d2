"""Whether the next row of a lane is to be sent now, later, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import budget, deliveries, lanes, report_schedules, slots, subscriptions, users
from models.db import Session
from models.deliveries import Delivery
from models.users import User
from scheduler import nudges, quiet
from scheduler.road import Face


@dataclass(frozen=True)
class Ready:
    """Send it; `changes` is the message it shows anew, if any."""

    changes: Face | None = None


@dataclass(frozen=True)
class Later:
    """Not before then, by the people's clock."""

    until: datetime


@dataclass(frozen=True)
class Drop:
    """Close the row in this state."""

    state: str
    why: str


def judge(session: Session, row: Delivery, now: datetime) -> Ready | Later | Drop:
    """What to do with a row whose time has come.

    Quiet hours hold here and not only in the plan: what waited behind a rate limit, or whose
    reader has flown elsewhere, must not arrive at night. An answer to what somebody just did
    knows no quiet hours.
    """
    if row.expires_at is not None and row.expires_at < now:
        return Drop(deliveries.EXPIRED, "late")
    if row.changes_id is not None:
        return _change(lanes.original(session, row))
    if row.kind == deliveries.REMINDER:
        return _reminder(session, row, now)
    if row.kind == deliveries.DIGEST or (row.kind == deliveries.HEAT_MAP and row.user_id is None):
        return _digest(session, row, now)
    if row.kind == deliveries.REPORT_DUE and not report_schedules.is_on(
        session, row.workspace_id, row.subject_id
    ):
        return Drop(deliveries.CANCELLED, "stopped")
    if row.user_id is not None and row.priority > deliveries.ANSWER_FIRST:
        return _unasked(session, row, users.get(session, row.workspace_id, row.user_id), now)
    return Ready()


def _change(message: Delivery | None) -> Ready | Drop:
    if message is None:
        return Drop(deliveries.CANCELLED, "message_gone")
    if message.state == deliveries.SENT and message.channel_id and message.slack_ts:
        return Ready(Face(message.channel_id, message.slack_ts, message.nid))
    if message.state in (deliveries.PLANNED, deliveries.HELD):
        return Drop(deliveries.CANCELLED, "will_be_fresh")  # it shows the facts of its own moment
    return Drop(deliveries.CANCELLED, "message_not_sent")


def _reminder(session: Session, row: Delivery, now: datetime) -> Ready | Later | Drop:
    if row.user_id is None:
        return Drop(deliveries.CANCELLED, "stopped")
    user = users.get(session, row.workspace_id, row.user_id)
    if not (user.active and user.reminders_on):
        return Drop(deliveries.CANCELLED, "stopped")
    if users.is_paused(user, slots.local_day(now, user.zone)):
        return Drop(deliveries.CANCELLED, "paused")
    day, today = row.local_date, slots.local_day(now, user.zone)
    if day is not None and today > day:  # flown east since it was planned: the day is over there
        return Drop(deliveries.EXPIRED, "late")
    if day is not None and today < day:
        opens = slots.instant(day, user.remind_at, user.zone)
        return Later(opens) if opens is not None else Drop(deliveries.EXPIRED, "no_such_day")
    rested = users.rested_at(user, now)
    if rested is not None and rested > now:
        return Later(rested)
    return _unless_quiet(_quiet_of(user, now))


def _unasked(session: Session, row: Delivery, user: User, now: datetime) -> Ready | Later | Drop:
    """A message to a person beside the morning's: within their budget of the day."""
    if row.kind == deliveries.NUDGE:
        if not nudges.is_wanted(user):
            return Drop(deliveries.CANCELLED, "stopped")
        opens = nudges.opens(user, row.local_date) if row.local_date is not None else None
        if opens is not None and opens > now:
            return Later(opens)
    until = _quiet_of(user, now)
    if until is not None:
        return Later(until)
    room = budget.room_at(session, user, row.kind, now)
    if room is None or (row.expires_at is not None and room > row.expires_at):
        return Drop(deliveries.CANCELLED, "budget")
    return Ready() if room <= now else Later(room)


def _digest(session: Session, row: Delivery, now: datetime) -> Ready | Later | Drop:
    if row.subject_id is None:
        return Drop(deliveries.CANCELLED, "stopped")
    channel = subscriptions.get(session, row.workspace_id, row.subject_id)
    if channel is None or not channel.active:
        return Drop(deliveries.CANCELLED, "stopped")
    return _unless_quiet(quiet.ends(now, channel.zone))


def _quiet_of(user: User, now: datetime) -> datetime | None:
    return quiet.ends(now, user.zone, user.remind_at, users.own_quiet(user))


def _unless_quiet(until: datetime | None) -> Ready | Later:
    return Ready() if until is None else Later(until)
