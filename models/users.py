"""The people: who they are, where and when they work, what they may do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import (
    BindParameter,
    Boolean,
    ForeignKey,
    Index,
    Select,
    SmallInteger,
    String,
    UniqueConstraint,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from models import holidays, slots
from models.db import Base, insert_if_absent, scan, within_workspace
from models.errors import BadHour, BadZone, InQuietHours, ManagerLoop, NoSuchPerson
from models.holidays import DaysOff
from models.text import tidy
from models.workspaces import Workspace

REP, MANAGER, ADMIN = "rep", "manager", "admin"
ROLES = (REP, MANAGER, ADMIN)

ZONE_CHOSEN, ZONE_OF_SLACK, ZONE_OF_WORKSPACE = "user", "slack", "workspace"
"""Where a person's zone is from, the strongest first: a chosen one is not overwritten."""

CLOCKS_APART = timedelta(minutes=5)
"""What was noted by a clock this far ahead of ours (an earlier `tick --at`, a sandbox wound back)
does not count."""

_ANEW = datetime(9999, 12, 31, tzinfo=UTC)
"""Where a place in the plan is to be reckoned anew: by a clock ahead of any."""


class User(Base):
    """Anyone known to Touchbase; "rep" in text."""

    __tablename__ = "user"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="user_in_workspace"),
        UniqueConstraint("workspace_id", "slack_id", name="user_once"),
        within_workspace("user", "manager_id"),
        Index("user_by_email", "workspace_id", "email"),
        Index("user_due", "next_due_at"),
        Index("user_of_territory", "workspace_id", "territory_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    slack_id: Mapped[str | None] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str | None] = mapped_column(String(254))  # lower case
    role: Mapped[str] = mapped_column(String(8), default=REP)
    manager_id: Mapped[int | None]
    territory_id: Mapped[int | None]
    zone: Mapped[str] = mapped_column(String(64))
    zone_source: Mapped[str] = mapped_column(String(9))
    profile_read_at: Mapped[datetime | None]  # when Slack last told us who this is
    remind_at: Mapped[time] = mapped_column(default=time(7, 30))
    work_days: Mapped[int] = mapped_column(SmallInteger, default=slots.WEEKDAYS)
    reminders_on: Mapped[bool] = mapped_column(Boolean, default=True)
    # The person's own quiet hours; without them those of `models.slots`.
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    paused_until: Mapped[date | None]  # no morning message before this day
    holidays: Mapped[str | None] = mapped_column(String(12))  # as the workspace's; None: those
    daily_lists: Mapped[int] = mapped_column(
        SmallInteger, default=1, server_default="1"
    )  # messages nobody asked for
    reminded_at: Mapped[datetime | None]  # the last morning message was sent
    enrolled_on: Mapped[date]  # their own calendar day; the first reminder comes after it
    greeted_at: Mapped[datetime | None]  # the reminder that says how to stop them was sent
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime]
    # The planner's place: the day whose reminder is planned next, its instant, and the instant
    # at which this was reckoned. A place reckoned by a clock ahead of ours is reckoned anew.
    next_local_date: Mapped[date | None]
    next_due_at: Mapped[datetime | None]
    planned_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Actor:
    """Who is asking."""

    workspace_id: int
    user_id: int
    slack_id: str
    role: str
    zone: str

    def today(self, now: datetime) -> date:
        """The day on the person's own calendar."""
        return slots.local_day(now, self.zone)


@dataclass(frozen=True)
class Profile:
    """What Slack says of a person."""

    name: str = ""
    zone: str | None = None
    email: str | None = None
    active: bool = True


def asking(session: Session, team_id: str, slack_id: str) -> Actor | None:
    """The person behind a Slack team's and a Slack person's id, in one read; None as `actor`."""
    row = session.execute(_ASKING, {"team": team_id, "person": slack_id}).one_or_none()
    return None if row is None else Actor(row[0], row.id, slack_id, row.role, row.zone)


# Run before every answer: building it each time would take longer than running it.
_ASKING = (
    select(User.workspace_id, User.id, User.role, User.zone)
    .join(Workspace, Workspace.id == User.workspace_id)
    .where(
        Workspace.slack_team_id == bindparam("team"),
        User.slack_id == bindparam("person"),
        User.profile_read_at.is_not(None),
        User.active,
    )
)


def actor(session: Session, workspace_id: int, slack_id: str) -> Actor | None:
    """The person behind a Slack id, or None when they are new or were only ever named."""
    row = session.execute(
        select(User.id, User.role, User.zone).where(
            User.workspace_id == workspace_id,
            User.slack_id == slack_id,
            User.profile_read_at.is_not(None),
            User.active,
        )
    ).one_or_none()
    return None if row is None else Actor(workspace_id, row.id, slack_id, row.role, row.zone)


