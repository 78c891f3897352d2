"""`touchbase sandbox`: the bot against a stand-in for Slack, in the browser, on this machine."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import sys
import threading
import time
import webbrowser
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click
import platformdirs
import yaml
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot import app as bolt
from bot import logs, manifest, opening, sample_data
from bot.commands_tick import Instant
from bot.sandbox import sample
from bot.sandbox.page_server import Levers
from bot.sandbox.stand_in import StandIn
from bot.server import Server
from bot.settings import Settings, SettingsError
from bot.slack import ASKING_WHO, OPENING_A_FORM, POSTING, Installation, web_client
from bot.web import Gate, Web
from handlers import cards
from handlers.listen import World
from handlers.reading import dates
from models import workspaces
from models.clock import Windable, system
from models.db import Sessions, open_engine, sessions_for
from models.lookup import Lookups
from scheduler import loop
from scheduler.loop import Handle
from scheduler.pulse import PLAN, SEND

_ZONE = "America/Chicago"
_LONGEST_WIND = timedelta(seconds=20)
_LOOK_UP = 0.05


@click.command()
@click.option("--port", default=8765, show_default=True, help="Where the page is served.")
@click.option("--empty", is_flag=True, help="Without the sample data.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@click.option("--at", type=Instant(), help="When its clock starts. Default: the present.")
def sandbox(port: int, empty: bool, no_open: bool, at: datetime | None) -> None:
    """Try Touchbase in the browser: no Slack, no account, nothing leaves this machine."""
    logs.set_up()
    browser = not no_open
    while True:
        backstage = _Backstage(at)
        port = _play(backstage, port, empty=empty, browser=browser)
        if not backstage.again:
            return
        browser = False  # the page that asked is open


class _Backstage:
    """What the page's levers move; the bot puts itself in once it is there."""

    def __init__(self, at: datetime | None) -> None:
        self.clock = Windable()
        if at is not None:
            self.clock.wind_to(at)
        self.handle: Handle | None = None
        self.server: Server | None = None
        self.sessions: Sessions | None = None
        self.engines: dict[bool, Engine] = {}
        self.go_on: Callable[[datetime], None] | None = None
        self.again = False
        self._is_up = True

    def wind(self, at: datetime) -> None:
        """Set the clock; back once what it owes by then was planned and sent."""
        with contextlib.suppress(SQLAlchemyError):  # a database that is down stops no clock
            if self.go_on is not None:
                self.go_on(at)
        self.clock.wind_to(at)
        if self.handle is None or not self._is_up:
            return
        self.handle.wake()
        since = system()
        deadline = since + _LONGEST_WIND
        for step in (PLAN, SEND):
            while (self.handle.pulse.last(step) or since) <= since and system() < deadline:
                time.sleep(_LOOK_UP)
            since = system()

    def database(self, is_up: bool) -> None:
        """From the next transaction on, connections succeed or are refused."""
        self._is_up = is_up
        if self.sessions is not None:
            self.sessions.configure(bind=self.engines[is_up])
        if is_up and self.handle is not None:
            self.handle.wake()  # what fell due meanwhile is sent at once

    def start_over(self) -> None:
        """End this run, and have another begin."""
        if self.server is not None:
            self.again = True
            self.server.stop()


def _play(backstage: _Backstage, port: int, *, empty: bool, browser: bool) -> int:
    """One run of the stand-in and the bot, until either is stopped; the port it was on."""
    settings = Settings(
        slack_bot_token=f"xoxb-{secrets.token_hex(8)}",
        slack_signing_secret=secrets.token_hex(16),
        database_url=f"sqlite:///{_fresh_file(port)}",
        port=0,
    )
    made = yaml.safe_load(manifest.text())
    stand_in = StandIn(
        port=port,
        clock=backstage.clock,
        signing_secret=settings.slack_signing_secret,
        bot_token=settings.slack_bot_token,
        levers=Levers(backstage.wind, backstage.database, backstage.start_over),
        commands=made["features"]["slash_commands"],
        shortcuts=made["features"].get("shortcuts", []),
        subscribed=made["settings"]["event_subscriptions"]["bot_events"],
        home_enabled=made["features"]["app_home"]["home_tab_enabled"],
        examples=sample.EXAMPLES,
        limits="internal",
    )
    try:
        stand_in.start()
    except OSError as fault:
        raise SettingsError(
            f"Port {port} cannot be used ({fault.strerror}). Choose another with --port."
        ) from fault
    try:
        _populate(stand_in)
        _serve(stand_in, settings, backstage, empty=empty, browser=browser)
    finally:
        stand_in.stop()
    return urlsplit(stand_in.url).port or port


