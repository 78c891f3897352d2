"""A file's accounts in the table: once, and again with changes."""

from __future__ import annotations

import threading
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from models import accounts, lists, users, workspaces
from models.accounts import Account
from models.aliases import Alias
from models.audit import Audit
from models.db import Sessions, open_engine, sessions_for
from models.errors import Refused
from models.exchange import broken
from models.imports import run
from models.imports.report import Report, RowsRefused
from models.imports.run import Order
from models.lookup import Lookups
from models.users import Profile, User
from models.workspaces import Workspace
from tests.conftest import Database
from tests.make import LONGEST, NOW, a_touch, a_user, a_workspace, an_account, an_actor

TODAY = NOW.date()  # in Chicago as well
HOSPITALS = Path(__file__).resolve().parents[3] / "shared/data/cms-hospital-general-information.csv"


@pytest.fixture
def here(sessions: Sessions) -> Sessions:
    """A workspace on SQLite."""
    with sessions.begin() as session:
        a_workspace(session)
    return sessions


@pytest.fixture
def anywhere(each_database: Database) -> Sessions:
    """A workspace on SQLite, and again on PostgreSQL."""
    with each_database.sessions.begin() as session:
        a_workspace(session)
    return each_database.sessions


def import_(sessions: Sessions, folder: Path, written: str, **asked: object) -> Report:
    """Import the text as a file of accounts."""
    file = folder / "accounts.csv"
    file.write_text(written)
    return take(sessions, Order("accounts", file, **asked))  # type: ignore[arg-type]


def take(sessions: Sessions, order: Order) -> Report:
    parsed = run.parse(order)
    with sessions.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        return run.store(session, workspace, parsed, NOW)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, len(report.rejects)


def the_account(sessions: Sessions, name: str) -> Account:
    with sessions() as session:
        return session.scalars(select(Account).where(Account.name == name)).one()


def aliases_of(sessions: Sessions, account: Account) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(Alias.text).where(Alias.account_id == account.id)))


FIRST = """external_id,name,type,tier,status,owner,city,state,zip,phone,aliases
E1,Mercy General,Hospital,a,Do not call,U0JO,Boston,MA,02101,(617) 555-0101,Mercy; MGH
E2,Grace Hospital,Skilled Nursing,unrated,,pat@acme.example,Dayton,OH,45402,,
"""


def test_a_first_import_stores_what_the_file_says(anywhere: Sessions, tmp_path: Path) -> None:
    report = import_(anywhere, tmp_path, FIRST)
    assert counts(report) == (2, 0, 0, 0)
    assert (report.new_entries, report.new_people) == (
        {"account_type": ["Skilled Nursing"]},
        ["U0JO"],
    )
    mercy, grace = the_account(anywhere, "Mercy General"), the_account(anywhere, "Grace Hospital")
    assert (mercy.external_id, mercy.type, mercy.tier) == ("E1", "hospital", "A")
    assert (mercy.status, mercy.zip, mercy.phone) == ("do_not_call", "02101", "(617) 555-0101")
    assert (grace.type, grace.tier, grace.status) == ("skilled nursing", "unrated", "active")
    assert aliases_of(anywhere, mercy) == ["Mercy", "MGH"]


def test_an_owner_by_slack_id_has_the_account_from_today(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, FIRST)
    mercy = the_account(here, "Mercy General")
    assert mercy.owned_since == TODAY
    assert mercy.due_on == TODAY + timedelta(days=LONGEST["A"])
    with here() as session:
        jo = users.get(session, mercy.workspace_id, mercy.owner_id or 0)
    assert (jo.slack_id, jo.role, jo.zone, jo.profile_read_at) == (
        "U0JO",
        "rep",
        "America/Chicago",
        None,
    )
    assert jo.next_due_at is not None


def test_an_owner_by_email_has_it_from_their_first_use(here: Sessions, tmp_path: Path) -> None:
    assert import_(here, tmp_path, FIRST).waiting == 1
    grace = the_account(here, "Grace Hospital")
    assert (grace.owner_id, grace.owner_email) == (None, "pat@acme.example")
    assert (grace.owned_since, grace.due_on) == (None, None)
    with here.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        pat = a_user(session, workspace, "U0PAT", email="Pat@Acme.example")
        assert accounts.claim_by_email(session, pat, TODAY) == 1
    grace = the_account(here, "Grace Hospital")
    assert (grace.owner_id, grace.owned_since) == (pat.id, TODAY)


