"""A manager looks at the list of somebody of their team."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers.parsing import Payload
from handlers.views import team as views
from models import accounts, overdue_team, reassigning, users
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
    """Open the person's accounts past due; from there, those of somebody below them."""
    ack()
    person_id = int(action["value"])
    today = actor.today(clock())
    with reading(sessions) as session:
        reassigning.must_reach(session, actor, person_id)
        person = users.get(session, actor.workspace_id, person_id)
        overdue = accounts.overdue(session, actor.workspace_id, person_id, today)
        team = overdue_team.of(session, actor.workspace_id, person_id, today)
    view = views.person(person.name, overdue, team, today)
    if body.get("view"):  # Slack keeps three on top of each other: no more levels in a sales force
        client.views_push(trigger_id=body["trigger_id"], view=view)
    else:
        client.views_open(trigger_id=body["trigger_id"], view=view)
