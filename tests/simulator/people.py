"""Random workspaces with people, channels and what they are owed, on the database and in Slack."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.sandbox.service import SCOPES
from bot.sandbox.stand_in import StandIn
from bot.sandbox.world import Identity
from models import deliveries, subscriptions, users
from models.clock import Clock
from models.deliveries import Owed
from models.users import User
from models.workspaces import Workspace
from tests.make import a_user, a_workspace, an_account, an_actor

ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Puerto_Rico",
    "Pacific/Honolulu",
    "America/St_Johns",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
)

# Weeks in which clocks are changed somewhere, without a public holiday of the United States.
WEEKS = (date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 23), date(2026, 3, 30))
WEEKS += (date(2026, 9, 28), date(2026, 10, 19), date(2026, 10, 26), date(2026, 11, 2))

QUIET = time(20), time(7)


@dataclass
class Rep:
    """Somebody who may be reminded, as they have set things."""

    slack_id: str
    zone: str
    at: time
    work_days: int
    quiet: tuple[time, time] | None
    overdue: int
    on: bool
    active: bool

    @property
    def quiet_hours(self) -> tuple[time, time]:
        """From when until when they are sent nothing unasked."""
        return self.quiet or (QUIET[0], min(QUIET[1], self.at))


@dataclass
class Team:
    """One workspace: its people, and the channels (with their zones) that get a digest."""

    team_id: str
    reps: list[Rep]
    channels: dict[str, str]
    slack: StandIn
    workspace_id: int = 0
    ids: dict[str, int] = field(default_factory=dict)


def teams(chance: random.Random, clock: Clock, *, history: bool) -> list[Team]:
    """A few teams. `history`: whether the app may read the channels that it posts to."""
    made = []
    for number in range(1, chance.choice((1, 1, 1, 2)) + 1):
        zone = chance.choice(ZONES)
        reps = [_rep(chance, f"U{number}R{place}", zone) for place in range(chance.randint(1, 3))]
        channels = {}
        if chance.random() < 0.5:
            channels[f"C{number}"] = zone
        made.append(Team(f"T{number}", reps, channels, _slack(f"T{number}", clock, reps, channels)))
        if history:
            made[-1].slack.service.scopes.add("channels:history")
    return made


def _rep(chance: random.Random, slack_id: str, zone: str) -> Rep:
    quiet = chance.choice(((time(17), time(6)), (time(12), time(13, 30)), (time(21), time(5))))
    at = time(chance.randint(5, 18), chance.choice((0, 15, 30)))
    if quiet[0] <= at < quiet[1] or (quiet[0] > quiet[1] and not quiet[1] <= at < quiet[0]):
        quiet = None
    return Rep(
        slack_id=slack_id,
        zone=zone if chance.random() < 0.6 else chance.choice(ZONES),
        at=at,
        work_days=chance.choice((0b0011111, 0b0011111, 0b1111111, 0b0001111, 0b0010101)),
        quiet=quiet if chance.random() < 0.3 else None,
        overdue=chance.choice((0, 1, 1, 1, 2)),
        on=chance.random() < 0.95,
        active=chance.random() < 0.97,
    )


def _slack(team_id: str, clock: Clock, reps: Sequence[Rep], channels: Sequence[str]) -> StandIn:
    slack = StandIn(clock=clock, identity=Identity(team_id=team_id), scopes=SCOPES)
    for rep in reps:
        slack.add_person(rep.slack_id, f"Rep {rep.slack_id}", rep.zone)
    for channel in channels:
        slack.add_channel(channel, "field-team", bot_is_member=True)
    return slack


def store(session: Session, team: Team, enrolled: datetime) -> None:
    """The team's rows. Everybody was enrolled at that instant; the day after is their first."""
    workspace = a_workspace(session, team.team_id)
    team.workspace_id = workspace.id
    for rep in team.reps:
        team.ids[rep.slack_id] = _person(session, workspace, rep, enrolled).id
    for channel in team.channels:
        _digest(session, team, workspace, channel, enrolled)


def _person(session: Session, workspace: Workspace, rep: Rep, enrolled: datetime) -> User:
    user = a_user(session, workspace, rep.slack_id, zone=rep.zone, now=enrolled)
    user.remind_at, user.work_days, user.active = rep.at, rep.work_days, rep.active
    user.quiet_from, user.quiet_until = rep.quiet or (None, None)
    user.reminders_on = rep.on
    users.reschedule(user, enrolled)
    since = enrolled.date() - timedelta(days=60)
    for number in range(rep.overdue):
        name = f"Clinic {number} of {rep.slack_id}"
        an_account(session, workspace.id, name, owner=an_actor(user), owned_since=since)
    return user


def _digest(
    session: Session, team: Team, workspace: Workspace, channel: str, enrolled: datetime
) -> None:
    zone = team.channels[channel]
    admin = a_user(session, workspace, f"UA{channel}", zone=zone, role=users.ADMIN, now=enrolled)
    users.stop_reminding(admin)
    team.ids[f"UA{channel}"] = admin.id
    subscriptions.subscribe(session, an_actor(admin), channel, subscriptions.EVERYONE, enrolled)


def an_answer(session: Session, team: Team, rep: Rep, key: str, now: datetime) -> None:
    """What a save owes at once: a receipt."""
    owed = Owed(
        key=key,
        kind=deliveries.RECEIPT,
        target=rep.slack_id,
        user_id=team.ids[rep.slack_id],
        subject_id=0,
        not_before=now,
        priority=deliveries.ANSWER_FIRST,
    )
    assert deliveries.owe(session, team.workspace_id, owed, now) is not None
