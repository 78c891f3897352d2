"""`touchbase export`: a CSV file or a sheet per table, readable, and safe to open."""

from __future__ import annotations

import csv
import stat
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import insert

from models.phi import Clean
from models.touches import Touch
from tests.command_line import touchbase
from tests.conftest import Database
from tests.make import NOW, a_contact, a_user, a_workspace, an_account, an_actor


@pytest.fixture
def url(each_database: Database) -> str:
    """A workspace whose words begin as formulas do, and with a note the guard would refuse."""
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
        rep = an_actor(a_user(session, workspace, name="Dana Reyes"))
        account = an_account(session, workspace.id, "=1+1", owner=rep, phone="+1 617 555 0101")
        a_contact(session, account, "@SUM(A1)")
        session.execute(
            insert(Touch).values(
                workspace_id=workspace.id,
                account_id=account.id,
                user_id=rep.user_id,
                type="visit",
                occurred_on=NOW.date(),
                logged_at=NOW,
                qualifying=True,
                note=Clean("met her, MRN 12345678"),
                source="command",
                submission="V1",
                edits=0,
                made_account=False,
                made_owner=False,
            )
        )
    return each_database.url


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_every_table_becomes_a_file(url: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = touchbase("export", "--out", str(out), DATABASE_URL=url)
    assert (done.code, done.err) == (0, "")
    assert done.last.startswith(f"tables={len(list(out.glob('*.csv')))} rows=")
    (account,) = table(out, "account")
    assert (account["name"], account["phone"]) == ("'=1+1", "'+1 617 555 0101")
    assert (account["owner_id"], account["owner"]) == ("1", "Dana Reyes")
    (contact,) = table(out, "contact")
    assert (contact["name"], contact["account"]) == ("'@SUM(A1)", "'=1+1")
    (touch,) = table(out, "touch")
    assert "12345678" not in touch["note"] and "[removed]" in touch["note"]
    assert stat.S_IMODE((out / "account.csv").stat().st_mode) == 0o600
    assert not {"seen_request", "delivery", "import_change"} & {one.stem for one in out.iterdir()}


def test_a_workbook_has_no_formula(url: str, tmp_path: Path) -> None:
    out = tmp_path / "all.xlsx"
    done = touchbase("export", "--out", str(out), DATABASE_URL=url)
    assert (done.code, done.err) == (0, "")
    with zipfile.ZipFile(out) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert done.last.startswith(f"tables={len(sheets)} ")
        assert not any(b"<f>" in book.read(name) for name in sheets)


def test_a_place_that_cannot_be_written_is_one_sentence(url: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = touchbase("export", "--out", str(tmp_path / "file" / "below"), DATABASE_URL=url)
    assert (done.code, len(done.err.splitlines())) == (2, 1)


def test_an_empty_database_has_nothing_to_export(sqlite_url: str, tmp_path: Path) -> None:
    done = touchbase(
        "export", "--out", str(tmp_path / "out"), "--workspace", "T1", DATABASE_URL=sqlite_url
    )
    assert (done.code, done.out) == (1, "")
