"""The scheduler under a test's own clocks, against the stand-in Slack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.sandbox.stand_in import StandIn
from bot.sandbox.world import Message
from handlers.keeping import Keeper
from models import deliveries
from models.db import Sessions
from models.deliveries import Delivery, Lane, Owed
from models.users import User
from scheduler import deliver, digests, planning, referral_alerts, reminders, reports, settle
from scheduler.road import Road
from scheduler.tick import Tally, tick
from scheduler.timing import Timing
from tests.make import a_user, a_workspace, an_account, an_actor, at

QUICK = Timing().divided(60)
"""A minute is a second: what a test has to wait for is short, in the same proportions."""

MONDAY_EIGHT = at("2026-03-16T13:00:30Z")
"""Half a minute past eight in Chicago, on a Monday (summer time began the week before)."""


class Hands:
    """A clock a test moves by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **length: float) -> None:
        """Time goes by."""
        self.now += timedelta(**length)


@dataclass
class Clockwork:
    """One process's scheduler: its two clocks stand still until a test moves them. Its heat maps
    are no pictures; a test of pictures hands its road the real `draw`."""

    sessions: Sessions
    slack: StandIn
    clock: Hands
    machine: Hands
    keeper: Keeper = field(default_factory=Keeper)
    road: Road = field(init=False)

    def __post_init__(self) -> None:
        self.road = Road(
            sessions=self.sessions,
            slack=lambda _workspace: client(self.slack),
            clock=self.clock,
            machine=self.machine,
            timing=replace(Timing(), pace=10_000, channel_gap=0.0),
            draw=lambda _heat: b"a picture",
        )

    def another(self) -> Clockwork:
        """A second process on the same database, by the same clocks."""
        return Clockwork(self.sessions, self.slack, self.clock, self.machine)

    def wait(self, **length: float) -> None:
        """Time goes by, on both clocks."""
        self.clock.wait(**length)
        self.machine.wait(**length)

    def plan(self) -> Counter[str]:
        """What the loop does every half minute."""
        plans = (reminders.plan, digests.plan, referral_alerts.plan, reports.plan)
        return planning.plan_all(self.sessions, self.clock, plans)

    def send(self) -> Counter[str]:
        """What it does every second."""
        return deliver.send_due(self.road)

    def settle(self) -> Counter[str]:
        """What it does every twenty seconds."""
        return settle.settle(self.road)

    def tick(self, moment: datetime, **told: Any) -> Tally:
        """`touchbase tick --at`, by the real machine's time."""
        told.setdefault("timing", QUICK)
        return tick(self.sessions, self.road.slack, moment, **told)

    def rows(self, **columns: Any) -> list[Delivery]:
        """The deliveries with these columns, in their order."""
        with self.sessions() as session:
            found = select(Delivery).filter_by(**columns).order_by(Delivery.id)
            return list(session.scalars(found))

    def row(self, **columns: Any) -> Delivery:
        """The only one."""
        (found,) = self.rows(**columns)
        return found

    def lane(self) -> Lane:
        """The only lane."""
        with self.sessions() as session:
            return session.scalars(select(Lane)).one()

    def user(self, slack_id: str = "U1") -> User:
        """The person's row."""
        with self.sessions() as session:
            return session.scalars(select(User).filter_by(slack_id=slack_id)).one()

    def said(self, where: str = "U1") -> list[Message]:
        """What Slack shows in a channel or to a person."""
        return self.slack.messages(where)


def client(slack: StandIn, seconds: int = 2) -> WebClient:
    """A client as the bot makes it: one try."""
    return WebClient(
        token=slack.bot_token, base_url=slack.api_url, timeout=seconds, retry_handlers=[]
    )


@contextmanager
def a_clockwork(sessions: Sessions, now: datetime) -> Iterator[Clockwork]:
    """A workspace, a stand-in Slack that goes by the same time, and three people in it."""
    clock, machine = Hands(now), Hands(now)
    with StandIn(clock=clock) as slack:
        for number, name in enumerate(("Dana Reyes", "Lee Park", "Ann Boss"), start=1):
            slack.add_person(f"U{number}", name, "America/Chicago", f"u{number}@rehab.example")
        slack.add_channel("C1", "field-team", members={"U1", "U2", "U3"}, bot_is_member=True)
        with sessions.begin() as session:
            a_workspace(session, slack.identity.team_id)
        yield Clockwork(sessions, slack, clock, machine)


def a_person(session: Session, slack_id: str = "U1", *, overdue: int = 0, **told: Any) -> User:
    """Somebody enrolled the Friday before, with so many accounts long past their cadence."""
    workspace = a_workspace(session, "T0SANDBOX")
    told.setdefault("now", at("2026-03-06T15:00Z"))
    user = a_user(session, workspace, slack_id, **told)
    for number in range(1, overdue + 1):
        an_account(
            session,
            workspace.id,
            f"Clinic {number} of {slack_id}",
            owner=an_actor(user),
            owned_since=at("2026-01-05T12:00Z").date(),
        )
    return user


def an_answer(session: Session, user: User, key: str, now: datetime) -> int:
    """A receipt's delivery, as a save plans it."""
    row_id = deliveries.owe(
        session,
        user.workspace_id,
        Owed(
            key=key,
            kind=deliveries.RECEIPT,
            target=user.slack_id or "",
            user_id=user.id,
            subject_id=0,
            not_before=now,
            priority=deliveries.ANSWER_FIRST,
        ),
        now,
    )
    assert row_id is not None
    return row_id
