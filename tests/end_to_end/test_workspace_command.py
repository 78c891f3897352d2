"""`touchbase workspace` as an operator meets it."""

from __future__ import annotations

import json

import pytest

from models import lists, profiles, referrals
from models.db import open_engine, sessions_for
from models.referrals import Received
from models.workspaces import only
from tests.command_line import Done, touchbase
from tests.make import NOW, a_rep, an_account


def workspace(url: str, *words: str) -> Done:
    return touchbase("workspace", *words, DATABASE_URL=url)


def test_a_new_workspace_is_made_and_printed_as_one_line_of_json(sqlite_url: str) -> None:
    done = workspace(
        sqlite_url,
        *("--workspace", "T1", "--profile", "restoration", "--zone", "America/Denver"),
    )
    assert (done.code, done.err) == (0, "")
    assert done.out.count("\n") == 1
    row = json.loads(done.out)
    expected = {
        "team_id": "T1",
        "profile": "restoration",
        "zone": "America/Denver",
        "hours": None,
        "answer_minutes": 15,
        "trades_leads": True,
    }
    assert {name: row[name] for name in expected} == expected
    assert json.loads(workspace(sqlite_url).out) == row


def test_healthcare_is_the_default_with_office_hours_that_can_be_set(sqlite_url: str) -> None:
    row = json.loads(workspace(sqlite_url, "--workspace", "T1").out)
    assert (row["profile"], row["hours"], row["answer_minutes"]) == (
        "healthcare",
        "08:00-17:00",
        120,
    )
    assert row["trades_leads"] is False
    words = ("--hours", "7:30-18:00", "--work-days", "mon-sat", "--answer-within", "1h")
    row = json.loads(workspace(sqlite_url, *words).out)
    assert (row["hours"], row["answer_minutes"]) == ("07:30-18:00", 60)
    assert row["work_days"] == ["mon", "tue", "wed", "thu", "fri", "sat"]


@pytest.mark.parametrize(
    "words",
    [
        ["--profile", "plumbing"],
        ["--zone", "Mars/Base"],
        ["--hours", "17:00-08:00"],
        ["--hours", "8"],
        ["--work-days", "9am"],
        ["--work-days", "someday"],
        ["--answer-within", "soon"],
        ["--answer-within", "0m"],
        ["--workspace", "T2"],
    ],
)
def test_a_wrong_argument_is_exit_2(sqlite_url: str, words: list[str]) -> None:
    assert workspace(sqlite_url, "--workspace", "T1").code == 0
    done = workspace(sqlite_url, *words)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err


def test_another_profile_brings_its_lists_and_leaves_what_is_in_use(sqlite_url: str) -> None:
    sessions = sessions_for(open_engine(sqlite_url))
    with sessions.begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep, type="hospital")
        told = Received(account.id, NOW.date(), 2, service_line="stroke")
        first, second = referrals.add(session, rep, told, submission="V1", now=NOW)
        first.status, second.status = "in_review", "started"
        lists.add(session, rep.workspace_id, lists.SERVICE_LINE, "Vision therapy")
    assert workspace(sqlite_url, "--profile", "Restoration").code == 0
    with sessions() as session:
        row = only(session)
        assert row is not None
        found = lists.entries(
            session, row.id, lists.REFERRAL_STATUS, lists.SERVICE_LINE, lists.ACCOUNT_TYPE
        )
    statuses = {entry.key: entry.meaning for entry in found[lists.REFERRAL_STATUS]}
    assert list(statuses)[:4] == ["promised", "new", "dispatched", "inspected"]
    assert list(statuses)[-2:] == ["in_review", "started"]  # in use, after the new ones
    assert (statuses["in_review"], statuses["started"]) == (profiles.OPEN, profiles.WON)
    assert "accepted" not in statuses
    assert [entry.label for entry in found[lists.REFERRAL_STATUS]][1] == "New lead"
    lines = [entry.label for entry in found[lists.SERVICE_LINE]]
    assert lines[:2] == ["Water", "Fire"] and lines[-2:] == ["Stroke", "Vision therapy"]
    assert [entry.key for entry in found[lists.ACCOUNT_TYPE]][-1] == "hospital"
    assert workspace(sqlite_url, "--profile", "healthcare").code == 0
    with sessions() as session:
        found = lists.entries(session, row.id, lists.REFERRAL_STATUS)
    back = [entry.key for entry in found[lists.REFERRAL_STATUS]]
    assert back == [
        entry.key for entry in profiles.PROFILES["healthcare"].lists[lists.REFERRAL_STATUS]
    ]
