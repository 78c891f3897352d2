"""What the environment says, read once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from environs import Env, EnvError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

SLACK_API = "https://slack.com/api/"
_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")


class SettingsError(Exception):
    """A setting is missing or wrong. Its text is one plain sentence for the operator."""


@dataclass(frozen=True)
class Settings:
    """Every setting. Each is described in docs/settings.md; secrets stay out of the repr."""

    slack_bot_token: str = field(default="", repr=False)
    slack_signing_secret: str = field(default="", repr=False)
    slack_app_token: str = field(default="", repr=False)
    slack_api_url: str = SLACK_API
    database_url: str = field(default="sqlite:///touchbase.db", repr=False)
    host: str = "127.0.0.1"
    port: int = 3000
    heartbeat_url: str = field(default="", repr=False)
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is reached over a socket of ours, and not by its requests to us."""
        return bool(self.slack_app_token)


VARIABLES: Mapping[str, str] = {
    "SLACK_BOT_TOKEN": "slack_bot_token",
    "SLACK_SIGNING_SECRET": "slack_signing_secret",
    "SLACK_APP_TOKEN": "slack_app_token",
    "SLACK_API_URL": "slack_api_url",
    "DATABASE_URL": "database_url",
    "TOUCHBASE_HOST": "host",
    "PORT": "port",
    "HEARTBEAT_URL": "heartbeat_url",
    "METRICS_HOST": "metrics_host",
    "METRICS_PORT": "metrics_port",
}
"""The environment variable of each setting."""


def read() -> Settings:
    """The settings of this process. Raises SettingsError with a sentence about the first wrong one.

    An empty variable counts as one that is not set.
    """
    env = Env()
    given: dict[str, str] = {}
    for variable, name in VARIABLES.items():
        value = env.str(variable, "").strip()
        if value:
            given[name] = value
    ports = {
        VARIABLES[variable]: _port(env, variable)
        for variable in ("PORT", "METRICS_PORT")
        if given.pop(VARIABLES[variable], None)
    }
    if "slack_api_url" in given:
        given["slack_api_url"] = _base_url(given["slack_api_url"])
    if "database_url" in given:
        _check_database(given["database_url"])
    if "heartbeat_url" in given:
        _check_heartbeat(given["heartbeat_url"])
    return Settings(**given, **ports)  # type: ignore[arg-type]  # each is of its field's type


def need(settings: Settings, *names: str) -> None:
    """Raises SettingsError when one of these variables is not set."""
    for variable in names:
        if not getattr(settings, VARIABLES[variable]):
            raise SettingsError(f"{variable} is not set. docs/settings.md says where to find it.")


def _port(env: Env, variable: str) -> int:
    try:
        port = env.int(variable)
    except EnvError:
        port = -1
    if not 0 <= port <= 65_535:
        raise SettingsError(f"{variable} must be a number from 0 to 65535.")
    return port


def _check_heartbeat(url: str) -> None:
    """The address is a secret of its own: whoever has it can say that we live."""
    if not re.match(r"^(https://[^/\s]+|http://(localhost|127\.0\.0\.1)(:\d+)?(/|$))", url):
        raise SettingsError("HEARTBEAT_URL must begin with https://.")


def _base_url(url: str) -> str:
    if not re.match(r"^https?://[^/\s]+", url):
        raise SettingsError("SLACK_API_URL must begin with https:// or http://.")
    return url if url.endswith("/") else f"{url}/"


def _check_database(url: str) -> None:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        parsed = None
    if parsed is None or parsed.drivername not in _DRIVERS:
        raise SettingsError(
            "DATABASE_URL must look like sqlite:///touchbase.db or postgresql+psycopg://user@host/name."
        )
