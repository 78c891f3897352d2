"""The Monday digest in four lines: trend, forecast, top risk, top ask."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from models import figures, goals, tallies
from models.db import Sessions
from models.goals import QUARTER, REVENUE, Whose
from models.opportunities import Opportunity
from models.snapshots import Snapshot
from models.subscriptions import Subscription
from tests.by_the_clock import MONDAY_EIGHT, Clockwork
from tests.conftest import Database
from tests.deals import a_deal
from tests.digest_team import a_team, digest, run
from tests.make import an_actor, at
from tests.touchbase_in_slack import say, touchbase

MARCH = date(2026, 3, 12)


def four_lines(it: Clockwork) -> None:
    """The team's channel, now in four lines, and five deals of theirs."""
    people = a_team(it)
    with it.sessions.begin() as session:
        found = session.scalars(select(Subscription)).one()
        found.short = True
        lee, dana = people["U2"], people["U1"]
        a_deal(session, dana, "Won", 10_000, closed_on=MARCH)
        sure = {"close_date": date(2026, 3, 31), "next_step": "Sign"}
        a_deal(session, dana, "Negotiation", 5_000, forecast="commit", **sure)
        a_deal(session, lee, "Proposal", 2_000, forecast="best_case", pushes=2, **sure)
        a_deal(session, lee, "Proposal", 8_000, name="Night rota", close_date=MARCH)
        a_deal(session, people["U3"], "Proposal", 99_000, close_date=MARCH)
        whose = Whose(goals.TEAM, lee.user_id)
        goals.put(
            session,
            lee.workspace_id,
            whose,
            REVENUE,
            QUARTER,
            12_000_000,
            by_id=lee.user_id,
            today=MARCH,
            now=at("2026-03-10T15:00Z"),
        )


def test_a_vp_reads_trend_forecast_risk_and_ask_in_four_lines(each_database: Database) -> None:
    with touchbase(each_database.sessions, MONDAY_EIGHT) as it:
        four_lines(it)
        run(it)
        lines = [block["text"]["text"] for block in digest(it).blocks if block["type"] == "section"]
        assert lines == [
            "Week 11 · Mar 9–15 · team of 2: *3 touches* (+3) · *0 referrals* in (=) · "
            "*50% in cadence* (+50)",
            # commit: 10,000 + 5,000; best case: 2,000 more; weighted: 10,000 + 80 % of 5,000
            # + half of 2,000 and of 8,000
            "Q1: commit *$15,000* · best case *$17,000* · weighted *$19,000* of a goal of $120,000"
            " · on pace for 0 of 1 goal",
            "Risk: Fir 69 days (limit 10) · *3 overdue* (−3) · 2 people far behind",
            "Ask: help with Night rota, $8,000: past its close date · 1 more",
        ]
        assert "Dana" not in digest(it).words


def test_its_numbers_open_their_rows_which_add_up(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY_EIGHT) as it:
        four_lines(it)
        run(it)
        for nth, option, *said in (
            (1, "commit $15,000", "Commit: $15,000", "Therapy services\nNegotiation · $5,000"),
            (1, "weighted $19,000", "Weighted forecast: $19,000", "Proposal · $4,000.00"),
            (3, "2 deals to help with", "2 deals to help with", "Night rota\nProposal · $8,000"),
        ):
            it.slack.select("U2", digest(it), "digest_rows", option, nth=nth)
            for words in said:
                assert words in it.slack.form("U2").words, it.slack.form("U2").words
            it.slack.form("U2").close_all()
        with it.sessions() as session:
            snapshot = session.scalars(select(Snapshot)).one()
            told = snapshot.numbers["outlook"]
            kept = {
                which: sum(adds for _, adds in rows)
                for which, rows in snapshot.row_ids["outlook"].items()
            }
            assert [kept[which] for which in (tallies.COMMIT, tallies.BEST)] == [
                told["commit"],
                told["best"],
            ]
            assert (kept[tallies.LIKELY] + 50) // 100 == told["likely"]
            assert kept[tallies.ASK] == told["asks"] == 2


def test_what_was_told_stands_when_a_deal_changes_later(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY_EIGHT) as it:
        four_lines(it)
        run(it)
        lee = an_actor(it.user("U2"))
        with it.sessions.begin() as session:
            snapshot = session.scalars(select(Snapshot)).one()
            for deal_id, _ in snapshot.row_ids["outlook"][tallies.COMMIT]:
                session.get_one(Opportunity, deal_id).amount_cents = 1
            page = figures.page(session, lee, snapshot.id, tallies.COMMIT)
        assert sum(row.cents or 0 for row in page.rows) == page.told == 1_500_000


def test_a_vp_gets_it_as_a_direct_message(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY_EIGHT) as it:
        a_team(it)
        said = say(it, "U2", "digest me short").words
        assert "Done: you get the Monday digest, in four lines." in said
        assert "Stop it with `/touchbase digest me off`." in said
        with it.sessions() as session:
            found = session.scalars(select(Subscription).filter_by(channel_id="U2")).one()
            assert found.short and found.active
        it.wait(days=7)
        run(it)
        assert it.said("U2")[-1].words.startswith("Week 12 · Mar 16–22 · team of 2: *0 touches*")
        assert "Done: no more Monday digest for you." in say(it, "U2", "digest me off").words
        assert "You have no digest" in say(it, "U2", "digest me off").words


def test_the_same_channel_can_have_it_long_again(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY_EIGHT) as it:
        a_team(it)
        said = say(it, "U2", "digest here short", "C1").words
        assert "Done: this channel gets the Monday digest, in four lines." in said
        assert "in four lines" in say(it, "U2", "digest", "C1").words
        assert "in four lines" not in say(it, "U2", "digest here", "C1").words.splitlines()[0]
        run(it)
        assert len(digest(it).words.splitlines()) > 5
