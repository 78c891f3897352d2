"""A file that comes again after two of its accounts or people were made one."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from models import merging, users, workspaces
from models.accounts import Account
from models.aliases import Alias
from models.contacts import Contact
from models.db import Sessions
from models.imports import run
from models.imports.report import Report
from models.imports.run import Order
from models.merges import ACCOUNT, CONTACT
from tests.conftest import Database
from tests.make import NOW, a_user, a_workspace

ACCOUNTS = """external_id,name,city,phone,aliases
E1,St. Mary's Medical Center,Oakfield,,SMMC
E2,Saint Marys Hosp,Oakfield,555-0100,Marys
"""
PEOPLE = """external_id,account_external_id,name,title
C1,E1,Priya Patel,
C2,E2,P. Patel,Physiatrist
"""


@pytest.fixture
def here(each_database: Database) -> Sessions:
    with each_database.sessions.begin() as session:
        a_user(session, a_workspace(session), "U9", role=users.ADMIN)
    return each_database.sessions


def take(sessions: Sessions, folder: Path, kind: str, written: str) -> Report:
    file = folder / f"{kind}.csv"
    file.write_text(written)
    parsed = run.parse(Order(kind, file))
    with sessions.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        return run.store(session, workspace, parsed, NOW)


def merge(sessions: Sessions, entity: str, kept: str, gone: str) -> None:
    table = Account if entity == ACCOUNT else Contact
    with sessions.begin() as session:
        ids = {row.name: row.id for row in session.scalars(select(table))}
        workspace = workspaces.only(session)
        assert workspace is not None
        admin = users.actor(session, workspace.id, "U9")
        assert admin is not None
        told = {"keep_id": ids[kept], "gone_id": ids[gone]}
        assert merging.merge(session, admin, entity, **told, submission=kept, now=NOW)


def living(sessions: Sessions) -> dict[str, Account]:
    with sessions() as session:
        found = session.scalars(select(Account).where(Account.archived_at.is_(None)))
        return {account.name: account for account in found}


def aliases(sessions: Sessions) -> set[str]:
    with sessions() as session:
        return set(session.scalars(select(Alias.text)))


def test_the_same_file_again_makes_no_twin_and_renames_nothing(
    here: Sessions, tmp_path: Path
) -> None:
    take(here, tmp_path, "accounts", ACCOUNTS)
    merge(here, ACCOUNT, "St. Mary's Medical Center", "Saint Marys Hosp")
    report = take(here, tmp_path, "accounts", ACCOUNTS)
    assert (report.new, report.changed, report.unchanged, report.rejects) == (0, 0, 2, [])
    (kept,) = living(here).values()
    assert (kept.name, kept.external_id, kept.phone) == (
        "St. Mary's Medical Center",
        "E1",
        "555-0100",
    )
    assert aliases(here) == {"SMMC", "Marys", "Saint Marys Hosp"}


def test_a_row_of_the_one_that_is_gone_tells_of_the_kept_one(
    here: Sessions, tmp_path: Path
) -> None:
    take(here, tmp_path, "accounts", ACCOUNTS)
    merge(here, ACCOUNT, "St. Mary's Medical Center", "Saint Marys Hosp")
    only_the_other = "external_id,name,city,phone\nE2,Saint Marys Hosp,Oakfield,555-0222\n"
    report = take(here, tmp_path, "accounts", only_the_other)
    assert (report.new, report.changed) == (0, 1)
    (kept,) = living(here).values()
    assert (kept.name, kept.external_id, kept.phone) == (
        "St. Mary's Medical Center",
        "E1",
        "555-0222",
    )


def test_a_file_without_ids_makes_no_twin_either(here: Sessions, tmp_path: Path) -> None:
    names = "name,city\nOak Clinic,Oakfield\nOak Clinc,Oakfield\n"
    take(here, tmp_path, "accounts", names)
    merge(here, ACCOUNT, "Oak Clinic", "Oak Clinc")
    report = take(here, tmp_path, "accounts", names)
    assert (report.new, report.changed, report.unchanged) == (0, 0, 2)
    assert list(living(here)) == ["Oak Clinic"]


def test_an_id_handed_over_does_not_bring_the_old_name_back(here: Sessions, tmp_path: Path) -> None:
    take(here, tmp_path, "accounts", "name,city\nSt. Mary's Medical Center,Oakfield\n")
    take(here, tmp_path, "accounts", ACCOUNTS.replace("E1,St. Mary's Medical Center", "E3,Other"))
    merge(here, ACCOUNT, "St. Mary's Medical Center", "Saint Marys Hosp")
    assert living(here)["St. Mary's Medical Center"].external_id == "E2"
    only_the_other = "external_id,name,city,phone\nE2,Saint Marys Hosp,Oakfield,555-0222\n"
    take(here, tmp_path, "accounts", only_the_other)
    assert living(here)["St. Mary's Medical Center"].phone == "555-0222"


def test_people_come_to_the_kept_account_and_no_person_twice(
    here: Sessions, tmp_path: Path
) -> None:
    take(here, tmp_path, "accounts", ACCOUNTS)
    take(here, tmp_path, "contacts", PEOPLE)
    merge(here, ACCOUNT, "St. Mary's Medical Center", "Saint Marys Hosp")
    merge(here, CONTACT, "Priya Patel", "P. Patel")
    report = take(here, tmp_path, "contacts", f"{PEOPLE}C3,E2,Kim Osgood,\n")
    assert (report.new, report.changed, report.unchanged, report.rejects) == (1, 0, 2, [])
    (kept,) = living(here).values()
    with here() as session:
        found = session.scalars(select(Contact).order_by(Contact.id)).all()
    assert [(one.name, one.account_id, one.archived_at is None) for one in found] == [
        ("Priya Patel", kept.id, True),
        ("P. Patel", kept.id, False),
        ("Kim Osgood", kept.id, True),
    ]
    by_name = "account_name,name\nSaint Marys Hosp,Lee Ray\nSt. Mary's Medical Center,P. Patel\n"
    report = take(here, tmp_path, "contacts", by_name)
    assert (report.new, report.changed, report.unchanged) == (1, 0, 1)
