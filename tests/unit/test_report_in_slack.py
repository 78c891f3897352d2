"""`/report` and `/touchbase report`: the form, and the workbook in the person's messages."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.sandbox import faults
from bot.sandbox.limits import problems_in_view
from handlers.views import reports as views
from handlers.views import workbooks
from models import deliveries, users
from models.db import Sessions
from models.reports import making, periods
from models.reports.report import BYS
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.deals import a_deal
from tests.make import NOW, an_actor
from tests.touchbase_in_slack import touchbase


def a_team(it: Clockwork) -> None:
    """Dana and Ben sell, Cleo leads Dana, Ada is the admin; each has won a deal."""
    with it.sessions.begin() as session:
        dana = a_person(session, "U1", name="Dana Reyes")
        ben = a_person(session, "U2", name="Ben Ito")
        ada = a_person(session, "U3", name="Ada Admin", role=users.ADMIN)
        dana.manager_id = ben.id
        ben.role = users.MANAGER
        session.flush()
        for person, amount in ((dana, 1), (ben, 2), (ada, 4)):
            a_deal(session, an_actor(person), "Won", amount, closed_on=NOW.date())
    it.send()


def asked(it: Clockwork, person: str, words: str = "closings", way: str = "/report") -> Any:
    assert it.slack.command(person, way, words).ok
    return it.slack.form(person)


def amounts(it: Clockwork, person: str) -> list[Any]:
    """What the closed deals in the last file to the person are worth."""
    message = it.said(person)[-1]
    (section,) = message.blocks
    (file,) = [
        each
        for each in it.slack.service.files.values()
        if f"/{each.id}/" in section["text"]["text"]
    ]
    assert file.content is not None
    assert file.name == "closings-2026-03.xlsx"
    heads, *rows = load_workbook(io.BytesIO(file.content)).worksheets[0].values
    return [row[list(heads).index("Amount")] for row in rows]


@pytest.mark.parametrize(
    ("person", "seen"), [("U1", [1]), ("U2", [1, 2]), ("U3", [1, 2, 4])], ids=["rep", "lead", "adm"]
)
def test_everyone_gets_what_they_may_see(
    each_database: Database, person: str, seen: list[int]
) -> None:
    with touchbase(each_database.sessions, NOW) as it:
        a_team(it)
        before = len(it.said(person))
        form = asked(it, person)
        form.save()
        assert form.errors == {}
        assert "Making your report: Closings, 2026-03." in it.slack.form(person).words
        it.send()
        assert len(it.said(person)) == before + 1
        assert amounts(it, person) == seen
        words = it.said(person)[-1].words
        assert f"Won: {len(seen)} worth {sum(seen)}.00" in words
        whom = {"U1": "Covers you.", "U2": "Covers you and your team."}.get(person)
        assert whom in words if whom else "Covers" not in words


def test_what_was_typed_is_in_the_form(sessions: Sessions) -> None:
    with touchbase(sessions, NOW) as it:
        a_team(it)
        for way, words in (
            ("/report", "pipeline 2026-q1 by agent"),
            ("/touchbase", "report pipeline by agent 2026-Q1"),
        ):
            form = asked(it, "U1", words, way)
            form.save()
            assert form.errors == {}
            it.send()
            assert "pipeline-2026-Q1.xlsx" in it.said("U1")[-1].blocks[0]["text"]["text"]


def test_what_cannot_be_is_said_beside_the_field(sessions: Sessions) -> None:
    with touchbase(sessions, NOW) as it:
        a_team(it)
        form = asked(it, "U1", "activity by product march")
        assert not form.save()
        assert "is not a period" in form.errors["Period"]
        form.fill("Period", "2026-03-02..2026-03-01")
        assert not form.save()
        assert "before it begins" in form.errors["Period"]
        form.fill("Period", "all")
        assert not form.save()
        assert "only by agent, manager and region" in form.errors["Group by"]
        assert it.rows(kind=deliveries.REPORT) == []


def test_without_a_period_it_is_this_month(sessions: Sessions) -> None:
    with touchbase(sessions, NOW) as it:
        a_team(it)
        form = asked(it, "U1")
        form.fill("Period", "")
        form.save()
        assert "Closings, 2026-03." in it.slack.form("U1").words


def test_without_a_report_chosen_the_form_stays(sessions: Sessions) -> None:
    with touchbase(sessions, NOW) as it:
        a_team(it)
        form = asked(it, "U1", "")
        assert not form.save()
        assert form.errors["Report"] == "Please complete this required field."


def test_an_upload_that_fails_is_done_again_and_posted_once(sessions: Sessions) -> None:
    with touchbase(sessions, NOW) as it:
        a_team(it)
        before = len(it.said("U1"))
        asked(it, "U1").save()
        it.slack.faults.next("files.completeUploadExternal", faults.status(500))
        it.send()
        it.wait(minutes=5)
        it.send()
        assert len(it.said("U1")) == before + 1


def test_too_many_rows_for_a_workbook_come_as_a_csv(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 2)
    with touchbase(sessions, NOW) as it:
        a_team(it)
        asked(it, "U3").save()
        it.send()
        assert "closings-2026-03.csv" in it.said("U3")[-1].blocks[0]["text"]["text"]
        file = list(it.slack.service.files.values())[-1]
        assert file.content is not None
        assert file.content.count(b"\r\n") == 4


@pytest.mark.parametrize("by", [None, *BYS])
def test_the_form_fits_slack(by: str | None) -> None:
    shown = views.form(tuple(making.REPORTS), name="pipeline", period="2026-Q1", by=by)
    assert problems_in_view(shown) == []
    long = views.form(tuple(making.REPORTS), name=None, period="X" * 3000, by=by)
    assert problems_in_view(long) == []
    assert problems_in_view(views.making("pipeline", periods.parse("all"))) == []
