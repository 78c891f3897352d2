"""`/touchbase status`: how Touchbase does, and what becomes of messages nobody is sure about."""

from __future__ import annotations

from slack_bolt import Ack, Respond

from handlers.parsing import Payload
from handlers.views import status as views
from handlers.views.fields import Block
from models import permissions, status
from models.clock import Clock
from models.db import Sessions, reading
from models.users import Actor


def answer(
    actor: Actor, sessions: Sessions, clock: Clock, machine: Clock
) -> tuple[str, list[Block]]:
    """How things stand. Raises NotAllowed for all but admins."""
    permissions.must_see_status(actor)
    with reading(sessions) as session:
        found = status.of(session, actor, clock(), machine())
    return views.status(found)


def send_again(
    ack: Ack,
    action: Payload,
    respond: Respond,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
    machine: Clock,
) -> None:
    """Send a message again of which nobody knows whether it arrived."""
    ack()
    permissions.must_see_status(actor)
    with sessions.begin() as session:
        status.send_again(session, actor, int(action["value"]), clock())
    text, blocks = answer(actor, sessions, clock, machine)
    respond(text=text, blocks=blocks, replace_original=True)


def leave(
    ack: Ack,
    action: Payload,
    respond: Respond,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
    machine: Clock,
) -> None:
    """Leave such a message as it is."""
    ack()
    permissions.must_see_status(actor)
    with sessions.begin() as session:
        status.leave(session, actor, int(action["value"]), clock())
    text, blocks = answer(actor, sessions, clock, machine)
    respond(text=text, blocks=blocks, replace_original=True)
