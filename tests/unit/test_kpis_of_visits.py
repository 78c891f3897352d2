"""What a territory review says of visits and logging, each figure small enough to check by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models import follow_ups, referrals, users
from models.db import Sessions
from models.follow_ups import FollowUp
from models.phi import Clean
from models.referrals import Received, Referral
from models.users import User
from tests.conftest import Database
from tests.make import NOW, a_contact, a_rep, a_touch, a_workspace, an_account, at
from tests.reports import facts, made, rows

NAME = "territory-review"
LONG_AGO = date(2025, 1, 1)
LAGS = ("Median days from first touch to referral", "Median days from last touch to referral")


def told(database: Database, period: str = "2026-03", **asked: object) -> dict[str, object]:
    """The totals of one figure each."""
    found = facts(made(database, NAME, period, **asked))  # type: ignore[arg-type]
    return {label: values[0] for label, values in found.items()}


def test_without_any_touch_there_is_nothing_to_divide(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        a_workspace(session)
    found = told(each_database)
    assert (found["Touches"], found["People met"]) == (0, 0)
    for label in (
        *("Adherence", "Weighted adherence", "Coverage", "Times each was met"),
        *("Logged the same day", "Median days to log", "90 % logged within days"),
        *(*LAGS, "Starts per 100 visits"),
    ):
        assert found[label] is None


def test_adherence_and_coverage_of_five_accounts(each_database: Database) -> None:
    """Today is March 10. The longest gaps are A 10, B 21, C and unrated 45, D 120 days.

                    counts from                   in cadence   weighs   touched in March
        Oak  A      March 5                       yes          4        yes
        Elm  A      owned for a year, an e-mail   no           4        no
        Fir  B      February 8                    no           2        no
        Yew  D      January 9 (60 days)           yes          0.5      no
        Ash  -      owned since yesterday         yes          1        no

    Three of five; (4 + 0.5 + 1) of 11.5; one of five reached. Bay is dormant, Sky is nobody's.
    """
    with each_database.sessions.begin() as session:
        dana, bob = a_rep(session), a_rep(session, "U2", name="Bob")
        days = {"Oak": 5, "Fir": 30, "Yew": 60}
        for name, tier in (("Oak", "A"), ("Elm", "A"), ("Fir", "B"), ("Yew", "D"), ("Bay", "A")):
            place = an_account(session, 1, name, owner=dana, owned_since=LONG_AGO, tier=tier)
            if name in days:
                a_touch(session, bob, place, days_ago=days[name])  # a colleague's counts, too
            if name == "Elm":
                a_touch(session, dana, place, type="email")
            if name == "Bay":
                place.status = "dormant"
        yesterday = NOW.date() - timedelta(days=1)
        an_account(session, 1, "Ash", owner=dana, owned_since=yesterday, tier="unrated")
        an_account(session, 1, "Sky")
    for people in (None, [dana.user_id]):
        found = told(each_database, people=people)
        assert found["Adherence"] == pytest.approx(3 / 5)
        assert found["Weighted adherence"] == pytest.approx(5.5 / 11.5)
        assert found["Coverage"] == pytest.approx(1 / 5)
    assert told(each_database, people=[bob.user_id])["Coverage"] is None
    # By the end of February Oak was untouched, Fir in cadence, and Ash not hers yet.
    february = told(each_database, "2026-02")
    assert february["Adherence"] == pytest.approx(2 / 4)
    assert february["Weighted adherence"] == pytest.approx(2.5 / 10.5)


def test_reach_and_frequency_count_a_person_once_a_day(each_database: Database) -> None:
    """Priya on the 9th (visit and call) and on the 10th, Lee on the 10th: 3 meetings of 2 people.
    An e-mail to Lee and a visit in February are none."""
    with each_database.sessions.begin() as session:
        dana = a_rep(session)
        mercy = an_account(session, 1, "Mercy", owner=dana)
        priya, lee = a_contact(session, mercy), a_contact(session, mercy, "Lee Kim")
        for days_ago, kind, met in (
            (1, "visit", [priya]),
            (1, "call", [priya]),
            (0, "visit", [priya, lee]),
            (2, "email", [lee]),
            (20, "visit", [lee]),
        ):
            ids = tuple(one.id for one in met)
            a_touch(session, dana, mercy, days_ago=days_ago, type=kind, met=ids)
    found = told(each_database)
    assert (found["People met"], found["Times each was met"]) == (2, 1.5)


def test_ten_touches_and_when_they_were_logged(each_database: Database) -> None:
    """Seven on their day, one a day late, one two days late, one thirty: 7 of 10 the same day, the
    median is 0, and nine of ten were there after two days."""
    with each_database.sessions.begin() as session:
        dana = a_rep(session)
        mercy = an_account(session, 1, "Mercy", owner=dana)
        for number, days_late in enumerate((0, 0, 0, 0, 0, 0, 0, 1, 2, 30)):
            a_touch(session, dana, mercy, days_ago=days_late, submission=f"V{number}")
    found = told(each_database, "all")
    assert found["Logged the same day"] == pytest.approx(0.7)
    assert found["Median days to log"] == 0
    assert found["90 % logged within days"] == 2
    assert [row[13] for row in rows(made(each_database, NAME))] == [0]
    # Of March's nine the last of nine in ten is the ninth, too.
    assert told(each_database)["90 % logged within days"] == 2


def test_the_day_and_the_month_are_the_reps_own_in_either_zone(each_database: Database) -> None:
    """At 10 PM on March 31 in Chicago it is April 1 in Auckland. Both logged it at once."""
    evening = at("2026-04-01T03:00Z")
    with each_database.sessions.begin() as session:
        for number, (zone, where) in enumerate(
            (("America/Chicago", "Oak"), ("Pacific/Auckland", "Elm")), start=1
        ):
            rep = a_rep(session, f"U{number}", name=where, zone=zone)
            a_touch(session, rep, an_account(session, 1, where, owner=rep), now=evening)
    for period, name in (("2026-03", "Oak"), ("2026-04", "Elm")):
        report = made(each_database, NAME, period)
        assert [row[0] for row in rows(report) if row[2]] == [name]
        assert told(each_database, period)["Logged the same day"] == 1


def test_starts_per_100_visits_share_a_start_among_its_touches(each_database: Database) -> None:
    """Mercy was seen by Dana on two days (twice on one of them), and called by Bob. One referral of
    hers started, another is open; one of Grace started that nobody had touched.

    Of the one start 2/3 are Dana's and 1/3 is Bob's. Everyone: 100 x 1 / 2 visits. Dana:
    100 x 2/3 / 2. Bob made a call and no visit.

    Both of Mercy's came 9 days after the first touch and 3 after the last, which was Bob's; Dana's
    last was 5 days before.
    """
    with each_database.sessions.begin() as session:
        dana, bob = a_rep(session), a_rep(session, "U2", name="Bob")
        mercy, grace = (
            an_account(session, 1, name, type="hospital") for name in ("Mercy", "Grace")
        )
        a_touch(session, dana, mercy, days_ago=9)
        a_touch(session, dana, mercy, days_ago=5)
        a_touch(session, dana, mercy, days_ago=5, type="in-service")
        a_touch(session, bob, mercy, days_ago=3, type="call")
        for place, count in ((mercy, 2), (grace, 1)):
            asked = Received(place.id, NOW.date(), count)
            referrals.add(session, dana, asked, submission=place.name, now=NOW)[
                0
            ].status = "started"
    assert told(each_database)["Starts per 100 visits"] == 50
    assert told(each_database, people=[dana.user_id])["Starts per 100 visits"] == 33.3
    assert told(each_database, people=[bob.user_id])["Starts per 100 visits"] is None
    for people, days in ((None, (9, 3)), ([dana.user_id], (9, 5)), ([bob.user_id], (3, 3))):
        found = told(each_database, people=people)
        assert tuple(found[label] for label in LAGS) == days
    # Opened again it has not started.
    with each_database.sessions.begin() as session:
        for one in session.scalars(select(Referral)):
            one.status = "new"
    assert told(each_database)["Starts per 100 visits"] == 0


def test_a_promise_is_kept_when_it_is_done_by_its_day(each_database: Database) -> None:
    """Due by today: on the 8th, kept on the 8th; on the 7th, kept on the 8th; on the 6th, open; on
    the 5th, dropped; on the 1st, done in a time when nobody noted the day. 2 of 4 are kept. One is
    due tomorrow, one in February, and one that was kept is taken back and open again."""
    with each_database.sessions.begin() as session:
        dana, bob = a_rep(session), a_rep(session, "U2", name="Bob")
        promised = {}
        for day in ("03-08", "03-07", "03-06", "03-05", "03-01", "03-11", "02-27"):
            promised[day] = FollowUp(
                workspace_id=1,
                kind=follow_ups.PROMISE,
                user_id=dana.user_id,
                text=Clean("Bring the folder"),
                due_on=date.fromisoformat(f"2026-{day}"),
                status=follow_ups.OPEN,
                created_at=NOW,
            )
        session.add_all(promised.values())
        session.flush()
        for day in ("03-08", "03-07", "03-06"):
            follow_ups.finish(session, dana, promised[day].id, date(2026, 3, 8))
        follow_ups.finish(session, dana, promised["03-07"].id, date(2026, 3, 7))  # a second tap
        follow_ups.bring_back(session, dana, promised["03-06"].id)
        promised["03-05"].status = follow_ups.DROPPED
        promised["03-01"].status = follow_ups.DONE
        a_touch(session, bob, None, type="event")
    kept = {row[0]: row[12] for row in rows(made(each_database, NAME, "2026-03"))}
    assert kept == {"Dana Reyes": 0.5, "Bob": None}


def test_who_changes_teams_takes_visits_and_accounts_along(sessions: Sessions) -> None:
    """Dana, with one of two accounts in cadence, moves from Ann to Bo."""
    database = Database("", sessions)
    with sessions.begin() as session:
        dana = a_rep(session)
        ann, bo = (
            a_rep(session, f"U{number}", name=name, role=users.MANAGER)
            for number, name in ((2, "Ann"), (3, "Bo"))
        )
        for name in ("Oak", "Elm"):
            place = an_account(session, 1, name, owner=dana, owned_since=LONG_AGO)
        a_touch(session, dana, place)

    def of_team(boss: int) -> object:
        with sessions() as session:
            people = users.team(session, 1, boss)
        found = told(database, people=people)
        return found["Touches"], found["Adherence"]

    for before, after in ((bo, ann), (ann, bo)):
        with sessions.begin() as session:
            session.get_one(User, dana.user_id).manager_id = after.user_id
        assert (of_team(before.user_id), of_team(after.user_id)) == ((0, None), (1, 0.5))
        report = made(database, NAME, "2026-03", by="manager")
        assert {row[0] for row in rows(report)} == {"Ann" if after == ann else "Bo"}
