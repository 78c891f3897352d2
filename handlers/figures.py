"""A figure of the digest, opened from its line's menu: the rows behind it and its formula."""

from __future__ import annotations

import json

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import showing
from handlers.parsing import Payload
from handlers.views import figures as views
from handlers.views import pipeline as pipeline_views
from handlers.views.fields import View
from models import figures
from models.db import Sessions, reading
from models.users import Actor


def show(
    ack: Ack, action: Payload, body: Payload, client: WebClient, actor: Actor, sessions: Sessions
) -> None:
    """Open the rows of the figure chosen."""
    ack()
    snapshot_id, figure = pipeline_views.chosen(action["selected_option"]["value"])
    form = _form(actor, sessions, snapshot_id, figure)
    client.views_open(trigger_id=body["trigger_id"], view=form)


def turn(
    ack: Ack, action: Payload, body: Payload, client: WebClient, actor: Actor, sessions: Sessions
) -> None:
    """Show the next rows, or those before."""
    ack()
    of = json.loads(body["view"]["private_metadata"])
    form = _form(actor, sessions, of["snapshot"], of["figure"], int(action["value"]))
    showing.anew(client, body["view"], form)


def _form(actor: Actor, sessions: Sessions, snapshot_id: int, figure: str, start: int = 0) -> View:
    if not views.known(figure):
        raise ValueError("no such figure")
    with reading(sessions) as session:
        page = figures.page(session, actor, snapshot_id, figure, start)
    metadata = json.dumps({"snapshot": snapshot_id, "figure": figure})
    return views.form(page, actor.zone, metadata)
