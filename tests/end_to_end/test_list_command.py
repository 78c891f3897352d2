"""`touchbase list` as an operator meets it."""

from __future__ import annotations

import json

import pytest

from models import referrals
from models.db import open_engine, sessions_for
from models.referrals import Received
from tests.command_line import Done, touchbase
from tests.make import NOW, a_rep, an_account


@pytest.fixture
def url(sqlite_url: str) -> str:
    with sessions_for(open_engine(sqlite_url)).begin() as session:
        rep = a_rep(session)
        account = an_account(session, rep.workspace_id, owner=rep)
        told = Received(account.id, NOW.date(), 1)
        referrals.add(session, rep, told, submission="V1", now=NOW)[0].status = "contacted"
    return sqlite_url


def run(url: str, *words: str) -> Done:
    return touchbase("list", *words, DATABASE_URL=url)


def labels(done: Done) -> list[str]:
    assert (done.code, done.err) == (0, "")
    return [json.loads(line)["label"] for line in done.out.splitlines()]


def test_a_status_is_added_where_it_belongs_renamed_and_taken_away(url: str) -> None:
    words = ("--add", "Waitlist", "--meaning", "waiting", "--after", "Info needed")
    added = run(url, "referral_status", *words)
    at = labels(added).index("Waitlist")
    assert labels(added)[at - 1 : at + 2] == ["Info needed", "Waitlist", "Accepted"]
    assert json.loads(added.out.splitlines()[at]) == {
        "key": "waitlist",
        "label": "Waitlist",
        "meaning": "waiting",
    }
    renamed = run(url, "referral_status", "--rename", "waitlist", "Waiting for a bed")
    assert labels(renamed)[at] == "Waiting for a bed"
    gone = run(url, "referral_status", "--remove", "Waiting for a bed")
    assert labels(gone) == labels(run(url, "referral_status"))
    assert "Waiting for a bed" not in labels(gone)


@pytest.mark.parametrize("entry", ["Contacted", "New", "Promised", "accepted", "No such"])
def test_what_is_in_use_or_known_to_rules_stays(url: str, entry: str) -> None:
    before = labels(run(url, "referral_status"))
    done = run(url, "referral_status", "--remove", entry)
    assert (done.code, done.out) == (1, "")
    assert labels(run(url, "referral_status")) == before


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--rename", "Slow response", "unreachable"], "Another entry has that name."),
        (["--rename", "Slow response", "MRN 12345678"], "no patient details"),
        (["--add", "MRN 12345678"], "no patient details"),
    ],
)
def test_no_entry_is_called_like_another_or_tells_of_a_patient(
    url: str, words: list[str], why: str
) -> None:
    before = labels(run(url, "lost_reason"))
    done = run(url, "lost_reason", *words)
    assert (done.code, done.out) == (1, "") and why in done.err
    assert labels(run(url, "lost_reason")) == before


@pytest.mark.parametrize(
    "words",
    [
        ["colors"],
        ["lost_reason", "--add", "!!"],
        ["referral_status", "--add", "Dreaming", "--meaning", "dream"],
    ],
)
def test_a_wrong_argument_is_exit_2(url: str, words: list[str]) -> None:
    done = run(url, *words)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err
