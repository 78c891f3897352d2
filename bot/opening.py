"""What every command opens first: the database, at the present schema, and the workspace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DBAPIError

from bot.settings import Settings, SettingsError
from bot.slack import POSTING, Installation, web_client
from models import migrate, workspaces
from models.clock import Clock
from models.db import Sessions, open_engine, sessions_for
from models.workspaces import Workspace

ZONE_OF_NEW_WORKSPACE = "America/New_York"
"""Until somebody says otherwise; each person's own zone comes from their Slack profile."""

NEWER = "The database is from a newer Touchbase. Install that version, or another database."

_BUSY = ("ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")

_JOB_SECONDS = 30


def is_sqlite(settings: Settings) -> bool:
    """Whether the database is a file of one machine."""
    return make_url(settings.database_url).get_backend_name() == "sqlite"


def at_head(settings: Settings) -> str | None:
    """Bring an SQLite file to the present schema; see that a PostgreSQL has it.

    Returns the path of the copy made of an older SQLite file. Raises SettingsError.
    """
    try:
        if is_sqlite(settings):
            return migrate.upgrade(settings.database_url)
        engine = open_engine(settings.database_url, statement=_JOB_SECONDS)
        try:
            at = migrate.version(engine)
            if at is not None and at > migrate.HEAD:
                raise migrate.NewerDatabase(at)
            if at != migrate.HEAD:
                raise SettingsError("The database is behind this version: run `touchbase migrate`.")
        finally:
            engine.dispose()
    except DBAPIError as fault:
        raise SettingsError(no_database(settings, fault)) from fault
    except migrate.NewerDatabase:
        raise SettingsError(NEWER) from None
    return None


def no_database(settings: Settings, fault: DBAPIError) -> str:
    """One sentence on a database that cannot be opened; never its URL, which may hold a secret."""
    name = make_url(settings.database_url).database or "?"
    return (
        f"The database {name} cannot be opened ({type(fault.orig).__name__}). Check DATABASE_URL."
    )


@contextmanager
def database(settings: Settings) -> Iterator[Sessions]:
    """Sessions for a short command or a job, on a database at the present schema."""
    at_head(settings)
    engine: Engine = open_engine(settings.database_url, statement=_JOB_SECONDS, pool_wait=30)
    try:
        yield sessions_for(engine)
    finally:
        engine.dispose()


def serve(sessions: Sessions, settings: Settings, clock: Clock) -> tuple[Installation, Workspace]:
    """The installation and workspace a running bot serves. Slack being out of reach is no reason
    not to start once the workspace is known. Raises SettingsError.
    """
    with sessions() as session:
        known = workspaces.only(session)
    try:
        found = installation(web_client(settings, POSTING), settings)
    except SettingsError:
        raise
    except OSError:
        if known is None:
            raise SettingsError(
                "Slack cannot be reached to learn which workspace this is."
            ) from None
        team = known.slack_team_id
        return Installation(team, known.name, None, None, settings.slack_bot_token), known
    if known is not None and known.slack_team_id != found.team_id:
        raise SettingsError(
            f"SLACK_BOT_TOKEN is of the workspace {found.team_id}, "
            f"but this database belongs to {known.slack_team_id}."
        )
    return found, known or _make(sessions, found.team_id, found.team_name, clock())


def installation(client: WebClient, settings: Settings) -> Installation:
    """Which workspace the bot token is of. Raises SettingsError when Slack refuses the token,
    OSError when Slack cannot be reached."""
    try:
        answer = client.auth_test()
    except SlackApiError as fault:
        code = fault.response.get("error", "an error")
        if fault.response.status_code != 200 or code in _BUSY:
            raise OSError(str(code)) from fault
        raise SettingsError(f"Slack refused SLACK_BOT_TOKEN ({code}).") from fault
    except SlackClientError as fault:
        raise OSError(str(type(fault).__name__)) from fault
    return Installation(
        team_id=str(answer["team_id"]),
        team_name=str(answer.get("team") or answer["team_id"]),
        bot_id=answer.get("bot_id"),
        bot_user_id=answer.get("user_id"),
        token=settings.slack_bot_token,
    )


def _make(sessions: Sessions, team_id: str, name: str, now: datetime) -> Workspace:
    with sessions.begin() as session:
        return workspaces.ensure(session, team_id, name=name, zone=ZONE_OF_NEW_WORKSPACE, now=now)
