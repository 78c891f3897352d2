"""Goals: what counts, when a period begins and ends, and what is on pace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import goals, stages, users
from models.accounts import Account
from models.goals import (
    ADHERENCE,
    KINDS,
    MONTH,
    NEW_ACCOUNT,
    PERSON,
    QUARTER,
    REFERRAL,
    REVENUE,
    START,
    TEAM,
    TERRITORY,
    VISIT,
    WEEK,
    YEAR,
    Progress,
    Whose,
)
from models.holidays import Holiday
from models.opportunities import Opportunity
from models.phi import Clean
from models.referrals import Received, add
from models.stages import Stage
from models.territories import Territory
from models.text import name_key
from models.users import Actor, User
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.make import NOW, a_rep, a_touch, an_account, an_actor, at
from tests.touchbase_in_slack import say, touchbase

TODAY = NOW.date()  # a Tuesday
MONDAY, SUNDAY = TODAY - timedelta(days=1), TODAY + timedelta(days=5)


def aim(
    session: Session,
    rep: Actor,
    kind: str,
    target: int | None,
    period: str = WEEK,
    today: date = TODAY,
    whose: Whose | None = None,
) -> int | None:
    return goals.put(
        session,
        rep.workspace_id,
        whose or Whose(PERSON, rep.user_id),
        kind,
        period,
        target,
        by_id=rep.user_id,
        today=today,
        now=NOW,
    )


def progress(session: Session, rep: Actor, *of: Whose, today: date = TODAY) -> list[Progress]:
    whose = of or (Whose(PERSON, rep.user_id),)
    return list(goals.progress(session, rep.workspace_id, whose, today, NOW))


def a_win(
    session: Session, rep: Actor, cents: int, closed_on: date, kind: str = stages.WON
) -> None:
    stage = session.scalars(
        select(Stage).filter_by(
            workspace_id=rep.workspace_id, pipeline=stages.NEW_BUSINESS, kind=kind
        )
    ).first()
    assert stage is not None
    session.add(
        Opportunity(
            workspace_id=rep.workspace_id,
            name="A deal",
            owner_id=rep.user_id,
            stage_id=stage.id,
            staged_at=NOW,
            amount_cents=cents,
            forecast="pipeline",
            closed_on=closed_on,
            created_at=NOW,
            updated_at=NOW,
        )
    )
    session.flush()


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        (WEEK, "2026-03-01", "2026-02-23", "2026-03-01"),  # a Sunday ends its week
        (WEEK, "2026-03-02", "2026-03-02", "2026-03-08"),
        (WEEK, "2027-01-01", "2026-12-28", "2027-01-03"),
        (MONTH, "2028-02-29", "2028-02-01", "2028-02-29"),
        (MONTH, "2026-12-31", "2026-12-01", "2026-12-31"),
        (QUARTER, "2026-12-31", "2026-10-01", "2026-12-31"),
        (QUARTER, "2026-05-31", "2026-04-01", "2026-06-30"),
        (YEAR, "2026-08-30", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_period_begins_and_ends(period: str, day: str, first: str, last: str) -> None:
    found = goals.bounds(period, date.fromisoformat(day))
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


def test_pace_goes_by_the_work_days_that_are_over(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        assert aim(session, rep, VISIT, 25) is None
        whose = Whose(PERSON, rep.user_id)
        (one,) = progress(session, rep)
        assert one == Progress(whose, VISIT, WEEK, MONDAY, SUNDAY, 25, 0, 5)
        assert (one.behind, one.per_cent) == (5, 0)
        (one,) = progress(session, rep, today=MONDAY)
        assert (one.expected, one.behind) == (0, 0)  # nothing is owed on the first morning
        for number in range(3):
            a_touch(session, rep, account, submission=f"V{number}")
        (one,) = progress(session, rep)
        assert (one.actual, one.behind, one.per_cent) == (3, 2, 12)
        (one,) = progress(session, rep, today=SUNDAY)
        assert (one.expected, one.behind) == (25, 22)
        (one,) = progress(session, rep, today=SUNDAY + timedelta(days=1))
        assert (one.actual, one.expected) == (0, 0)  # the next week begins anew


def test_a_holiday_is_no_work_day_of_the_pace(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        aim(session, rep, VISIT, 20, today=date(2026, 11, 23))
        (one,) = goals.progress(
            session,
            rep.workspace_id,
            [Whose(PERSON, rep.user_id)],
            date(2026, 11, 27),
            at("2026-11-27T15:00Z"),
        )
        assert one.expected == 15  # Thanksgiving: three of four days are over


def test_nothing_is_expected_of_a_week_without_a_work_day(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        for day in range(28, 32):  # and New Year's Day is a Friday
            closed = Holiday(workspace_id=rep.workspace_id, day=date(2026, 12, day), name=Clean(""))
            session.add(closed)
        aim(session, rep, VISIT, 20, today=date(2026, 12, 28))
        (one,) = progress(session, rep, today=date(2026, 12, 30))
        assert (one.expected, one.behind, one.target) == (0, 0, 20)


def test_what_counts_for_each_kind(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep, other = a_rep(session), a_rep(session, "U2")
        account = an_account(session, rep.workspace_id, owner=rep, tier="A")
        for kind, target in zip(KINDS, (9, 9, 9, 9, 90_000, 90), strict=True):
            aim(session, rep, kind, target)
        (adherence,) = [one for one in progress(session, rep) if one.kind == ADHERENCE]
        assert adherence.actual == 100  # owned since today
        account.owned_since = TODAY - timedelta(days=60)
        a_touch(session, rep, account, type="call")
        a_touch(session, rep, account, days_ago=7)  # the week before
        a_touch(session, rep, account, type="in-service")
        a_touch(session, rep, account, type="visit", outcome="no access")
        a_touch(session, other, account, submission="theirs")
        new = an_account(session, rep.workspace_id, "Larkspur", owner=rep)
        new.created_at = at("2026-03-09T05:30Z")  # half past midnight on Monday in Chicago
        old = an_account(session, rep.workspace_id, "Oakfield", owner=rep)
        old.created_at = at("2026-03-09T04:30Z")  # half past eleven on Sunday
        rows = add(session, rep, Received(account.id, MONDAY, 3), submission="R", now=NOW)
        rows[0].status, rows[0].received_at = "promised", None
        rows[1].status = "started"
        rows[1].status_changed_at = NOW
        add(
            session,
            rep,
            Received(account.id, MONDAY - timedelta(days=1), 1),
            submission="S",
            now=NOW,
        )
        a_win(session, rep, 12_345_67, SUNDAY - timedelta(days=7))
        a_win(session, rep, 10_050, MONDAY)
        a_win(session, rep, 99, TODAY)
        a_win(session, rep, 5_000, TODAY, stages.LOST)
        a_win(session, other, 5_000, TODAY)
        session.flush()
        made = {one.kind: one.actual for one in progress(session, rep)}
        assert made == {
            VISIT: 1,
            NEW_ACCOUNT: 1,
            REFERRAL: 2,
            START: 1,
            REVENUE: 10_149,
            ADHERENCE: 100,
        }


def test_a_team_is_everyone_below_and_a_territory_whoever_works_there(
    each_database: Database,
) -> None:
    with each_database.sessions.begin() as session:
        boss, rep, other = (a_rep(session, f"U{number}") for number in (1, 2, 3))
        session.get_one(User, rep.user_id).manager_id = boss.user_id
        north = Territory(workspace_id=boss.workspace_id, name="North", name_key="north")
        session.add(north)
        session.flush()
        session.get_one(User, other.user_id).territory_id = north.id
        for number, one in enumerate((boss, rep, other)):
            account = an_account(session, one.workspace_id, f"Mercy {number}", owner=one)
            for visit in range(number + 1):
                a_touch(session, one, account, submission=f"V{number}{visit}")
        team, territory = Whose(TEAM, boss.user_id), Whose(TERRITORY, north.id)
        for whose in (team, territory):
            aim(session, boss, VISIT, 10, whose=whose)
        found = progress(session, boss, team, territory)
        assert [(one.whose, one.actual) for one in found] == [(team, 3), (territory, 3)]
        # A rep who changes teams takes their visits along.
        session.get_one(User, rep.user_id).manager_id = None
        session.flush()
        assert [one.actual for one in progress(session, boss, team, territory)] == [1, 3]


def test_a_goal_changes_from_its_present_period_on_and_can_be_stopped(
    each_database: Database,
) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        last_week = TODAY - timedelta(days=7)
        aim(session, rep, VISIT, 10, today=last_week)
        assert aim(session, rep, VISIT, 20) == 10
        assert aim(session, rep, VISIT, 25) == 20
        assert [one.target for one in progress(session, rep)] == [25]
        assert [one.target for one in progress(session, rep, today=last_week)] == [10]
        assert aim(session, rep, VISIT, None) == 25
        assert progress(session, rep) == []
        assert [one.target for one in progress(session, rep, today=last_week)] == [10]
        assert (
            goals.progress(
                session, rep.workspace_id + 1, [Whose(PERSON, rep.user_id)], last_week, NOW
            )
            == []
        )


def test_no_account_under_a_rule_is_nothing_to_measure(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        aim(session, rep, ADHERENCE, 90)
        assert [one.actual for one in progress(session, rep)] == [None]


@pytest.fixture
def it(each_database: Database) -> Iterator[Clockwork]:
    """Ann leads Dana; Lee is in no team."""
    with touchbase(each_database.sessions, NOW) as made:
        with made.sessions.begin() as session:
            dana = a_person(session, "U1", overdue=0)
            a_person(session, "U2")
            ann = a_person(session, "U3", role=users.MANAGER)
            dana.manager_id = ann.id
            account = an_account(session, dana.workspace_id, owner=an_actor(dana))
            a_touch(session, an_actor(dana), account)
        yield made


def test_a_rep_sets_a_goal_sees_it_and_stops_it(it: Clockwork) -> None:
    assert "No goals yet." in say(it, "U1", "goals").words
    said = say(it, "U1", "goals visits 25 a week").words
    assert "Set: your visits, 25 a week." in said
    assert "• Visits 1 of 25 this week · behind by 4" in said
    said = say(it, "U1", "goals revenue $1.2m per quarter").words
    assert "• Revenue $0 of $1,200,000 this quarter" in said
    said = say(it, "U1", "goals visits 1").words
    assert "It was 25." in said and "Visits 1 of 1 this week · reached" in said
    assert "Removed: your goal for visits a week." in say(it, "U1", "goals visits off").words
    assert "Adherence 100% of 90% this month" in say(it, "U1", "goals adherence 90% monthly").words


@pytest.mark.parametrize(
    "line",
    [
        "goals visits",
        "goals 25",
        "goals visits 25 a fortnight",
        "goals visits 25 calls",
        "goals visits 0",
        "goals visits 0.5",
        "goals adherence 101",
        "goals visits 99999999999999",
        "goals visits referrals 5",
        "goals patient John Smith",
    ],
)
def test_what_is_no_goal_is_answered_with_an_example(it: Clockwork, line: str) -> None:
    assert "Say what, how much and how often" in say(it, "U1", line).words
    with it.sessions() as session:
        assert session.query(goals.Goal).count() == 0


def test_a_manager_sets_and_sees_the_teams(it: Clockwork) -> None:
    assert "Set: Dana Reyes's visits, 30 a week." in say(it, "U3", "goals visits 30 @U1").words
    said = say(it, "U3", "goals team visits 60").words
    assert "Set: the team's visits, 60 a week." in said
    assert said.index("*Your team*") < said.index("*Dana Reyes*")
    assert "• Visits 1 of 60 this week · behind by 11" in said
    assert "• Visits 1 of 30 this week" in say(it, "U1", "goals").words
    assert "Your team" not in say(it, "U1", "goals").words


def test_an_admin_sees_everyones(it: Clockwork) -> None:
    say(it, "U1", "goals visits 25 a week")
    say(it, "U3", "goals team visits 60")
    with it.sessions.begin() as session:
        session.scalars(select(User).filter_by(slack_id="U2")).one().role = users.ADMIN
    said = say(it, "U2", "goals").words
    assert "*Dana Reyes*\n• Visits 1 of 25 this week" in said
    assert "• Visits 1 of 60 this week" in said


def test_a_rep_has_no_team_to_set_goals_for(it: Clockwork) -> None:
    assert "Only a manager or an admin can do that." in say(it, "U1", "goals team visits 9").words
    with it.sessions() as session:
        assert session.query(goals.Goal).count() == 0


def test_nobody_sets_the_goals_of_another_team(it: Clockwork) -> None:
    with it.sessions() as session:
        before = session.query(goals.Goal).count()
    for who in ("U1", "U3"):
        assert "Set:" not in say(it, who, "goals visits 30 @U2").words
    assert "Set:" not in say(it, "U1", "goals visits 30 @U3").words
    with it.sessions() as session:
        assert session.query(goals.Goal).count() == before
        assert session.scalars(select(Account)).first() is not None


@pytest.fixture
def regions(it: Clockwork) -> Clockwork:
    """Dana works in New York, Lee in the South, nobody in the East."""
    with it.sessions.begin() as session:
        for name, who in (("New York", "U1"), ("South & West", "U2"), ("East", None)):
            user = session.scalars(select(User).filter_by(slack_id="U1")).one()
            place = Territory(workspace_id=user.workspace_id, name=name, name_key=name_key(name))
            session.add(place)
            session.flush()
            for member in session.scalars(select(User).filter_by(slack_id=who)):
                member.territory_id = place.id
        session.scalars(select(User).filter_by(slack_id="U2")).one().role = users.ADMIN
    return it


def test_a_territorys_goal_is_set_seen_and_stopped(regions: Clockwork) -> None:
    said = say(regions, "U3", "goals territory new york visits 20 a month").words
    assert "Set: New York's visits, 20 a month." in said
    assert "*New York*" in said and "• Visits 1 of 20 this month" in said
    assert "• Visits 1 of 20 this month" in say(regions, "U1", "goals").words
    said = say(regions, "U2", "goals referrals 5 a week territory South & West").words
    assert "Set: South & West's referrals, 5 a week." in said.replace("&amp;", "&")
    assert said.index("*New York*") < said.index("*South")  # an admin sees every territory
    assert "South" not in say(regions, "U3", "goals").words
    said = say(regions, "U3", "goals territory new york visits off monthly").words
    assert "Removed: New York's goal for visits a month. It was 20." in said


@pytest.mark.parametrize(
    ("who", "line", "answer"),
    [
        ("U3", "goals territory south & west visits 5", "I can't find that among yours"),
        ("U1", "goals territory east visits 5", "I can't find that among yours"),
        ("U3", "goals territory nowhere visits 5", "There are East, New York and South"),
        ("U3", "goals territory visits 5", "I don't know that territory"),
        ("U3", "goals team territory new york visits 5", "Say what, how much and how often"),
    ],
)
def test_a_territory_of_others_or_of_nobody_is_refused(
    regions: Clockwork, who: str, line: str, answer: str
) -> None:
    assert answer in say(regions, who, line).words
    with regions.sessions() as session:
        assert session.query(goals.Goal).count() == 0


def test_without_territories_the_answer_says_where_they_come_from(it: Clockwork) -> None:
    assert "There are no territories yet." in say(it, "U3", "goals territory north visits 5").words