def enrol(
    session: Session,
    workspace_id: int,
    slack_id: str,
    *,
    zone: str,
    now: datetime,
    profile: Profile | None = None,
) -> User:
    """The person's row, made if it is new (as a rep); then what `profile` says is taken over.

    zone  the workspace's, for as long as nobody knows better.
    """
    user = by_slack_id(session, workspace_id, slack_id)
    if user is None and profile is not None and profile.email:
        user = _without_slack_id(session, workspace_id, profile.email)
        if user is not None:
            user.slack_id = slack_id
    if user is None:
        user = _made(session, workspace_id, slack_id, zone, now)
    if profile is not None:
        learn(user, profile, now)
    reschedule(user, now)
    session.flush()
    return user


def _without_slack_id(session: Session, workspace_id: int, email: str) -> User | None:
    """The person an import made by this e-mail address, whom nobody has met in Slack yet."""
    return session.scalar(
        select(User)
        .where(
            User.workspace_id == workspace_id,
            User.email == email.strip().casefold(),
            User.slack_id.is_(None),
        )
        .order_by(User.id)
        .limit(1)
        .with_for_update(key_share=True)
    )


def _made(session: Session, workspace_id: int, slack_id: str, zone: str, now: datetime) -> User:
    """A new person's row; that of another process, when the person tapped twice at once."""
    insert_if_absent(
        session,
        User,
        {
            "workspace_id": workspace_id,
            "slack_id": slack_id,
            "zone": zone,
            "zone_source": ZONE_OF_WORKSPACE,
            "enrolled_on": slots.local_day(now, zone),
            "created_at": now,
        },
    )
    made = by_slack_id(session, workspace_id, slack_id)
    if made is None:
        raise NoSuchPerson
    return made


def learn(user: User, profile: Profile, now: datetime) -> None:
    """Take over what Slack says: the name, the e-mail if none was set, the zone if none was
    chosen and it is one."""
    user.profile_read_at = now
    user.active = profile.active
    user.name = tidy(profile.name, 120) or user.name
    if profile.email and not user.email:
        user.email = profile.email.strip().casefold()[:254]
    if user.zone_source != ZONE_CHOSEN and profile.zone and slots.is_zone(profile.zone):
        first_told = user.zone_source == ZONE_OF_WORKSPACE
        user.zone, user.zone_source = profile.zone, ZONE_OF_SLACK
        if first_told:  # the day of enrolment was read on the workspace's calendar till now
            user.enrolled_on = slots.local_day(user.created_at, user.zone)
    reschedule(user, now)


def unread(session: Session, limit: int = 100) -> Sequence[User]:
    """People whose profile was never read from Slack: named by an import or on the command line."""
    return session.scalars(
        select(User)
        .where(User.profile_read_at.is_(None), User.slack_id.is_not(None), User.active)
        .order_by(User.id)
        .limit(limit)
    ).all()


def by_slack_id(session: Session, workspace_id: int, slack_id: str) -> User | None:
    """The person with this Slack id, whether or not they ever used Touchbase."""
    return session.scalar(
        select(User).where(User.workspace_id == workspace_id, User.slack_id == slack_id)
    )


def by_email(session: Session, workspace_id: int, email: str) -> User | None:
    """The person with this e-mail address, in any case."""
    return session.scalar(
        select(User)
        .where(User.workspace_id == workspace_id, User.email == email.strip().casefold())
        .order_by(User.id)
        .limit(1)
    )


def get(session: Session, workspace_id: int, user_id: int) -> User:
    """The person's row. Raises NoSuchPerson."""
    user = session.scalar(_GET, {"workspace": workspace_id, "user": user_id})
    if user is None:
        raise NoSuchPerson
    return user


_GET = select(User).where(
    User.workspace_id == bindparam("workspace"), User.id == bindparam("user")
)  # built once: it runs several times for every message


def names(session: Session, workspace_id: int, ids: Iterable[int]) -> dict[int, str]:
    """Names by id, for showing."""
    rows = session.execute(
        select(User.id, User.name).where(User.workspace_id == workspace_id, User.id.in_(set(ids)))
    )
    return {row.id: row.name for row in rows}


def team(session: Session, workspace_id: int, user_id: int) -> set[int]:
    """The ids of the person and of everyone below them, at any depth."""
    rows = scan(session, _TEAM, {"workspace": workspace_id, "of": user_id})
    return {user for (user,) in rows}


def in_team(
    workspace_id: int | BindParameter[int], user_id: int | BindParameter[int]
) -> Select[tuple[int]]:
    """The same as a query, for others to look within."""
    below = (
        select(User.id)
        .where(User.workspace_id == workspace_id, User.id == user_id)
        .cte("below", recursive=True)
    )
    below = below.union(
        select(User.id).where(User.workspace_id == workspace_id, User.manager_id == below.c.id)
    )
    return select(below.c.id)


_TEAM = in_team(bindparam("workspace"), bindparam("of"))


