"""A file's goals: whose, from when on, and what is already so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from handlers.views import imports as views
from models import goals, users, workspaces
from models.db import Sessions
from models.exchange.broken import BadConstant
from models.goals import PERSON, TEAM, TERRITORY, Goal, Whose
from models.imports import run, runs
from models.imports.report import Report, RowsRefused
from models.imports.run import Order
from models.territories import Territory
from tests.conftest import Database
from tests.make import NOW, a_user, a_workspace, an_actor

TODAY = NOW.date()

FILE = """Owner,Team,Territory,Goal,Period,Target,Since
Dana Reyes,,,visits,week,25,
u2@rehab.example,,,Revenue,quarterly,"$120,000.50",
,U3,,adherence,month,90%,
,,north,new_accounts,year,"1,200",2026-01-15
Dana Reyes,,,visits,week,20,2026-02-04
"""


@pytest.fixture
def here(each_database: Database) -> Sessions:
    """Dana and Lee below Ann; a territory North."""
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
        a_user(session, workspace, "U1")
        a_user(session, workspace, "U2", name="Lee Park", email="u2@rehab.example")
        a_user(session, workspace, "U3", name="Ann Boss", role=users.MANAGER)
        session.add(Territory(workspace_id=workspace.id, name="North", name_key="north"))
    return each_database.sessions


def import_(sessions: Sessions, folder: Path, written: str, **asked: object) -> Report:
    file = folder / "goals.csv"
    file.write_text(written)
    parsed = run.parse(Order(run.GOALS, file, **asked))  # type: ignore[arg-type]
    with sessions.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        return run.store(session, workspace, parsed, NOW)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, len(report.rejects)


def aims(sessions: Sessions, day: date = TODAY) -> list[tuple[str, str, str, int]]:
    """Whose goal, of what, how often, how much, as they hold on the day."""
    with sessions() as session:
        of = [Whose(PERSON, 1), Whose(PERSON, 2), Whose(TEAM, 3), Whose(TERRITORY, 1)]
        found = goals.progress(session, 1, of, day, NOW)
        called = goals.names(session, 1, of)
        return [(called[one.whose], one.kind, one.period, one.target) for one in found]


def test_goals_of_people_teams_and_territories_hold_from_their_day_on(
    here: Sessions, tmp_path: Path
) -> None:
    assert counts(import_(here, tmp_path, FILE)) == (4, 1, 0, 0)
    assert aims(here) == [
        ("Dana Reyes", "visits", "week", 25),
        ("Lee Park", "revenue", "quarter", 12_000_050),
        ("Ann Boss", "adherence", "month", 90),
        ("North", "new accounts", "year", 1_200),
    ]
    assert ("Dana Reyes", "visits", "week", 20) in aims(here, date(2026, 2, 2))  # that Monday
    assert [one for one in aims(here, date(2026, 2, 1)) if one[0] == "Dana Reyes"] == []
    assert counts(import_(here, tmp_path, FILE)) == (0, 0, 5, 0)


def test_another_target_takes_its_place_and_undo_brings_it_back(
    here: Sessions, tmp_path: Path
) -> None:
    with here.begin() as session:
        dana = an_actor(session.get_one(users.User, 1))
        mine = (session, dana.workspace_id, Whose(PERSON, dana.user_id), goals.VISIT, goals.WEEK)
        for target in (10, 12):
            goals.put(*mine, target, by_id=dana.user_id, today=TODAY, now=NOW)
    line = "owner,goal,period,target\nDana Reyes,visits,week,{}\nDana Reyes,starts,month,2\n"
    report = import_(here, tmp_path, line.format(30))
    assert counts(report) == (1, 1, 0, 0)
    assert [one[-1] for one in aims(here)] == [30, 2]
    with here.begin() as session:
        done = runs.undo(session, 1, report.run_id or 0, NOW)
        assert (done.removed, done.put_back, done.kept) == (1, 1, 0)
    assert [one[-1] for one in aims(here)] == [12]
    assert counts(import_(here, tmp_path, line.format(12))) == (1, 0, 1, 0)


def test_a_person_and_a_territory_with_a_goal_stay_when_their_import_is_undone(
    here: Sessions, tmp_path: Path
) -> None:
    file = tmp_path / "users.csv"
    file.write_text("name,territory\nCy Low,South\nBea High,\n")
    with here.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        report = run.store(session, workspace, run.parse(Order(run.USERS, file)), NOW)
    import_(
        here,
        tmp_path,
        "owner,territory,goal,period,target\nCy Low,,visits,week,5\n,South,visits,week,9\n",
    )
    with here.begin() as session:
        done = runs.undo(session, 1, report.run_id or 0, NOW)
        assert (done.removed, done.kept) == (1, 2)  # Bea goes


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("Dana Reyes,Ann Boss,,visits,week,5,", "owner and team are filled in"),
        (",,,visits,week,5,", "owner is empty"),
        ("Nobody,,,visits,week,5,", "is not a known person"),
        (",,Nowhere,visits,week,5,", "no territory is called “Nowhere”"),
        ("Dana Reyes,,,smiles,week,5,", "goal “smiles” is none of visits, new accounts"),
        ("Dana Reyes,,,visits,decade,5,", "period “decade” is none of week, month"),
        ("Dana Reyes,,,visits,week,0,", "target is not a number above 0"),
        ("Dana Reyes,,,visits,week,2.5,", "target is not a number above 0"),
        ("Dana Reyes,,,adherence,week,101%,", "from 1 to 100"),
        ("Dana Reyes,,,revenue,week,much,", "target is not an amount"),
        ("Dana Reyes,,,visits,week,5,3/31/2026", "since is not a date"),
        (",,Patient John Smith,visits,week,5,", "looks like patient data"),
    ],
)
def test_what_is_no_goal_is_refused_with_its_line(
    sessions: Sessions, tmp_path: Path, cells: str, reason: str
) -> None:
    with sessions.begin() as session:
        workspace = a_workspace(session)
        a_user(session, workspace, "U1")
        a_user(session, workspace, "U3", name="Ann Boss")
    header = FILE.partition("\n")[0]
    with pytest.raises(RowsRefused) as refused:
        import_(sessions, tmp_path, f"{header}\n{cells}\n")
    assert reason in views.refused_rows(refused.value)
    with sessions() as session:
        assert session.scalar(select(func.count(Goal.id))) == 0


def test_the_same_goal_twice_is_refused(here: Sessions, tmp_path: Path) -> None:
    twice = "owner,goal,period,target\nDana Reyes,visits,week,5\nU1,visits,week,6\n"
    with pytest.raises(RowsRefused) as refused:
        import_(here, tmp_path, twice)
    assert "the same record as line 2" in views.refused_rows(refused.value)
    report = import_(here, tmp_path, twice, skip_bad=True)
    assert counts(report) == (1, 0, 0, 1)
    assert [one[-1] for one in aims(here)] == [5]


def test_every_row_may_have_one_period(here: Sessions, tmp_path: Path) -> None:
    report = import_(
        here, tmp_path, "Rep,Quota\nDana Reyes,5\n",
        maps=("Rep=owner", "Quota=target"), sets=("goal=visits", "period=month"),
    )  # fmt: skip
    assert counts(report) == (1, 0, 0, 0)
    with pytest.raises(BadConstant):
        import_(here, tmp_path, "owner,goal,target\nDana Reyes,visits,5\n", sets=("period=eon",))
