"""Clients of Slack's Web API, each with the time its use may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

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


Heard = Callable[[str, str, datetime | None], None]
"""Told of each call: its method, "ok" or the code of what went wrong, and the date of Slack's
answer if there was one."""


class _Client(WebClient):
    """A client that says how each of its calls ended."""

    heard: Heard = staticmethod(lambda _method, _code, _date: None)

    def api_call(self, api_method: str, **told: Any) -> SlackResponse:
        try:
            reply = super().api_call(api_method, **told)
        except SlackApiError as fault:
            code = _code_of(fault.response)
            self.heard(api_method, code, _date_of(getattr(fault.response, "headers", None)))
            raise
        except Exception as fault:
            self.heard(api_method, type(fault).__name__, None)
            raise
        self.heard(api_method, "ok", _date_of(reply.headers))
        return reply


def web_client(settings: Settings, seconds: int, heard: Heard | None = None) -> WebClient:
    """A client that tries once: what is tried again, and when, is decided where it is known
    whether the first try may have worked (slack_sdk's own handlers post twice, reliability M6).
    """
    client = _Client(
        token=settings.slack_bot_token or None,
        base_url=settings.slack_api_url,
        timeout=seconds,
        retry_handlers=[],
    )
    if heard is not None:
        client.heard = heard
    return client


def _code_of(response: Any) -> str:
    """What Slack says is wrong, or the HTTP status where it says nothing."""
    data = getattr(response, "data", None)
    error = data.get("error") if isinstance(data, dict) else None
    known = isinstance(error, str) and error.replace("_", "").isalnum() and len(error) <= 60
    return str(error) if known else f"http_{getattr(response, 'status_code', 0)}"


def _date_of(headers: Any) -> datetime | None:
    """The date of an answer (RFC 9110, 6.6.1)."""
    told = {str(name).lower(): value for name, value in dict(headers or {}).items()}.get("date")
    try:
        date = parsedate_to_datetime(str(told))
    except ValueError:
        return None
    return date if date.tzinfo else None
