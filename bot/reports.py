"""A report on the command line: what is asked, the database, and the file."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click
from sqlalchemy.orm import Session

from bot import opening, settings
from bot.cli import Refused
from bot.settings import SettingsError
from bot.workspace_of import team_of
from handlers.views import csv_files, workbooks
from handlers.views import reports as views
from models import slots, workspaces
from models.clock import Clock, system
from models.db import reading
from models.errors import Refused as NotPossible
from models.reports import making, periods, spool
from models.reports.periods import Period
from models.reports.report import Asked, Report


def do(
    name: str,
    told: str | None,
    by: str | None,
    out: Path | None,
    *,
    team_id: str | None,
    clock: Clock = system,
) -> list[str]:
    """Write the file if one is asked for; the totals, to be printed.

    Raises Refused, click's usage error, or SettingsError for what was asked wrongly.
    """
    period = _period(told) if told is not None else None
    try:
        making.check(name, by)
    except NotPossible as wrong:
        raise click.BadParameter(views.refused(wrong), param_hint="--by") from None
    if out is not None and out.suffix.lower() not in (".xlsx", ".csv"):
        raise click.BadParameter(views.wrong_ending(out.name), param_hint="--out")
    read = settings.read()
    with opening.database(read) as sessions:
        team = team_of(sessions, read, team_id)
        with spool.holding() as hold:
            with reading(sessions, steady=True) as session:
                asked = _asked(session, team.team_id, period, by, clock)
                report = making.make(session, name, asked)
                if out is not None:
                    report = hold(report)
            lines = views.lines(report)
            if out is not None:
                lines.append(views.written(_write(report, out), str(out)))
    return lines


def _asked(
    session: Session, team_id: str, period: Period | None, by: str | None, clock: Clock
) -> Asked:
    workspace = workspaces.by_team(session, team_id)
    if workspace is None:
        raise Refused(views.nothing_yet())
    today = slots.local_day(clock(), workspace.zone)
    return Asked(workspace.id, workspace.zone, today, period or periods.month(today), by)


def _period(told: str) -> Period:
    try:
        return periods.parse(told)
    except NotPossible as wrong:
        raise click.BadParameter(views.refused(wrong), param_hint="--period") from None


def _write(report: Report, out: Path) -> int:
    """The rows written. The file is there whole, or as it was before."""
    try:
        with _whole(out) as file:
            if out.suffix.lower() == ".xlsx":
                return workbooks.write(report, file)
            with open(file.fileno(), "w", encoding="utf-8", newline="", closefd=False) as text:
                return csv_files.write(report, text)
    except workbooks.TooManyRows:
        raise Refused(views.too_many_rows(workbooks.MOST_ROWS)) from None
    except OSError as fault:
        why = (fault.strerror or type(fault).__name__).lower()
        raise SettingsError(views.unwritable(str(out), why)) from None


@contextlib.contextmanager
def _whole(out: Path) -> Iterator[IO[bytes]]:
    """A file beside `out` that takes its place in the end; nothing of it stays otherwise."""
    if out.is_dir():
        raise IsADirectoryError(21, os.strerror(21))
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=".report-")
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
