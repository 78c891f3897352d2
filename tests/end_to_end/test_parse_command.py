"""`touchbase parse` as a person and as a program meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import Done, touchbase

KEYS = (
    "id account_external_id account_candidates new_account_name contacts activity_type date time"
    " follow_up_date referrals competitor phi phi_tier notes"
)
NOON = "2026-04-09T12:00:00-04:00"
ZONE = "America/New_York"


@pytest.fixture
def url(sqlite_url: str, tmp_path: Path) -> str:
    file = tmp_path / "accounts.csv"
    file.write_text("external_id,name,city\nE1,Riverside Hospital,Columbus\nE2,Mercy,Dayton\n")
    words = ("import", "accounts", str(file), "--workspace", "T1")
    assert touchbase(*words, DATABASE_URL=sqlite_url).code == 0
    return sqlite_url


def parse(url: str, *lines: object, raw: bytes = b"") -> Done:
    typed = raw or "".join(json.dumps(line) + "\n" for line in lines).encode()
    return touchbase("parse", "--jsonl", stdin=typed, DATABASE_URL=url)


def a_line(text: str, **more: object) -> dict[str, object]:
    return {"id": "x1", "text": text, "now": NOON, "tz": ZONE, **more}


def test_a_program_gets_one_prediction_a_line_in_order(url: str) -> None:
    done = parse(
        url,
        a_line("riverside 2 refs", kind="typed", expect={"referrals": 9}),
        a_line("called mercy", id=7, user="U0NOBODY"),
    )
    assert (done.code, done.err) == (0, "")
    first, second = map(json.loads, done.out.splitlines())
    assert list(first) == KEYS.split()
    assert (first["id"], first["account_external_id"], first["referrals"]) == ("x1", "E1", 2)
    assert (second["id"], second["activity_type"], second["date"]) == (7, "call", "2026-04-09")


def test_today_is_the_day_in_the_reps_zone(url: str) -> None:
    late = a_line("riverside", now="2026-04-10T02:30:00Z")
    assert json.loads(parse(url, late).out)["date"] == "2026-04-09"


@pytest.mark.parametrize(
    "broken",
    [
        b"{",
        b"[]",
        b'{"id": 1}',
        b'{"id": 1, "text": 5, "now": "2026-04-09", "tz": "UTC"}',
        b'{"id": 1, "text": "a", "now": "soon", "tz": "UTC"}',
        b'{"id": 1, "text": "a", "now": "2026-04-09T12:00:00Z", "tz": "Mars/Base"}',
        b'{"id": 1, "text": "a", "now": "2026-04-09T12:00:00Z", "tz": "UTC", "user": 3}',
        b"\xff\xfe",
    ],
)
def test_a_broken_line_is_told_by_its_number(url: str, broken: bytes) -> None:
    good = json.dumps(a_line("riverside")).encode()
    done = parse(url, raw=good + b"\n\n" + broken + b"\n")
    assert done.code == 2
    assert done.err.startswith("line 3: ")
    assert len(done.err.splitlines()) == 1


def test_hundreds_of_lines_take_one_index(url: str) -> None:
    done = parse(url, *[a_line("riverside, 1 ref, back next tues", id=n) for n in range(300)])
    assert [json.loads(line)["id"] for line in done.out.splitlines()] == list(range(300))


def test_a_person_is_shown_what_was_understood(url: str) -> None:
    done = touchbase("parse", "riverside 2 refs", DATABASE_URL=url)
    assert done.code == 0
    assert "Riverside Hospital" in done.out


def test_nothing_to_parse_is_exit_2(url: str) -> None:
    assert touchbase("parse", DATABASE_URL=url).code == 2
    assert touchbase("parse", "riverside", "--jsonl", DATABASE_URL=url).code == 2
