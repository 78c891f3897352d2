"""`touchbase report` as an operator meets it, on the public sales opportunities among others."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.commands_report import BYS, NAMES
from models.db import open_engine, sessions_for
from models.reports import making, report
from tests import public_deals
from tests.command_line import Done, touchbase
from tests.databases import sqlite_at_head
from tests.deals import a_deal
from tests.make import NOW, a_rep

GROUPS = {
    "agent": "deal.agent",
    "manager": "team.manager",
    "region": "team.region",
    "product": "deal.product",
}


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database with the public sales opportunities."""
    public_deals.must_be_there()
    folder = tmp_path_factory.mktemp("public")
    url = sqlite_at_head(folder, folder / "template.db")
    engine = open_engine(url)
    with sessions_for(engine).begin() as session:
        public_deals.store(session)
    engine.dispose()
    return url


def make(url: str, *words: str) -> Done:
    done = touchbase("report", *words, DATABASE_URL=url)
    assert "Traceback" not in done.err
    return done


def rows_of(url: str, folder: Path, *words: str) -> list[dict[str, str]]:
    """The CSV file's rows."""
    file = folder / "out.csv"
    done = make(url, *words, "--out", str(file))
    assert (done.code, done.err) == (0, "")
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def cents(words: str) -> int:
    dollars, _, rest = words.partition(".")
    assert len(rest) == 2
    return 100 * int(dollars) + int(rest)


def test_the_public_opportunities_give_their_known_totals(public: str) -> None:
    for name in ("pipeline", "closings"):
        said = make(public, name, "--period", "all").out
        assert "Won: 4,238 worth 10,005,534.00\n" in said
        assert "Lost: 2,473 worth 0.00\n" in said
        assert "Win rate by count: 63.2%\n" in said
    said = make(public, "pipeline", "--period", "all").out
    assert "Open: Engaging: 1,589 worth" in said
    assert "Open: Prospecting: 500 worth" in said


@pytest.mark.parametrize("by", BYS)
def test_every_group_is_what_plain_sql_gives_to_the_cent(
    public: str, tmp_path: Path, by: str
) -> None:
    base = public_deals.plain_sql()
    expected = {
        (group, stage): (count, 100 * int(value or 0))
        for group, stage, count, value in base.execute(
            f"select {GROUPS[by]}, stage, count(*), sum(nullif(value, '')) "
            "from deal left join team on team.agent = deal.agent group by 1, 2"
        )
    }
    assert sum(count for count, _ in expected.values()) == 8800
    found = rows_of(public, tmp_path, "pipeline", "--period", "all", "--by", by)
    assert {
        (row[by.capitalize()], row["Stage"]): (int(row["Count"]), cents(row["Amount"]))
        for row in found
        if row["Count"] != "0"
    } == expected
    closed: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows_of(public, tmp_path, "closings", "--period", "all", "--by", by):
        key = (row[by.capitalize()], row["Won/Lost"])
        count, value = closed.get(key, (0, 0))
        closed[key] = (count + 1, value + cents(row["Amount"]))
    assert closed == {key: told for key, told in expected.items() if key[1] in ("Won", "Lost")}


@pytest.mark.parametrize("period", ["2017-Q2", "2017-07", "2017-W20", "2017-03-05..2017-08-17"])
def test_a_period_has_what_was_closed_in_it(public: str, tmp_path: Path, period: str) -> None:
    rows = rows_of(public, tmp_path, "closings", "--period", period)
    days = [date.fromisoformat(row["Closed on"]) for row in rows]
    first, last = {
        "2017-Q2": (date(2017, 4, 1), date(2017, 6, 30)),
        "2017-07": (date(2017, 7, 1), date(2017, 7, 31)),
        "2017-W20": (date(2017, 5, 15), date(2017, 5, 21)),
    }.get(period, (date(2017, 3, 5), date(2017, 8, 17)))
    told = [
        datetime.strptime(row["close_date"], "%m/%d/%Y").date()
        for row in public_deals.read("sales_pipeline")
        if row["close_date"]
    ]
    assert days == sorted(day for day in told if first <= day <= last)


