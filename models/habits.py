"""When a person gets the morning message: switching it off and on, and moving it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import deliveries, holidays, slots, users
from models.errors import BadPlace, BadZone
from models.users import Actor, User


@dataclass(frozen=True)
class Settings:
    """A person's settings, as they stand or as they want them.

    zone_source   where the zone is from: one of `users.ZONE_...`.
    quiet         from and until; None: the usual hours.
    paused_until  no morning message before this day; None: no pause.
    daily_lists   1: the morning message; 2: in the afternoon what is still open, too.
    holidays      whose public holidays: "US-TX", "" for none; None: as the workspace.
    """

    on: bool
    at: time
    work_days: int
    zone: str
    zone_source: str
    quiet: tuple[time, time] | None
    paused_until: date | None
    daily_lists: int = 1
    holidays: str | None = None


def of(user: User) -> Settings:
    """The settings as they stand."""
    return Settings(
        on=user.reminders_on,
        at=user.remind_at,
        work_days=user.work_days,
        zone=user.zone,
        zone_source=user.zone_source,
        quiet=users.own_quiet(user),
        paused_until=user.paused_until,
        daily_lists=user.daily_lists,
        holidays=user.holidays,
    )


def save(session: Session, actor: Actor, wish: Settings, now: datetime) -> User:
    """Make the actor's settings these. The next message lies ahead, as with `change`.

    Raises BadHour, InQuietHours, BadZone, BadPlace.
    """
    if not slots.is_zone(wish.zone):
        raise BadZone(wish.zone)
    if wish.holidays is not None and not holidays.is_place(wish.holidays):
        raise BadPlace(wish.holidays)
    user = _hold(session, actor)
    user.zone, user.zone_source = wish.zone, wish.zone_source
    user.quiet_from, user.quiet_until = wish.quiet or (None, None)
    user.paused_until = wish.paused_until
    user.daily_lists = wish.daily_lists
    user.holidays = wish.holidays
    _move(session, user, now, at=wish.at, work_days=wish.work_days)
    if not wish.on:
        users.stop_reminding(user)
    return user


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
    whoever has had today's gets no second one. Raises BadHour outside 05:00 to 19:30, and
    InQuietHours.
    """
    user = _hold(session, actor)
    _move(session, user, now, at=at, work_days=work_days)
    return user


def _move(
    session: Session, user: User, now: datetime, *, at: time | None, work_days: int | None
) -> None:
    owed_already = user.next_due_at is not None and user.next_due_at <= now
    users.remind(user, now, at=at, work_days=work_days)
    today = slots.local_day(now, user.zone)
    key = f"reminder:{user.id}:{today.isoformat()}"
    if deliveries.by_key(session, user.workspace_id, key) is not None:
        users.reschedule(user, now, done=today)
    elif user.next_due_at is not None and user.next_due_at <= now and not owed_already:
        users.reschedule(user, now, done=user.next_local_date)


def stop(session: Session, actor: Actor) -> User:
    """No morning message until the actor asks for it again."""
    user = _hold(session, actor)
    users.stop_reminding(user)
    return user


def one_list(session: Session, actor: Actor) -> None:
    """No list in the afternoon until the actor chooses two again."""
    _hold(session, actor).daily_lists = 1


def _hold(session: Session, actor: Actor) -> User:
    """The actor's row, not the planner's until this transaction ends."""
    return session.execute(
        select(User)
        .where(User.workspace_id == actor.workspace_id, User.id == actor.user_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one()
