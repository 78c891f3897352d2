"""An import on the command line: the file, the database, and what the person reads."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.exc import IntegrityError

from bot import opening, settings
from bot.cli import Refused
from bot.settings import SettingsError
from bot.workspace_of import Team, team_of
from handlers.views import imports as views
from models import workspaces
from models.clock import Clock, system
from models.db import Sessions, reading
from models.errors import AlreadyUndone, LastAdmin, TooLate
from models.exchange.broken import BadFile, BadOrder
from models.imports import mappings, run, runs
from models.imports.mappings import Options
from models.imports.report import Report, RowsRefused
from models.imports.run import Order, Parsed


@dataclass(frozen=True)
class Asked:
    """What was typed.

    mapping  the name of options kept before; what is said now goes before them.
    save_as  under which name to keep the options.
    """

    kind: str
    file: Path
    options: Options
    mapping: str | None = None
    save_as: str | None = None
    skip_bad: bool = False
    not_patients: bool = False

    def order(self, options: Options) -> Order:
        """The import with these options."""
        return Order(
            kind=self.kind,
            file=self.file,
            maps=options.maps,
            sets=options.sets,
            delimiter=options.delimiter or ",",
            encoding=options.encoding,
            dates=options.dates or "iso",
            skip_bad=self.skip_bad,
            not_patients=self.not_patients,
        )


def do(asked: Asked, *, team_id: str | None, dry_run: bool, clock: Clock = system) -> None:
    """Import the file, print what was done.

    Raises Refused for a file that cannot be taken, and when rows were left out; click's usage
    error or SettingsError for what was asked wrongly.
    """
    read = settings.read()
    # Thousands of rows make the collector look through the whole process again and again; what
    # is there by now (modules, mostly) stays to the end.
    gc.freeze()
    options = asked.options
    if asked.mapping is not None:
        with opening.database(read) as sessions:
            options = options.over(_saved(sessions, asked.kind, asked.mapping))
    parsed = _parse(asked.order(options))
    with opening.database(read) as sessions:
        team = team_of(sessions, read, team_id)
        keep = None if asked.save_as is None else (asked.save_as, options)
        try:
            report = _store(sessions, team, parsed, clock, keep, dry_run=dry_run)
        except RowsRefused as refused:
            raise Refused(views.refused_rows(refused)) from None
    for line in views.summary(report, stored=not dry_run):
        click.echo(line)
    if report.rejects:
        raise Refused("\n".join(views.rejected(report.rejects)))


def undo(number: str, *, team_id: str | None, clock: Clock = system) -> None:
    """Take an import back, print what became of its rows.

    Raises Refused when it cannot be taken back; click's usage error for what is no number.
    """
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise click.UsageError(views.no_number(number))
    read = settings.read()
    with opening.database(read) as sessions:
        team = team_of(sessions, read, team_id)
        try:
            done = _undo(sessions, team, int(number), clock)
        except runs.NoSuchImport:
            raise Refused(views.no_such_import(number)) from None
        except (AlreadyUndone, TooLate, LastAdmin) as refused:
            raise Refused(views.not_undone(number, refused)) from None
    click.echo(views.undone(number, done))


def _undo(sessions: Sessions, team: Team, number: int, clock: Clock) -> runs.Undone:
    """A second time when something came to point at one of the rows in this very moment."""
    try:
        return _undo_once(sessions, team, number, clock())
    except IntegrityError:
        return _undo_once(sessions, team, number, clock())


def _undo_once(sessions: Sessions, team: Team, number: int, now: datetime) -> runs.Undone:
    with sessions.begin() as session:
        return runs.undo(session, team.row(session, now).id, number, now)


def _saved(sessions: Sessions, kind: str, name: str) -> Options:
    with reading(sessions) as session:
        workspace = workspaces.only(session)
        try:
            if workspace is None:
                raise mappings.NoSuchMapping(kind, name, [])
            return mappings.saved(session, workspace.id, kind, name)
        except mappings.NoSuchMapping as missing:
            raise click.UsageError(
                views.no_such_mapping(missing.kind, missing.name, missing.names)
            ) from None


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
    sessions: Sessions,
    team: Team,
    parsed: Parsed,
    clock: Clock,
    keep: tuple[str, Options] | None,
    *,
    dry_run: bool,
) -> Report:
    """Everything in one transaction, which a dry run does not commit.

    An owner may use Touchbase for the first time in this very moment; the row that both made is
    there the second time.
    """
    try:
        return _once(sessions, team, parsed, clock, keep, dry_run=dry_run)
    except IntegrityError:
        return _once(sessions, team, parsed, clock, keep, dry_run=dry_run)


def _once(
    sessions: Sessions,
    team: Team,
    parsed: Parsed,
    clock: Clock,
    keep: tuple[str, Options] | None,
    *,
    dry_run: bool,
) -> Report:
    now = clock()
    with sessions() if dry_run else sessions.begin() as session:
        workspace = team.row(session, now)
        report = run.store(session, workspace, parsed, now)
        if keep is not None:
            name, options = keep
            mappings.save(session, workspace.id, parsed.order.kind, name, options, now)
        return report
