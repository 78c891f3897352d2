"""Touches and referrals from files: stored once, never rewritten, and taken back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import workspaces
from models.accounts import Account
from models.contacts import Contact
from models.db import Base, Sessions
from models.deliveries import Delivery
from models.exchange import broken
from models.imports import run, runs
from models.imports.report import Report, RowsRefused
from models.imports.run import Order
from models.referrals import Referral, was_received
from models.touches import Touch, TouchContact
from tests.conftest import Database
from tests.make import NOW, a_user, a_workspace, an_account

TOUCHES = """external_id,account,owner,type,date,outcome,contacts,headcount,note
1,Mercy,Dana Reyes,visit,2026-03-02,Met target,Priya Patel; Jo Low,,brought the new folder
2,Mercy,U1,In-service,2026-03-04,,,12,
"""
REFERRALS = """external_id,account,owner,received_on,direction,service_line,payer_type,status
1,Mercy,Dana Reyes,2026-03-02,,Stroke,Medicaid,Accepted
2,Mercy,Dana Reyes,2026-03-04,out,,,
"""


@pytest.fixture
def here(each_database: Database) -> Sessions:
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
        a_user(session, workspace, "U1", name="Dana Reyes")
        an_account(session, workspace.id, "Mercy")
    return each_database.sessions


def import_(sessions: Sessions, folder: Path, kind: str, written: str) -> Report:
    file = folder / f"{kind}.csv"
    file.write_text(written)
    parsed = run.parse(Order(kind, file))
    with sessions.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        return run.store(session, workspace, parsed, NOW)


def undo(sessions: Sessions, report: Report) -> tuple[int, int, int]:
    assert report.run_id is not None
    with sessions.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        now = NOW + timedelta(hours=1)
        done = runs.undo(session, workspace.id, report.run_id, now)
    return done.removed, done.put_back, done.kept


def count(sessions: Sessions, *tables: type[Base]) -> list[int]:
    with sessions() as session:
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in tables]


def the_account(sessions: Sessions) -> Account:
    with sessions() as session:
        return session.scalars(select(Account)).one()


def test_touches_are_logged_without_receipts(here: Sessions, tmp_path: Path) -> None:
    report = import_(here, tmp_path, "touches", TOUCHES)
    assert (report.new, report.unchanged) == (2, 0)
    assert count(here, Touch, TouchContact, Contact, Delivery) == [2, 2, 2, 0]
    assert the_account(here).last_touch_on == date(2026, 3, 4)
    again = import_(here, tmp_path, "touches", TOUCHES)
    assert (again.new, again.unchanged) == (0, 2)


def test_touches_go_with_whom_they_made_known(here: Sessions, tmp_path: Path) -> None:
    report = import_(here, tmp_path, "touches", TOUCHES)
    assert undo(here, report) == (4, 0, 0)
    assert count(here, Touch, TouchContact, Contact) == [0, 0, 0]
    account = the_account(here)
    assert (account.last_touch_on, account.owner_id, account.due_on) == (None, None, None)
    assert import_(here, tmp_path, "touches", TOUCHES).new == 2
    assert count(here, Touch) == [2]


def test_referrals_get_codes_and_go_again(here: Sessions, tmp_path: Path) -> None:
    report = import_(here, tmp_path, "referrals", REFERRALS)
    assert report.new == 2
    with here() as session:
        first, second = session.scalars(select(Referral).order_by(Referral.id)).all()
    assert (first.status, first.direction, first.service_line) == ("accepted", "in", "stroke")
    assert (second.status, second.direction) == ("new", "out")
    assert first.code.startswith("R-")
    assert import_(here, tmp_path, "referrals", REFERRALS).unchanged == 2
    assert undo(here, report) == (2, 0, 0)
    assert count(here, Referral) == [0]


def test_a_promised_one_is_not_received(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, "referrals", REFERRALS.replace("Accepted", "Promised"))
    with here() as session:
        promised = session.scalars(select(Referral).order_by(Referral.id)).first()
        assert promised is not None
        assert (promised.status, promised.received_at) == ("promised", None)
        received = select(func.count()).select_from(Referral).where(was_received())
        assert session.scalar(received) == 1


def test_one_answered_before_the_import_counts_as_neither_in_time_nor_late(
    here: Sessions, tmp_path: Path
) -> None:
    import_(here, tmp_path, "referrals", REFERRALS.replace("out,", "in,"))
    with here() as session:
        accepted, new = session.scalars(select(Referral).order_by(Referral.id)).all()
    assert (accepted.status, accepted.answer_by, accepted.alert_at) == ("accepted", None, None)
    assert (new.status, new.answer_by is not None) == ("new", True)


@pytest.mark.parametrize(
    ("kind", "written", "reason"),
    [
        ("touches", TOUCHES.replace("visit", "seance"), broken.NotOneOf),
        ("touches", TOUCHES.replace("2026-03-02", "2026-03-12"), broken.DayToCome),
        ("touches", TOUCHES.replace("1,Mercy", "1,Nowhere"), broken.UnknownAccount),
        ("touches", TOUCHES.replace(",12,", ",many,"), broken.BadNumber),
        ("touches", TOUCHES.replace("new folder", "MRN 12345678"), broken.SaysPatient),
        ("referrals", REFERRALS.replace("Accepted", "Gone"), broken.NotOneOf),
        ("referrals", REFERRALS.replace("Dana Reyes", "Nobody"), broken.NobodyKnown),
    ],
)
def test_a_row_that_cannot_be_is_refused(
    here: Sessions, tmp_path: Path, kind: str, written: str, reason: type[broken.BadRow]
) -> None:
    with pytest.raises(RowsRefused) as refused:
        import_(here, tmp_path, kind, written)
    assert isinstance(refused.value.rejects[0].reason, reason)
    assert count(here, Touch, Referral) == [0, 0]