def test_an_owner_whose_email_is_known_gets_the_account_at_once(
    here: Sessions, tmp_path: Path
) -> None:
    with here.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        pat = a_user(session, workspace, "U0PAT", email="pat@acme.example")
    report = import_(here, tmp_path, FIRST)
    assert (report.waiting, report.new_people) == (0, ["U0JO"])
    assert the_account(here, "Grace Hospital").owner_id == pat.id


def test_the_same_file_again_changes_nothing(anywhere: Sessions, tmp_path: Path) -> None:
    import_(anywhere, tmp_path, FIRST)
    version = names_version(anywhere)
    assert counts(import_(anywhere, tmp_path, FIRST)) == (0, 0, 2, 0)
    assert names_version(anywhere) == version


def names_version(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalars(select(Workspace.names_version)).one()


def test_only_the_columns_that_are_there_change_a_record(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, FIRST)
    report = import_(here, tmp_path, "external_id,name,tier\nE1,Mercy General,B\n")
    assert counts(report) == (0, 1, 0, 0)
    mercy = the_account(here, "Mercy General")
    assert (mercy.tier, mercy.city, mercy.status) == ("B", "Boston", "do_not_call")
    assert aliases_of(here, mercy) == ["Mercy", "MGH"]


def test_an_empty_cell_erases_nothing(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, FIRST)
    emptied = FIRST.replace("Boston", "").replace("U0JO", "").replace("Mercy; MGH", "")
    assert counts(import_(here, tmp_path, emptied)) == (0, 0, 2, 0)
    mercy = the_account(here, "Mercy General")
    assert (mercy.city, mercy.owner_id is not None) == ("Boston", True)


def test_a_new_tier_moves_the_due_day_from_the_last_touch(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, FIRST)
    mercy = the_account(here, "Mercy General")
    with here.begin() as session:
        jo = session.get(User, mercy.owner_id)
        assert jo is not None
        a_touch(session, an_actor(jo), mercy, days_ago=3)
    import_(here, tmp_path, "external_id,name,tier\nE1,Mercy General,C\n")
    mercy = the_account(here, "Mercy General")
    assert mercy.due_on == TODAY - timedelta(days=3) + timedelta(days=LONGEST["C"])


def test_a_new_owner_has_the_account_from_the_day_of_the_import(
    here: Sessions, tmp_path: Path
) -> None:
    with here.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        jo = an_actor(a_user(session, workspace, "U0JO"))
        an_account(
            session, jo.workspace_id, "Mercy", owner=jo, owned_since=date(2026, 1, 5), city="Boston"
        )
    report = import_(here, tmp_path, "name,city,owner\nMERCY,boston,U0PAT\n")
    assert counts(report) == (0, 1, 0, 0)
    mercy = the_account(here, "MERCY")
    assert mercy.owned_since == TODAY
    assert mercy.due_on == TODAY + timedelta(days=LONGEST["A"])


def test_aliases_are_replaced_and_the_lookup_forgets_the_old_ones(
    anywhere: Sessions, tmp_path: Path
) -> None:
    import_(anywhere, tmp_path, FIRST)
    lookups = Lookups()
    mercy = the_account(anywhere, "Mercy General")
    with anywhere() as session:
        before = lookups.get(session, mercy.workspace_id).accounts[mercy.id]
    report = import_(
        anywhere, tmp_path, "external_id,name,aliases\nE1,Mercy General,MGH;The General\n"
    )
    assert counts(report) == (0, 1, 0, 0)
    with anywhere() as session:
        after = lookups.get(session, mercy.workspace_id).accounts[mercy.id]
    assert set(before.aliases) == {"Mercy", "MGH"}
    assert set(after.aliases) == {"MGH", "The General"}


def test_one_reps_own_alias_outlives_an_import(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, FIRST)
    mercy = the_account(here, "Mercy General")
    with here.begin() as session:
        session.add(
            Alias(
                workspace_id=mercy.workspace_id,
                account_id=mercy.id,
                user_id=mercy.owner_id,
                text="the big one",
                names_version=1,
            )
        )
    import_(here, tmp_path, "external_id,name,aliases\nE1,Mercy General,MGH\n")
    assert sorted(aliases_of(here, mercy)) == ["MGH", "the big one"]


def test_a_new_name_is_found_by_the_lookup(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, FIRST)
    lookups, mercy = Lookups(), the_account(here, "Mercy General")
    with here() as session:
        lookups.get(session, mercy.workspace_id)
    import_(here, tmp_path, "external_id,name\nE1,Mercy North\nE3,Hope Clinic\n")
    with here() as session:
        index = lookups.get(session, mercy.workspace_id)
    assert index.accounts[mercy.id].name == "Mercy North"
    assert "Hope Clinic" in {one.name for one in index.accounts.values()}


def test_an_account_entered_in_slack_takes_the_external_id_of_its_name(
    here: Sessions, tmp_path: Path
) -> None:
    with here.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        an_account(session, workspace.id, "Mercy General", tier="C")
    report = import_(here, tmp_path, "external_id,name\nE1,mercy general\n")
    assert counts(report) == (0, 1, 0, 0)
    assert the_account(here, "mercy general").external_id == "E1"


def test_one_name_in_two_cities_is_two_accounts(here: Sessions, tmp_path: Path) -> None:
    text = "name,city,state\nMemorial,Akron,OH\nMemorial,Dayton,OH\n"
    assert counts(import_(here, tmp_path, text)) == (2, 0, 0, 0)
    assert counts(import_(here, tmp_path, text)) == (0, 0, 2, 0)


def test_a_name_that_fits_two_accounts_is_refused(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, "name,city\nMemorial,Akron\nMemorial,Dayton\n")
    with pytest.raises(RowsRefused) as refused:
        import_(here, tmp_path, "name,tier\nMemorial,A\n")
    assert isinstance(refused.value.rejects[0].reason, broken.SeveralFit)


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("name,city\nMercy,Boston\nmercy,BOSTON\n", 3),
        ("external_id,name\nE1,Mercy\n,Mercy\n", 3),
        ("external_id,name\n,Mercy\nE1,Mercy\n", 3),
    ],
)
def test_two_lines_about_one_account_are_refused(
    here: Sessions, tmp_path: Path, text: str, second: int
) -> None:
    with pytest.raises(RowsRefused) as refused:
        import_(here, tmp_path, text)
    assert refused.value.rejects[0].line == second
    assert isinstance(refused.value.rejects[0].reason, broken.SameRecord)


