"""What a referral log says of conversion, acceptance and answers, by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from models import lists, referral_moves, referrals, users
from models.holidays import Holiday
from models.profiles import REASONS
from models.referral_steps import of as steps_of
from models.referrals import Received, Referral
from models.users import Actor, User
from tests.conftest import Database
from tests.make import NOW, a_rep, a_workspace, an_account, at
from tests.reports import facts, made, rows

NAME = "referral-log"
TODAY = NOW.date()


def told(database: Database, period: str = "2026-03", **asked: object) -> dict[str, object]:
    """The totals of one figure each."""
    found = facts(made(database, NAME, period, **asked))  # type: ignore[arg-type]
    return {label: values[0] for label, values in found.items()}


def referred(session: Session, rep: Actor, day: date = TODAY, **of: bool) -> Referral:
    """A referral of that day, entered now."""
    place = an_account(session, 1, f"Place {day} {rep.user_id}")
    return referrals.add(
        session, rep, Received(place.id, day, 1, **of), submission=str(place.id), now=NOW
    )[0]


def moved(session: Session, rep: Actor, row: Referral, *through: str, now: object = NOW) -> None:
    """Through these statuses, with a reason where one is needed; "undo" takes the last back."""
    for status in through:
        if status == "undo":
            last = referral_moves.last_moves(session, 1, [row.id])[row.id]
            referral_moves.undo_move(session, rep, last.id, NOW)
        elif status == "reopen":
            referral_moves.reopen(session, rep, row.id, NOW)
        else:
            why = REASONS.get(steps_of(session, 1).meaning(status))
            reason = lists.entries(session, 1, why)[why][0].key if why else None
            referral_moves.move(session, rep, row.id, status, now, reason=reason)  # type: ignore[arg-type]


def test_without_a_referral_there_is_no_rate(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        a_workspace(session)
    found = told(each_database)
    assert found.pop("Received") == found.pop("Started") == found.pop("Open") == 0
    assert set(found.values()) == {None}


def test_eight_referrals_and_a_promise(each_database: Database) -> None:
    """One each: started; accepted; declined; accepted, then lost; accepted by mistake, then lost;
    cancelled; declined and opened again; new. And one that is only promised.

    Received 8, of which 3 are open (accepted, reopened, new). Conversion 1 of 7, the cancelled one
    left out. Of the 4 decided for good (started, declined, two lost) 1. Accepted were 3 (started,
    accepted, the first of the lost), declined by us 1: 3 of 4.
    """
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        for path in (
            ("accepted", "started"),
            ("contacted", "accepted"),
            ("declined",),
            ("accepted", "lost"),
            ("accepted", "undo", "lost"),
            ("cancelled",),
            ("declined", "reopen"),
            (),
        ):
            moved(session, rep, referred(session, rep), *path)
        referred(session, rep, promised=True)
    found = told(each_database)
    assert (found["Received"], found["Started"], found["Open"]) == (8, 1, 3)
    assert found["Conversion"] == pytest.approx(1 / 7)
    assert found["Decided conversion"] == pytest.approx(1 / 4)
    assert found["Acceptance"] == pytest.approx(3 / 4)


def test_one_referral_started_is_all_and_opened_again_none(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        one = referred(session, rep)
        moved(session, rep, one, "started")
    found = told(each_database)
    assert [found[name] for name in ("Conversion", "Decided conversion", "Acceptance")] == [1, 1, 1]
    with each_database.sessions.begin() as session:
        moved(session, rep, session.get_one(Referral, one.id), "reopen")
    found = told(each_database)
    assert (found["Open"], found["Conversion"]) == (1, 0)
    assert (found["Decided conversion"], found["Acceptance"]) == (None, None)


def test_answers_are_timed_in_office_hours_and_loops_by_the_decision(
    each_database: Database,
) -> None:
    """The office is open from 8 to 17, and answers within 2 hours. Today is Tuesday, March 10,
    10:00; a referral told later came in at noon of its day.

    Entered now, answered in an hour: 1 h, in time; declined then, and the referrer told.
    Of Thursday the 5th, entered and answered now: 5 + 9 + 9 + 2 = 25 h, late; it started, and the
    referrer heard nothing since.
    Of Monday the 9th, never answered: its time was over at 14:00, before today.
    Entered now and not answered: its time runs until noon.
    """
    hour = NOW + timedelta(hours=1)
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        quick = referred(session, rep)
        moved(session, rep, quick, "declined", now=hour)
        referral_moves.told_referrer(session, rep, quick.id, hour)
        late = referred(session, rep, date(2026, 3, 5))
        referral_moves.told_referrer(session, rep, late.id, NOW)
        moved(session, rep, late, "accepted", "started", now=hour)
        referred(session, rep, date(2026, 3, 9))
        referred(session, rep)
    found = told(each_database)
    assert found["Median response h"] == 13  # of 1 and 25
    assert found["Answered in time"] == pytest.approx(1 / 3)
    assert found["Referrers told"] == pytest.approx(1 / 2)
    assert sorted(str(row[10]) for row in rows(made(each_database, NAME))) == [
        *("1.0", "25.0", "None", "None")
    ]


def test_a_day_off_of_our_own_is_no_office_time_however_long_ago(each_database: Database) -> None:
    """From Friday noon to Tuesday at 9, Monday off: 5 + 1 hours."""
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        one = referred(session, rep, date(2026, 1, 9))
        one.first_response_at = at("2026-01-13T15:00Z")
        session.add(Holiday(workspace_id=1, day=date(2026, 1, 12), name="Ours", off=True))
    for period in ("all", "2026-01"):
        assert told(each_database, period)["Median response h"] == 6


def test_at_a_months_end_the_day_is_the_reps_own_in_either_zone(each_database: Database) -> None:
    """At 10 PM on March 31 in Chicago it is April 1 in Auckland. Decided in April, the first still
    counts for March."""
    evening = at("2026-04-01T03:00Z")
    with each_database.sessions.begin() as session:
        for number, zone in enumerate(("America/Chicago", "Pacific/Auckland"), start=1):
            rep = a_rep(session, f"U{number}", name=zone, zone=zone)
            place = an_account(session, 1, zone)
            received = Received(place.id, rep.today(evening), 1)
            (one,) = referrals.add(session, rep, received, submission=zone, now=evening)
            moved(session, rep, one, "accepted", "started", now=evening + timedelta(days=1))
    for period, zone in (("2026-03", "America/Chicago"), ("2026-04", "Pacific/Auckland")):
        (row,) = rows(made(each_database, NAME, period))
        assert (row[2], row[11]) == (zone, date(2026, 4, 1))
        assert told(each_database, period)["Conversion"] == 1


def test_who_changes_teams_takes_the_referrals_along(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        dana = a_rep(session)
        ann, bo = (
            a_rep(session, f"U{number}", name=name, role=users.MANAGER)
            for number, name in ((2, "Ann"), (3, "Bo"))
        )
        moved(session, dana, referred(session, dana), "started")
    for boss, other in ((ann, bo), (bo, ann)):
        with each_database.sessions.begin() as session:
            session.get_one(User, dana.user_id).manager_id = boss.user_id
            session.flush()
            teams = [users.team(session, 1, one.user_id) for one in (boss, other)]
        assert [told(each_database, people=team)["Started"] for team in teams] == [1, 0]
        (row,) = rows(made(each_database, NAME, "2026-03", by="manager"))
        assert row[0] == ("Ann" if boss == ann else "Bo")
