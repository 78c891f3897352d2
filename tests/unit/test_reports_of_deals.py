"""The pipeline and the closings, on figures small enough to reckon by hand."""

from __future__ import annotations

from datetime import date

import pytest

from models import users
from models.reports.making import NoSuchReport
from models.reports.report import NotBy
from tests.conftest import Database
from tests.deals import a_deal, a_move, a_product, a_territory
from tests.make import NOW, a_contact, a_rep, a_touch, a_workspace, an_account, at
from tests.reports import facts, made, rows


def test_an_empty_workspace_has_its_stages_and_no_win_rate(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        a_workspace(session)
    report = made(each_database, "pipeline")
    assert [row[0] for row in rows(report)] == [
        *("Prospecting", "Qualification", "Proposal", "Negotiation", "Won", "Lost")
    ]
    assert all(row[1:] == (0,) * 7 for row in rows(report))
    assert facts(report)["Win rate by count"] == [None]
    assert rows(made(each_database, "closings")) == []


def test_each_stage_tells_count_worth_and_what_became_of_it(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana = a_rep(session)
        touched = an_account(session, 1, "Mercy", owner=dana, last_touch_on=date(2026, 3, 1))
        a_deal(session, dana, "Prospecting", 1000, opened_on=date(2026, 3, 2))
        # Deals are thought to stay for 30 days: after 60 without a move or a touch, stale.
        a_deal(session, dana, "Proposal", 333, pushes=2, staged_on=date(2026, 1, 8))
        left_out = a_deal(session, dana, "Negotiation", 10, staged_on=date(2026, 1, 9))
        left_out.forecast = "omitted"
        moved = a_deal(session, dana, "Proposal", staged_on=date(2026, 3, 5))
        a_move(session, moved, "Prospecting", at("2026-03-05T18:00Z"))
        a_deal(session, dana, "Proposal", 1, staged_on=date(2026, 3, 5), account_id=touched.id)
        a_deal(session, dana, "Proposal", 0)
        won = a_deal(session, dana, "Won", 500, closed_on=date(2026, 3, 31))
        a_move(session, won, "Proposal", at("2026-04-01T04:59Z"))  # still March in Chicago
        a_deal(session, dana, "Won", 7000, closed_on=date(2026, 4, 1))
        lost = a_deal(session, dana, "Lost", 1500, closed_on=date(2026, 3, 1))
        a_move(session, lost, "Proposal", at("2026-03-01T18:00Z"))
    report = made(each_database, "pipeline", "2026-03")
    assert [column.name for column in report.tables[0].columns] == [
        *("Stage", "Count", "Amount", "Weighted", "New", "Moved up", "Pushed", "Stale")
    ]
    assert rows(report) == [
        ("Prospecting", 1, 1000_00, 100_00, 1, 0, 0, 0),
        ("Qualification", 0, 0, 0, 0, 0, 0, 0),
        ("Proposal", 4, 334_00, 167_00, 0, 1, 1, 1),
        ("Negotiation", 1, 10_00, 0, 0, 0, 0, 0),
        ("Won", 1, 500_00, 500_00, 0, 1, 0, 0),
        ("Lost", 1, 1500_00, 0, 0, 0, 0, 0),
    ]
    told = facts(report)
    assert told["Won"] == [1, 500_00]
    assert told["Lost"] == [1, 1500_00]
    assert (told["Win rate by count"], told["Win rate by value"]) == ([0.5], [0.25])
    assert told["Open"] == [6, 1344_00]
    assert told["Open, weighted"] == [267_00]


def test_a_touch_keeps_an_old_opportunity_fresh(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana = a_rep(session)
        seen = an_account(session, 1, "Mercy", owner=dana)
        a_touch(session, dana, seen, days_ago=7, type="email")
        for place in (seen.id, None):
            a_deal(session, dana, staged_on=date(2026, 1, 1), account_id=place)
        for _ in range(3):
            a_deal(session, dana)
    assert rows(made(each_database, "pipeline"))[0][-1] == 1


def test_stages_of_one_name_are_one_row_whichever_pipeline_they_are_of(
    each_database: Database,
) -> None:
    with each_database.sessions.begin() as session:
        dana = a_rep(session)
        a_deal(session, dana, "Proposal", 10)
        a_deal(session, dana, "Proposal", 20, pipeline="renewal")
        a_deal(session, dana, "Credentialing", 40, pipeline="payer contracting")
        a_deal(session, dana, "Won", 80, pipeline="payer contracting", closed_on=date(2026, 3, 1))
    counted = {row[0]: row[1:4] for row in rows(made(each_database, "pipeline"))}
    assert counted["Proposal"] == (2, 30_00, 15_00)
    assert counted["Credentialing"] == (1, 40_00, 20_00)
    assert counted["Won"] == (1, 80_00, 80_00)
    assert list(counted)[-2:] == ["Won", "Lost"]


def test_the_ten_largest_open_ones_are_on_a_sheet_of_their_own(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana = a_rep(session)
        mercy = an_account(session, 1, "Mercy")
        for amount in range(1, 13):
            a_deal(session, dana, "Negotiation", amount, account_id=mercy.id, name=f"D{amount}")
        a_deal(session, dana, "Won", 100, closed_on=date(2026, 3, 1))
        a_deal(session, dana, "Negotiation")
        left_out = a_deal(session, dana, "Negotiation", 13, name="D13")
        left_out.forecast = "omitted"
    largest = rows(made(each_database, "pipeline"), 1)
    assert [row[0] for row in largest] == [f"D{amount}" for amount in range(13, 3, -1)]
    assert largest[0][3:5] == (13_00, 0)
    assert largest[1] == (
        *("D12", "Mercy", "Negotiation", 12_00, 9_60, None, "Dana Reyes", "", None),
    )


def test_groups_are_agents_managers_regions_and_products(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        ann = a_rep(session, "U1", name="Ann")
        bob = a_rep(session, "U2", name="Bob")
        boss = a_rep(session, "U3", name="Cleo", role=users.MANAGER)
        east = a_territory(session, 1, "East")
        for actor in (ann, bob):
            users.get(session, 1, actor.user_id).manager_id = boss.user_id
        users.get(session, 1, ann.user_id).territory_id = east.id
        gold = a_product(session, 1, "Gold")
        closed = {"closed_on": date(2026, 3, 1)}
        a_deal(session, ann, "Won", 10, product_id=gold.id, **closed)
        a_deal(session, ann, "Lost", 0, **closed)
        a_deal(session, bob, "Won", 20, product_id=gold.id, **closed)
        a_deal(session, None, "Won", 40, workspace_id=1, **closed)

    def won(by: str) -> dict[object, tuple[object, ...]]:
        report = made(each_database, "pipeline", by=by)
        assert report.tables[0].columns[0].name == by.capitalize()
        return {row[0]: row[2:4] for row in rows(report) if row[1] == "Won"}

    assert won("agent") == {"Ann": (1, 10_00), "Bob": (1, 20_00), "(none)": (1, 40_00)}
    assert won("manager") == {"Cleo": (2, 30_00), "(none)": (1, 40_00)}
    assert won("region") == {"East": (1, 10_00), "(none)": (2, 60_00)}
    assert won("product") == {"Gold": (2, 30_00), "(none)": (1, 40_00)}
    agents = {row[0]: row[1:7] for row in rows(made(each_database, "closings", by="agent"), 2)}
    assert agents["Ann"] == (1, 10_00, 1, 0, 0.5, 1.0)


def test_two_agents_of_one_name_are_two_groups(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        for slack_id in ("U1", "U2"):
            a_deal(session, a_rep(session, slack_id, name="Ann"), "Won", 10)
    found = rows(made(each_database, "pipeline", by="agent"))
    assert [row[2] for row in found if row[1] == "Won"] == [1, 1]


def test_closings_are_a_row_each_in_the_order_of_closing(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana = a_rep(session)
        mercy = an_account(session, 1, "Mercy")
        broker = a_contact(session, mercy, "Lee Kim")
        a_deal(
            *(session, dana, "Won", 12),
            name="Neuro",
            account_id=mercy.id,
            broker_id=broker.id,
            opened_on=date(2026, 2, 1),
            closed_on=date(2026, 3, 3),
        )
        a_deal(session, dana, "Lost", name="Ortho", lost_reason="Price", closed_on=NOW.date())
        a_deal(session, dana, "Won", 99, closed_on=date(2026, 2, 28))
        a_deal(session, dana, "Won", 99)  # nobody knows when
        a_deal(session, dana, "Proposal", 99)
    report = made(each_database, "closings", "2026-Q1")
    assert [column.name for column in report.tables[0].columns] == [
        *("Opportunity", "Account", "Type", "Amount", "Closed on", "Won/Lost", "Reason"),
        *("Cycle days", "Source touch", "Owner", "Broker"),
    ]
    assert rows(report)[1:] == [
        (
            *("Neuro", "Mercy", "new business", 12_00, date(2026, 3, 3), "Won", None),
            *(30, None, "Dana Reyes", "Lee Kim"),
        ),
        (
            *("Ortho", None, "new business", None, NOW.date(), "Lost", "Price"),
            *(None, None, "Dana Reyes", None),
        ),
    ]
    assert facts(report)["Median cycle days of won"] == [30]
    assert rows(report, 1) == [("2026-02", 1, 99_00, 0), ("2026-03", 1, 12_00, 1)]
    assert len(rows(made(each_database, "closings"))) == 4


def test_nothing_of_other_people_or_of_another_workspace_is_told(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        ann, bob = a_rep(session, "U1", name="Ann"), a_rep(session, "U2", name="Bob")
        other = a_workspace(session, "T2")
        a_deal(session, ann, "Won", 1, closed_on=NOW.date())
        a_deal(session, bob, "Won", 2, closed_on=NOW.date())
        a_deal(session, bob, "Proposal", 2)
        a_deal(session, None, "Won", 4, workspace_id=1, closed_on=NOW.date())
        a_deal(session, None, "Won", 8, workspace_id=other.id, closed_on=NOW.date())
    assert len(rows(made(each_database, "closings"))) == 3
    own = made(each_database, "pipeline", people=[ann.user_id])
    assert facts(own)["Won"] == [1, 1_00]
    assert (rows(own, 1), facts(own)["Open"]) == ([], [0, 0])
    assert facts(made(each_database, "pipeline", people=[]))["Won"] == [0, 0]


def test_a_past_period_says_that_open_ones_are_as_of_today(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        a_workspace(session)
    assert "as of today, 2026-03-10" in made(each_database, "pipeline", "2026-02").notes[0]
    assert "as of today" not in made(each_database, "pipeline", "2026-03").notes[0]


def test_a_report_that_is_not_there_is_refused(each_database: Database) -> None:
    with pytest.raises(NoSuchReport):
        made(each_database, "weather")
    with pytest.raises(NotBy):
        made(each_database, "pipeline", by="moon")
