"""A report as a workbook: its tables, each on a sheet, and a Summary with totals and charts.

Only one row is in memory at a time. Every cell is written as the type it is: a text stays a text
whatever it begins with, now and after somebody has edited the cell. The same report gives the
same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from tempfile import TemporaryDirectory
from typing import IO, Any

from xlsxwriter import Workbook

from handlers.views.reports import period
from models.reports.report import (
    COUNT,
    DAY,
    MONEY,
    NUMBER,
    SHARE,
    TEXT,
    Cell,
    Chart,
    Column,
    Fact,
    Report,
    Table,
)

MOST_ROWS = 1_048_575
"""What a sheet holds below its headings. Source: support.microsoft.com, "Excel specifications and
limits"."""

SUMMARY = "Summary"

_FORMATS = {
    # "@" and the quote: an edited "=1+1" is a text still.
    TEXT: {"num_format": "@", "quote_prefix": True, "valign": "top"},
    DAY: {"num_format": "yyyy-mm-dd", "align": "left", "indent": 1, "valign": "top"},
    COUNT: {"num_format": "#,##0", "valign": "top"},
    MONEY: {"num_format": '"$"#,##0.00', "valign": "top"},
    SHARE: {"num_format": "0.0%", "valign": "top"},
    NUMBER: {"num_format": "#,##0.0", "valign": "top"},
}
_HEADING = {"bold": True, "bottom": 1, "bg_color": "#DDEBF7", "valign": "vcenter"}
_LOOKS = {
    "title": {"bold": True, "font_size": 16},
    "plain": {"num_format": "@", "font_color": "#595959"},
    "heading": _HEADING,
    "number heading": {**_HEADING, "align": "right"},
    "label": {"bold": True},
    "note": {"num_format": "@", "text_wrap": True, "valign": "top"},
}
_NARROWEST = {TEXT: 10, DAY: 11, COUNT: 9, MONEY: 14, SHARE: 9, NUMBER: 9}
_WIDEST = 60
_HEADING_HEIGHT = 20  # points
_BARS = 50
_CHART_ROWS = 16
_NOTE_WIDTH = 110
_COLORS = ("#2F75B5", "#F4B183", "#70AD47")


class TooManyRows(Exception):
    """More rows than a workbook holds."""


@dataclass
class _Written:
    """A sheet, once its rows are there."""

    columns: Sequence[Column]
    rows: int = 0
    widths: list[int] = field(default_factory=list)


def write(report: Report, file: IO[bytes]) -> int:
    """Write the workbook; how many rows the report itself has. Raises TooManyRows."""
    with TemporaryDirectory(prefix="touchbase-") as folder, _book(file, folder) as book:
        book.set_properties(
            {
                "title": f"{report.title}, {period(report.period)}",
                "author": "Touchbase",
                "created": datetime.combine(report.as_of, time()),
            }
        )
        made = {name: book.add_format(look) for name, look in (_FORMATS | _LOOKS).items()}
        done: dict[str, _Written] = {}
        for table in report.tables:
            done[table.name] = _sheet(book.add_worksheet(table.name), table, made)
        _summary(book, report, done, made)
    return done[report.tables[0].name].rows


