"""A number of Home or of the pipeline, opened from its line's menu: the rows behind it."""

from __future__ import annotations

import json

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import showing
from handlers.parsing import Payload
from handlers.views import behind as views
from handlers.views.fields import View
from models import behind
from models.clock import Clock
from models.db import Sessions, reading
from models.users import Actor


def show(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Open the rows of the number chosen."""
    ack()
    whose, figure = views.chosen(action["selected_option"]["value"])
    form = _form(actor, sessions, clock, whose, figure)
    if body["view"]["type"] == "modal":
        client.views_push(trigger_id=body["trigger_id"], view=form)
    else:
        client.views_open(trigger_id=body["trigger_id"], view=form)


def turn(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Show the next rows, or those before."""
    ack()
    of = json.loads(body["view"]["private_metadata"])
    form = _form(actor, sessions, clock, of["whose"], of["figure"], int(action["value"]))
    showing.anew(client, body["view"], form)


def _form(
    actor: Actor, sessions: Sessions, clock: Clock, whose: str, figure: str, start: int = 0
) -> View:
    now = clock()
    with reading(sessions) as session:
        shown = behind.page(session, actor, whose, figure, now, start)
    return views.form(shown, actor.today(now))
