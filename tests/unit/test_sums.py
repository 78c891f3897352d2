"""For any data, the rows behind a number of Home, of a manager's Home or of the pipeline add up to
the number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from handlers.deals import read_pipeline
from handlers.views import behind as rows
from handlers.views import deals as deal_views
from handlers.views import home as home_views
from handlers.views.deal_forms import Place
from models import behind, boards, cadence, goals, home, referrals, stages, tallies, users
from models.boards import Board
from models.deal_figures import Summary
from models.goals import Whose
from models.home import Home
from models.opportunities import FORECASTS
from models.referrals import IN, OUT, Received
from models.users import Actor
from tests.conftest import Database
from tests.deals import a_deal
from tests.make import NOW, a_rep, a_touch, an_account, an_actor

TODAY = NOW.date()
SOME_DAYS = st.integers(0, 45)
PERSON_ = st.integers(0, 3)

a_world = st.fixed_dictionaries(
    {
        "accounts": st.lists(
            st.tuples(
                PERSON_,
                st.sampled_from(cadence.TIERS),
                SOME_DAYS,
                st.sampled_from(["active", "active", "dormant"]),
            ),
            min_size=4,
            max_size=8,
        ),
        "touches": st.lists(
            st.tuples(
                PERSON_, st.integers(0, 7), SOME_DAYS, st.sampled_from(["visit", "call", "email"])
            ),
            min_size=6,
            max_size=12,
        ),
        "referrals": st.lists(
            st.tuples(
                PERSON_,
                st.integers(0, 7),
                SOME_DAYS,
                st.sampled_from([IN, IN, OUT]),
                st.sampled_from(["", "", "started", "lost", "promised"]),
            ),
            min_size=6,
            max_size=10,
        ),
        "deals": st.lists(
            st.tuples(
                st.sampled_from([0, 1, 2, 3, None]),
                st.sampled_from(["Prospecting", "Proposal", "Negotiation", "Won", "Lost"]),
                st.one_of(st.none(), st.integers(0, 10**9)),
                st.sampled_from(FORECASTS),
                st.integers(-90, 60),
                st.integers(0, 2),
            ),
            min_size=10,
            max_size=16,
        ),
        "goals": st.lists(
            st.tuples(
                st.sampled_from([goals.PERSON, goals.TEAM]),
                PERSON_,
                st.sampled_from(goals.KINDS),
                st.sampled_from(goals.PERIODS),
                st.integers(1, 100),
            ),
            min_size=2,
            max_size=6,
        ),
    }
)


def build(session: Session, world: dict[str, Any]) -> list[Actor]:
    """The first leads the second, who leads the third; the fourth is an admin beside them."""
    people = [a_rep(session, f"U{number}", name=f"Rep {number}") for number in range(4)]
    for above, below in ((0, 1), (1, 2)):
        user = users.get(session, people[below].workspace_id, people[below].user_id)
        user.manager_id = people[above].user_id
    for number, role in ((0, users.MANAGER), (1, users.MANAGER), (3, users.ADMIN)):
        user = users.get(session, people[number].workspace_id, people[number].user_id)
        user.role = role
        people[number] = an_actor(user)
    session.flush()
    places = [
        an_account(
            session,
            people[who].workspace_id,
            f"Place {number}",
            owner=people[who],
            tier=tier,
            owned_since=TODAY - timedelta(days=days),
        )
        for number, (who, tier, days, _) in enumerate(world["accounts"])
    ]
    for place, (*_, status) in zip(places, world["accounts"], strict=True):
        place.status = status
    for number, (who, at, days, kind) in enumerate(world["touches"]):
        place = places[at % len(places)]
        key = f"V{number}"
        a_touch(session, people[who], place, days_ago=days, type=kind, submission=key)
    for number, (who, at, days, way, status) in enumerate(world["referrals"]):
        told = Received(
            places[at % len(places)].id,
            TODAY - timedelta(days=days),
            1 + number % 2,
            direction=way,
            promised=status == "promised" and way == IN,
        )
        one = referrals.add(session, people[who], told, submission=f"R{number}", now=NOW)[0]
        if status in ("started", "lost"):
            one.status = status
    for owner, stage, cents, forecast, days, pushes in world["deals"]:
        day = TODAY + timedelta(days=days)
        is_closed = stage in ("Won", "Lost")
        deal = a_deal(
            session,
            None if owner is None else people[owner],
            stage,
            workspace_id=people[0].workspace_id,
            forecast=forecast,
            pushes=pushes,
            account_id=places[pushes % len(places)].id,
            staged_on=min(day, TODAY),
            opened_on=min(day, TODAY) - timedelta(days=pushes),
            close_date=day,
            closed_on=min(day, TODAY) if is_closed else None,
        )
        deal.amount_cents = cents
    for scope, who, kind, period, target in world["goals"]:
        goals.put(
            session,
            people[0].workspace_id,
            Whose(scope, people[who].user_id),
            kind,
            period,
            target,
            by_id=people[0].user_id,
            today=TODAY,
            now=NOW,
        )
    session.flush()
    return people


Numbers = dict[tuple[str, str], int]
"""By whose they are and by figure."""


def numbers_of_home(shown: Home) -> Numbers:
    """What a person's own part of Home says; weighted in whole cents."""
    told: Numbers = {}
    for part, week in ((behind.WEEK, shown.week.week), (behind.LAST, shown.week.before)):
        key = f":{part}" if part else ""
        told[behind.MINE, behind.TOUCHES + key] = week.touches
        told[behind.MINE, behind.REACHED + key] = week.reached
        told[behind.MINE, IN + key] = week.received(IN)
    told[behind.MINE, stages.OPEN] = shown.deals.open.cents
    told[behind.MINE, tallies.WEIGHTED] = shown.deals.weighted
    told[behind.MINE, behind.STALE] = shown.deals.stale
    told[behind.MINE, tallies.CLOSING] = shown.deals.closing.cents
    return told | (numbers_of_board(shown.board) if shown.board else {})


