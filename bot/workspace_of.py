"""Whose the database is, or whose it is going to be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.opening import ZONE_OF_NEW_WORKSPACE, installation
from bot.settings import Settings, SettingsError
from bot.slack import POSTING, web_client
from models import workspaces
from models.db import Sessions, reading
from models.workspaces import Workspace

_TEAM_ID = re.compile(r"[TE][A-Z0-9]{1,19}")


@dataclass(frozen=True)
class Team:
    """A Slack workspace as Slack calls it."""

    team_id: str
    name: str

    def row(self, session: Session, now: datetime) -> Workspace:
        """Its row, made in the caller's transaction if it is new."""
        return workspaces.ensure(
            session, self.team_id, name=self.name, zone=ZONE_OF_NEW_WORKSPACE, now=now
        )


def team_of(sessions: Sessions, settings: Settings, team_id: str | None) -> Team:
    """The database's one workspace; of an empty database the one named, else the bot token's.

    Stores nothing. Raises SettingsError when nobody says, when Slack cannot be asked, or when
    `team_id` is not the one the database belongs to.
    """
    if team_id is not None and not _TEAM_ID.fullmatch(team_id):
        raise SettingsError(f"--workspace {team_id!r} is not a team id; one looks like T012AB3CD.")
    with reading(sessions) as session:
        known = workspaces.only(session)
    if known is not None:
        if team_id not in (None, known.slack_team_id):
            raise SettingsError(
                f"This database belongs to the workspace {known.slack_team_id}, not {team_id}."
            )
        return Team(known.slack_team_id, known.name)
    if team_id is not None:
        return Team(team_id, team_id)
    if not settings.slack_bot_token:
        raise SettingsError(
            "The database is empty. Name the workspace with --workspace T…, or set SLACK_BOT_TOKEN."
        )
    try:
        found = installation(web_client(settings, POSTING), settings)
    except OSError:
        raise SettingsError(
            "Slack cannot be reached to learn whose token this is. "
            "Name the workspace with --workspace T…."
        ) from None
    return Team(found.team_id, found.team_name)
