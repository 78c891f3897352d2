"""A world drawn at random: two workspaces, people in teams and regions, and what they did."""

from __future__ import annotations

import random
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import cadence, goals, lists, stages, users
from models.follow_ups import FollowUp
from models.goals import Goal
from models.opportunities import FORECASTS, Move, Opportunity
from models.phi import Clean
from models.referrals import IN, OUT, Referral
from models.stages import Stage
from models.touches import Touch, TouchContact
from models.users import Actor, User
from tests.deals import a_product, a_territory
from tests.make import NOW, ZONE, a_contact, a_user, a_workspace, an_account, an_actor

TODAY = NOW.date()
ZONES = (ZONE, "America/Phoenix", "Pacific/Auckland")
TYPES = ("visit", "call", "email", "in-service", "drop-off")


def a_day(chance: random.Random, back: int = 120, ahead: int = 0) -> date:
    return TODAY + timedelta(days=chance.randint(-back, ahead))


def build(session: Session, seed: int) -> list[Actor]:
    """The people of workspace 1: the first leads the second, who leads the third; the fourth is an
    admin, and the others are reps of nobody. The second workspace has as much of its own."""
    chance = random.Random(seed)  # noqa: S311
    mine = _people(session, "T1", chance)
    for people in (mine, _people(session, "T2", chance)):
        _what_they_did(session, people, chance)
    session.flush()
    return mine


def _people(session: Session, team: str, chance: random.Random) -> list[Actor]:
    workspace = a_workspace(session, team)
    people = [
        a_user(session, workspace, f"U{number}", name=f"{team} {number}", zone=chance.choice(ZONES))
        for number in range(6)
    ]
    regions = [a_territory(session, workspace.id, f"{team} {name}") for name in ("East", "West")]
    for above, below in ((0, 1), (1, 2)):
        users.put_under(session, people[below], people[above])
    for number, role in ((0, users.MANAGER), (1, users.MANAGER), (3, users.ADMIN)):
        people[number].role = role
    for person in people:
        person.territory_id = chance.choice((None, *(region.id for region in regions)))
    session.flush()
    return [an_actor(person) for person in people]


def _what_they_did(session: Session, people: list[Actor], chance: random.Random) -> None:
    workspace_id = people[0].workspace_id
    accounts = []
    for number in range(chance.randint(1, 8)):
        account = an_account(
            session,
            workspace_id,
            f"{workspace_id} Place {number}",
            owner=chance.choice((None, *people)),
            owned_since=a_day(chance),
            tier=chance.choice(cadence.TIERS),
            type=chance.choice((None, "hospital", "snf", "physician practice")),
            created_by_id=chance.choice((None, people[0].user_id, people[2].user_id)),
        )
        account.status = chance.choice(("active", "active", "active", "dormant"))
        account.created_at = NOW - timedelta(hours=chance.randint(0, 3000))
        account.archived_at = chance.choice((None, None, None, NOW))
        accounts.append(account)
    met = [a_contact(session, place, f"Person {place.id}") for place in accounts]
    touches = []
    for number in range(chance.randint(0, 30)):
        who, day = chance.choice(people), a_day(chance)
        kind = chance.choice(TYPES)
        touch = Touch(
            workspace_id=workspace_id,
            account_id=chance.choice((None, *(place.id for place in accounts))),
            user_id=who.user_id,
            type=kind,
            occurred_on=day,
            logged_at=NOW
            - timedelta(days=(TODAY - day).days)
            + timedelta(hours=chance.choice((0, 12, 60))),
            qualifying=kind in ("visit", "call", "in-service") and chance.random() < 0.8,
            note=Clean(""),
            source="command",
            submission=f"V{number}",
        )
        touches.append(touch)
    session.add_all(touches)
    session.flush()
    for touch in touches:
        for person in chance.sample(met, chance.randint(0, min(2, len(met)))):
            session.add(
                TouchContact(workspace_id=workspace_id, touch_id=touch.id, contact_id=person.id)
            )
    keys = [
        one.key
        for one in lists.entries(session, workspace_id, lists.REFERRAL_STATUS)[
            lists.REFERRAL_STATUS
        ]
    ]
    for number in range(chance.randint(0, 25)):
        day, status = a_day(chance), chance.choice(keys)
        at = None if status == "promised" else NOW - timedelta(days=(TODAY - day).days)
        later = [
            None
            if at is None or chance.random() < 0.4
            else at + timedelta(hours=chance.randint(0, 90))
            for _ in range(3)
        ]
        session.add(
            Referral(
                workspace_id=workspace_id,
                code=f"R-{workspace_id}-{number}",
                direction=chance.choice((IN, IN, OUT)),
                received_on=day,
                logged_at=NOW,
                account_id=chance.choice(accounts).id,
                contact_id=None,
                owner_id=chance.choice(people).user_id,
                touch_id=chance.choice((None, *(touch.id for touch in touches))),
                urgency="routine",
                status=status,
                status_changed_at=at or NOW,
                submission=f"R{number}",
                place=0,
                received_at=at,
                first_response_at=later[0],
                decided_at=later[1] if status not in ("new", "contacted") else None,
                loop_closed_at=later[2],
                answer_by=at and at + timedelta(hours=2),
                alerts=0,
            )
        )
    for _ in range(chance.randint(0, 15)):
        session.add(
            FollowUp(
                workspace_id=workspace_id,
                kind=chance.choice(("next_step", "promise", "task")),
                account_id=chance.choice((None, accounts[0].id)),
                user_id=chance.choice(people).user_id,
                text=Clean("Call"),
                due_on=chance.choice((None, a_day(chance, 60, 30))),
                status=chance.choice(("open", "late", "done", "dropped")),
                created_at=NOW,
            )
        )
    _deals(session, people, [place.id for place in accounts], chance)
    _goals(session, people, chance)


