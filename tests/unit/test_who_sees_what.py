"""A rep sees their own, a manager everyone's below, an admin the workspace's, nobody another's: by
every way in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handlers import deals as deal_handlers
from handlers import goals as goal_handlers
from handlers.views import home as home_views
from handlers.views.deal_forms import Place
from models import (
    behind,
    boards,
    briefs,
    digests,
    exports,
    figures,
    goals,
    heat,
    home,
    ledger,
    reassigning,
    referral_queue,
    referrals,
    stages,
    tallies,
    users,
    weekly_plan,
)
from models.accounts import Account
from models.db import Sessions
from models.deliveries import Delivery
from models.errors import Refused
from models.follow_ups import FollowUp
from models.goals import PERSON, TEAM, Whose
from models.phi import Clean
from models.referrals import IN, OUT, Received
from models.reports import asking, making, periods
from models.snapshots import Snapshot
from models.subscriptions import EVERYONE, Subscription
from models.users import ADMIN, MANAGER, REP, Actor
from models.workspaces import Workspace
from tests.conftest import Database
from tests.deals import a_deal
from tests.make import NOW, ZONE, a_touch, a_user, a_workspace, an_account, an_actor

TODAY = NOW.date()
MONDAY = date(2026, 3, 2)

PEOPLE = {
    "Annika": ("T1", REP, "Boris"),
    "Boris": ("T1", MANAGER, None),
    "Cosima": ("T1", MANAGER, "Boris"),
    "Dorian": ("T1", REP, "Cosima"),
    "Edgar": ("T1", ADMIN, None),
    "Fenja": ("T1", REP, None),  # was a manager; Gustav has not been moved yet
    "Gustav": ("T1", REP, "Fenja"),
    "Quentin": ("T2", ADMIN, None),
    "Ronja": ("T2", REP, "Quentin"),
}
SEES = {
    "Annika": {"Annika"},
    "Boris": {"Annika", "Boris", "Cosima", "Dorian"},
    "Cosima": {"Cosima", "Dorian"},
    "Dorian": {"Dorian"},
    "Edgar": {"Annika", "Boris", "Cosima", "Dorian", "Edgar", "Fenja", "Gustav"},
    "Fenja": {"Fenja"},
    "Gustav": {"Gustav"},
    "Quentin": {"Quentin", "Ronja"},
    "Ronja": {"Ronja"},
}


@dataclass(frozen=True)
class Asking:
    """Somebody who asks, and the digest of the first workspace."""

    session: Session
    sessions: Sessions
    actor: Actor
    digest: int
    people: dict[str, Actor]


@pytest.fixture
def everyone(each_database: Database) -> tuple[Sessions, dict[str, Actor], int]:
    """Each of the nine has two accounts, two touches, a referral each way, two deals, a promise and
    goals, named after them; all of the first workspace are in its digest."""
    sessions = each_database.sessions
    with sessions.begin() as session:
        made = {
            name: a_user(session, a_workspace(session, team), f"U{name}", name=name, role=role)
            for name, (team, role, _) in PEOPLE.items()
        }
        for name, (*_, boss) in PEOPLE.items():
            made[name].manager_id = made[boss].id if boss else None
        session.execute(update(Workspace).values(industry_profile="restoration"))
        actors = {name: an_actor(user) for name, user in made.items()}
        for name, actor in actors.items():
            _what_they_did(session, name, actor)
        channel = Subscription(
            workspace_id=actors["Edgar"].workspace_id,
            user_id=actors["Edgar"].user_id,
            channel_id="C1",
            scope=EVERYONE,
            zone=ZONE,
            active=True,
            created_at=NOW,
        )
        session.add(channel)
        session.flush()
        found = digests.gather(session, channel, MONDAY, NOW)
        snapshot: Snapshot = digests.keep(session, channel, MONDAY, found, NOW)
        return sessions, actors, snapshot.id


def _what_they_did(session: Session, name: str, actor: Actor) -> None:
    workspace_id = actor.workspace_id
    long_ago = date(2025, 1, 1)
    clinic = an_account(session, workspace_id, f"{name} Clinic", owner=actor, owned_since=long_ago)
    an_account(session, workspace_id, f"{name} Late", owner=actor, owned_since=long_ago)
    for days_ago in (0, 6):  # the sixth day back is in the digest's week
        a_touch(session, actor, clinic, days_ago=days_ago)
        for way in (IN, OUT):
            told = Received(clinic.id, TODAY - timedelta(days=days_ago), 1, direction=way)
            key = f"{name}{days_ago}{way}"
            referrals.add(session, actor, told, submission=key, now=NOW)
    a_deal(session, actor, "Proposal", 5, name=f"{name} Deal", close_date=TODAY, pushes=1)
    for day in (TODAY, MONDAY):
        a_deal(session, actor, "Won", 7, name=f"{name} Win", closed_on=day, account_id=clinic.id)
    session.add(
        FollowUp(
            workspace_id=workspace_id,
            kind="promise",
            account_id=clinic.id,
            user_id=actor.user_id,
            text=Clean(f"Call {name}"),
            due_on=TODAY,
            status="open",
            created_at=NOW,
        )
    )
    for scope in (PERSON, TEAM):
        goals.put(
            session,
            workspace_id,
            Whose(scope, actor.user_id),
            goals.VISIT,
            goals.WEEK,
            1000 + actor.user_id,
            by_id=None,
            today=TODAY,
            now=NOW,
        )


def report(name: str, by: str | None = None) -> Callable[[Asking], object]:
    def way(asks: Asking) -> object:
        told = (asks.session, asks.actor, name, periods.parse("2026-03"), by)
        id_ = asking.owe(*told, submission=f"V{name}{by}{asks.actor}", now=NOW)
        owed = asks.session.get_one(Delivery, id_)
        made = making.make(asks.session, *asking.asked(asks.session, owed, NOW))
        return [list(table.rows) for table in made.tables], made.facts

    return way


def rows_behind(whose: str, figure: str) -> Callable[[Asking], object]:
    return lambda asks: behind.page(asks.session, asks.actor, whose, figure, NOW)


def rows_of_digest(figure: str) -> Callable[[Asking], object]:
    return lambda asks: figures.page(asks.session, asks.actor, asks.digest, figure).rows


def of_each(one: Callable[[Asking, Actor], object]) -> Callable[[Asking], object]:
    """What the asker gets of each person, where they are not refused."""

    def way(asks: Asking) -> object:
        found = []
        for person in asks.people.values():
            try:
                found.append(one(asks, person))
            except Refused:
                continue
        return found

    return way


def list_of(asks: Asking, person: Actor) -> object:
    """Somebody's list, as the manager's button opens it."""
    reassigning.must_reach(asks.session, asks.actor, person.user_id)
    return users.get(asks.session, asks.actor.workspace_id, person.user_id).name


def rows_of(asks: Asking, person: Actor) -> object:
    """Somebody's touches, as the manager's Home opens them."""
    whose = f"p{person.user_id}"
    return behind.page(asks.session, asks.actor, whose, figures.TOUCHES, NOW)


def the_home(asks: Asking) -> object:
    shown = home.of(asks.session, asks.actor.workspace_id, asks.actor.user_id, NOW)
    return shown, home_views.view(shown, every=True)


def own_plan(asks: Asking) -> object:
    user = users.get(asks.session, asks.actor.workspace_id, asks.actor.user_id)
    return weekly_plan.of(asks.session, user, MONDAY)


def the_goals(asks: Asking) -> object:
    return goal_handlers.answer((), (), asks.actor, asks.sessions, lambda: NOW)


ALL = "all"
WAYS: dict[str, Callable[[Asking], object]] = {
    **{f"report {name}": report(name) for name in making.REPORTS if name != "pipeline"},
    **{
        f"{name} by region": report(name, "region") for name in making.REPORTS if name != "pipeline"
    },
    "report pipeline": report("pipeline"),
    "pipeline by agent": report("pipeline", "agent"),
    "/pipeline": lambda it: deal_handlers.read_pipeline(it.session, it.actor, Place(), NOW),
    "referral queue": lambda it: [
        referral_queue.page(it.session, it.actor, NOW, start) for start in range(0, 40, 8)
    ],
    "leads": lambda it: ledger.of(it.session, it.actor, NOW),
    "heat map": lambda it: heat.of_viewer(it.session, it.actor, it.digest),
    **{f"rows of {each}": rows_behind(ALL, each) for each in (stages.OPEN, stages.WON, "slipped")},
    **{
        f"digest's {each}": rows_of_digest(each)
        for each in ("touches", "reached", "in", "overdue", "behind", "open", "won")
    },
}
"""Those that show everything that the asker may see."""

NARROWER: dict[str, Callable[[Asking], object]] = {
    "Home": the_home,
    "the team on Home": lambda it: boards.of(it.session, it.actor, TODAY, NOW),
    **{
        f"{whose} {each}": rows_behind(whose, each)
        for whose in (behind.MINE, behind.TEAM)
        for each in (figures.TOUCHES, IN, tallies.OVERDUE, behind.PEOPLE, behind.PACE)
    },
    "goals": the_goals,
    "plan of the week": own_plan,
    "somebody's list": of_each(list_of),
    "somebody's rows": of_each(rows_of),
}
"""Those that may show less, as an admin's own team."""