def test_two_lines_of_one_name_with_ids_of_their_own_are_two_accounts(
    here: Sessions, tmp_path: Path
) -> None:
    text = "external_id,name,city\nE1,Memorial,Akron\nE2,Memorial,Akron\n"
    assert counts(import_(here, tmp_path, text)) == (2, 0, 0, 0)
    assert counts(import_(here, tmp_path, text)) == (0, 0, 2, 0)


def test_a_refused_file_stores_nothing_at_all(here: Sessions, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        import_(here, tmp_path, FIRST + "E3,Hope,Odd type,A,,U0NEW,Akron\n")
    with here() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 0
        assert session.scalar(select(func.count()).select_from(User)) == 0
        entries = lists.entries(session, 1, lists.ACCOUNT_TYPE)[lists.ACCOUNT_TYPE]
    assert "Skilled Nursing" not in {entry.label for entry in entries}


def test_skipped_rows_leave_no_type_and_no_person_behind(here: Sessions, tmp_path: Path) -> None:
    text = "name,type,owner\nMercy,Hospital,U0JO\nmercy,Odd type,U0NEW\n"
    report = import_(here, tmp_path, text, skip_bad=True)
    assert counts(report) == (1, 0, 0, 1)
    assert (report.new_entries, report.new_people) == ({}, ["U0JO"])


def test_an_import_leaves_a_known_persons_next_reminder_alone(
    here: Sessions, tmp_path: Path
) -> None:
    with here.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        jo = a_user(session, workspace, "U0JO")
        users.reschedule(jo, NOW, done=TODAY)
        planned = jo.next_due_at
    import_(here, tmp_path, FIRST)
    with here() as session:
        again = users.by_slack_id(session, jo.workspace_id, "U0JO")
    assert again is not None
    assert again.next_due_at == planned


def test_every_import_is_in_the_audit(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, FIRST)
    with here() as session:
        row = session.scalars(select(Audit).where(Audit.action == "import")).one()
    assert (row.entity, row.actor_id, row.facts["new"]) == ("accounts", None, 2)
    assert len(str(row.facts["sha256"])) == 64


def test_two_imports_at_once_make_each_account_once(anywhere: Sessions, tmp_path: Path) -> None:
    lines = "".join(f"E{n},Account {n},U{n % 7}OWNER\n" for n in range(300))
    file = tmp_path / "accounts.csv"
    file.write_text("external_id,name,owner\n" + lines)
    reports: list[Report] = []
    gate = threading.Barrier(2)

    def one() -> None:
        gate.wait()
        reports.append(take(anywhere, Order("accounts", file)))

    both = [threading.Thread(target=one) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(map(counts, reports)) == [(0, 0, 300, 0), (300, 0, 0, 0)]
    with anywhere() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 300
        assert session.scalar(select(func.count()).select_from(User)) == 7


def test_a_touch_saved_while_an_import_runs_keeps_its_due_day(
    postgres_url: str, tmp_path: Path
) -> None:
    engine = open_engine(postgres_url, statement=30)
    sessions = sessions_for(engine)
    with sessions.begin() as session:
        jo = an_actor(a_user(session, a_workspace(session), "U0JO"))
        mercy = an_account(
            session, jo.workspace_id, "Mercy", owner=jo, owned_since=date(2026, 1, 5)
        )
    file = tmp_path / "accounts.csv"
    file.write_text("name,tier\nMercy,C\n")
    importing = threading.Thread(target=take, args=(sessions, Order("accounts", file)))
    with sessions.begin() as session:
        a_touch(session, jo, mercy, days_ago=1)
        importing.start()
        wait_for_a_lock(sessions)  # the import has read the account as it was before the touch
    importing.join()
    mercy = the_account(sessions, "Mercy")
    engine.dispose()
    assert (mercy.tier, mercy.last_touch_on) == ("C", TODAY - timedelta(days=1))
    assert mercy.due_on == TODAY - timedelta(days=1) + timedelta(days=LONGEST["C"])


def wait_for_a_lock(sessions: Sessions) -> None:
    """Until some statement on this PostgreSQL waits for another's lock."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with sessions() as session:
            if session.scalar(waiting):
                return
        time.sleep(0.01)
    raise AssertionError("nothing waited for a lock")


def test_another_workspaces_accounts_are_out_of_reach(here: Sessions, tmp_path: Path) -> None:
    with here.begin() as session:
        other = a_workspace(session, "T2")
        an_account(session, other.id, "Mercy General", external_id="E1")
        users.enrol(
            session, other.id, "U0JO", zone="America/Chicago", now=NOW, profile=Profile(name="Jo")
        )
    report = import_(here, tmp_path, FIRST)
    assert counts(report) == (2, 0, 0, 0)
    assert report.new_people == ["U0JO"]


def test_the_hospitals_of_the_country_import_and_then_are_unchanged(
    anywhere: Sessions,
) -> None:
    if not HOSPITALS.exists():
        pytest.skip("the hospitals' file (../shared/data) is not on this machine")
    order = Order(
        "accounts",
        HOSPITALS,
        maps=[
            "Facility ID=external_id",
            "Facility Name=name",
            "City/Town=city",
            "ZIP Code=zip",
            "Telephone Number=phone",
            "Hospital Type=type",
        ],
        sets=["owner=U0JO", "tier=A"],
    )
    assert counts(take(anywhere, order)) == (5396, 0, 0, 0)
    assert counts(take(anywhere, order)) == (0, 0, 5396, 0)