def has_admin(session: Session, workspace_id: int) -> bool:
    """Whether anybody may give roles yet."""
    return bool(count_admins(session, workspace_id))


def count_admins(session: Session, workspace_id: int) -> int:
    """How many active admins the workspace has."""
    return (
        session.scalar(
            select(func.count())
            .select_from(User)
            .where(User.workspace_id == workspace_id, User.role == ADMIN, User.active)
        )
        or 0
    )


def put_under(session: Session, user: User, manager: User) -> None:
    """Make `manager` the person's manager. Raises ManagerLoop when they are below the person."""
    if manager.id in team(session, user.workspace_id, user.id):
        raise ManagerLoop
    user.manager_id = manager.id


def move_to(user: User, zone: str, now: datetime) -> None:
    """The person chooses a zone, which Slack's no longer overrides. Raises BadZone."""
    if not slots.is_zone(zone):
        raise BadZone(zone)
    user.zone, user.zone_source = zone, ZONE_CHOSEN
    reschedule(user, now)


def remind(
    user: User, now: datetime, *, at: time | None = None, work_days: int | None = None
) -> None:
    """Switch the morning message on, and move it.

    Raises BadHour outside 05:00 to 19:30, InQuietHours within those the person chose.
    """
    if at is not None:
        if not slots.EARLIEST <= at <= slots.LATEST:
            raise BadHour(f"{slots.EARLIEST:%H:%M}", f"{slots.LATEST:%H:%M}")
        chosen = own_quiet(user)
        if chosen and slots.within(at, *chosen):
            raise InQuietHours(*chosen)
        user.remind_at = at
    if work_days:
        user.work_days = work_days
    user.reminders_on = True
    reschedule(user, now)


def own_quiet(user: User) -> tuple[time, time] | None:
    """The quiet hours the person chose, from and until; None: those of `models.slots`."""
    if user.quiet_from is None or user.quiet_until is None:
        return None
    return user.quiet_from, user.quiet_until


def quiet_hours(user: User) -> tuple[time, time]:
    """From when until when the person is sent nothing unasked. Where they chose none, an early
    hour for the morning message ends the night: 06:30 is 06:30."""
    return own_quiet(user) or (slots.QUIET_FROM, min(slots.QUIET_UNTIL, user.remind_at))


def is_paused(user: User, day: date) -> bool:
    """Whether the person wants no morning message on that day of theirs."""
    return user.paused_until is not None and day < user.paused_until


def stop_reminding(user: User) -> None:
    """No morning message until the person asks for it again."""
    user.reminders_on = False
    user.next_local_date = user.next_due_at = None


def rested_at(user: User, now: datetime) -> datetime | None:
    """From when on another morning message may be sent after the last; None when there was none
    that counts."""
    if user.reminded_at is None or user.reminded_at > now + CLOCKS_APART:
        return None
    return user.reminded_at + slots.APART


def replan_all(session: Session, workspace_id: int) -> None:
    """Have the planner reckon everybody's next reminder anew, within its next rounds."""
    session.execute(
        update(User)
        .where(User.workspace_id == workspace_id, User.next_due_at.is_not(None))
        .values(planned_at=_ANEW)
    )


def passed(user: User, now: datetime) -> date | None:
    """Today, where the person's place in the plan is to be reckoned anew and today's hour has
    gone by: what became of it is known already. None otherwise."""
    today = slots.local_day(now, user.zone)
    if user.planned_at != _ANEW or user.next_local_date is None or user.next_local_date <= today:
        return None
    times = slots.window(today, user.remind_at, user.zone)
    return today if times is not None and times[0] <= now else None


def reschedule(
    user: User, now: datetime, *, done: date | None = None, days_off: DaysOff | None = None
) -> None:
    """Reckon the person's next reminder from `now`.

    done      the day whose reminder has been dealt with, if any: the next one is later.
    days_off  of the workspace; read by the row's own session where nobody has them at hand.
    """
    user.planned_at = now
    user.next_local_date = user.next_due_at = None
    if not (user.reminders_on and user.active):
        return
    settled = max(user.enrolled_on, done or date.min)
    first = max(
        settled + timedelta(days=1),
        slots.local_day(now, user.zone),
        user.paused_until or date.min,
    )
    days = days_off or _days_off(user, now)
    found = slots.next_window(
        first,
        user.remind_at,
        user.zone,
        user.work_days,
        now,
        quiet_hours(user)[0],
        is_off=lambda day: days.is_off(day, user.holidays),
        rested_at=rested_at(user, now),
    )
    if found is not None:
        user.next_local_date, user.next_due_at = found


def _days_off(user: User, now: datetime) -> DaysOff:
    session = object_session(user)
    if session is None:
        return DaysOff()
    with session.no_autoflush:  # what is being changed need not be whole yet
        return holidays.of(session, user.workspace_id, now)
