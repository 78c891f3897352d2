"""`touchbase import` as an operator meets it: what it prints, its exit code, what is stored."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.sandbox.stand_in import BOT_TOKEN, StandIn
from models.accounts import Account
from models.contacts import Contact
from models.db import open_engine, sessions_for
from models.users import User
from models.workspaces import Workspace
from tests import databases
from tests.command_line import Done, touchbase

ROOT = Path(__file__).resolve().parents[2]
HOSPITALS = ROOT.parent / "shared/data/cms-hospital-general-information.csv"
GOOD = "external_id,name,city,type,shoe size\n1,Mercy General,Boston,Hospital,9\n"


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with StandIn() as slack:
        yield slack


class Desk:
    """An operator's folder with a database."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url

    def file(self, text: str | bytes, name: str = "accounts.csv") -> str:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def import_(self, *words: str, kind: str = "accounts", team: str | None = "T1") -> Done:
        whose = ["--workspace", team] if team else []
        return touchbase("import", kind, *words, *whose, DATABASE_URL=self.url)

    def count(self, table: type[Account | Contact | User | Workspace]) -> int:
        engine = open_engine(self.url)
        with sessions_for(engine)() as session:
            found = session.scalar(select(func.count()).select_from(table))
        engine.dispose()
        return found or 0


@pytest.fixture
def desk(tmp_path: Path, sqlite_url: str) -> Desk:
    return Desk(tmp_path, sqlite_url)


def test_what_was_done_is_on_the_last_line(desk: Desk) -> None:
    done = desk.import_(desk.file(GOOD))
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "Ignored columns: shoe size",
        "import 1: undo with touchbase import undo 1",
        "new=1 changed=0 unchanged=0 rejected=0",
    ]
    assert desk.import_(desk.file(GOOD)).last == "new=0 changed=0 unchanged=1 rejected=0"


def test_new_types_and_people_are_named(desk: Desk) -> None:
    done = desk.import_(
        desk.file("name,type,owner\nMercy,Sleep lab,U0JO\nGrace,,pat@acme.example\n")
    )
    assert "New account type: Sleep lab" in done.out
    assert "New person: U0JO" in done.out
    assert "1 account will go to the owner with that email" in done.out


def test_a_dry_run_says_the_same_and_stores_nothing(desk: Desk) -> None:
    tried = desk.import_(desk.file(GOOD), "--dry-run")
    assert desk.count(Workspace) == 0
    done = desk.import_(desk.file(GOOD))
    told = [line for line in done.out.splitlines() if not line.startswith("import 1: ")]
    assert (tried.code, tried.err, tried.out.splitlines()) == (0, "", told)
    assert desk.count(Account) == 1


def test_a_file_whose_words_may_be_a_patients_goes_in_when_the_operator_says_so(
    desk: Desk,
) -> None:
    file = desk.file("name,territory\nMercy,pt Walter Finch\n")
    refused = desk.import_(file)
    assert (refused.code, desk.count(Account)) == (1, 0)
    assert "line 2: territory looks like patient data (patient and name)" in refused.err
    assert "Finch" not in refused.out + refused.err
    done = desk.import_(file, "--not-patients")
    assert (done.code, done.last) == (0, "new=1 changed=0 unchanged=0 rejected=0")
    assert "Finch" not in done.out + done.err


BROKEN = {
    "wrong delimiter": "external_id;name\n1;Mercy\n",
    "not a header": "1,Mercy General,Boston\n2,Grace Hospital,Dayton\n",
    "duplicate header": "name,city,city\nMercy,Boston,Boston\n",
    "missing required column": "external_id,city\n1,Boston\n",
    "ragged row": "name,city\nMercy,Boston\nGrace\n",
    "unclosed quote": 'name,city\nMercy,Boston\n"Grace,Dayton\n',
    "NUL": "name,city\nMer\0cy,Boston\n",
    "undecodable byte": b"name,city\nM\xe9rida,Boston\n",
    "200 kB field": f"name,city\n{'x' * 200_000},Boston\n",
    "duplicate external id": "external_id,name\n1,Mercy\n1,Grace\n",
    "empty file": "",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_one_sentence_and_stores_nothing(desk: Desk, text: str | bytes) -> None:
    done = desk.import_(desk.file(text))
    assert (done.code, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("line ")
    assert [desk.count(table) for table in (Workspace, User, Account)] == [0, 0, 0]


def test_a_contact_of_an_unknown_account_is_one_sentence_and_stores_nothing(desk: Desk) -> None:
    desk.import_(desk.file(GOOD))
    contacts = "account_external_id,name\n1,Jo Low\n9,Pat High\n"
    done = desk.import_(desk.file(contacts, "contacts.csv"), kind="contacts")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "line 3: no account has the external_id “9”; import the accounts first; "
        "nothing was stored.\n"
    )
    assert desk.count(Contact) == 0


def test_skipping_bad_rows_lists_them_and_counts_the_rest(desk: Desk) -> None:
    rows = "".join(f"{n},Account {n},{'A' if n % 2 else 'Gold'}\n" for n in range(60))
    done = desk.import_(desk.file("external_id,name,tier\n" + rows), "--skip-bad")
    assert done.code == 1
    assert done.last == "new=30 changed=0 unchanged=0 rejected=30"
    said = done.err.splitlines()
    assert len(said) == 21
    assert said[0] == "line 2: tier “Gold” is none of A, B, C, D, unrated"
    assert said[-1] == "and 10 more rows"
    assert desk.count(Account) == 30


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--map", "name=nmae"], "no field called “nmae”"),
        (["--set", "color=red"], "no field called “color”"),
        (["--set", "tier=Gold"], "none of A, B, C, D, unrated"),
        (["--delimiter", ";;"], "cannot separate"),
        (["--encoding", "klingon"], "no encoding"),
        (["--nonsense"], "No such option"),
    ],
)
def test_a_wrong_argument_is_exit_2(desk: Desk, words: list[str], what: str) -> None:
    done = desk.import_(desk.file(GOOD), *words)
    assert (done.code, done.out) == (2, "")
    assert what in done.err
    assert "Traceback" not in done.err