def test_the_headings_are_the_reports_own_and_the_groups_before_them(
    public: str, tmp_path: Path
) -> None:
    file = tmp_path / "out.csv"
    make(public, "pipeline", "--period", "all", "--by", "region", "--out", str(file))
    text = file.read_bytes()
    assert text.startswith(b"Region,Stage,Count,Amount,Weighted,New,Moved up,Pushed,Stale\r\n")
    make(public, "closings", "--period", "all", "--out", str(file))
    assert file.read_bytes().startswith(
        b"Opportunity,Account,Type,Amount,Closed on,Won/Lost,Reason,Cycle days,"
        b"Source touch,Owner,Broker\r\n"
    )


def test_the_same_data_give_the_same_bytes(public: str, tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.xlsx" for n in range(2)]
    for file in files:
        make(public, "closings", "--period", "2017-Q3", "--by", "agent", "--out", str(file))
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_workbook_has_the_rows_the_ten_largest_and_the_totals(
    public: str, tmp_path: Path
) -> None:
    file = tmp_path / "pipeline.xlsx"
    done = make(public, "pipeline", "--period", "all", "--by", "manager", "--out", str(file))
    assert done.last == f"42 rows in {file}"
    book = load_workbook(file)
    assert book.sheetnames == ["Pipeline", "Top 10", "By manager", "Summary"]
    assert book["Pipeline"].max_row == 43
    assert book["Top 10"].max_row == 11
    told = {row[0].value: row[1].value for row in book["Summary"].iter_rows(max_row=12)}
    assert (told["Won"], told["Lost"]) == (4238, 2473)
    assert round(told["Win rate by count"], 3) == 0.632


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["weather"], "'weather' is not one of"),
        (["pipeline", "--by", "moon"], "'moon' is not one of"),
        (["pipeline", "--period", "march"], "'march' is not a period. Write 2026-03"),
        (["pipeline", "--period", "2026-03-02..2026-03-01"], "before it begins"),
        (["pipeline", "--out", "x.pdf"], "must end in .xlsx or .csv"),
        (["pipeline", "--out", "/no/such/folder/x.csv"], "cannot be written: no such file"),
        (["pipeline", "--workspace", "T9"], "belongs to the workspace T1"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_2(
    sqlite_url: str, words: list[str], said: str
) -> None:
    touchbase("user", "U0VP", "--workspace", "T1", DATABASE_URL=sqlite_url)
    done = make(sqlite_url, *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_an_empty_database_has_nothing_to_tell(sqlite_url: str) -> None:
    done = make(sqlite_url, "pipeline", "--workspace", "T1")
    assert (done.code, done.out) == (1, "")
    assert done.err == "Nothing is stored for this workspace yet.\n"


def test_a_failed_report_leaves_the_file_that_was_there(sqlite_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "out.csv"
    folder.mkdir()
    touchbase("user", "U0VP", "--workspace", "T1", DATABASE_URL=sqlite_url)
    assert make(sqlite_url, "closings", "--out", str(folder)).code == 2
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".report")] == []


def test_every_report_can_be_asked_for() -> None:
    assert set(NAMES) == set(making.REPORTS)
    assert report.BYS == BYS


def test_it_is_written_over_an_older_file(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_engine(sqlite_url)
    with sessions_for(engine).begin() as session:
        a_deal(session, a_rep(session), "Won", 5, name="=1+1", closed_on=NOW.date())
    engine.dispose()
    (tmp_path / "out.csv").write_text("older")
    (row,) = rows_of(sqlite_url, tmp_path, "closings", "--period", "2026-03")
    assert (row["Opportunity"], row["Amount"]) == ("'=1+1", "5.00")


@pytest.mark.parametrize("name", NAMES)
def test_every_report_of_nothing_is_a_workbook_and_a_csv(
    sqlite_url: str, tmp_path: Path, name: str
) -> None:
    touchbase("user", "U0VP", "--workspace", "T1", DATABASE_URL=sqlite_url)
    for ending in ("xlsx", "csv"):
        file = tmp_path / f"out.{ending}"
        done = make(sqlite_url, name, "--out", str(file), "--by", "region")
        assert (done.code, done.err) == (0, "")
        assert " in " in done.last
    assert load_workbook(tmp_path / "out.xlsx").sheetnames[-1] == "Summary"
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").startswith("Region,")
