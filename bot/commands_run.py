"""`touchbase run`: the bot itself."""

from __future__ import annotations

import fcntl
import gc
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
import structlog
from sqlalchemy import make_url, text

from bot import app as bolt
from bot import logs, opening
from bot import metrics as prometheus
from bot import settings as environment
from bot.cli import Refused
from bot.metrics import Figures
from bot.server import Server
from bot.settings import Settings
from bot.slack import ASKING_WHO, OPENING_A_FORM, POSTING, Heard, web_client
from bot.socket_mode import SocketMode
from bot.web import Check, Gate, Web
from handlers import cards
from handlers.listen import World
from handlers.reading import dates
from models import migrate
from models.clock import system
from models.db import Sessions, clock_of, open_engine, reading, sessions_for
from models.lookup import Lookups
from scheduler import loop
from scheduler.clock_guard import ClockGuard
from scheduler.timing import Timing

log = structlog.get_logger(__name__)


@click.command()
@click.option(
    "--no-scheduler", is_flag=True, help="Plan nothing by the clock; still send receipts."
)
def run(no_scheduler: bool) -> None:
    """Run the bot: Socket Mode when SLACK_APP_TOKEN is set, else HTTP."""
    settings = environment.read()
    environment.need(settings, "SLACK_BOT_TOKEN")
    if not settings.socket_mode:
        environment.need(settings, "SLACK_SIGNING_SECRET")
    logs.set_up()
    with _alone(settings):
        copy = opening.at_head(settings)
        _serve(settings, answers_only=no_scheduler, copy=copy)


def _serve(settings: Settings, *, answers_only: bool, copy: str | None) -> None:
    """Everything a bot is, from the database up, until it is told to stop."""
    engine = open_engine(settings.database_url)
    jobs = open_engine(settings.database_url, statement=30, pool_wait=30)
    sessions, of_jobs, timing = sessions_for(engine), sessions_for(jobs), Timing()
    figures = prometheus.figures(settings)
    guard, heard = _guard(settings, of_jobs, timing, figures)
    installation, workspace = opening.serve(sessions, settings, system)
    lookups = Lookups(of_jobs)
    lookups.warm(workspace.id)  # the first rep of the day should not wait for it
    dates.warm(system())
    # What is in memory now stays: going through it at every collection would hold up answers.
    gc.collect()
    gc.freeze()
    world = World(
        sessions=sessions,
        clock=guard.clock,
        lookups=lookups,
        asking=web_client(settings, ASKING_WHO),
        machine=guard.machine,
    )
    # Without a token of its own: Bolt gives each request's client the one it was authorized with.
    opening_forms = web_client(replace(settings, slack_bot_token=""), OPENING_A_FORM)
    if figures:
        world = replace(world, refused=figures.refused)
    app = bolt.build(installation, world, opening_forms, figures.timed if figures else None)
    socket = SocketMode(app, settings) if settings.socket_mode else None
    checks: dict[str, Check] = {"database": _database(sessions)}
    if socket:
        checks["socket"] = socket.is_connected
    gate = None if socket else Gate(settings.slack_signing_secret, guard.clock)
    web = Web(None if socket else app, gate, checks)
    server = Server(web, settings.host, settings.port)
    posting = web_client(settings, POSTING, heard)
    handle = loop.start(
        of_jobs,
        lambda _workspace_id: posting,
        guard.clock,
        guard.machine,
        answers_only=answers_only,
        timing=timing,
        hear=cards.hear(lookups),
        chores=(lambda: world.keeper.store(of_jobs), lookups.refresh),
        guard=guard,
        heartbeat_url=settings.heartbeat_url,
        meter=figures,
    )
    checks["scheduler"], web.findings = handle.is_ready, handle.findings
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: server.stop())
    try:
        if figures:
            figures.serve(settings, of_jobs, handle.pulse, guard)
        print(f"Touchbase is listening on {server.url}", file=sys.stderr, flush=True)  # noqa: T201
        if copy:
            log.info("database.copied")
        if socket:
            socket.connect()
        server.serve()
    finally:
        if socket:
            socket.close()
        handle.stop()
        if figures:
            figures.stop()
        engine.dispose()
        jobs.dispose()


def _guard(
    settings: Settings, sessions: Sessions, timing: Timing, figures: Figures | None
) -> tuple[ClockGuard, Heard]:
    """What watches the clocks, and what the clients that jobs use tell of their calls."""

    def heard(method: str, code: str, date: datetime | None) -> None:
        if date is not None:
            guard.saw(date)
        if figures is not None:
            figures.called(method, code)

    def of_database() -> datetime | None:
        with reading(sessions) as session:
            return clock_of(session)

    asking = web_client(settings, round(timing.probe), heard)
    guard = ClockGuard(timing, database=of_database, ask=asking.api_test)
    return guard, heard


def _database(sessions: Sessions) -> Check:
    def answers() -> bool:
        with reading(sessions) as session:
            at = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return at == migrate.HEAD

    return answers


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One `run` on an SQLite file at a time. Raises Refused for a second one."""
    file = make_url(settings.database_url).database
    if not opening.is_sqlite(settings) or not file or file == ":memory:":
        yield
        return
    path = Path(f"{file}.run.lock")
    try:
        held = path.open("w")
    except OSError as fault:
        raise environment.SettingsError(
            f"The folder of {file} cannot be written ({fault.strerror}). Check DATABASE_URL."
        ) from fault
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused(
                f"Touchbase is running on {file} already. More than one needs PostgreSQL."
            ) from None
        yield
