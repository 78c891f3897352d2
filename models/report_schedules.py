"""Reports on schedule: about the week, month or quarter that ended, sent on the first work day
after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import audit, holidays, slots, users
from models.db import Base, insert_if_absent, within_workspace
from models.errors import NotYours, TooManySchedules
from models.holidays import DaysOff
from models.reports import making, periods
from models.reports.periods import Period
from models.users import CLOCKS_APART, Actor, User
from models.workspaces import Workspace

WEEK, MONTH, QUARTER = "week", "month", "quarter"
_PERIODS = {WEEK: periods.week, MONTH: periods.month, QUARTER: periods.quarter}
EVERY = tuple(_PERIODS)

MOST = 20
"""Schedules of one person."""

_LOOK_AGAIN = timedelta(days=1)
"""A slot months ahead is reckoned anew each day: its reader may move, or change their hours."""

_ACTIVE = "active"
_DAY = timedelta(days=1)


class ReportSchedule(Base):
    """A report somebody wants again and again, in their messages."""

    __tablename__ = "report_schedule"
    __table_args__ = (
        UniqueConstraint(
            "workspace_id", "user_id", "report", "told_by", "every", name="scheduled_once"
        ),
        within_workspace("user", "user_id"),
        Index("report_schedule_due", "next_due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    user_id: Mapped[int]  # who asked for it and gets it, about those whom they may see by then
    report: Mapped[str] = mapped_column(String(20))
    told_by: Mapped[str] = mapped_column(String(8))  # "agent"; "" is told as one
    every: Mapped[str] = mapped_column(String(8))  # week, month, quarter
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    # The planner's place: the first day of the week, month or quarter in which it is sent next,
    # when to look at it again, and when this was reckoned.
    next_local_date: Mapped[date | None]
    next_due_at: Mapped[datetime | None]
    planned_at: Mapped[datetime | None]
    created_at: Mapped[datetime]  # when it was last asked for


@dataclass(frozen=True)
class Reader:
    """Whose hours and days a schedule goes by. `zone`: the workspace's, whose days the report's
    are."""

    user: User
    zone: str
    days_off: DaysOff


@dataclass(frozen=True)
class Slot:
    """On which day of theirs the reader gets it, from when on, and until when it is worth it."""

    day: date
    opens: datetime
    closes: datetime


@dataclass(frozen=True)
class Scheduled:
    """A schedule as its reader is shown it. `next_on`: None for one that is stopped."""

    schedule_id: int
    report: str
    by: str | None
    every: str
    next_on: date | None
    about: Period | None  # of the next one


def ask(
    session: Session, actor: Actor, name: str, by: str | None, every: str, now: datetime
) -> Scheduled:
    """Have the actor get the report at each period's end. Asking again changes nothing.

    Raises NoSuchReport, NotBy, TooManySchedules.
    """
    making.check(name, by)
    told = {"report": name, "told_by": by or "", "every": every}
    whose = {"workspace_id": actor.workspace_id, "user_id": actor.user_id}
    row = {**whose, **told, "active": False, "created_at": now}
    insert_if_absent(session, ReportSchedule, row)
    return _start(session, actor, _held(session, actor, **told), now)


def resume(session: Session, actor: Actor, schedule_id: int, now: datetime) -> Scheduled:
    """Take a stop back. Raises NotYours, TooManySchedules."""
    return _start(session, actor, _held(session, actor, id=schedule_id), now)


def stop(session: Session, actor: Actor, schedule_id: int, now: datetime) -> Scheduled:
    """End one of the actor's own. Raises NotYours."""
    found = _held(session, actor, id=schedule_id)
    if found.active:
        found.active = False
        found.next_local_date = found.next_due_at = None
        _note(session, actor, "report_unscheduled", found, now)
    return _shown(found, None)


def of_actor(session: Session, actor: Actor, now: datetime) -> list[Scheduled]:
    """The actor's own, in the order in which they were first asked for."""
    rows = session.scalars(_own(actor).where(ReportSchedule.active)).all()
    if not rows:
        return []
    reader = _reader(session, actor, now)
    return [_shown(row, reader) for row in rows]


def is_on(session: Session, workspace_id: int, schedule_id: int | None) -> bool:
    """Whether it is still wanted."""
    found = session.scalar(
        select(ReportSchedule.active).where(
            ReportSchedule.workspace_id == workspace_id, ReportSchedule.id == schedule_id
        )
    )
    return bool(found)


def to_plan(
    session: Session, now: datetime, most: int
) -> Sequence[tuple[ReportSchedule, User, str]]:
    """Schedules to be looked at, with their readers and the workspace's zone; nobody else's until
    the transaction ends, as `mornings.users_to_plan`."""
    rows = session.execute(
        select(ReportSchedule, User, Workspace.zone)
        .join(Workspace, Workspace.id == ReportSchedule.workspace_id)
        .join(
            User,
            and_(User.workspace_id == Workspace.id, User.id == ReportSchedule.user_id),
        )
        .where(
            Workspace.status == _ACTIVE,
            ReportSchedule.active,
            User.active,
            User.slack_id.is_not(None),
            or_(
                ReportSchedule.next_due_at <= now,
                and_(
                    ReportSchedule.next_due_at.is_not(None),
                    ReportSchedule.planned_at > now + CLOCKS_APART,
                ),
            ),
        )
        .order_by(ReportSchedule.next_due_at, ReportSchedule.id)
        .limit(most)
        .with_for_update(of=ReportSchedule, key_share=True, skip_locked=True)
    )
    return [(row, user, zone) for row, user, zone in rows]


