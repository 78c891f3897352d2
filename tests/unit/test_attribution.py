"""Which touches a referral is credited to, with figures small enough to check by hand."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from models import attribution
from models.accounts import Account
from models.attribution import DECAY, FIRST, LAST, LINEAR, WAYS, Lags, Yield
from models.referrals import OUT, Received, Referral, add
from models.users import Actor
from tests.conftest import Database
from tests.make import NOW, a_rep, a_touch, an_account

TODAY = NOW.date()
YEAR = TODAY - timedelta(days=365)


def referred(
    session: Session, rep: Actor, account: Account, days_ago: int = 0, count: int = 1, **told: str
) -> list[Referral]:
    """Referrals from an account, so many days ago."""
    day = TODAY - timedelta(days=days_ago)
    received = Received(account.id, day, count, **told)
    return add(session, rep, received, submission=f"R{account.id}-{days_ago}-{told}", now=NOW)


def parts(session: Session, rep: Actor, way: str) -> dict[tuple[date, int], Fraction]:
    """By the touch's day and the referral's number: its part."""
    found = attribution.credited(session, rep.workspace_id, YEAR, TODAY)
    return {
        (TODAY - timedelta(days=one.age), one.referral_id): one.credit[way]
        for one in found
        if one.credit[way]
    }


def test_three_touches_share_a_referral_each_way(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        snf = an_account(session, rep.workspace_id, owner=rep, type="snf")
        for ago in (60, 30, 0):
            a_touch(session, rep, snf, days_ago=ago)
        (one,) = referred(session, rep, snf)
        days = [TODAY - timedelta(days=ago) for ago in (60, 30, 0)]
        assert parts(session, rep, FIRST) == {(days[0], one.id): 1}
        assert parts(session, rep, LAST) == {(days[2], one.id): 1}
        assert parts(session, rep, LINEAR) == {(day, one.id): Fraction(1, 3) for day in days}
        # 1/4, 1/2 and 1 half-lives' weights: of 7/4 in all.
        assert parts(session, rep, DECAY) == {
            (days[0], one.id): Fraction(1, 7),
            (days[1], one.id): Fraction(2, 7),
            (days[2], one.id): Fraction(4, 7),
        }
        found = attribution.credited(session, rep.workspace_id, YEAR, TODAY)
        assert attribution.lags(found) == Lags(60.0, 0.0)


def test_a_window_has_an_end_and_differs_by_type(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        for kind, days in (("physician practice", 60), ("snf", 180), ("hospital", 365), ("x", 90)):
            account = an_account(session, rep.workspace_id, kind, owner=rep, type=kind)
            a_touch(session, rep, account, days_ago=days + 1)
            (one,) = referred(session, rep, account)
            assert not list(attribution.credited(session, rep.workspace_id, TODAY, TODAY))
            a_touch(session, rep, account, days_ago=days)
            (part,) = attribution.credited(session, rep.workspace_id, TODAY, TODAY)
            assert (part.referral_id, part.age) == (one.id, days)
            session.delete(one)
            session.flush()


def test_what_does_not_count(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep, other = a_rep(session), a_rep(session, "U2")
        account = an_account(session, rep.workspace_id, owner=rep, type="hospital")
        elsewhere = an_account(session, rep.workspace_id, "Larkspur", owner=rep)
        a_touch(session, rep, account, days_ago=3, type="voicemail")
        a_touch(session, rep, elsewhere, days_ago=3)
        referred(session, rep, account, days_ago=2)
        a_touch(session, rep, account, days_ago=1)  # after it
        (promised,) = referred(session, rep, account, contact_id=None)
        promised.status, promised.received_at = "promised", None
        referred(session, rep, account, direction=OUT)
        session.flush()
        assert not list(attribution.credited(session, rep.workspace_id, YEAR, TODAY))
        promised.status, promised.received_at = "new", NOW
        # Two of one person on one day are one; a colleague's is another.
        a_touch(session, rep, account, days_ago=1, type="call")
        a_touch(session, other, account, days_ago=1, submission="V2")
        session.flush()
        found = list(attribution.credited(session, rep.workspace_id, YEAR, TODAY))
        assert sorted(one.user_id for one in found) == [rep.user_id, other.user_id]


def test_a_yield_is_drawn_to_the_groups_while_there_are_few_visits() -> None:
    group = Fraction(1, 5)
    assert Yield(Fraction(2), 10).per_visit(group) == Fraction(1, 5)
    assert Yield(Fraction(3), 5).per_visit(group) == Fraction(3 + 2, 5 + 10)
    assert Yield(Fraction(0), 0).per_visit(group) is None


def test_yields_by_person_type_and_source(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep, other = a_rep(session), a_rep(session, "U2")
        account = an_account(session, rep.workspace_id, owner=rep, type="hospital")
        a_touch(session, rep, account, days_ago=9)
        a_touch(session, rep, account, days_ago=5, type="in-service")
        a_touch(session, other, account, days_ago=5)
        a_touch(session, other, account, days_ago=2, type="call")  # no visit, but credited
        referred(session, rep, account, count=4)
        told = (session, rep.workspace_id, YEAR, TODAY)
        assert attribution.yields(*told, by="user") == {
            rep.user_id: Yield(Fraction(2), 2),
            other.user_id: Yield(Fraction(2), 1),
        }
        assert attribution.yields(*told, by="type") == {
            "visit": Yield(Fraction(2), 2),
            "in-service": Yield(Fraction(1), 1),
            "call": Yield(Fraction(1), 0),
        }
        assert attribution.yields(*told, by="account") == {account.id: Yield(Fraction(4), 3)}


def test_another_workspaces_touches_are_nobodys(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        a_touch(session, rep, account)
        referred(session, rep, account)
        assert not list(attribution.credited(session, rep.workspace_id + 1, YEAR, TODAY))
        assert attribution.yields(session, rep.workspace_id + 1, YEAR, TODAY, by="user") == {}


@given(st.lists(st.integers(0, 365), min_size=1, max_size=60))
def test_every_way_gives_a_whole_referral_out(ages: list[int]) -> None:
    given = attribution.shares(sorted(ages, reverse=True))
    for way in WAYS:
        assert sum(part[way] for part in given) == 1
        assert all(part[way] >= 0 for part in given)
