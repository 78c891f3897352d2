"""What the pipeline and the closings say of deals at the edges, by hand. The figures of `/pipeline`
are in test_deals.py."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models import deals, users
from models.opportunities import Opportunity
from models.users import User
from tests.conftest import Database
from tests.deals import a_deal, a_stage
from tests.make import a_rep, a_workspace, at
from tests.reports import facts, made, rows


def test_without_a_deal_there_is_no_rate(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        a_workspace(session)
    assert facts(made(each_database, "closings", "2026-03")) == {
        "Won": [0, 0],
        "Lost": [0, 0],
        "Win rate by count": [None],
        "Win rate by value": [None],
        "Median cycle days of won": [None],
    }
    assert facts(made(each_database, "pipeline", "2026-03"))["Slippage"] == [None]


def test_five_closed_deals_and_three_open_ones(each_database: Database) -> None:
    """Won 60 (after 10 days), 30 (after 40) and one of no known worth (after 16); lost 10 and 20.

    Win rate 3 of 5, by value 90 of 120. The median of 10, 16 and 40 days is 16. Open: 100 at 10 %
    due in March, 200 at 50 % due in April, and 400 at 80 % left out of the forecast: 10 + 100.
    """
    march = date(2026, 3, 20)
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        for amount, days in ((60, 10), (30, 40), (None, 16)):
            opened = march - timedelta(days=days)
            a_deal(session, rep, "Won", amount, opened_on=opened, closed_on=march)
        for amount in (10, 20):
            a_deal(session, rep, "Lost", amount, closed_on=march)
        a_deal(session, rep, "Prospecting", 100, close_date=march)
        a_deal(session, rep, "Proposal", 200, close_date=date(2026, 4, 1))
        left_out = a_deal(session, rep, "Negotiation", 400, close_date=march)
        left_out.forecast = "omitted"
    closed = facts(made(each_database, "closings", "2026-03"))
    assert (closed["Won"], closed["Lost"]) == ([3, 90_00], [2, 30_00])
    assert (closed["Win rate by count"], closed["Win rate by value"]) == ([0.6], [0.75])
    assert closed["Median cycle days of won"] == [16]
    found = facts(made(each_database, "pipeline", "2026-03"))
    assert found["Open"] == [3, 700_00]
    assert found["Open, weighted"] == [110_00]
    assert found["Open, expected to close in the period"] == [500_00]


def test_at_a_months_end_a_deal_closes_on_the_reps_own_day_in_either_zone(
    each_database: Database,
) -> None:
    """At 10 PM on March 31 in Chicago it is April 1 in Auckland."""
    evening = at("2026-04-01T03:00Z")
    with each_database.sessions.begin() as session:
        for number, zone in enumerate(("America/Chicago", "Pacific/Auckland"), start=1):
            rep = a_rep(session, f"U{number}", name=zone, zone=zone)
            deal = a_deal(session, rep, "Proposal", number, name=zone)
            deals.move(session, rep, deal.id, a_stage(session, 1, "Won").id, evening)
    for period, zone in (("2026-03", "America/Chicago"), ("2026-04", "Pacific/Auckland")):
        assert [row[0] for row in rows(made(each_database, "closings", period))] == [zone]


def test_a_deal_opened_again_is_in_no_rate(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        deal = a_deal(session, rep, "Proposal", 5)
        for label in ("Won", "Proposal"):
            now = at("2026-03-09T18:00Z")
            deals.move(session, rep, deal.id, a_stage(session, 1, label).id, now)
        a_deal(session, rep, "Lost", 1, closed_on=date(2026, 3, 2))
    closed = facts(made(each_database, "closings", "2026-03"))
    assert (closed["Won"], closed["Win rate by count"]) == ([0, 0], [0])
    assert facts(made(each_database, "pipeline", "2026-03"))["Open"] == [1, 5_00]


def test_who_changes_teams_takes_the_deals_along(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana = a_rep(session)
        ann, bo = (
            a_rep(session, f"U{number}", name=name, role=users.MANAGER)
            for number, name in ((2, "Ann"), (3, "Bo"))
        )
        a_deal(session, dana, "Won", 5, closed_on=date(2026, 3, 2))
    for boss, other in ((ann, bo), (bo, ann)):
        with each_database.sessions.begin() as session:
            session.get_one(User, dana.user_id).manager_id = boss.user_id
            session.flush()
            teams = [users.team(session, 1, one.user_id) for one in (boss, other)]
        found = [facts(made(each_database, "closings", "2026-03", people=team)) for team in teams]
        assert [one["Won"] for one in found] == [[1, 5_00], [0, 0]]


def test_slippage_is_what_left_the_period_it_was_first_due_in(each_database: Database) -> None:
    """First due in March: one still is, one moved within March, one won on its last day, one moved
    to April, one won in April after all. 2 of 5. One first due in April came forward to March."""
    with each_database.sessions.begin() as session:
        rep = a_rep(session)

        def due(first: str, now: str | None = None, won: str | None = None) -> Opportunity:
            return a_deal(
                *(session, rep, "Won" if won else "Proposal"),
                first_close_date=date.fromisoformat(f"2026-{first}"),
                close_date=date.fromisoformat(f"2026-{now or first}"),
                closed_on=date.fromisoformat(f"2026-{won}") if won else None,
            )

        due("03-20")
        due("03-03", "03-31")
        due("03-10", won="03-31")
        due("03-31", "04-01")
        due("03-31", won="04-03")
        due("04-02", "03-30")
    for period, share in (("2026-03", 2 / 5), ("2026-04", 0), ("2026-05", None), ("all", None)):
        (found,) = facts(made(each_database, "pipeline", period))["Slippage"]
        assert found == (None if share is None else pytest.approx(share))


def test_what_was_renewed_of_what_was_up_for_renewal(each_database: Database) -> None:
    """Up in March: won 60, lost 20, and 20 still open; 50 are due in April. By value 60 of 100, by
    count 1 of 3. New business is no renewal."""
    march = date(2026, 3, 20)
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        a_deal(session, rep, "Won", 60, pipeline="renewal", closed_on=march)
        a_deal(session, rep, "Lost", 20, pipeline="renewal", closed_on=march)
        a_deal(session, rep, "Proposal", 20, pipeline="renewal", close_date=march)
        a_deal(session, rep, "Proposal", 50, pipeline="renewal", close_date=date(2026, 4, 1))
        a_deal(session, rep, "Won", 900, closed_on=march)
    found = facts(made(each_database, "closings", "2026-03"))
    assert found["Renewal rate by count"] == [pytest.approx(1 / 3)]
    assert found["Renewal rate by value"] == [pytest.approx(0.6)]
    assert "Renewal rate by count" not in facts(made(each_database, "closings", "2026-05"))
