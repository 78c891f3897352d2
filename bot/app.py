"""Builds the Bolt app: who is authorized, and a listener for every route."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from slack_bolt import Ack, App, Args
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.slack import Installation
from handlers import listen, routes
from handlers.listen import Handler, World
from handlers.views import help as help_views

# Bolt reads these by itself: with the first two it turns to OAuth, with the third it warns that
# the token given to it is another.
_BOLTS_VARIABLES = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN")

Listener = Callable[[Args], None]
Timed = Callable[[str, Listener], Listener]


def build(
    installation: Installation, world: World, client: WebClient, timed: Timed | None = None
) -> App:
    """The app that both transports hand their requests to.

    `process_before_response`: a listener's answer is Slack's answer (performance.md section 0).
    The signature was checked by the gate before Bolt (`bot/web.py`); Socket Mode has none.
    timed  put around each listener, with its kind: whoever measures them.
    """
    with _without(_BOLTS_VARIABLES):
        app = App(
            process_before_response=True,
            client=client,
            authorize=_authorize(installation),
            request_verification_enabled=False,
            attaching_conversation_kwargs_enabled=False,
            attaching_function_token_enabled=False,
        )

    def listener(kind: str, handler: Handler) -> Listener:
        made = listen.wrap(handler, world)
        return timed(kind, made) if timed else made

    for kind, register, table in (
        ("command", app.command, routes.COMMANDS),
        ("form", app.view, routes.VIEWS),
        ("options", app.options, routes.OPTIONS),
        ("shortcut", app.shortcut, routes.SHORTCUTS),
        ("closed", app.view_closed, routes.CLOSED),
    ):
        for name, handler in table.items():
            register(name)(listener(kind, handler))
    for name, handler in routes.ACTIONS.items():
        # A row of like buttons has one handler: "visit_fits" answers to "visit_fits:2" too.
        app.action(re.compile(rf"^{re.escape(name)}(:\d+)?$"))(listener("action", handler))
    for name, handler in routes.EVENTS.items():
        # Edited, deleted and joined are messages too; what people said has one of these.
        said: dict[str, Any] = {"type": name}
        if name == "message":
            said["subtype"] = (None, "file_share")
        app.event(said)(listener("event", handler))
    app.command(re.compile(".*"))(_unknown_command)
    return app


def _unknown_command(ack: Ack) -> None:
    ack(text=help_views.unknown_command())


def _authorize(installation: Installation) -> Callable[..., Any]:
    """Bolt's question for each request; None means that it is no workspace of ours."""
    result = AuthorizeResult(
        enterprise_id=None,
        team_id=installation.team_id,
        bot_id=installation.bot_id,
        bot_user_id=installation.bot_user_id,
        bot_token=installation.token,
    )

    def authorize(team_id: str | None) -> AuthorizeResult | None:
        return result if team_id == installation.team_id else None

    return authorize


@contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    """The environment without these variables, for as long as the block lasts."""
    found = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(found)
