"""The pipeline and the goals in the Monday digest, and the rows behind them."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.views.words import in_short
from models import digests, figures, goals, stages, subscriptions, users, week_of_deals
from models.digests import Gathered
from models.goals import Whose
from models.opportunities import Opportunity
from models.snapshots import Snapshot
from models.stages import Stage
from models.subscriptions import Subscription
from models.users import Actor, User
from models.week_of_deals import Deals
from tests.conftest import Database
from tests.make import NOW, a_rep, a_touch, an_account

MONDAY = date(2026, 3, 2)
SUNDAY = MONDAY + timedelta(days=6)


def a_stage(session: Session, workspace_id: int, label: str) -> Stage:
    return session.scalars(
        select(Stage).filter_by(
            workspace_id=workspace_id, pipeline=stages.NEW_BUSINESS, label=label
        )
    ).one()


def a_deal(
    session: Session,
    rep: Actor,
    stage: str,
    cents: int | None,
    closed_on: date | None = None,
    owner: int | None = None,
) -> int:
    row = Opportunity(
        workspace_id=rep.workspace_id,
        name=f"{stage} for {cents}",
        owner_id=rep.user_id if owner is None else owner or None,
        stage_id=a_stage(session, rep.workspace_id, stage).id,
        staged_at=NOW,
        amount_cents=cents,
        forecast="pipeline",
        closed_on=closed_on,
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(row)
    session.flush()
    return row.id


def a_digest(session: Session, boss: Actor, scope: str = subscriptions.TEAM) -> Subscription:
    row = Subscription(
        workspace_id=boss.workspace_id,
        user_id=boss.user_id,
        channel_id="C1",
        scope=scope,
        zone="America/Chicago",
        active=True,
        created_at=NOW,
    )
    session.add(row)
    session.flush()
    return row


def kept(session: Session, channel: Subscription) -> tuple[Gathered, Snapshot]:
    found = digests.gather(session, channel, MONDAY, NOW)
    return found, digests.keep(session, channel, MONDAY, found, NOW)


def test_a_weeks_pipeline_by_hand(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        boss, rep, other = (
            a_rep(session, role=users.MANAGER),
            a_rep(session, "U2"),
            a_rep(session, "U3"),
        )
        session.get_one(User, rep.user_id).manager_id = boss.user_id
        a_deal(session, rep, "Proposal", 1_000_01)  # 50 %
        a_deal(session, boss, "Prospecting", 500_00)  # 10 %
        a_deal(session, rep, "Negotiation", None)
        a_deal(session, rep, "Won", 92_000_00, SUNDAY)
        a_deal(session, rep, "Won", 7_00, SUNDAY + timedelta(days=1))
        a_deal(session, rep, "Lost", 1_00, MONDAY)
        a_deal(session, rep, "Lost", 1_00, MONDAY - timedelta(days=1))
        a_deal(session, other, "Proposal", 9_00)
        a_deal(session, boss, "Proposal", 4_00, owner=0)  # nobody's
        people = users.team(session, boss.workspace_id, boss.user_id)
        told = week_of_deals.of_week(session, boss.workspace_id, people, MONDAY)
        # 500.005 and 50.00, rounded to the cent.
        assert told == Deals(3, 1_500_01, 550_01, 1, 92_000_00, 1)
        everyone = week_of_deals.of_week(session, boss.workspace_id, None, MONDAY)
        assert (everyone.open, everyone.open_cents) == (5, 1_513_01)
        assert not week_of_deals.of_week(session, boss.workspace_id + 1, None, MONDAY)


def test_the_digest_tells_them_and_shows_the_rows(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        boss, rep = a_rep(session, role=users.MANAGER), a_rep(session, "U2")
        session.get_one(User, rep.user_id).manager_id = boss.user_id
        a_deal(session, rep, "Proposal", 1_840_000_00)
        won = a_deal(session, rep, "Won", 92_000_00, MONDAY)
        for kind, target in ((goals.VISIT, 1), (goals.REVENUE, 100_000_00)):
            goals.put(
                session,
                boss.workspace_id,
                Whose(goals.TEAM, boss.user_id),
                kind,
                goals.WEEK,
                target,
                by_id=boss.user_id,
                today=MONDAY,
                now=NOW,
            )
        account = an_account(session, rep.workspace_id, owner=rep)
        a_touch(session, rep, account, days_ago=3)
        channel = a_digest(session, boss)
        _, snapshot = kept(session, channel)
        # What happens later changes nothing that was told.
        session.get_one(Opportunity, won).amount_cents = 5
        told = digests.told(session, snapshot)
        assert told.deals == Deals(1, 1_840_000_00, 920_000_00, 1, 92_000_00, 0)
        assert [(one.kind, one.actual, one.behind) for one in told.goals] == [
            (goals.VISIT, 1, 0),
            (goals.REVENUE, 92_000_00, 8_000_00),
        ]
        for reader, seen in ((boss, 1), (rep, 1), (a_rep(session, "U3"), 0)):
            page = figures.page(session, reader, snapshot.id, "won")
            assert (page.told, page.there, page.seen) == (1, 1, seen)
            assert len(figures.page(session, reader, snapshot.id, "goals").rows) == 2
        (row,) = figures.page(session, boss, snapshot.id, "open").rows
        assert (row.what, row.label, row.cents) == (
            "Proposal for 184000000",
            "Proposal",
            1_840_000_00,
        )


@pytest.mark.parametrize("seed", range(5))
def test_the_rows_behind_a_number_are_the_number(each_database: Database, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    with each_database.sessions.begin() as session:
        boss = a_rep(session, role=users.MANAGER)
        reps = [a_rep(session, f"U{number}") for number in range(2, 6)]
        for rep in reps[:3]:
            session.get_one(User, rep.user_id).manager_id = boss.user_id
        made: dict[int, int] = {}
        for _ in range(chance.randint(0, 60)):
            stage = chance.choice(("Prospecting", "Proposal", "Negotiation", "Won", "Lost"))
            cents = chance.choice((None, 0, 1, chance.randint(1, 10**9)))
            day = (
                MONDAY + timedelta(days=chance.randint(-3, 9)) if stage in ("Won", "Lost") else None
            )
            rep = chance.choice(reps)
            made[a_deal(session, rep, stage, cents, day)] = cents or 0
        found, snapshot = kept(session, a_digest(session, boss))
        told, ids = Deals.of_numbers(found.numbers["deals"]), found.row_ids["deals"]
        assert (told.open, told.won, told.lost) == tuple(
            map(len, (ids["open"], ids["won"], ids["lost"]))
        )
        assert told.open_cents == sum(made[id_] for id_ in ids["open"])
        assert told.won_cents == sum(made[id_] for id_ in ids["won"])
        for kind in ("open", "won", "lost"):
            page = figures.page(session, boss, snapshot.id, kind)
            assert page.told == page.there == page.seen
            rows = [*page.rows, *figures.page(session, boss, snapshot.id, kind, figures.PAGE).rows]
            assert sum(row.cents or 0 for row in rows) == sum(made[id_] for id_ in ids[kind])


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        (0, "$0"),
        (49, "$0"),
        (50, "$1"),
        (99_949, "$999"),
        (99_950, "$1k"),
        (1_250_00, "$1.25k"),
        (92_000_00, "$92k"),
        (999_499_00, "$999k"),
        (999_950_00, "$1M"),
        (1_840_000_00, "$1.84M"),
        (123_456_789_00, "$123M"),
        (1_000_000_000_00, "$1B"),
    ],
)
def test_an_amount_at_a_glance(cents: int, said: str) -> None:
    assert in_short(cents) == said