def _serve(
    stand_in: StandIn,
    settings: Settings,
    backstage: _Backstage,
    *,
    empty: bool,
    browser: bool,
) -> None:
    """The bot as `run` builds it, but with the stand-in's address and a clock that can be wound."""
    opening.at_head(settings)
    clock, engine = backstage.clock, open_engine(settings.database_url, pool_wait=5)
    sessions = backstage.sessions = sessions_for(engine)
    backstage.engines = {True: engine, False: open_engine(f"{settings.database_url}/gone")}
    backstage.go_on = _fill(sessions, stand_in, clock, empty=empty)
    settings = Settings(
        slack_bot_token=settings.slack_bot_token,
        slack_signing_secret=settings.slack_signing_secret,
        slack_api_url=stand_in.api_url,
        database_url=settings.database_url,
        port=0,
    )
    dates.warm(clock())
    lookups = Lookups()
    world = World(sessions, clock, lookups, web_client(settings, ASKING_WHO))
    identity = stand_in.identity
    installation = Installation(
        identity.team_id,
        identity.team_name,
        identity.bot_id,
        identity.bot_user_id,
        settings.slack_bot_token,
    )
    nameless = Settings(slack_api_url=settings.slack_api_url)
    app = bolt.build(installation, world, web_client(nameless, OPENING_A_FORM))
    # Requests bear the machine's time, as Slack's would; only people's days are wound.
    gate = Gate(settings.slack_signing_secret, system)
    server = Server(Web(app, gate, {}), "127.0.0.1", 0)
    stand_in.app_url = f"{server.url}/slack/events"
    posting = web_client(settings, POSTING)
    hear = cards.hear(lookups)
    handle = loop.start(
        sessions,
        lambda _workspace_id: posting,
        clock,
        hear=hear,
        chores=(lambda: world.keeper.store(sessions),),
    )
    backstage.handle, backstage.server = handle, server
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: server.stop())
    click.echo("Everything here is on this machine; the people and places are invented.")
    click.echo(f"Open {stand_in.url}")
    if browser and _has_screen():
        threading.Thread(target=webbrowser.open, args=(stand_in.url,), daemon=True).start()
    try:
        server.serve()
    finally:
        handle.stop()
        engine.dispose()


def _populate(stand_in: StandIn) -> None:
    """The sample people and their channel, as the stand-in's own."""
    for person in sample.PEOPLE:
        stand_in.add_person(
            person.slack_id,
            person.name,
            person.zone,
            person.email,
            is_admin=person.slack_admin,
            title=person.role,
        )
    members = {person.slack_id for person in sample.PEOPLE}
    stand_in.add_channel(
        sample.FIELD_TEAM, sample.FIELD_TEAM_NAME, members=members, bot_is_member=True
    )


def _fill(
    sessions: Sessions, stand_in: StandIn, clock: Windable, *, empty: bool
) -> Callable[[datetime], None]:
    """Store the sample; what it does of itself before the clock is wound to an instant."""
    identity, filled = stand_in.identity, clock()
    with sessions.begin() as session:
        workspace = workspaces.ensure(
            session, identity.team_id, name=identity.team_name, zone=_ZONE, now=filled
        )
        cast = None if empty else sample_data.load(session, workspace, filled)

    def go_on(at: datetime) -> None:
        if cast is not None:
            with sessions.begin() as session:
                sample_data.go_on(session, cast, filled, clock(), at)

    return go_on


def _fresh_file(port: int) -> Path:
    """A database of its own for each port, made anew at every start: the clock was wound in the
    last one."""
    folder = platformdirs.user_cache_path("touchbase", ensure_exists=True)
    file = folder / f"sandbox-{port}.db"
    for old in (file, file.with_name(f"{file.name}-journal")):
        old.unlink(missing_ok=True)
    return file


def _has_screen() -> bool:
    return sys.platform == "darwin" or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
