"""What somebody thinks of a message they got unasked."""

from __future__ import annotations

from slack_bolt import Ack, Respond

from handlers.parsing import Payload
from handlers.views import habits as habit_views
from handlers.views import verdicts as views
from models import acting, deliveries, habits, verdicts
from models.clock import Clock
from models.db import Session, Sessions
from models.deliveries import NUDGE, Delivery
from models.errors import NotYours
from models.users import Actor


def not_useful(
    ack: Ack, action: Payload, respond: Respond, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Note it, and offer fewer of these."""
    ack()
    delivery_id, now, kind = int(action["value"]), clock(), ""
    with sessions.begin() as session:
        message = _message(session, actor, delivery_id)
        if message is not None:
            kind = message.kind
            verdicts.say(session, actor, message, now)
            acting.note(session, message, acting.NOT_USEFUL, now)
    text, blocks = views.thanks(kind, delivery_id)
    respond(text=text, blocks=blocks, response_type="ephemeral", replace_original=False)


def undo(ack: Ack, action: Payload, respond: Respond, actor: Actor, sessions: Sessions) -> None:
    """Take it back."""
    ack()
    with sessions.begin() as session:
        verdicts.take_back(session, actor, int(action["value"]))
    respond(text=views.taken_back(), replace_original=True)


def stop(ack: Ack, action: Payload, respond: Respond, actor: Actor, sessions: Sessions) -> None:
    """Send no more of these: no morning message, or no list in the afternoon."""
    ack()
    with sessions.begin() as session:
        message = _message(session, actor, int(action["value"]))
        afternoon = message is not None and message.kind == NUDGE
        if afternoon:
            habits.one_list(session, actor)
        else:
            habits.stop(session, actor)
    said = views.no_afternoons() if afternoon else habit_views.stopped()
    respond(text=said, replace_original=True)


def _message(session: Session, actor: Actor, delivery_id: int) -> Delivery | None:
    """The message; None when it is so old that nobody remembers it. A channel's is everybody's.
    Raises NotYours for somebody else's."""
    found = deliveries.get(session, actor.workspace_id, delivery_id)
    if found is not None and found.user_id not in (None, actor.user_id):
        raise NotYours
    return found