def _deals(session: Session, people: list[Actor], places: list[int], chance: random.Random) -> None:
    workspace_id = people[0].workspace_id
    products = [a_product(session, workspace_id, f"{workspace_id} {name}") for name in ("A", "B")]
    known = session.scalars(select(Stage).where(Stage.workspace_id == workspace_id)).all()
    for number in range(chance.randint(0, 30)):
        stage = chance.choice(known)
        opened = chance.choice((None, a_day(chance)))
        since = NOW - timedelta(days=chance.randint(0, 150))
        closed = None
        if stage.kind != stages.OPEN:
            closed = chance.choice((None, TODAY, opened and opened + timedelta(days=7)))
        deal = Opportunity(
            workspace_id=workspace_id,
            name=f"Deal {number}",
            account_id=chance.choice((None, *places)),
            owner_id=chance.choice((None, *(one.user_id for one in people))),
            product_id=chance.choice((None, *(one.id for one in products))),
            stage_id=stage.id,
            staged_at=since,
            amount_cents=chance.choice((None, 0, 1, 99, chance.randint(0, 10**9))),
            forecast=chance.choice(FORECASTS),
            opened_on=opened,
            close_date=chance.choice((None, a_day(chance, 30, 60))),
            closed_on=closed,
            lost_reason=chance.choice((None, "pricing")) if stage.kind == stages.LOST else None,
            pushes=chance.randint(0, 1),
            next_step=chance.choice(("", "Call")),
            next_step_due=chance.choice((None, a_day(chance, 20, 20))),
            proposed_on=chance.choice((None, TODAY)),
            proposal_expires_on=chance.choice((None, a_day(chance, 20, 20))),
            created_at=since,
            updated_at=NOW,
        )
        session.add(deal)
        session.flush()
        before = chance.choice(known)
        if before.pipeline == stage.pipeline:
            session.add(
                Move(
                    workspace_id=workspace_id,
                    opportunity_id=deal.id,
                    from_id=before.id,
                    to_id=stage.id,
                    moved_at=since,
                )
            )


def _goals(session: Session, people: list[Actor], chance: random.Random) -> None:
    workspace_id = people[0].workspace_id
    regions = session.scalars(
        select(User.territory_id).where(
            User.workspace_id == workspace_id, User.territory_id.is_not(None)
        )
    ).all()
    of = [
        *((goals.PERSON, one.user_id) for one in people),
        *((goals.TEAM, one.user_id) for one in people[:2]),
        *((goals.TERRITORY, region) for region in regions),
    ]
    for scope, scope_id in chance.sample(of, chance.randint(0, len(of))):
        session.add(
            Goal(
                workspace_id=workspace_id,
                kind=chance.choice(goals.KINDS),
                period=chance.choice(goals.PERIODS),
                scope=scope,
                scope_id=scope_id,
                since=date(TODAY.year, 1, 1),
                target=chance.choice((None, 1, chance.randint(1, 100))),
                by_id=None,
                set_at=NOW,
            )
        )
