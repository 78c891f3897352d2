"""Deals: making, changing and moving them, taking that back, and the figures of the pipeline."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from models import (
    deal_figures,
    deals,
    lists,
    merging,
    opportunities,
    stages,
    undoing,
    users,
)
from models.db import Session, Sessions
from models.deals import Changed, Told
from models.deliveries import DEAL_RECEIPT, Delivery
from models.errors import (
    AlreadyUndone,
    BadChoice,
    DealMovedOn,
    ExpiresBeforeSent,
    NeedsReason,
    NotYours,
    TooLate,
)
from models.merges import ACCOUNT
from models.opportunities import CLOSED, OMITTED, Move, Opportunity
from models.products import Product
from models.stages import NEW_BUSINESS
from models.users import Actor
from tests.conftest import Database
from tests.make import (
    NOW,
    ZONE,
    a_contact,
    a_rep,
    a_touch,
    a_user,
    a_workspace,
    an_account,
    an_actor,
)

TODAY = NOW.date()  # Tuesday, March 10: the quarter is January to March


def stage(session: Session, who: Actor, label: str, pipeline: str = NEW_BUSINESS) -> int:
    known = stages.of(session, who.workspace_id, pipeline)
    return next(one.id for one in known if one.label == label)


def a_deal(
    session: Session,
    who: Actor,
    account: Any = None,
    *,
    at: str = "Prospecting",
    days_ago: int = 0,
    **told: Any,
) -> Opportunity:
    """A deal of so many days ago, at an account of its own unless one is given."""
    count = session.scalar(select(func.count()).select_from(Opportunity))
    account = account or an_account(session, who.workspace_id, f"Clinic {count}", owner=who)
    made = deals.create(
        session,
        who,
        Told(account.id, stage(session, who, at), **told),
        submission=f"V{count}",
        now=NOW - timedelta(days=days_ago),
    )
    assert made is not None
    return made


def to(
    session: Session, who: Actor, deal: Opportunity, label: str, minutes: int = 0, **told: Any
) -> Changed:
    later = NOW + timedelta(minutes=minutes)
    return deals.move(session, who, deal.id, stage(session, who, label), later, **told)


def the_figures(
    session: Session, who: Actor, people: Any = ()
) -> tuple[dict[str, deal_figures.Deal], deal_figures.Summary]:
    mine = {who.user_id} if people == () else people
    found = deal_figures.open_deals(session, who.workspace_id, mine, TODAY, ZONE)
    first, last = deal_figures.quarter(TODAY)
    made = deal_figures.summary(session, who.workspace_id, mine, found, first, last)
    return {one.name: one for one in found}, made


def test_a_saved_form_becomes_one_deal_and_one_receipt(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, "Oak Clinic", owner=rep)
        told = Told(account.id, stage(session, rep, "Proposal"), amount_cents=1_250_000)
        first = deals.create(session, rep, told, submission="V1", now=NOW)
        assert deals.create(session, rep, told, submission="V1", now=NOW) is None
        assert first is not None
        assert (first.name, first.owner_id, first.opened_on) == ("Oak Clinic", rep.user_id, TODAY)
        assert [one.to_id for one in opportunities.moves_of(session, rep.workspace_id, first.id)]
        assert session.scalars(select(Delivery.kind)).all() == [DEAL_RECEIPT]


def test_a_deal_without_a_name_is_called_after_its_product_and_account(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        product = Product(workspace_id=rep.workspace_id, name="401(k) plan")
        session.add(product)
        session.flush()
        account = an_account(session, rep.workspace_id, "Oak Clinic")
        deal = a_deal(session, rep, account, product_id=product.id)
        assert deal.name == "401(k) plan for Oak Clinic"


def test_won_closes_it_on_the_reps_own_day_and_an_open_stage_opens_it_again(
    each_database: Database,
) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        deal = a_deal(session, rep, forecast="commit")
        to(session, rep, deal, "Won")
        assert (deal.closed_on, deal.forecast) == (TODAY, CLOSED)
        to(session, rep, deal, "Negotiation", 1)
        assert (deal.closed_on, deal.forecast, deal.lost_reason) == (None, "pipeline", None)
        assert session.scalar(select(func.count()).select_from(Move)) == 3


def test_lost_needs_a_reason_of_the_list(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        deal = a_deal(session, rep)
        with pytest.raises(NeedsReason):
            to(session, rep, deal, "Lost")
        with pytest.raises(BadChoice):
            to(session, rep, deal, "Lost", reason="moon phase")
        name = lists.DEAL_LOST_REASON
        reasons = lists.entries(session, rep.workspace_id, name)[name]
        assert [one.label for one in reasons][:2] == ["Pricing", "Competition"]
        to(session, rep, deal, "Lost", reason="pricing")
        assert (deal.closed_on, deal.forecast, deal.lost_reason) == (TODAY, OMITTED, "pricing")
        to(session, rep, deal, "Proposal", 1)
        assert (deal.closed_on, deal.forecast, deal.lost_reason) == (None, "pipeline", None)


def test_the_last_move_is_taken_back_as_if_it_had_never_been(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        deal = a_deal(session, rep, forecast="best_case", days_ago=9)
        session.flush()
        session.refresh(deal)
        was = {name: getattr(deal, name) for name in ("stage_id", "staged_at", "forecast")}
        done = to(session, rep, deal, "Lost", reason="pricing")
        deals.undo(session, rep, deal.id, done.mark, NOW)
        session.refresh(deal)
        assert {name: getattr(deal, name) for name in was} == was
        assert (deal.closed_on, deal.lost_reason) == (None, None)
        assert session.scalar(select(func.count()).select_from(Move)) == 1
        with pytest.raises(AlreadyUndone):
            deals.undo(session, rep, deal.id, done.mark, NOW)


def test_only_the_last_change_is_taken_back_for_a_day_and_by_who_made_it(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        rep, admin = a_rep(session), a_rep(session, "U9", role=users.ADMIN)
        deal = a_deal(session, rep)
        first = to(session, rep, deal, "Proposal")
        second = to(session, rep, deal, "Won", 1)
        with pytest.raises(DealMovedOn):
            deals.undo(session, rep, deal.id, first.mark, NOW)
        with pytest.raises(NotYours):
            deals.undo(session, admin, deal.id, second.mark, NOW)
        with pytest.raises(TooLate):
            deals.undo(session, rep, deal.id, second.mark, NOW + timedelta(hours=25))


def test_moving_it_to_where_it_stands_changes_nothing(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        deal = a_deal(session, rep)
        assert to(session, rep, deal, "Prospecting").mark == ""
        assert session.scalar(select(func.count()).select_from(Move)) == 1


def test_a_close_date_put_off_counts_a_push_and_one_brought_forward_does_not(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id)
        deal = a_deal(session, rep, account, close_date=date(2026, 3, 31), name="Plan")
        for number, (day, pushes) in enumerate(
            [(date(2026, 4, 30), 1), (date(2026, 4, 15), 1), (date(2026, 5, 1), 2), (None, 2)]
        ):
            told = Told(account.id, deal.stage_id, name="Plan", close_date=day)
            done = deals.edit(session, rep, deal.id, told, submission=f"E{number}", now=NOW)
            assert (deal.close_date, deal.pushes) == (day, pushes)
            assert deal.first_close_date == date(2026, 3, 31)
        deals.undo(session, rep, deal.id, done.mark, NOW)
        assert deal.close_date == date(2026, 5, 1)
        told = Told(
            account.id, deal.stage_id, proposed_on=TODAY, proposal_expires_on=date(2026, 1, 1)
        )
        with pytest.raises(ExpiresBeforeSent):
            deals.edit(session, rep, deal.id, told, submission="E9", now=NOW)


def test_a_new_deal_is_taken_back_altogether(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        deal = a_deal(session, rep)
        to(session, rep, deal, "Proposal")
        priya = a_contact(session, an_account(session, rep.workspace_id))
        deals.give_role(session, rep, deal.id, priya.id, "champion", NOW)
        deals.remove(session, rep, deal.id, NOW)
        assert session.scalar(select(func.count()).select_from(Opportunity)) == 0
        with pytest.raises(AlreadyUndone):
            deals.remove(session, rep, deal.id, NOW)


def test_an_undone_visit_leaves_the_deal_that_came_from_it(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        touch = a_touch(session, rep, account)
        deal = deals.create(
            session,
            rep,
            Told(account.id, stage(session, rep, "Prospecting")),
            submission="V",
            now=NOW,
            touch_id=touch,
        )
        assert deal is not None and deal.touch_id == touch
        undoing.undo(session, rep, touch, NOW)
        session.refresh(deal)
        assert deal.touch_id is None


def test_undo_after_a_merge_finds_the_account_that_stayed(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        gone, kept, other = (
            an_account(session, rep.workspace_id, name, owner=rep) for name in ("A", "B", "C")
        )
        deal = a_deal(session, rep, gone)
        told = Told(other.id, deal.stage_id, name="A")
        done = deals.edit(session, rep, deal.id, told, submission="E", now=NOW)
        merging.merge(
            session, rep, ACCOUNT, keep_id=kept.id, gone_id=gone.id, submission="M", now=NOW
        )
        deals.undo(session, rep, deal.id, done.mark, NOW)
        assert deal.account_id == kept.id


def test_a_rep_sees_their_own_a_manager_the_teams_an_admin_all_and_nobody_another_workspaces(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        dana, lee = a_rep(session), a_rep(session, "U2", name="Lee Park")
        boss = a_rep(session, "U3", role=users.MANAGER)
        admin = a_rep(session, "U4", role=users.ADMIN)
        users.put_under(
            session,
            users.get(session, dana.workspace_id, dana.user_id),
            users.get(session, boss.workspace_id, boss.user_id),
        )
        theirs = a_workspace(session, "T2")
        stranger = an_actor(a_user(session, theirs, "U5", role=users.ADMIN))
        danas, lees = a_deal(session, dana), a_deal(session, lee)
        nobodys = a_deal(session, lee)
        nobodys.owner_id = None
        session.flush()
        may = {
            dana: {danas.id},
            lee: {lees.id},
            boss: {danas.id},
            admin: {danas.id, lees.id, nobodys.id},
            stranger: set(),
        }
        for who, ids in may.items():
            seen = set()
            for deal in (danas, lees, nobodys):
                try:
                    seen.add(deals.get(session, who, deal.id)[0].id)
                except NotYours:
                    with pytest.raises((NotYours, BadChoice)):
                        deals.move(session, who, deal.id, deal.stage_id, NOW)
            people = deals.figures.visible(session, who)
            listed = deal_figures.open_deals(session, who.workspace_id, people, TODAY, ZONE)
            assert seen == ids == {one.id for one in listed}


def test_the_quarter_of_a_day() -> None:
    assert deal_figures.quarter(date(2026, 1, 1)) == (date(2026, 1, 1), date(2026, 3, 31))
    assert deal_figures.quarter(date(2026, 6, 30)) == (date(2026, 4, 1), date(2026, 6, 30))
    assert deal_figures.quarter(date(2026, 12, 31)) == (date(2026, 10, 1), date(2026, 12, 31))


def test_figures_that_can_be_checked_by_hand(each_database: Database) -> None:
    """$10,000 at 10 %, $20,000 at 50 % (commit), $40,000 at 80 % (best case), $5 left out of the
    forecast, one without an amount, one due after the quarter; won $30,000 and $10,000, lost
    $10,000, and one won long ago."""
    with each_database.sessions.begin() as session:
        rep, march = a_rep(session), date(2026, 3, 20)
        a_deal(session, rep, amount_cents=1_000_000, close_date=march)
        a_deal(
            session, rep, at="Proposal", amount_cents=2_000_000, forecast="commit", close_date=march
        )
        a_deal(
            session,
            rep,
            at="Negotiation",
            amount_cents=4_000_000,
            forecast="best_case",
            close_date=march,
        )
        a_deal(session, rep, amount_cents=500, forecast="omitted", close_date=march)
        a_deal(session, rep)
        a_deal(
            session,
            rep,
            at="Proposal",
            amount_cents=800_000,
            forecast="commit",
            close_date=date(2026, 4, 1),
        )
        for days_ago, cents in ((10, 3_000_000), (21, 1_000_000)):
            to(session, rep, a_deal(session, rep, days_ago=days_ago, amount_cents=cents), "Won")
        gone = a_deal(session, rep, amount_cents=1_000_000)
        to(session, rep, gone, "Lost", reason="pricing")
        old = a_deal(session, rep, amount_cents=9_900_000)
        to(session, rep, old, "Won")
        old.closed_on = date(2025, 12, 31)
        session.flush()
        found, made = the_figures(session, rep)
    assert [one.amount_cents for one in found.values()] == [
        4_000_000,
        2_000_000,
        1_000_000,
        800_000,
        500,
        None,
    ]
    assert (made.open, made.without_amount) == (deal_figures.Money(6, 7_800_500), 1)
    # 10 % of 10,000 + 50 % of 20,000 + 80 % of 40,000 + 50 % of 8,000
    assert made.weighted == 100_000 + 1_000_000 + 3_200_000 + 400_000
    assert (made.won, made.lost) == (
        deal_figures.Money(2, 4_000_000),
        deal_figures.Money(1, 1_000_000),
    )
    assert made.commit == 4_000_000 + 2_000_000
    assert made.best_case == made.commit + 4_000_000
    assert made.likely == 4_000_000 + 100_000 + 1_000_000 + 3_200_000
    assert made.win_rate == pytest.approx(2 / 3)
    assert made.win_rate_by_value == pytest.approx(0.8)
    assert made.cycle == 15.5  # the median of 10 and 21 days


def test_without_deals_there_is_no_rate_and_no_cycle(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        found, made = the_figures(session, a_rep(session))
    assert found == {}
    assert (made.open, made.weighted, made.commit, made.best_case) == (
        deal_figures.Money(),
        0,
        0,
        0,
    )
    assert (made.win_rate, made.win_rate_by_value, made.cycle) == (None, None, None)


def test_one_won_is_all_won_and_a_reopened_one_counts_as_open_again(
    each_database: Database,
) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        deal = a_deal(session, rep, amount_cents=100, days_ago=4)
        to(session, rep, deal, "Won")
        made = the_figures(session, rep)[1]
        assert (made.win_rate, made.win_rate_by_value, made.cycle) == (1.0, 1.0, 4)
        to(session, rep, deal, "Negotiation", 1)
        made = the_figures(session, rep)[1]
        assert (made.win_rate, made.won, made.open.count) == (None, deal_figures.Money(), 1)


def test_stale_is_twice_the_usual_stay_without_a_move_or_a_touch(each_database: Database) -> None:
    """Until a stage was left five times deals are thought to stay there for 30 days."""
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        quiet = a_deal(session, rep, days_ago=61, name="Quiet")
        a_deal(session, rep, days_ago=60, name="At the edge")
        seen = a_deal(session, rep, days_ago=61, name="Seen since")
        touched = session.get_one(deal_figures.Account, seen.account_id)
        a_touch(session, rep, touched, days_ago=3, type="email")
        moved = a_deal(session, rep, days_ago=61, name="Moved since")
        to(session, rep, moved, "Proposal")
        found, made = the_figures(session, rep)
        assert [name for name, one in found.items() if one.stale] == ["Quiet"]
        assert (found["Quiet"].quiet, found["Seen since"].quiet, made.stale) == (61, 3, 1)
        # With the one above five left Prospecting: after 61 days, and four times after 2.
        for number in range(4):
            to(session, rep, a_deal(session, rep, days_ago=2, name=f"{number}"), "Proposal")
        fresh = a_deal(session, rep, days_ago=5, name="Five days")
        assert deal_figures.usual_stays(session, rep.workspace_id, {quiet.stage_id}) == {
            quiet.stage_id: 2.0
        }
        found, _ = the_figures(session, rep)
        assert found["Five days"].stale and found["At the edge"].stale
        assert fresh.stage_id == quiet.stage_id


def test_slipped_is_past_its_close_date_or_put_off(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        a_deal(session, rep, name="Past", close_date=TODAY - timedelta(days=1))
        a_deal(session, rep, name="Today", close_date=TODAY)
        a_deal(session, rep, name="Put off", close_date=TODAY).pushes = 1
        a_deal(session, rep, name="No date")
        session.flush()
        found, made = the_figures(session, rep)
        assert {name for name, one in found.items() if one.slipped} == {"Past", "Put off"}
        assert made.slipped == 2


def test_one_voice_is_at_most_one_person_met_in_90_days(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)

        def at(name: str, *met_days_ago: int) -> None:
            account = an_account(session, rep.workspace_id, name, owner=rep)
            for number, days_ago in enumerate(met_days_ago):
                person = a_contact(session, account, f"{name} {number}")
                a_touch(session, rep, account, days_ago=days_ago, met=(person.id,))
            a_deal(session, rep, account)

        at("Nobody")
        at("One", 1)
        at("One lately", 1, 91)
        at("Two", 1, 90)
        found, made = the_figures(session, rep)
        assert {name for name, one in found.items() if one.one_voice} == {
            "Nobody",
            "One",
            "One lately",
        }
        assert made.one_voice == 3
