"""A file's people in the table: who is new, who reports to whom, whom an owner's name means."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.commands_import import KINDS
from models import users, workspaces
from models.accounts import Account
from models.db import Sessions
from models.exchange import broken
from models.imports import run
from models.imports.report import Report, RowsRefused
from models.imports.run import Order
from models.territories import Territory
from models.users import Profile, User
from tests.make import NOW, a_user, a_workspace


@pytest.fixture
def here(sessions: Sessions) -> Sessions:
    with sessions.begin() as session:
        a_workspace(session)
    return sessions


def import_(
    sessions: Sessions, folder: Path, written: str, kind: str = "users", **asked: object
) -> Report:
    file = folder / f"{kind}.csv"
    file.write_text(written)
    parsed = run.parse(Order(kind, file, **asked))  # type: ignore[arg-type]
    with sessions.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        return run.store(session, workspace, parsed, NOW)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, len(report.rejects)


def person(sessions: Sessions, name: str) -> User:
    with sessions() as session:
        return session.scalars(select(User).where(User.name == name)).one()


TEAM = """name,email,slack_id,role,manager,territory
Anna Snelling,anna@acme.example,,,Dustin Brinkmann,Central
Moses Frase,,U0MOSES,,Dustin Brinkmann,Central
Celia Rouche,,,Manager,,West
"""


def test_the_command_offers_every_kind() -> None:
    assert tuple(KINDS) == run.KINDS


def test_people_come_with_their_managers_and_territories(here: Sessions, tmp_path: Path) -> None:
    report = import_(here, tmp_path, TEAM)
    assert counts(report) == (3, 0, 0, 0)
    assert report.new_people == ["Dustin Brinkmann"]
    assert report.new_entries == {"territory": ["Central", "West"]}
    anna, dustin = person(here, "Anna Snelling"), person(here, "Dustin Brinkmann")
    assert (anna.slack_id, anna.email, anna.role) == (None, "anna@acme.example", "rep")
    assert (dustin.role, anna.manager_id) == ("manager", dustin.id)
    assert anna.next_due_at is None  # nobody to send it to
    assert person(here, "Moses Frase").next_due_at is not None
    assert person(here, "Celia Rouche").role == "manager"
    with here() as session:
        central = session.scalars(select(Territory).where(Territory.name == "Central")).one()
    assert anna.territory_id == central.id


def test_the_same_file_again_changes_nothing(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, TEAM)
    assert counts(import_(here, tmp_path, TEAM)) == (0, 0, 3, 0)
    moved = TEAM.replace("Frase,,U0MOSES,,Dustin Brinkmann", "Frase,,U0MOSES,,Celia Rouche")
    assert counts(import_(here, tmp_path, moved)) == (0, 1, 2, 0)
    assert person(here, "Moses Frase").manager_id == person(here, "Celia Rouche").id


def test_a_person_without_a_slack_id_gets_theirs_later(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, TEAM)
    anna = person(here, "Anna Snelling")
    with here.begin() as session:
        told = Profile("Anna S.", email="Anna@acme.example")
        met = users.enrol(
            session, anna.workspace_id, "U0ANNA", zone="America/Chicago", now=NOW, profile=told
        )
        assert (met.id, met.slack_id, met.name) == (anna.id, "U0ANNA", "Anna S.")
        assert met.next_due_at is not None


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("Jo,,,,Jo,\n", broken.InCircle()),
        ("Jo,,,,Pat,\nPat,,,,Jo,\n", broken.InCircle()),
        ("Jo,,,,,\nJo,,,,,\n", broken.SamePerson(2)),
        ("Jo,jo@,,,,\n", broken.BadEmail("jo@")),
        ("Jo,,jo,,,\n", broken.BadSlackId("jo")),
        ("Jo,,,boss,,\n", broken.NotOneOf("role", "boss", ("rep", "manager", "admin"))),
        ("Dana Reyes,,U0DANA,rep,,\n", broken.OnlyAdmin()),
    ],
)
def test_a_row_that_cannot_be_is_refused(
    here: Sessions, tmp_path: Path, rows: str, reason: broken.BadRow
) -> None:
    with here.begin() as session:
        a_user(session, a_workspace(session), "U0DANA", role="admin")
    with pytest.raises(RowsRefused) as refused:
        import_(here, tmp_path, "name,email,slack_id,role,manager,territory\n" + rows)
    assert refused.value.rejects[0].reason == reason


def test_an_owner_may_be_named(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, TEAM)
    report = import_(here, tmp_path, "name,owner\nMercy,anna SNELLING\n", "accounts")
    assert counts(report) == (1, 0, 0, 0)
    anna = person(here, "Anna Snelling")
    with here() as session:
        assert session.scalar(select(Account.owner_id)) == anna.id
    with pytest.raises(RowsRefused) as refused:
        import_(here, tmp_path, "name,owner\nGrace,Nobody Known\n", "accounts")
    assert refused.value.rejects[0].reason == broken.NobodyKnown("owner", "Nobody Known")
