"""A person's reports on schedule: seeing them, stopping one, taking that back."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import showing
from handlers.parsing import Payload
from handlers.views import report_schedules as views
from models import report_schedules
from models.clock import Clock
from models.db import Sessions, reading
from models.users import Actor


def show(
    ack: Ack, body: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Open the list, on top of the form if it was asked for there."""
    ack()
    now = clock()
    with reading(sessions) as session:
        view = views.shown(report_schedules.of_actor(session, actor, now), actor.today(now))
    opens = client.views_push if body.get("view") else client.views_open
    opens(trigger_id=body["trigger_id"], view=view)


def stop(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """End one; the list then has the way back."""
    ack()
    now = clock()
    with sessions.begin() as session:
        stopped = report_schedules.stop(session, actor, int(action["value"]), now)
        left = report_schedules.of_actor(session, actor, now)
    showing.anew(client, body["view"], views.shown(left, actor.today(now), stopped=stopped))


def resume(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Have one come again that was just stopped."""
    ack()
    now = clock()
    with sessions.begin() as session:
        report_schedules.resume(session, actor, int(action["value"]), now)
        every = report_schedules.of_actor(session, actor, now)
    showing.anew(client, body["view"], views.shown(every, actor.today(now)))
