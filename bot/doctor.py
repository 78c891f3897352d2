"""Is everything there that a run needs? One line for each thing, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot import manifest, opening
from bot.settings import Settings, SettingsError
from bot.slack import POSTING, web_client
from models.db import open_engine


@dataclass(frozen=True)
class Line:
    """One finding."""

    well: bool
    text: str


def examine(settings: Settings) -> list[Line]:
    """Every finding, in the order in which to fix them."""
    return [*_settings(settings), *_token(settings), *_socket(settings), *_database(settings)]


def _settings(settings: Settings) -> Iterator[Line]:
    if not settings.slack_bot_token:
        yield Line(False, "SLACK_BOT_TOKEN is not set: copy the bot token (xoxb-…) of your app.")
    elif not settings.slack_bot_token.startswith(("xoxb-", "xoxe.xoxb-")):
        yield Line(False, "SLACK_BOT_TOKEN is not a bot token: those begin with xoxb-.")
    else:
        yield Line(True, "SLACK_BOT_TOKEN is set.")
    if settings.socket_mode:
        yield Line(True, "SLACK_APP_TOKEN is set: Socket Mode.")
    elif settings.slack_signing_secret:
        yield Line(True, "SLACK_SIGNING_SECRET is set: HTTP.")
    else:
        yield Line(
            False,
            "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP) is set.",
        )


def _token(settings: Settings) -> Iterator[Line]:
    if not settings.slack_bot_token:
        return
    try:
        answer = web_client(settings, POSTING).auth_test()
    except SlackApiError as fault:
        code = fault.response.get("error", "no reason given")
        yield Line(False, f"Slack refuses the bot token ({code}): install the app again.")
        return
    except (SlackClientError, OSError):
        yield Line(False, "Slack cannot be reached: check the network, and SLACK_API_URL.")
        return
    yield Line(True, f"The bot token is good for {answer.get('team') or answer['team_id']}.")
    headers = {name.lower(): value for name, value in (answer.headers or {}).items()}
    if "x-oauth-scopes" not in headers:
        yield Line(True, "Slack does not say which scopes the token has.")
        return
    has = {scope.strip() for scope in headers["x-oauth-scopes"].split(",")}
    missing = [scope for scope in manifest.bot_scopes() if scope not in has]
    if missing:
        yield Line(
            False,
            f"The token lacks {', '.join(missing)}: paste `touchbase manifest` into the app's "
            "manifest and install it again.",
        )
    else:
        yield Line(True, "The token has every scope.")


def _socket(settings: Settings) -> Iterator[Line]:
    if not settings.socket_mode:
        return
    try:
        web_client(settings, POSTING).apps_connections_open(app_token=settings.slack_app_token)
    except SlackApiError as fault:
        code = fault.response.get("error", "no reason given")
        yield Line(
            False,
            f"Slack refuses SLACK_APP_TOKEN ({code}): it must be an app-level token (xapp-…) with "
            "the scope connections:write.",
        )
    except (SlackClientError, OSError):
        yield Line(False, "Slack cannot be reached for Socket Mode: check the network.")
    else:
        yield Line(True, "SLACK_APP_TOKEN opens a socket.")


def _database(settings: Settings) -> Iterator[Line]:
    try:
        opening.at_head(settings)
    except SettingsError as wrong:
        yield Line(False, str(wrong))
        return
    engine = open_engine(settings.database_url)
    try:
        with engine.begin() as connection:
            # A write that changes nothing, so that a read-only file is found out here.
            connection.execute(text("UPDATE workspace SET name = name WHERE id = -1"))
    except SQLAlchemyError:
        yield Line(False, "The database cannot be written: check its permissions.")
    else:
        yield Line(True, "The database is at the present schema and can be written.")
    finally:
        engine.dispose()
