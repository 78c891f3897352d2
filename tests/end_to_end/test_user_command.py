"""`touchbase user` as an operator meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import Done, touchbase


@pytest.fixture
def url(sqlite_url: str) -> str:
    assert touchbase("user", "U0VP", "--workspace", "T1", DATABASE_URL=sqlite_url).code == 0
    return sqlite_url


def user(url: str, *words: str) -> Done:
    return touchbase("user", *words, DATABASE_URL=url)


def test_the_person_is_printed_as_one_line_of_json(url: str) -> None:
    done = user(
        url,
        "U0JO",
        *("--role", "manager", "--manager", "U0VP", "--zone", "America/Phoenix"),
        *("--remind-at", "8:15", "--email", "Jo@Acme.example"),
    )
    assert (done.code, done.err) == (0, "")
    row = json.loads(done.out)
    assert done.out.count("\n") == 1
    expected = {
        "slack_id": "U0JO",
        "role": "manager",
        "manager": "U0VP",
        "zone": "America/Phoenix",
        "zone_source": "user",
        "remind_at": "08:15",
        "work_days": ["mon", "tue", "wed", "thu", "fri"],
        "holidays": None,
        "email": "jo@acme.example",
        "active": True,
    }
    assert {name: row[name] for name in expected} == expected
    assert row["next_due_at"].endswith("T15:15:00Z")
    assert json.loads(user(url, "U0JO").out) == row


def test_an_imports_accounts_go_to_the_person_with_the_email(url: str, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text("name,owner_email\nMercy,jo@acme.example\nGrace,jo@acme.example\n")
    assert touchbase("import", "accounts", str(file), DATABASE_URL=url).code == 0
    assert json.loads(user(url, "U0JO", "--email", "jo@acme.example").out)["accounts_claimed"] == 2


@pytest.mark.parametrize(
    "words",
    [
        ["jo"],
        ["U0JO", "--manager", "@ann"],
        ["U0JO", "--zone", "Mars/Base"],
        ["U0JO", "--holidays", "MARS"],
        ["U0JO", "--remind-at", "half past"],
        ["U0JO", "--remind-at", "25:00"],
        ["U0JO", "--remind-at", "04:59"],
        ["U0JO", "--role", "king"],
        ["U0JO", "--email", "jo"],
        ["U0JO", "--workspace", "T2"],
        [],
    ],
)
def test_a_wrong_argument_is_exit_2(url: str, words: list[str]) -> None:
    done = user(url, *words)
    assert (done.code, done.out) == (2, "")
    assert done.err
    assert "Traceback" not in done.err


def test_the_last_admin_cannot_be_demoted(url: str) -> None:
    assert user(url, "U0JO", "--role", "admin").code == 0
    done = user(url, "U0JO", "--role", "rep")
    assert (done.code, done.out) == (1, "")
    assert done.err == "Touchbase needs an admin. Make someone else admin first.\n"
    assert user(url, "U0VP", "--role", "admin").code == 0
    assert json.loads(user(url, "U0JO", "--role", "rep").out)["role"] == "rep"