def numbers_of_board(board: Board) -> Numbers:
    """What a manager's part says."""
    kept, of = board.all_kept, board.deals
    told = {
        behind.TOUCHES: board.touches,
        tallies.KEPT: kept.within,
        tallies.OVERDUE: kept.overdue,
        tallies.FAR: board.far,
        behind.PACE: board.behind,
        behind.PEOPLE: len(board.people),
        IN: board.week,
        f"{IN}:{behind.MONTH}": board.month,
        tallies.WEIGHTED: (of[tallies.WEIGHTED].adds + 50) // 100,
        tallies.RATE: of[stages.WON].rows,
    }
    told |= {figure: of[figure].adds for figure in (stages.OPEN, tallies.COMMIT, tallies.BEST)}
    told |= {f"{behind.WAITING}:{age}": count for age, count in enumerate(board.waiting)}
    told |= {f"{tallies.KEPT}:{tier}": one.within for tier, one in board.kept.items()}
    found = {(behind.TEAM, figure): number for figure, number in told.items()}
    for one in board.goals:
        if one.kind != goals.ADHERENCE:  # that one is per cent: its rows are the fraction's
            found[behind.TEAM, f"{behind.GOAL}:{one.kind}:{one.period}"] = one.actual or 0
    for person in board.people:
        whose = rows.of_person(person)
        found[whose, behind.TOUCHES] = person.touches
        found[whose, tallies.KEPT] = person.kept.within
        found[whose, tallies.OVERDUE] = person.kept.overdue
        found[whose, tallies.FAR] = person.far
    return found


