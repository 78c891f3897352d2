"""An import on the command line: the file, the database, and what the person reads."""

from __future__ import annotations

import gc

import click
from sqlalchemy.exc import IntegrityError

from bot import opening, settings
from bot.cli import Refused
from bot.settings import SettingsError
from bot.workspace_of import Team, team_of
from handlers.views import imports as views
from models.clock import Clock, system
from models.db import Sessions
from models.exchange.broken import BadFile, BadOrder
from models.imports import run
from models.imports.report import Report, RowsRefused
from models.imports.run import Order, Parsed


def do(order: Order, *, team_id: str | None, dry_run: bool, clock: Clock = system) -> None:
    """Import the file, print what was done.

    Raises Refused for a file that cannot be taken, and when rows were left out; click's usage
    error or SettingsError for what was asked wrongly.
    """
    read = settings.read()
    # Thousands of rows make the collector look through the whole process again and again; what
    # is there by now (modules, mostly) stays to the end.
    gc.freeze()
    parsed = _parse(order)
    with opening.database(read) as sessions:
        team = team_of(sessions, read, team_id)
        try:
            report = _store(sessions, team, parsed, clock, dry_run=dry_run)
        except RowsRefused as refused:
            raise Refused(views.refused_rows(refused)) from None
    for line in views.summary(report):
        click.echo(line)
    if report.rejects:
        raise Refused("\n".join(views.rejected(report.rejects)))


def _parse(order: Order) -> Parsed:
    try:
        return run.parse(order)
    except OSError as fault:
        why = (fault.strerror or type(fault).__name__).lower()
        raise SettingsError(views.unreadable(str(order.file), why)) from None
    except BadOrder as wrong:
        raise click.UsageError(views.order(wrong)) from None
    except BadFile as broken:
        raise Refused(views.refused_file(broken)) from None
    except RowsRefused as refused:
        raise Refused(views.refused_rows(refused)) from None


def _store(
    sessions: Sessions, team: Team, parsed: Parsed, clock: Clock, *, dry_run: bool
) -> Report:
    """Everything in one transaction, which a dry run does not commit.

    An owner may use Touchbase for the first time in this very moment; the row that both made is
    there the second time.
    """
    try:
        return _once(sessions, team, parsed, clock, dry_run=dry_run)
    except IntegrityError:
        return _once(sessions, team, parsed, clock, dry_run=dry_run)


def _once(sessions: Sessions, team: Team, parsed: Parsed, clock: Clock, *, dry_run: bool) -> Report:
    now = clock()
    with sessions() if dry_run else sessions.begin() as session:
        return run.store(session, team.row(session, now), parsed, now)
