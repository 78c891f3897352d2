"""Taking an import back: what goes, what is put back, what somebody has changed or used stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import import_runs, workspaces
from models.accounts import Account
from models.aliases import Alias
from models.contacts import Contact
from models.db import Base, Sessions
from models.errors import AlreadyUndone, TooLate
from models.import_runs import ImportChange
from models.imports import run, runs
from models.imports.report import Report
from models.imports.run import Order
from models.imports.runs import Undone
from models.opportunities import Move, Opportunity
from models.products import Product
from models.stages import Stage
from models.territories import Territory
from models.users import User
from tests.conftest import Database
from tests.make import NOW, a_touch, a_user, a_workspace, an_actor

ACCOUNTS = """external_id,name,tier,city,owner,aliases
1,Mercy General,A,Boston,U0JO,MGH; Mercy
2,Grace Hospital,B,Dayton,,
"""


@pytest.fixture
def here(each_database: Database) -> Sessions:
    with each_database.sessions.begin() as session:
        a_workspace(session)
    return each_database.sessions


def import_(sessions: Sessions, folder: Path, kind: str, written: str) -> Report:
    file = folder / f"{kind}.csv"
    file.write_text(written)
    parsed = run.parse(Order(kind, file))
    with sessions.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        return run.store(session, workspace, parsed, NOW)


def undo(sessions: Sessions, report: Report, *, hours: float = 1) -> tuple[int, int, int]:
    assert report.run_id is not None
    with sessions.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        now = NOW + timedelta(hours=hours)
        done: Undone = runs.undo(session, workspace.id, report.run_id, now)
    return done.removed, done.put_back, done.kept


def count(sessions: Sessions, *tables: type[Base]) -> list[int]:
    with sessions() as session:
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in tables]


def test_what_was_made_goes_with_the_people_made_for_it(here: Sessions, tmp_path: Path) -> None:
    report = import_(here, tmp_path, "accounts", ACCOUNTS)
    assert count(here, Account, Alias, User) == [2, 2, 1]
    assert undo(here, report) == (3, 0, 0)
    assert count(here, Account, Alias, User) == [0, 0, 0]
    assert import_(here, tmp_path, "accounts", ACCOUNTS).new == 2


def test_what_was_changed_is_put_back(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, "accounts", ACCOUNTS)
    other = "external_id,name,tier,owner,aliases\n1,Mercy Medical Center,B,U0PAT,MMC\n"
    second = import_(here, tmp_path, "accounts", other)
    assert undo(here, second) == (1, 1, 0)  # U0PAT goes, Mercy is as it was
    with here() as session:
        mercy = session.scalars(select(Account).where(Account.external_id == "1")).one()
        owner = session.get_one(User, mercy.owner_id)
        assert (mercy.name, mercy.name_key) == ("Mercy General", "mercy general")
        assert (mercy.tier, owner.slack_id) == ("A", "U0JO")
        assert set(session.scalars(select(Alias.text))) == {"MGH", "Mercy"}
    assert import_(here, tmp_path, "accounts", ACCOUNTS).unchanged == 2


def test_what_somebody_changed_since_stays(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, "accounts", ACCOUNTS)
    second = import_(here, tmp_path, "accounts", "external_id,name,tier\n1,Mercy,C\n3,Rose,A\n")
    with here.begin() as session:
        for account in session.scalars(select(Account).where(Account.tier.in_(("A", "C")))):
            account.tier = "D"
    assert undo(here, second) == (0, 1, 2)  # Mercy's name went back, its tier did not
    with here() as session:
        told = {one.name: one.tier for one in session.scalars(select(Account))}
    assert told == {"Mercy General": "D", "Grace Hospital": "B", "Rose": "D"}


def test_an_account_that_was_visited_stays(here: Sessions, tmp_path: Path) -> None:
    with here.begin() as session:
        rep = an_actor(a_user(session, a_workspace(session)))
    report = import_(here, tmp_path, "accounts", "external_id,name\n1,Mercy\n2,Grace\n")
    with here.begin() as session:
        mercy = session.scalars(select(Account).where(Account.name == "Mercy")).one()
        a_touch(session, rep, mercy)
    assert undo(here, report) == (1, 0, 1)
    with here() as session:
        assert list(session.scalars(select(Account.name))) == ["Mercy"]


def test_contacts_go_and_their_account_stays(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, "accounts", ACCOUNTS)
    report = import_(here, tmp_path, "contacts", "account_external_id,name\n1,Jo Low\n2,Pat High\n")
    assert undo(here, report) == (2, 0, 0)
    assert count(here, Account, Contact) == [2, 0]


def test_people_go_with_their_managers_and_territories(here: Sessions, tmp_path: Path) -> None:
    team = "name,manager,territory\nAnna,Dustin,Central\nMoses,Dustin,Central\n"
    report = import_(here, tmp_path, "users", team)
    assert undo(here, report) == (4, 0, 0)
    assert count(here, User, Territory) == [0, 0]


def test_opportunities_go_and_go_back(here: Sessions, tmp_path: Path) -> None:
    before = count(here, Stage)
    first = import_(
        here, tmp_path, "opportunities", "external_id,stage,product\n1,Talking,GTX\n2,Won,GTX\n"
    )
    second = import_(
        here, tmp_path, "opportunities", "external_id,stage,close_date\n1,Lost,2026-03-01\n"
    )
    assert count(here, Move) == [3]
    assert undo(here, second) == (0, 1, 0)
    with here() as session:
        deal = session.scalars(select(Opportunity).where(Opportunity.external_id == "1")).one()
        assert session.get_one(Stage, deal.stage_id).label == "Talking"
        assert (deal.closed_on, deal.forecast, deal.close_date) == (None, "pipeline", None)
    assert count(here, Move) == [2]
    assert undo(here, first) == (4, 0, 0)
    assert count(here, Opportunity, Move, Product, Stage) == [0, 0, 0, *before]


def test_an_import_is_undone_once_and_within_a_day(here: Sessions, tmp_path: Path) -> None:
    report = import_(here, tmp_path, "accounts", ACCOUNTS)
    with pytest.raises(TooLate):
        undo(here, report, hours=24.1)
    undo(here, report, hours=23.9)
    with pytest.raises(AlreadyUndone):
        undo(here, report)
    report.run_id = 99
    with pytest.raises(runs.NoSuchImport):
        undo(here, report)


def test_old_values_are_forgotten_after_a_day(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, "accounts", ACCOUNTS)
    with here.begin() as session:
        import_runs.forget(session, NOW - timedelta(minutes=1))
    assert count(here, ImportChange) == [3]
    with here.begin() as session:
        import_runs.forget(session, NOW + timedelta(minutes=1))
    assert count(here, ImportChange) == [0]


def test_an_import_that_changes_nothing_can_be_undone_to_no_effect(
    here: Sessions, tmp_path: Path
) -> None:
    first = import_(here, tmp_path, "accounts", ACCOUNTS)
    again = import_(here, tmp_path, "accounts", ACCOUNTS)
    assert first.run_id != again.run_id
    assert undo(here, again) == (0, 0, 0)