def test_a_file_that_cannot_be_read_is_exit_2(desk: Desk) -> None:
    path = desk.folder / "none.csv"
    missing = desk.import_(str(path))
    assert missing.code == 2
    assert missing.err == f"{path} cannot be read: no such file or directory.\n"
    folder = desk.import_(str(desk.folder))
    assert folder.code == 2
    assert len(folder.err.splitlines()) == 1


def test_an_empty_database_asks_whose_it_is(desk: Desk) -> None:
    done = desk.import_(desk.file(GOOD), team=None)
    assert done.code == 2
    assert "--workspace" in done.err
    assert len(done.err.splitlines()) == 1


def test_the_bot_token_says_whose_an_empty_database_is(desk: Desk, slack: StandIn) -> None:
    done = touchbase(
        "import",
        "accounts",
        desk.file(GOOD),
        DATABASE_URL=desk.url,
        SLACK_API_URL=slack.api_url,
        SLACK_BOT_TOKEN=BOT_TOKEN,
    )
    assert (done.code, done.err) == (0, "")
    assert desk.count(Workspace) == 1


def test_a_slack_out_of_reach_is_exit_2(desk: Desk) -> None:
    done = touchbase(
        "import",
        "accounts",
        desk.file(GOOD),
        DATABASE_URL=desk.url,
        SLACK_API_URL="http://127.0.0.1:9/api/",
        SLACK_BOT_TOKEN=BOT_TOKEN,
    )
    assert done.code == 2
    assert "cannot be reached" in done.err


def test_another_workspaces_database_is_left_alone(desk: Desk) -> None:
    desk.import_(desk.file(GOOD))
    done = desk.import_(desk.file(GOOD), team="T2")
    assert done.code == 2
    assert "belongs to the workspace T1" in done.err
    assert desk.import_(desk.file(GOOD), team="acme").code == 2


def test_a_postgresql_without_a_schema_asks_for_migrate(tmp_path: Path, postgres: str) -> None:
    url = databases.empty_postgres(postgres)
    done = Desk(tmp_path, url).import_(Desk(tmp_path, url).file(GOOD))
    databases.drop_postgres(postgres, url)
    assert done.code == 2
    assert "touchbase migrate" in done.err


def test_the_hospitals_come_in_by_the_real_command(tmp_path: Path) -> None:
    """A process of its own, a database file that is not there yet, and the file as published."""
    if not HOSPITALS.exists():
        pytest.skip("the hospitals' file (../shared/data) is not on this machine")
    maps = [
        "Facility ID=external_id",
        "Facility Name=name",
        "City/Town=city",
        "ZIP Code=zip",
        "Telephone Number=phone",
        "Hospital Type=type",
    ]
    words = ["import", "accounts", str(HOSPITALS), "--workspace", "T1"]
    words += [word for pair in maps for word in ("--map", pair)]
    words += ["--set", "owner=U0JO", "--set", "tier=A"]
    for last in (
        "new=5396 changed=0 unchanged=0 rejected=0",
        "new=0 changed=0 unchanged=5396 rejected=0",
    ):
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", *words],
            env={"PYTHONPATH": str(ROOT), "DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines()[-1] == last


def test_an_import_is_undone_by_its_number(desk: Desk) -> None:
    desk.import_(desk.file(GOOD))
    done = touchbase("import", "undo", "1", DATABASE_URL=desk.url)
    assert (done.code, done.out) == (0, "import 1 undone: removed=1 put_back=0 kept=0\n")
    again = touchbase("import", "undo", "1", DATABASE_URL=desk.url)
    assert (again.code, again.err) == (1, "Import 1 was already undone.\n")
    unknown = touchbase("import", "undo", "9", DATABASE_URL=desk.url)
    assert (unknown.code, unknown.err) == (1, "There is no import 9.\n")
    assert touchbase("import", "undo", "accounts.csv", DATABASE_URL=desk.url).code == 2
    assert desk.count(Account) == 0


def test_a_mapping_is_kept_and_what_is_said_now_goes_before_it(desk: Desk) -> None:
    file = desk.file("Nr;Facility;Other\n1;Mercy;Grace\n")
    words = ["--map", "Nr=external_id", "--map", "Facility=name", "--set", "tier=A"]
    assert desk.import_(file, *words, "--delimiter", ";", "--save-mapping", "ours").code == 0
    again = desk.import_(file, "--mapping", "ours")
    assert again.last == "new=0 changed=0 unchanged=1 rejected=0"
    other = desk.import_(file, "--mapping", "ours", "--map", "Other=name", "--set", "tier=B")
    assert other.last == "new=0 changed=1 unchanged=0 rejected=0"
    unknown = desk.import_(file, "--mapping", "theirs")
    assert unknown.code == 2
    assert "no mapping for accounts is called “theirs”; there is ours." in unknown.err