def numbers_of_pipeline(told: Summary, whose: str) -> Numbers:
    """What `/pipeline` says."""
    found = {
        stages.OPEN: told.open.cents,
        tallies.WEIGHTED: told.weighted,
        tallies.NO_AMOUNT: told.without_amount,
        stages.WON: told.won.cents,
        stages.LOST: told.lost.cents,
        tallies.COMMIT: told.commit,
        tallies.BEST: told.best_case,
        tallies.RATE: told.won.count,
        behind.STALE: told.stale,
        behind.SLIPPED: told.slipped,
        behind.ONE_VOICE: told.one_voice,
    }
    return {(whose, figure): number for figure, number in found.items()}


def menus(view: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every number whose rows the view offers."""
    for block in view["blocks"]:
        accessory = block.get("accessory", {})
        if accessory.get("action_id") == rows.SHOW:
            for option in accessory["options"]:
                yield rows.chosen(option["value"])


def must_add_up(session: Session, actor: Actor, told: Numbers) -> None:
    """The rows, page by page, add up to each number."""
    for (whose, figure), number in told.items():
        found: list[int] = []
        while True:
            page = behind.page(session, actor, whose, figure, NOW, len(found))
            found += [line.adds for line in page.lines]
            if not page.lines or len(found) >= page.count:
                break
        adds = sum(found)
        assert (len(found), adds) == (page.count, page.adds), (whose, figure)
        whole = (adds + 50) // 100 if figure == tallies.WEIGHTED else adds
        assert whole == number, (whose, figure)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=a_world)
def test_the_rows_behind_every_number_add_up_to_it(
    each_database: Database, world: dict[str, Any]
) -> None:
    with each_database.sessions() as session:
        people = build(session, world)
        for actor in people:
            shown = home.of(session, actor.workspace_id, actor.user_id, NOW)
            told = numbers_of_home(shown)
            offered = set(menus(home_views.view(shown, every=True)))
            # A goal in per cent is checked apart.
            per_cent = {one for one in offered if one[1].startswith("goal:adherence")}
            assert offered - per_cent <= set(told)
            must_add_up(session, actor, told)
            for one in shown.board.goals if shown.board else ():
                if one.kind == goals.ADHERENCE:
                    figure = f"{behind.GOAL}:{one.kind}:{one.period}"
                    page = behind.page(session, actor, behind.TEAM, figure, NOW)
                    share = 100 * page.adds // page.count if page.count else None
                    assert share == one.actual
            for place, whose in ((Place(), behind.ALL), (Place(mine=True), behind.MINE)):
                found, figures, known = read_pipeline(session, actor, place, NOW)
                view = deal_views.pipeline(
                    found, figures, known, place, today=TODAY, me=actor.user_id, leads=True
                )
                told = numbers_of_pipeline(figures, whose)
                assert {one for one in menus(view) if one[1] != behind.CYCLE} <= set(told)
                must_add_up(session, actor, told)
                cycle = behind.page(session, actor, whose, behind.CYCLE, NOW)
                assert cycle.middle == figures.cycle
        session.rollback()


@pytest.mark.parametrize("person", range(4))
def test_nobody_reads_rows_of_people_who_are_not_theirs(
    each_database: Database, person: int
) -> None:
    """Of four people with a touch, a deal and an account each."""
    each = {
        "accounts": [(who, "A", 40, "active") for who in range(4)],
        "touches": [(who, who, 0, "visit") for who in range(4)],
        "referrals": [(who, who, 0, IN, "") for who in range(4)],
        "deals": [(who, "Proposal", 5, FORECASTS[2], 0, 0) for who in range(4)],
        "goals": [],
    }
    below = {0: {0, 1, 2}, 1: {1, 2}, 2: {2}, 3: {0, 1, 2, 3}}[person]
    with each_database.sessions.begin() as session:
        people = build(session, each)
        told = numbers_of_pipeline(read_pipeline(session, people[person], Place(), NOW)[1], "all")
        assert told["all", stages.OPEN] == 5 * len(below)
        board = boards.of(session, people[person], TODAY, NOW)
        seen = {one.name for one in board.people} if board else set()
        assert seen == ({f"Rep {who}" for who in below} if person < 2 else set())
