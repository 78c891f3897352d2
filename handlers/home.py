"""The Home tab: published when it is opened and after its own buttons."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers.parsing import Payload
from handlers.views import home as views
from models import follow_ups, home
from models.clock import Clock
from models.db import Sessions, reading
from models.users import Actor


def opened(
    ack: Ack, event: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Show the tab as things stand. Slack also says so when the Messages tab is opened."""
    ack()
    if event.get("tab") == "home":
        _publish(client, actor, sessions, clock())


def show_all(ack: Ack, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Show the whole of its lists."""
    ack()
    _publish(client, actor, sessions, clock(), every=True)


def done(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Mark a follow-up as done, and show the way back."""
    ack()
    follow_up_id, now = int(action["value"]), clock()
    with sessions.begin() as session:
        follow_ups.finish(session, actor, follow_up_id, actor.today(now))
    every = views.shows_all(body["view"])
    _publish(client, actor, sessions, now, every=every, done=[follow_up_id])


def undo_done(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Put a follow-up back on the list."""
    ack()
    with sessions.begin() as session:
        follow_ups.bring_back(session, actor, int(action["value"]))
    _publish(client, actor, sessions, clock(), every=views.shows_all(body["view"]))


def _publish(
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    now: datetime,
    *,
    every: bool = False,
    done: Collection[int] = (),
) -> None:
    with reading(sessions) as session:
        shown = home.of(session, actor.workspace_id, actor.user_id, now, done=done)
    client.views_publish(user_id=actor.slack_id, view=views.view(shown, every=every))
