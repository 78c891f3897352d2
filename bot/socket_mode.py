"""The Socket Mode transport: a socket of ours to Slack, for workspaces without a public address."""

from __future__ import annotations

import logging
import time
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.settings import Settings, SettingsError
from bot.slack import POSTING, web_client

WORKERS = 32
_PATIENCE = 5

_log = logging.getLogger("slack_sdk.socket_mode")


class SocketMode:
    """Hands what comes over the socket to the same Bolt app as the HTTP transport."""

    def __init__(self, app: App, settings: Settings) -> None:
        handler = SocketModeHandler(
            app,
            app_token=settings.slack_app_token,
            web_client=web_client(settings, POSTING),
            concurrency=WORKERS,
            logger=_log,
        )
        self._client: Any = handler.client  # half of its methods are untyped
        self._greeted = False
        self._client.message_listeners.append(self._hear)

    def connect(self) -> None:
        """Open the socket; it reconnects by itself from then on. Raises SettingsError when Slack
        refuses the token, or cannot be reached in some fifteen seconds."""
        for attempt in range(_PATIENCE):
            try:
                # Not `connect`: that would use an address again that Slack takes only once.
                self._client.connect_to_new_endpoint(force=True)
                _log.setLevel(logging.WARNING)  # from now on nobody is there to be told by raising
                return
            except SlackApiError as fault:
                code = fault.response.get("error", "no reason given")
                raise SettingsError(
                    f"Slack refuses SLACK_APP_TOKEN ({code}): it must be an app-level token "
                    "(xapp-…) with the scope connections:write."
                ) from fault
            except (SlackClientError, OSError):
                if attempt < _PATIENCE - 1:
                    time.sleep(2**attempt)
        raise SettingsError("Slack cannot be reached for Socket Mode.")

    def is_connected(self) -> bool:
        """Whether the socket is open and Slack has said hello, for /readyz."""
        return self._greeted and bool(self._client.is_connected())

    def _hear(self, _client: object, message: dict[str, Any], _raw: str | None) -> None:
        self._greeted = self._greeted or message.get("type") == "hello"

    def close(self) -> None:
        """Take no more, finish what is in hand, and close the socket."""
        self._client.auto_reconnect_enabled = False
        self._client.closed = True  # the loop that hands out envelopes looks at nothing else
        self._client.message_processor.shutdown()
        self._client.message_workers.shutdown(wait=True)  # their answers still go out
        self._client.close()
