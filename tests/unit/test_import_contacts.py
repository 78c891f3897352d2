"""A file's contacts and competitors in the table."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from models import accounts, workspaces
from models.accounts import Account
from models.cadence import CadenceRule, Scope
from models.contacts import Contact
from models.db import Sessions
from models.exchange import broken
from models.imports import run
from models.imports.report import Report, RowsRefused
from models.imports.run import Order
from models.lookup import Lookups
from tests.conftest import Database
from tests.make import NOW, a_contact, a_user, a_workspace, an_account, an_actor

CONTACTS = """Account External ID,Name,Title,Role,Email,Phone
E1,"Gretchen Ahlers, RN",RN Case Manager,case manager,gretchen@mercy.example,(617) 555-0130
E2,Samir Bhatt,Physiatrist,Rehab doctor,samir@grace.example,
"""


@pytest.fixture
def here(sessions: Sessions) -> Sessions:
    """Two accounts on SQLite."""
    return furnished(sessions)


@pytest.fixture
def anywhere(each_database: Database) -> Sessions:
    """Two accounts on SQLite, and again on PostgreSQL."""
    return furnished(each_database.sessions)


def furnished(sessions: Sessions) -> Sessions:
    with sessions.begin() as session:
        workspace = a_workspace(session)
        an_account(session, workspace.id, "Mercy General", external_id="E1", city="Boston")
        an_account(session, workspace.id, "Grace Hospital", external_id="E2", city="Dayton")
    return sessions


def import_(
    sessions: Sessions, folder: Path, kind: str, written: str, *, skip_bad: bool = False
) -> Report:
    file = folder / f"{kind}.csv"
    file.write_text(written)
    parsed = run.parse(Order(kind, file, skip_bad=skip_bad))
    with sessions.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        return run.store(session, workspace, parsed, NOW)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, len(report.rejects)


def people(sessions: Sessions) -> dict[str, Contact]:
    with sessions() as session:
        return {one.name: one for one in session.scalars(select(Contact))}


def account_id(sessions: Sessions, name: str) -> int:
    with sessions() as session:
        return session.scalars(select(Account.id).where(Account.name == name)).one()


def test_contacts_come_in_under_their_accounts(anywhere: Sessions, tmp_path: Path) -> None:
    report = import_(anywhere, tmp_path, "contacts", CONTACTS)
    assert counts(report) == (2, 0, 0, 0)
    assert report.new_entries == {"contact_role": ["Rehab doctor"]}
    gretchen = people(anywhere)["Gretchen Ahlers"]
    assert gretchen.account_id == account_id(anywhere, "Mercy General")
    assert (gretchen.credentials, gretchen.role) == ("RN", "case manager")
    assert counts(import_(anywhere, tmp_path, "contacts", CONTACTS)) == (0, 0, 2, 0)


def test_a_contacts_new_title_is_one_change(anywhere: Sessions, tmp_path: Path) -> None:
    import_(anywhere, tmp_path, "contacts", CONTACTS)
    again = CONTACTS.replace("Physiatrist", "Medical Director").replace("(617) 555-0130", "")
    assert counts(import_(anywhere, tmp_path, "contacts", again)) == (0, 1, 1, 0)
    assert people(anywhere)["Samir Bhatt"].title == "Medical Director"
    assert people(anywhere)["Gretchen Ahlers"].phone == "(617) 555-0130"


def test_an_account_may_be_named(here: Sessions, tmp_path: Path) -> None:
    written = "account name,first name,last name\nMERCY  general,Jo,Low\n"
    assert counts(import_(here, tmp_path, "contacts", written)) == (1, 0, 0, 0)
    assert people(here)["Jo Low"].account_id == account_id(here, "Mercy General")


def test_an_unknown_account_is_refused_with_its_line(here: Sessions, tmp_path: Path) -> None:
    with pytest.raises(RowsRefused) as refused:
        import_(here, tmp_path, "contacts", CONTACTS + "E9,Jo Low,,,,\n")
    (reject,) = refused.value.rejects
    assert reject.line == 4
    assert reject.reason == broken.UnknownAccount("account_external_id", "E9")
    assert people(here) == {}


def test_skipping_bad_rows_leaves_out_the_unknown_account(here: Sessions, tmp_path: Path) -> None:
    written = CONTACTS + "E9,Jo Low,,Odd role,,\n"
    report = import_(here, tmp_path, "contacts", written, skip_bad=True)
    assert counts(report) == (2, 0, 0, 1)
    assert report.new_entries == {"contact_role": ["Rehab doctor"]}


def test_an_account_name_that_fits_two_is_refused(here: Sessions, tmp_path: Path) -> None:
    with here.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        an_account(session, workspace.id, "Mercy General", city="Akron")
    with pytest.raises(RowsRefused) as refused:
        import_(here, tmp_path, "contacts", "account_name,name\nMercy General,Jo Low\n")
    assert refused.value.rejects[0].reason == broken.SeveralFit("account", "Mercy General")


def test_a_person_met_in_slack_is_the_same_person(here: Sessions, tmp_path: Path) -> None:
    with here.begin() as session:
        mercy = session.get(Account, account_id(here, "Mercy General"))
        assert mercy is not None
        met = a_contact(session, mercy, "gretchen ahlers")
    report = import_(here, tmp_path, "contacts", CONTACTS)
    assert counts(report) == (1, 1, 0, 0)
    assert people(here)["Gretchen Ahlers"].id == met.id


def test_somebody_with_an_id_moves_to_another_account(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, "contacts", "external_id,account_name,name\nC1,Mercy General,Jo Low\n")
    moved = "external_id,account_name,name\nC1,Grace Hospital,Jo Low\n"
    assert counts(import_(here, tmp_path, "contacts", moved)) == (0, 1, 0, 0)
    assert people(here)["Jo Low"].account_id == account_id(here, "Grace Hospital")


def test_one_person_on_two_lines_is_refused(here: Sessions, tmp_path: Path) -> None:
    twice = "account_external_id,account_name,name\nE1,,Jo Low\n,Mercy General,JO LOW\n"
    with pytest.raises(RowsRefused) as refused:
        import_(here, tmp_path, "contacts", twice)
    assert (refused.value.rejects[0].line, refused.value.rejects[0].reason) == (
        3,
        broken.SameRecord(2),
    )


def test_competitors_come_in_with_their_other_names(anywhere: Sessions, tmp_path: Path) -> None:
    first = "name,aliases\nEncompass Health,encompass; healthsouth\nSelect Medical,\n"
    assert counts(import_(anywhere, tmp_path, "competitors", first)) == (2, 0, 0, 0)
    assert counts(import_(anywhere, tmp_path, "competitors", first)) == (0, 0, 2, 0)
    lookups = Lookups()
    with anywhere() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        before = lookups.get(session, workspace.id).competitors
    assert {one.name: set(one.aliases) for one in before.values()} == {
        "Encompass Health": {"encompass", "healthsouth"},
        "Select Medical": set(),
    }
    second = "name,aliases\nENCOMPASS health,encompass\nSelect Medical,select\n"
    assert counts(import_(anywhere, tmp_path, "competitors", second)) == (0, 2, 0, 0)
    with anywhere() as session:
        after = lookups.get(session, workspace.id).competitors
    assert {one.name: one.aliases for one in after.values()} == {
        "ENCOMPASS health": ("encompass",),
        "Select Medical": ("select",),
    }


def test_a_competitor_on_two_lines_is_refused(here: Sessions, tmp_path: Path) -> None:
    with pytest.raises(RowsRefused):
        import_(here, tmp_path, "competitors", "name\nSelect Medical\nselect medical\n")


def test_a_contacts_buying_role_comes_with_the_file(anywhere: Sessions, tmp_path: Path) -> None:
    written = "account_name,name,role,buying role\nMercy General,Jo Low,Agent,Decision maker\n"
    report = import_(anywhere, tmp_path, "contacts", written)
    assert (counts(report), report.new_entries) == ((1, 0, 0, 0), {})
    assert people(anywhere)["Jo Low"].buying_role == "decision maker"
    again = import_(anywhere, tmp_path, "contacts", written.replace("Decision maker", "Our friend"))
    assert counts(again) == (0, 1, 0, 0)
    assert again.new_entries == {"buying_role": ["Our friend"]}


def test_a_file_that_moves_who_must_be_met_moves_the_days(
    anywhere: Sessions, tmp_path: Path
) -> None:
    """Champions are to be met every five days; accounts have an owner since today."""
    with anywhere.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        rep = an_actor(a_user(session, workspace))
        scope = vars(Scope(buying_role="champion"))
        session.add(CadenceRule(workspace_id=workspace.id, ideal_days=1, max_days=5, **scope))
        for account in session.scalars(select(Account)):
            accounts.give(session, account, rep.user_id, NOW.date())

    def due() -> dict[str, int]:
        with anywhere() as session:
            rows = session.execute(select(Account.name, Account.due_on))
            return {name: (day - NOW.date()).days for name, day in rows if day}

    header = "account_external_id,external_id,name,buying_role\n"
    import_(anywhere, tmp_path, "contacts", f"{header}E1,C1,Jo Low,Champion\n")
    assert due() == {"Mercy General": 5, "Grace Hospital": 10}
    import_(anywhere, tmp_path, "contacts", f"{header}E2,C1,Jo Low,Champion\n")
    assert due() == {"Mercy General": 10, "Grace Hospital": 5}
    tiers = "external_id,name,tier\nE2,Grace Hospital,C\nE1,Mercy General,C\n"
    import_(anywhere, tmp_path, "accounts", tiers)
    assert due() == {"Mercy General": 45, "Grace Hospital": 5}
