"""How far an account is from its first referral, and how long a source has been silent."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from models import sources
from models.accounts import Account
from models.referrals import Referral
from models.sources import Persistence, Silence
from models.users import Actor
from tests.conftest import Database
from tests.make import NOW, a_rep, a_touch, an_account
from tests.unit.test_attribution import referred

TODAY = NOW.date()


def days(*ago: int) -> list[date]:
    return [TODAY - timedelta(days=one) for one in sorted(ago, reverse=True)]


def test_a_source_is_silent_beyond_the_95th_percentile_of_its_own_gaps() -> None:
    # Gaps of 7, 9 and 8 days: in order 7, 8, 9, the 95th percentile is 8 + 0.9 × 1.
    told = days(33, 26, 17, 9)
    silent = sources.silence(1, told, 4, TODAY)
    assert silent == Silence(1, TODAY - timedelta(days=9), 9, 8.9)
    assert round(silent.index, 2) == 1.01
    assert sources.silence(1, told, 4, TODAY - timedelta(days=1)) is None


def test_a_rhythm_needs_four_referrals_and_more_than_one_day() -> None:
    assert sources.silence(1, [], 0, TODAY) is None
    assert sources.silence(1, days(300), 1, TODAY) is None
    assert sources.silence(1, days(300, 200, 190), 3, TODAY) is None
    assert sources.silence(1, days(300), 9, TODAY) is None  # all on one day
    assert sources.silence(1, days(300, 290), 4, TODAY) == Silence(1, days(290)[0], 290, 10.0)


def test_the_yardstick_is_the_trades_until_there_are_five_of_our_own(
    each_database: Database,
) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep, type="hospital")
        assert sources.standing(session, account, TODAY) == Persistence(0, 50)
        for ago in (30, 20, 10):
            a_touch(session, rep, account, days_ago=ago)
        a_touch(session, rep, account, days_ago=10, type="call")  # the same day
        a_touch(session, rep, account, days_ago=2, type="voicemail")
        assert sources.standing(session, account, TODAY) == Persistence(3, 50)
        for number, touches in enumerate((1, 2, 2, 6, 9)):
            assert sources.standing(session, account, TODAY) == Persistence(3, 50)
            one = an_account(
                session, rep.workspace_id, f"Mercy {number}", owner=rep, type="hospital"
            )
            for ago in range(touches):
                a_touch(session, rep, one, days_ago=40 + ago)
            referred(session, rep, one, days_ago=40)
            a_touch(session, rep, one, days_ago=39)  # after the first: does not count
        assert sources.standing(session, account, TODAY) == Persistence(3, 2, own=5)
        (first,) = referred(session, rep, account)
        assert sources.standing(session, account, TODAY) is None
        first.status, first.received_at = "promised", None
        session.flush()
        assert sources.standing(session, account, TODAY) == Persistence(3, 2, own=5)


def test_a_type_without_a_yardstick_says_the_count_alone(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep, type="attorney")
        a_touch(session, rep, account)
        assert sources.standing(session, account, TODAY) == Persistence(1, None)


def a_silent_source(session: Session, rep: Actor, name: str) -> Account:
    """Referrals each ten days, the last forty days ago."""
    account = an_account(session, rep.workspace_id, name, owner=rep)
    for ago in (70, 60, 50, 40):
        referred(session, rep, account, days_ago=ago)
    return account


def test_the_silent_sources_of_people_are_found_in_one_go(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep, other = a_rep(session), a_rep(session, "U2")
        mine = a_silent_source(session, rep, "Mercy")
        theirs = a_silent_source(session, other, "Fairview")
        a_silent_source(session, rep, "Closed").status = "dormant"
        busy = a_silent_source(session, rep, "Busy")
        referred(session, rep, busy, days_ago=5)
        today = {rep.user_id: TODAY, other.user_id: TODAY - timedelta(days=31)}
        found = sources.silent_of_owners(session, rep.workspace_id, today)
        assert [(owner, one.account_id) for owner, one in found] == [(rep.user_id, mine.id)]
        today[other.user_id] = TODAY
        found = sources.silent_of_owners(session, rep.workspace_id, today)
        assert {one.account_id for _, one in found} == {mine.id, theirs.id}
        assert sources.silent_of_owners(session, rep.workspace_id + 1, today) == []
        assert sources.standing(session, mine, TODAY) == Silence(mine.id, days(40)[0], 40, 10.0)
        assert sources.standing(session, busy, TODAY) is None


def test_a_promise_is_no_referral(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        account = a_silent_source(session, rep, "Mercy")
        session.execute(update(Referral).values(status="promised", received_at=None))
        assert sources.standing(session, account, TODAY) == Persistence(0, None)
