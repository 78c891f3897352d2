"""An export on the command line: the tables, the files, and what the person reads."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from bot import opening, settings
from bot.cli import Refused
from bot.settings import SettingsError
from bot.workspace_of import team_of
from models import audit, exports, workspaces
from models.clock import Clock, system
from models.db import Sessions, reading
from models.exchange.cells import safe
from models.exports import Cell, Sheet

_WORKBOOK = ".xlsx"
_MOST_ROWS = 1_048_576
"""Of a sheet of a workbook, its header among them."""


def do(out: Path, *, team_id: str | None, clock: Clock = system) -> None:
    """Write everything, print how much it was. Raises SettingsError, or Refused for more rows
    than a workbook takes."""
    read = settings.read()
    with opening.database(read) as sessions:
        team = team_of(sessions, read, team_id)
        try:
            counts = _write(sessions, out)
        except OSError as fault:
            why = (fault.strerror or type(fault).__name__).lower()
            raise SettingsError(f"{out} cannot be written: {why}.") from None
        now = clock()
        with sessions.begin() as session:
            workspace = team.row(session, now)
            facts: audit.Facts = {"tables": len(counts), "rows": sum(counts)}
            audit.note(
                session, workspace.id, None, "export", "workspace", None, now=now, facts=facts
            )
    click.echo(f"tables={len(counts)} rows={sum(counts)}")


def _write(sessions: Sessions, out: Path) -> list[int]:
    with reading(sessions) as session:
        workspace = workspaces.only(session)
        if workspace is None:
            raise Refused("The database is empty, so there is nothing to export.")
        told = exports.sheets(session, workspace.id)
        if out.suffix.casefold() == _WORKBOOK:
            return _workbook(told, out)
        out.mkdir(parents=True, exist_ok=True)
        return [_csv_file(sheet, out / f"{sheet.name}.csv") for sheet in told]


def _csv_file(sheet: Sheet, path: Path) -> int:
    """UTF-8 with its mark, so that Excel reads it, too. How many rows."""
    count = 0
    with _whole(path) as temporary, temporary.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(sheet.columns)
        for row in sheet.rows:
            writer.writerow([_safe(cell) for cell in row])
            count += 1
    return count


def _workbook(told: Iterator[Sheet], path: Path) -> list[int]:
    try:
        import xlsxwriter
    except ImportError:
        raise Refused("Workbooks need the package XlsxWriter; give a folder instead.") from None
    with _whole(path) as temporary:
        plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(str(temporary), plain)
        try:
            counts = [_sheet(book.add_worksheet(sheet.name[:31]), sheet) for sheet in told]
        finally:
            book.close()
    return counts


def _sheet(page: Any, sheet: Sheet) -> int:
    _line(page, 0, sheet.columns)
    number = 0
    for number, row in enumerate(sheet.rows, start=1):
        if number >= _MOST_ROWS:
            raise Refused(f"{sheet.name} has more rows than a workbook takes; give a folder.")
        _line(page, number, row)
    return number


def _line(page: Any, number: int, row: Sequence[Cell]) -> None:
    for place, cell in enumerate(row):
        if isinstance(cell, str):
            page.write_string(number, place, safe(cell))
        elif cell is not None:
            page.write_number(number, place, cell)


def _safe(cell: Cell) -> Cell:
    return safe(cell) if isinstance(cell, str) else cell


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A new file beside `path`, which takes its place once it is whole. Nobody else may read it."""
    number, name = tempfile.mkstemp(prefix=".export-", suffix=path.suffix, dir=path.parent)
    os.close(number)
    temporary = Path(name)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
