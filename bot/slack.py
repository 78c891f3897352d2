"""Clients of Slack's Web API, each with the time its use may take."""

from __future__ import annotations

from dataclasses import dataclass, field

from slack_sdk import WebClient

from bot.settings import Settings

OPENING_A_FORM, ASKING_WHO, POSTING = 2, 1, 10
"""Seconds a call may take: while a person waits, before that, and in a job."""


@dataclass(frozen=True)
class Installation:
    """The one workspace this deployment serves, as `auth.test` names it."""

    team_id: str
    team_name: str
    bot_id: str | None
    bot_user_id: str | None
    token: str = field(repr=False)


def web_client(settings: Settings, seconds: int) -> WebClient:
    """A client that tries once: what is tried again, and when, is decided where it is known
    whether the first try may have worked (slack_sdk's own handlers post twice, reliability M6).
    """
    return WebClient(
        token=settings.slack_bot_token or None,
        base_url=settings.slack_api_url,
        timeout=seconds,
        retry_handlers=[],
    )
