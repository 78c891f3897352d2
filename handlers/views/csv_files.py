"""A report as a CSV file: its first table, with exactly its headings.

A text that a spreadsheet would take for a formula is made safe; numbers stay numbers.
"""

from __future__ import annotations

import csv
from datetime import date
from typing import TextIO

from models.exchange.cells import safe
from models.reports.report import MONEY, TEXT, Cell, Report


def write(report: Report, file: TextIO) -> int:
    """Write the report, a row at a time; how many there were. The file is open with newline=""."""
    table = report.tables[0]
    kinds = [column.kind for column in table.columns]
    writer = csv.writer(file)
    writer.writerow([column.name for column in table.columns])
    count = 0
    for row in table.rows:
        writer.writerow([_told(cell, kind) for cell, kind in zip(row, kinds, strict=True)])
        count += 1
    return count


def money(cents: int) -> str:
    """ "1234.50"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"


def _told(cell: Cell, kind: str) -> str:
    if cell is None:
        return ""
    if kind == TEXT:
        return safe(str(cell))
    if kind == MONEY and isinstance(cell, int):
        return money(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{cell:.4f}".rstrip("0").rstrip(".")
    return str(cell)