@contextmanager
def _book(file: IO[bytes], folder: str) -> Iterator[Any]:
    """A workbook whose rows wait in `folder`; one that was not finished is not written."""
    book = Workbook(
        file,
        {
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    try:
        yield book
    except BaseException:
        book.fileclosed = True
        for sheet in book.worksheets():
            sheet.row_data_fh.close()
        raise
    book.close()


def _sheet(sheet: Any, table: Table, made: dict[str, Any]) -> _Written:
    """One table: headings that stay in sight and can be filtered, then its rows."""
    columns = table.columns
    written = _Written(columns)
    written.widths = [max(len(one.name) + 3, _NARROWEST[one.kind]) for one in columns]
    sheet.set_row(0, _HEADING_HEIGHT)
    for place, column in enumerate(columns):
        look = "heading" if column.kind in (TEXT, DAY) else "number heading"
        sheet.write_string(0, place, column.name, made[look])
    for row in table.rows:
        written.rows += 1
        if written.rows > MOST_ROWS:
            raise TooManyRows
        for place, (cell, column) in enumerate(zip(row, columns, strict=True)):
            _cell(sheet, (written.rows, place), cell, column.kind, made)
            if column.kind == TEXT and isinstance(cell, str):
                written.widths[place] = max(written.widths[place], len(cell) + 1)
    for place, width in enumerate(written.widths):
        sheet.set_column(place, place, min(width, _WIDEST))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(written.rows, 1), len(columns) - 1)
    _on_paper(sheet)
    sheet.repeat_rows(0)
    return written


def _cell(sheet: Any, at: tuple[int, int], cell: Cell, kind: str, made: dict[str, Any]) -> None:
    """A cell by its column's kind. Never `write`, which guesses."""
    if cell is None or cell == "":
        return
    match kind:
        case "text":
            sheet.write_string(*at, str(cell), made[TEXT])
        case "day" if isinstance(cell, date):
            sheet.write_datetime(*at, datetime.combine(cell, time()), made[DAY])
        case "money" if isinstance(cell, int):
            sheet.write_number(*at, cell / 100, made[MONEY])
        case _ if isinstance(cell, int | float):
            sheet.write_number(*at, cell, made[kind])
        case _:
            raise TypeError(f"{cell!r} is no {kind}")


def _summary(book: Any, report: Report, done: dict[str, _Written], made: dict[str, Any]) -> None:
    """Whose and when, the totals, the charts beside them, and below how each is reckoned."""
    sheet = book.add_worksheet(SUMMARY)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, report.title, made["title"])
    sheet.write_string(1, 0, f"{period(report.period)}; made {report.as_of}", made["plain"])
    line = 3
    for fact in report.facts:
        _fact(sheet, line, fact, made)
        line += 1
    shown = [chart for chart in report.charts if done[chart.table].rows]
    for number, chart in enumerate(shown):
        sheet.insert_chart(
            1 + number * _CHART_ROWS, 4, _chart(book, chart, done[chart.table]), {"y_offset": 5}
        )
    line = max(line, 1 + len(shown) * _CHART_ROWS) + 1
    if report.notes:
        sheet.write_string(line, 0, "How these figures are calculated", made["label"])
    for place, note in enumerate(report.notes, start=line + 1):
        sheet.merge_range(place, 0, place, 11, "", made["note"])
        sheet.write_string(place, 0, note, made["note"])
        sheet.set_row(place, 15 * (1 + len(note) // _NOTE_WIDTH))
    widest = max((len(fact.label) for fact in report.facts), default=0)
    sheet.set_column(0, 0, max(widest + 2, 24))
    sheet.set_column(1, 2, 18)
    _on_paper(sheet)


def _on_paper(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _fact(sheet: Any, line: int, fact: Fact, made: dict[str, Any]) -> None:
    sheet.write_string(line, 0, fact.label, made["label"])
    for place, (kind, cell) in enumerate(fact.values, start=1):
        if cell is None:
            sheet.write_string(line, place, "–", made["plain"])
        else:
            _cell(sheet, (line, place), cell, kind, made)


def _chart(book: Any, chart: Chart, drawn: _Written) -> Any:
    """Bars, of the first fifty rows where there are more."""
    made = book.add_chart({"type": "column"})
    places = {column.name: place for place, column in enumerate(drawn.columns)}
    last = min(drawn.rows, _BARS)
    for color, name in zip(_COLORS, chart.values, strict=False):
        place = places[name]
        made.add_series(
            {
                "name": [chart.table, 0, place],
                "categories": [chart.table, 1, places[chart.labels], last, places[chart.labels]],
                "values": [chart.table, 1, place, last, place],
                "fill": {"color": color},
                "gap": 60,
            }
        )
    more = f" (the first {_BARS} of {drawn.rows})" if drawn.rows > _BARS else ""
    made.set_title({"name": chart.title + more, "name_font": {"size": 12}})
    made.set_legend({"none": True} if len(chart.values) == 1 else {"position": "bottom"})
    made.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True}})
    made.set_size({"width": 760, "height": 20 * _CHART_ROWS - 10})
    return made
