"""Products and opportunities from files: stages, ends, days, amounts, and what is reported."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import workspaces
from models.db import Sessions
from models.exchange import broken, values
from models.imports import run
from models.imports.report import Report, RowsRefused
from models.imports.run import Order
from models.opportunities import Move, Opportunity
from models.products import Product
from models.stages import Stage
from tests.conftest import Database
from tests.make import NOW, a_user, a_workspace, an_account

TODAY = NOW.date()


@pytest.fixture
def here(each_database: Database) -> Sessions:
    """A workspace with one account, on SQLite and on PostgreSQL."""
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session)
        a_user(session, workspace, name="Dana Reyes")
        an_account(session, workspace.id, "Cancity")
    return each_database.sessions


def import_(
    sessions: Sessions, folder: Path, written: str, kind: str = "opportunities", **asked: object
) -> Report:
    file = folder / f"{kind}.csv"
    file.write_text(written)
    parsed = run.parse(Order(kind, file, **asked))  # type: ignore[arg-type]
    with sessions.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        return run.store(session, workspace, parsed, NOW)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, len(report.rejects)


def the_deal(sessions: Sessions, external_id: str = "1") -> Opportunity:
    with sessions() as session:
        return session.scalars(
            select(Opportunity).where(Opportunity.external_id == external_id)
        ).one()


def stage_of(sessions: Sessions, deal: Opportunity) -> tuple[str, str, str]:
    with sessions() as session:
        stage = session.get_one(Stage, deal.stage_id)
        return stage.pipeline, stage.label, stage.kind


def moves_of(sessions: Sessions, deal: Opportunity) -> list[tuple[int | None, int, datetime]]:
    with sessions() as session:
        found = session.scalars(
            select(Move).where(Move.opportunity_id == deal.id).order_by(Move.id)
        ).all()
        return [(move.from_id, move.to_id, move.moved_at) for move in found]


FIRST = """external_id,account,owner,product,stage,amount,opened_on,closed_on,close_date,forecast
1,cancity,Dana Reyes,GTX Pro,Proposal,"$1,234.50",2026-01-05,,2026-04-01,Best Case
2,,U0NEW,GTX Pro,Closed Won,5000,2026-01-05,2026-02-01,,Closed
3,Cancity,,,Lost,,,,2026-02-15,
"""


def test_opportunities_come_with_stages_ends_and_amounts(here: Sessions, tmp_path: Path) -> None:
    report = import_(here, tmp_path, FIRST)
    assert counts(report) == (3, 0, 0, 0)
    assert report.new_products == [("GTX Pro", None)]
    assert (report.new_people, report.without_account) == (["U0NEW"], 1)
    first, won, lost = (the_deal(here, one) for one in "123")
    assert (first.name, first.amount_cents) == ("GTX Pro for Cancity", 123450)
    assert (first.close_date, first.first_close_date) == (date(2026, 4, 1), date(2026, 4, 1))
    assert (first.forecast, first.closed_on, first.staged_at) == ("best_case", None, NOW)
    assert stage_of(here, first) == ("new business", "Proposal", "open")
    assert (won.forecast, won.closed_on, won.account_id) == ("closed", date(2026, 2, 1), None)
    assert stage_of(here, won) == ("new business", "Won", "won")
    noon = datetime(2026, 2, 1, 18, tzinfo=UTC)  # in Chicago
    assert moves_of(here, won) == [(None, won.stage_id, noon)]
    assert (lost.name, lost.forecast) == ("Cancity", "omitted")
    assert lost.closed_on == date(2026, 2, 15)  # the expected day, as no other was told


def test_the_same_file_again_changes_nothing(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, FIRST)
    assert counts(import_(here, tmp_path, FIRST)) == (0, 0, 3, 0)


def test_a_later_file_moves_and_puts_off(here: Sessions, tmp_path: Path) -> None:
    import_(here, tmp_path, FIRST)
    before = the_deal(here)
    later = "external_id,stage,close_date\n1,Negotiation,2026-05-01\n3,Lost,\n"
    assert counts(import_(here, tmp_path, later)) == (0, 1, 1, 0)
    deal = the_deal(here)
    assert (deal.pushes, deal.first_close_date) == (1, date(2026, 4, 1))
    assert moves_of(here, deal)[1:] == [(before.stage_id, deal.stage_id, NOW)]
    assert counts(import_(here, tmp_path, "external_id,stage\n1,Won\n3,Proposal\n")) == (0, 2, 0, 0)
    won, again = the_deal(here), the_deal(here, "3")
    assert (won.closed_on, won.forecast) == (TODAY, "closed")
    assert (again.closed_on, again.forecast) == (None, "pipeline")


def test_unknown_stages_and_pipelines_are_made_and_reported(here: Sessions, tmp_path: Path) -> None:
    rows = "1,Engaging,\n2,engaging,\n3,won,Home care\n4,First call,home care\n"
    report = import_(here, tmp_path, "external_id,stage,pipeline\n" + rows)
    assert report.new_stages == [("Engaging", "new business"), ("First call", "Home care")]
    assert report.new_entries == {"pipeline": ["Home care"]}
    assert stage_of(here, the_deal(here, "2")) == ("new business", "Engaging", "open")
    assert stage_of(here, the_deal(here, "3")) == ("Home care", "Won", "won")
    with here() as session:
        places = session.execute(
            select(Stage.label, Stage.position)
            .where(Stage.pipeline == "Home care")
            .order_by(Stage.position)
        ).all()
    assert [label for label, _ in places] == ["First call", "Won", "Lost"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,Won,,Nowhere,,", broken.UnknownAccount("account", "Nowhere")),
        ("1,Won,,,Nobody,", broken.NobodyKnown("owner", "Nobody")),
        ("1,Won,,,jo@acme.example,", broken.NobodyKnown("owner", "jo@acme.example")),
        ("1,Won,3/1/2026,,,", broken.BadDay("closed_on", "iso")),
        ("1,Won,2026-02-30,,,", broken.BadDay("closed_on", "iso")),
        ("1,Won,2026-03-11,,,", broken.DayToCome("closed_on")),
        ("1,Proposal,2026-03-01,,,", broken.ClosedButOpen("Proposal")),
        ("1,Won,,,,1.234", broken.BadAmount("amount")),
        ("1,,,,,", broken.EmptyField("stage")),
    ],
)
def test_a_row_that_cannot_be_is_refused(
    here: Sessions, tmp_path: Path, row: str, reason: broken.BadRow
) -> None:
    with pytest.raises(RowsRefused) as refused:
        import_(here, tmp_path, f"external_id,stage,closed_on,account,owner,amount\n{row}\n")
    assert refused.value.rejects[0].reason == reason
    with here() as session:
        assert session.scalar(select(func.count()).select_from(Opportunity)) == 0


def test_products_are_known_as_written(here: Sessions, tmp_path: Path) -> None:
    listed = 'name,family,price\nGTX Pro,GTX,"$4,821"\nMG Special,MG,55.5\n'
    assert counts(import_(here, tmp_path, listed, "products")) == (2, 0, 0, 0)
    assert counts(import_(here, tmp_path, listed.replace("55.5", "60"), "products")) == (0, 1, 1, 0)
    report = import_(here, tmp_path, "external_id,stage,product\n1,Won,GTXPro\n")
    assert report.new_products == [("GTXPro", "GTX Pro")]
    with here() as session:
        prices = {one.name: one.price_cents for one in session.scalars(select(Product))}
    assert prices == {"GTX Pro": 482100, "MG Special": 6000, "GTXPro": None}


@pytest.mark.parametrize(
    ("text", "dates", "day"),
    [
        ("2026-03-31", "iso", date(2026, 3, 31)),
        ("2026-03-31T09:30:00Z", "mdy", date(2026, 3, 31)),
        ("3/1/2017", "mdy", date(2017, 3, 1)),
        ("3.1.2017", "dmy", date(2017, 1, 3)),
    ],
)
def test_days_are_read_as_the_file_writes_them(text: str, dates: str, day: date) -> None:
    assert values.day("closed_on", text, dates) == day


@pytest.mark.parametrize("text", ["1/2/17", "31/3/2026", "3-1/2026", "yesterday", "2026"])
def test_what_is_no_month_first_day_is_refused(text: str) -> None:
    with pytest.raises(broken.BadDay):
        values.day("closed_on", text, "mdy")


@pytest.mark.parametrize(
    ("text", "cents"),
    [("0", 0), ("1234", 123400), ("1234.5", 123450), ("$1,234.50", 123450), ("12 EUR", 1200)],
)
def test_amounts_are_whole_cents(text: str, cents: int) -> None:
    assert values.cents("amount", text) == cents


@pytest.mark.parametrize("text", ["-5", "1.234,50", "1,23", "1.234", "ten", "9" * 30])
def test_an_amount_that_may_be_another_is_refused(text: str) -> None:
    with pytest.raises(broken.BadAmount):
        values.cents("amount", text)