def seen(way: Callable[[Asking], object], asks: Asking) -> set[str] | None:
    """The people of whom the asker reads anything; None where they are refused."""
    try:
        found = repr(way(asks))
    except Refused:
        return None
    return {name for name in PEOPLE if name in found}


@pytest.mark.parametrize("who", PEOPLE)
def test_everyone_sees_what_is_theirs_and_nothing_else(
    everyone: tuple[Sessions, dict[str, Actor], int], who: str
) -> None:
    sessions, people, digest = everyone
    with sessions() as session:
        asks = Asking(session, sessions, people[who], digest, people)
        told = {name: seen(way, asks) for name, way in {**WAYS, **NARROWER}.items()}
        session.rollback()
    for name, found in told.items():
        assert (found or set()) <= SEES[who], name
    outside = PEOPLE[who][0] != "T1"
    for name in WAYS:
        of_digest = name.startswith("digest") or name == "heat map"
        assert told[name] == (None if of_digest and outside else SEES[who]), name


def test_the_goals_told_are_those_of_whom_the_reader_leads(
    everyone: tuple[Sessions, dict[str, Actor], int],
) -> None:
    """Each goal is told by its own target."""
    sessions, people, digest = everyone
    with sessions() as session:
        for who, actor in people.items():
            found = str(the_goals(Asking(session, sessions, actor, digest, people)))
            targets = {name for name, one in people.items() if f"{1000 + one.user_id:,}" in found}
            assert targets == (SEES[who] if actor.role in (MANAGER, ADMIN) else {who}), who


def test_an_export_and_a_brief_are_of_the_workspace_alone(
    everyone: tuple[Sessions, dict[str, Actor], int],
) -> None:
    sessions, people, _ = everyone
    with sessions() as session:
        for who in ("Edgar", "Quentin"):
            every = [list(one.rows) for one in exports.sheets(session, people[who].workspace_id)]
            assert {name for name in PEOPLE if name in repr(every)} == SEES[who]
        for account in session.scalars(select(Account)):
            for actor in people.values():
                if actor.workspace_id != account.workspace_id:
                    with pytest.raises(Refused):
                        briefs.of(session, actor, account.id, NOW)