def due(row: ReportSchedule, reader: Reader, now: datetime) -> Slot | None:
    """The slot whose time has come, if one has; else the row is looked at again in good time."""
    if row.planned_at is not None and row.planned_at > now + CLOCKS_APART:
        _place(row, reader, now, _first(row, reader, now))
        return None
    if row.next_local_date is None:
        return None
    found = slot(row.every, row.next_local_date, reader)
    if found.opens > now:
        _place(row, reader, now, row.next_local_date)
        return None
    return found


def move_on(row: ReportSchedule, reader: Reader, now: datetime) -> None:
    """What was due is planned, or was missed: on to the next period. Of several that were missed
    only the first is told of, and that of the present one comes."""
    if row.next_local_date is not None:
        present = _begin(row.every, slots.local_day(now, reader.user.zone))
        _place(row, reader, now, max(present, _following(row.every, row.next_local_date)))


def slot(every: str, begins: date, reader: Reader) -> Slot:
    """When the report about the period before `begins` is sent.

    At the reader's own hour of the first work day on which the period is over by the workspace's
    calendar, too; the first day where they work on none. The next one takes its place.
    """
    user, after = reader.user, _following(every, begins)
    over = periods.midnight(begins, reader.zone)
    found = slots.next_window(
        begins,
        user.remind_at,
        user.zone,
        user.work_days,
        over,
        users.quiet_hours(user)[0],
        is_off=lambda day: reader.days_off.is_off(day, user.holidays),
        rested_at=over,
    )
    day, opens = found if found is not None and found[0] < after else (begins, over)
    return Slot(day, opens, periods.midnight(after, user.zone))


def ended(every: str, begins: date) -> Period:
    """The period that the one from `begins` on follows: what is told then."""
    return _PERIODS[every](begins - _DAY)


def _start(session: Session, actor: Actor, found: ReportSchedule, now: datetime) -> Scheduled:
    reader = _reader(session, actor, now)
    if not found.active:
        others = session.scalars(_own(actor).where(ReportSchedule.active)).all()
        if len(others) >= MOST:
            raise TooManySchedules(MOST)
        found.active, found.created_at = True, now
        _place(found, reader, now, _first(found, reader, now))
        _note(session, actor, "report_scheduled", found, now)
    return _shown(found, reader)


def _first(row: ReportSchedule, reader: Reader, now: datetime) -> date:
    """The present period, if its slot is after the asking; else the next."""
    begins = _begin(row.every, slots.local_day(now, reader.user.zone))
    if slot(row.every, begins, reader).opens > row.created_at:
        return begins
    return _following(row.every, begins)


def _place(row: ReportSchedule, reader: Reader, now: datetime, begins: date) -> None:
    row.next_local_date, row.planned_at = begins, now
    row.next_due_at = min(slot(row.every, begins, reader).opens, now + _LOOK_AGAIN)


def _begin(every: str, day: date) -> date:
    return _PERIODS[every](day).first or day


def _following(every: str, begins: date) -> date:
    return (_PERIODS[every](begins).last or begins) + _DAY


def _reader(session: Session, actor: Actor, now: datetime) -> Reader:
    user = users.get(session, actor.workspace_id, actor.user_id)
    zone = session.get_one(Workspace, actor.workspace_id).zone
    return Reader(user, zone, holidays.of(session, actor.workspace_id, now))


def _own(actor: Actor) -> Select[ReportSchedule]:
    return (
        select(ReportSchedule)
        .where(
            ReportSchedule.workspace_id == actor.workspace_id,
            ReportSchedule.user_id == actor.user_id,
        )
        .order_by(ReportSchedule.id)
    )


def _held(session: Session, actor: Actor, **columns: int | str) -> ReportSchedule:
    query = _own(actor).filter_by(**columns).with_for_update(key_share=True)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotYours
    return found


def _shown(row: ReportSchedule, reader: Reader | None) -> Scheduled:
    begins = row.next_local_date
    return Scheduled(
        schedule_id=row.id,
        report=row.report,
        by=row.told_by or None,
        every=row.every,
        next_on=slot(row.every, begins, reader).day if begins and reader else None,
        about=ended(row.every, begins) if begins else None,
    )


def _note(
    session: Session, actor: Actor, action: str, found: ReportSchedule, now: datetime
) -> None:
    audit.note(
        session,
        actor.workspace_id,
        actor.user_id,
        action,
        "report_schedule",
        found.id,
        now=now,
        facts={"report": found.report, "by": found.told_by, "every": found.every},
    )
