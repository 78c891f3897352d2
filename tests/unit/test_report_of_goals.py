"""The goal adherence report, on figures small enough to reckon by hand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import goals, users
from models.db import reading
from models.goals import PERSON, TEAM, TERRITORY, Whose
from models.reports import goal_adherence, making, periods
from models.reports.report import Asked, Report
from models.territories import Territory
from models.users import Actor, User
from tests.conftest import Database
from tests.make import NOW, ZONE, a_rep, a_touch, an_account, at
from tests.reports import facts, made, rows
from tests.unit.test_goals import a_win

TODAY = NOW.date()  # Tuesday, March 10
NAME = goal_adherence.NAME


def aim(
    session: Session, whose: Whose, kind: str, period: str, target: int | None, day: date
) -> None:
    goals.put(session, 1, whose, kind, period, target, by_id=None, today=day, now=NOW)


def on(database: Database, today: date, period: str) -> Report:
    asked = Asked(1, ZONE, today, periods.parse(period))
    with reading(database.sessions) as session:
        return making.make(session, NAME, asked)


@pytest.fixture
def dana(each_database: Database) -> Actor:
    """Dana is below Ann and alone in the North; Lee is in no team."""
    with each_database.sessions.begin() as session:
        dana = a_rep(session)
        ann = a_rep(session, "U2", name="Ann Boss", role=users.MANAGER)
        lee = a_rep(session, "U3", name="Lee Park")
        north = Territory(workspace_id=1, name="North", name_key="north")
        session.add(north)
        session.flush()
        user = session.get_one(User, dana.user_id)
        user.manager_id, user.territory_id = ann.user_id, north.id
        mine = Whose(PERSON, dana.user_id)
        aim(session, mine, goals.VISIT, goals.WEEK, 10, date(2026, 3, 2))
        aim(session, mine, goals.VISIT, goals.WEEK, 20, TODAY)
        team, place = Whose(TEAM, ann.user_id), Whose(TERRITORY, north.id)
        aim(session, team, goals.REVENUE, goals.MONTH, 100_000, TODAY)
        aim(session, place, goals.REFERRAL, goals.QUARTER, 4, TODAY)
        aim(session, Whose(PERSON, lee.user_id), goals.ADHERENCE, goals.YEAR, 90, TODAY)
        mercy = an_account(session, 1, "Mercy", owner=dana)
        for number, days_ago in enumerate((8, 7, 5, 4, 1, 1, 0)):
            a_touch(session, dana, mercy, days_ago=days_ago, submission=f"V{number}")
        a_win(session, dana, 50_050, date(2026, 3, 9))
        return dana


def test_each_goal_in_each_of_its_periods(each_database: Database, dana: Actor) -> None:
    report = made(each_database, NAME, "2026-03")
    assert [column.name for column in report.tables[0].columns] == [
        *("Person/Team", "Goal", "Target", "Actual", "%", "Pace (on/behind by n)"),
        *("Forecast end", "Comment"),
    ]
    # March has 22 work days: six of them are over, today is the seventh.
    assert rows(report) == [
        ("Team of Ann Boss", "revenue 2026-03", 1000, 500.5, 0.5005, "on pace", 1573, RUNS_ON),
        # The quarter has 61, three holidays left out, and 45 are over: 4 x 45 // 61 = 2 wanted.
        ("North", "referrals 2026-Q1", 4, 0, 0, "behind by 2", 0, RUNS_ON),
        ("Dana Reyes", "visits 2026-W10", 10, 4, 0.4, "behind by 6", 4, ""),
        # Monday is over: 20 x 1 / 5 = 4 wanted. In two days 3, so in five 7.5.
        ("Dana Reyes", "visits 2026-W11", 20, 3, 0.15, "behind by 1", 7.5, CHANGED),
        ("Lee Park", "adherence 2026", 90, None, None, "nothing to count", None, THIS_YEAR),
    ]
    assert facts(report) == {
        "Goals": [5],
        "Reached": [0],
        "On pace": [1],
        "Behind": [3],
        "Reached or on pace": [0.25],
    }
    assert rows(report, 1) == [
        ("visits", 2, 0, 0, 2),
        ("referrals", 1, 0, 0, 1),
        ("revenue", 1, 0, 1, 0),
        ("adherence", 1, 0, 0, 0),
    ]


RUNS_ON = "runs until 2026-03-31"
CHANGED = "runs until 2026-03-15; target was 10"
THIS_YEAR = "runs until 2026-12-31"


def test_over_a_months_end_a_week_is_told_as_it_stood_then(
    each_database: Database, dana: Actor
) -> None:
    with each_database.sessions.begin() as session:
        mercy = session.scalar(select(goals.Account.id))
        for number, day in enumerate(("2026-03-31", "2026-04-01", "2026-04-02")):
            told = at(f"{day}T15:00Z")
            a_touch(session, dana, mercy, now=told, submission=f"W{number}")
    later = date(2026, 4, 10)
    told = {}
    for period in ("2026-03", "2026-04", "2026-W14"):
        (told[period],) = [
            one for one in rows(on(each_database, later, period)) if "W14" in str(one[1])
        ]
    # Monday and Tuesday are in March: 20 x 2 / 5 = 8 wanted, 1 made.
    assert told["2026-03"][2:] == (20, 1, 0.05, "behind by 7", 2.5, "runs until 2026-04-05")
    assert told["2026-04"][2:] == (20, 3, 0.15, "behind by 17", 3, "")
    assert told["2026-W14"] == told["2026-04"]


def test_two_zones_have_each_their_own_sunday(each_database: Database) -> None:
    """Half past five on Monday by UTC: Monday in Chicago, Sunday in Phoenix."""
    with each_database.sessions.begin() as session:
        for number, zone in enumerate((ZONE, "America/Phoenix"), start=1):
            rep = a_rep(session, f"U{number}", name=zone, zone=zone)
            place = an_account(session, 1, zone, owner=rep)
            aim(session, Whose(PERSON, rep.user_id), goals.VISIT, goals.WEEK, 1, date(2026, 3, 2))
            a_touch(session, rep, place, now=at("2026-03-09T05:30Z"))
    found = {(row[0], row[1]): (row[3], row[5]) for row in rows(made(each_database, NAME))}
    assert found == {
        (ZONE, "visits 2026-W10"): (0, "behind by 1"),
        (ZONE, "visits 2026-W11"): (1, "reached"),
        ("America/Phoenix", "visits 2026-W10"): (1, "reached"),
        ("America/Phoenix", "visits 2026-W11"): (0, "on pace"),
    }


def test_who_changes_teams_takes_the_figures_along(each_database: Database, dana: Actor) -> None:
    with each_database.sessions.begin() as session:
        session.get_one(User, dana.user_id).manager_id = None
    (team,) = [row for row in rows(made(each_database, NAME, "2026-03")) if "Team" in str(row[0])]
    assert team[3:6] == (0, 0, "behind by 272.72")  # 1,000 x 6 / 22


def test_a_goal_that_was_stopped_is_told_until_then(each_database: Database, dana: Actor) -> None:
    with each_database.sessions.begin() as session:
        aim(session, Whose(PERSON, dana.user_id), goals.VISIT, goals.WEEK, None, TODAY)
    told = [row[1] for row in rows(made(each_database, NAME)) if row[0] == "Dana Reyes"]
    assert told == ["visits 2026-W10"]
    assert rows(made(each_database, NAME, "2025-12")) == []  # nothing was aimed at yet
    assert rows(made(each_database, NAME, "2026-05")) == []  # nor of what is to come


def visible(database: Database, people: Collection[int] | None) -> list[object]:
    return [row[0] for row in rows(made(database, NAME, "2026-W11", people=people))]


def test_a_rep_sees_their_own_a_manager_everyones_below(
    each_database: Database, dana: Actor
) -> None:
    assert visible(each_database, {1}) == ["North", "Dana Reyes"]
    assert visible(each_database, {1, 2}) == ["Team of Ann Boss", "North", "Dana Reyes"]
    assert visible(each_database, {3}) == ["Lee Park"]
    assert visible(each_database, {2}) == []  # who leads no longer, and still has people below
    assert visible(each_database, None) == ["Team of Ann Boss", "North", "Dana Reyes", "Lee Park"]


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("agent", ["Dana Reyes", "Lee Park", "(none)", "(none)"]),
        ("manager", ["Ann Boss", "Ann Boss", "(none)", "(none)"]),
        ("region", ["North", "North", "(none)", "(none)"]),
    ],
)
def test_told_apart_the_groups_come_first(
    each_database: Database, dana: Actor, by: str, groups: list[str]
) -> None:
    report = made(each_database, NAME, "2026-W11", by=by)
    assert report.tables[0].columns[0].name == by.capitalize()
    assert [row[0] for row in rows(report)] == groups


def test_without_goals_there_is_a_report_without_rows(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        a_rep(session)
    report = made(each_database, NAME, "2026-03")
    assert rows(report) == [] and facts(report)["Reached or on pace"] == [None]
