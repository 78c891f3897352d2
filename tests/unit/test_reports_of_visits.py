"""Activity, follow-up and the referral log, on figures small enough to reckon by hand."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from models import referrals
from models.follow_ups import FollowUp
from models.phi import Clean
from models.referrals import Received, Referral
from tests.conftest import Database
from tests.deals import a_deal
from tests.make import NOW, a_contact, a_rep, a_touch, a_workspace, an_account
from tests.reports import facts, made, rows


def headings(database: Database, name: str, by: str | None = None) -> list[str]:
    return [column.name for column in made(database, name, by=by).tables[0].columns]


def test_the_headings_are_those_people_hand_in(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        a_workspace(session)
    assert headings(each_database, "activity", "agent") == [
        *("Agent", "Date", "Rep", "Account", "Type/Tier", "City", "Contacts met (role)"),
        *("Touch type", "Outcome", "Topic/Service line", "Referral given (n)", "Next step"),
        *("Due", "Miles", "Spend", "Logged (same day?)"),
    ]
    assert headings(each_database, "follow-up", "region") == [
        *("Region", "Item", "Account", "Owner", "Due", "Days late", "Next step")
    ]
    assert headings(each_database, "referral-log") == [
        *("Ref code", "Received", "Source account", "Source person", "Owner", "Branch"),
        *("Service line", "Payer type", "Status", "Reason", "Response h", "Decided"),
        *("Touches in window", "Credited to"),
    ]


def test_activity_is_a_row_for_each_touch(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana = a_rep(session)
        mercy = an_account(session, 1, "Mercy", owner=dana, type="hospital", city="Joliet")
        met = [
            a_contact(session, mercy, "Priya Patel", role="case manager"),
            a_contact(session, mercy, "Lee Kim"),
        ]
        touch = a_touch(
            *(session, dana, mercy),
            days_ago=1,
            met=tuple(each.id for each in met),
            outcome="met target",
            note=Clean("talked of the ramp"),
        )
        told = Received(mercy.id, date(2026, 3, 9), 2, touch_id=touch)
        referrals.add(session, dana, told, submission="R1", now=NOW)
        promised = Received(mercy.id, date(2026, 3, 9), 5, touch_id=touch, promised=True)
        referrals.add(session, dana, promised, submission="R2", now=NOW)
        session.add(
            FollowUp(
                workspace_id=1,
                kind="next_step",
                account_id=mercy.id,
                user_id=dana.user_id,
                touch_id=touch,
                text=Clean("Call about MRN 48213377"),
                due_on=date(2026, 3, 12),
                status="open",
                created_at=NOW,
            )
        )
        a_touch(session, dana, mercy, type="email")
        a_touch(session, dana, mercy, days_ago=20)
    report = made(each_database, "activity", "2026-03")
    first, second = rows(report)
    assert first[:10] == (
        *(date(2026, 3, 9), "Dana Reyes", "Mercy", "Hospital / A", "Joliet"),
        *("Priya Patel (Case manager); Lee Kim", "Visit", "Met target", None, 2),
    )
    assert "48213377" not in str(first[10]) and "[removed]" in str(first[10])
    assert first[11:] == (date(2026, 3, 12), None, None, "no")
    assert (second[6], second[-1]) == ("Email", "yes")
    assert "ramp" not in str(rows(report))
    told_ = facts(report)
    assert (told_["Touches"], told_["Accounts reached"]) == ([2], [1])
    assert told_["Touches that count for the cadence"] == [1]
    assert rows(report, 1) == [("Email", 1, 1), ("Visit", 1, 1)]


def test_follow_up_is_what_is_open_by_the_end_of_the_period(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana, other = a_rep(session), a_rep(session, "U2", name="Bob")
        mercy = an_account(session, 1, "Mercy")
        for kind, due, status in (
            ("promise", date(2026, 3, 5), "open"),
            ("task", date(2026, 2, 8), "late"),
            ("next_step", date(2026, 4, 1), "open"),
            ("next_step", date(2026, 3, 1), "done"),
            ("next_step", None, "open"),
        ):
            session.add(
                FollowUp(
                    workspace_id=1,
                    kind=kind,
                    account_id=mercy.id,
                    user_id=dana.user_id,
                    text=Clean("Bring the folder"),
                    due_on=due,
                    status=status,
                    created_at=NOW,
                )
            )
        a_deal(session, other, "Proposal", name="Neuro", next_step="Ask for the volumes")
        a_deal(
            *(session, other, "Proposal"),
            name="Ortho",
            next_step="Send the contract",
            next_step_due=date(2026, 3, 20),
            proposed_on=date(2026, 3, 1),
            proposal_expires_on=date(2026, 3, 9),
        )
        a_deal(session, other, "Won", next_step="Celebrate", next_step_due=NOW.date())
    report = made(each_database, "follow-up", "2026-03")
    assert rows(report) == [
        ("Task", "Mercy", "Dana Reyes", date(2026, 2, 8), 30, "Bring the folder"),
        ("Promise", "Mercy", "Dana Reyes", date(2026, 3, 5), 5, "Bring the folder"),
        ("Proposal", None, "Bob", date(2026, 3, 9), 1, "Ortho"),
        ("Lead", None, "Bob", date(2026, 3, 20), 0, "Send the contract"),
    ]
    assert (facts(report)["Open"], facts(report)["Late"]) == ([4], [3])
    everything = made(each_database, "follow-up")
    assert len(rows(everything)) == 7
    assert [row[3] for row in rows(everything)][-2:] == [None, None]
    agents = [row[0] for row in rows(made(each_database, "follow-up", by="agent"))]
    assert agents == ["Dana Reyes"] * 4 + ["Bob"] * 3


def test_the_referral_log_counts_the_touches_before_each(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana, bob = a_rep(session), a_rep(session, "U2", name="Bob")
        mercy = an_account(session, 1, "Mercy", type="hospital")
        clinic = an_account(session, 1, "Clinic", type="physician practice")
        for place in (mercy, clinic):
            a_touch(session, dana, place, days_ago=100)
            a_touch(session, dana, place, days_ago=10)
            a_touch(session, bob, place, days_ago=10, submission=f"Bob at {place.name}")
            # A second one of hers on that day is no further touch, and not the last one.
            a_touch(session, dana, place, days_ago=10, type="call")
            a_touch(session, dana, place, days_ago=5, type="email")
            a_touch(session, dana, place)
            told = Received(place.id, NOW.date() - timedelta(days=5), 1)
            referrals.add(session, dana, told, submission=place.name, now=NOW)
        told = Received(mercy.id, NOW.date(), 2, direction="out")
        referrals.add(session, dana, told, submission="out", now=NOW)
        won = session.scalars(select(Referral).where(Referral.account_id == mercy.id)).first()
        assert won is not None
        won.status, won.decided_at, won.branch = "started", NOW, "Oak Park"
        assert won.received_at is not None  # at noon
        won.first_response_at = won.received_at + timedelta(hours=26)
        promised = Received(mercy.id, NOW.date(), 1, promised=True)
        referrals.add(session, dana, promised, submission="promised", now=NOW)
        lost = session.scalars(select(Referral).where(Referral.account_id == clinic.id)).one()
        lost.status, lost.reason = "lost", "chose competitor"
    report = made(each_database, "referral-log", "2026-03")
    first, second = rows(report)
    assert first[1:] == (
        *(date(2026, 3, 5), "Mercy", None, "Dana Reyes", "Oak Park", None, None, "Started"),
        *(None, 11.0, NOW.date(), 3, "Bob"),  # five hours to the evening, six the next day
    )
    assert second[8:] == ("Lost", "Chose competitor", None, None, 2, "Bob")
    told_ = facts(report)
    assert (told_["Received"], told_["Started"], told_["Conversion"]) == ([2], [1], [0.5])
    assert told_["Decided conversion"] == [0.5]


def test_the_territory_review_is_a_scorecard_for_each_person(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana, bob = a_rep(session), a_rep(session, "U2", name="Bob")
        a_rep(session, "U3", name="Idle")
        long_ago = date(2025, 1, 1)
        mercy = an_account(session, 1, "Mercy", owner=dana, owned_since=long_ago)
        an_account(session, 1, "Grace", owner=dana, owned_since=long_ago)
        a_touch(session, dana, mercy)
        a_touch(session, dana, mercy, type="call", days_ago=1)
        a_touch(session, dana, mercy, type="call", days_ago=4)
        told = Received(mercy.id, NOW.date(), 2)
        one, _ = referrals.add(session, dana, told, submission="R", now=NOW)
        one.status = "started"
        promised = Received(mercy.id, NOW.date(), 3, promised=True)
        referrals.add(session, dana, promised, submission="promised", now=NOW)
        a_deal(session, bob, "Won", 70, closed_on=NOW.date())
        a_deal(session, bob, "Lost", lost_reason="Price", closed_on=NOW.date())
    report = made(each_database, "territory-review", "2026-03")
    assert rows(report) == [
        ("Bob", None, 0, 0, None, None, None, None, 0, 0, None, 0, None, None, 1, 70_00, 1),
        (
            *("Dana Reyes", None, 3, 1, 1 / 3, 0.5, None, None, 2, 1, 0.5, 0, None, 1),
            *(0, 0, 0),
        ),
    ]
    assert rows(report, 1) == [  # a visit today and two calls before it, all Dana's: two referrals
        ("Person", "Dana Reyes", 1, 2.0, 2.0, 2.0, 2.0, 2.0),
        ("Touch type", "Call", 0, 2.0, 0.0, 1.33, 1.31, None),
        ("Touch type", "Visit", 1, 0.0, 2.0, 0.67, 0.69, 1.879),  # (2/3 + 10 x 2) / 11
        ("Source", "Mercy", 1, 2.0, 2.0, 2.0, 2.0, 2.0),
    ]
    assert rows(report, 2) == [("Bob", "Price", 1)]
    assert rows(made(each_database, "territory-review", "2026-03", people=[])) == []
    named = made(each_database, "territory-review", "2026-03", by="manager")
    assert [row[:2] for row in rows(named)] == [("(none)", "Bob"), ("(none)", "Dana Reyes")]


def test_a_rep_is_told_of_their_own_only(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana, bob = a_rep(session), a_rep(session, "U2", name="Bob")
        mercy = an_account(session, 1, "Mercy")
        a_touch(session, dana, mercy)
        told = Received(mercy.id, NOW.date(), 1)
        referrals.add(session, dana, told, submission="R", now=NOW)
        user = bob.user_id
    for name in ("activity", "follow-up", "referral-log", "closings"):
        assert rows(made(each_database, name, people=[user])) == []
    assert len(rows(made(each_database, "activity"))) == 1
