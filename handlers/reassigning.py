"""Giving somebody's accounts to somebody else, and taking that back."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import parsing
from handlers.checking import InvalidForm
from handlers.parsing import Payload
from handlers.views import fields
from handlers.views import reassigning as views
from handlers.views.fields import View
from models import reassigning, users
from models.clock import Clock
from models.db import Sessions, reading
from models.errors import BadChoice, Missing, NoSuchPerson
from models.users import Actor

_MOST_OPTIONS = 100


def open_form(
    slack_id: str, command: Payload, client: WebClient, actor: Actor, sessions: Sessions
) -> None:
    """`/touchbase reassign @dana`: the form that opens is the answer.

    Raises NoSuchPerson, NotAllowed, NotYours.
    """
    with reading(sessions) as session:
        person = users.by_slack_id(session, actor.workspace_id, slack_id)
    if person is None:
        raise NoSuchPerson
    view = _form(person.id, actor, sessions)
    client.views_open(trigger_id=command["trigger_id"], view=view)


def open_from_message(
    ack: Ack, action: Payload, body: Payload, client: WebClient, actor: Actor, sessions: Sessions
) -> None:
    """Open the form from the message that somebody left."""
    ack()
    view = _form(int(action["value"]), actor, sessions)
    client.views_open(trigger_id=body["trigger_id"], view=view)


def search(ack: Ack, options: Payload, actor: Actor, sessions: Sessions) -> None:
    """Who may take over, for what is typed so far: the asker's team first."""
    typed = str(options.get("value") or "").strip()[: fields.LONGEST_NAME]
    person_id = int(parsing.Fields(options["view"]).metadata["person"])
    with reading(sessions) as session:
        reassigning.must_reach(session, actor, person_id)
        found = reassigning.successors(session, actor, typed, but=person_id, most=_MOST_OPTIONS)
    ack(options=views.options(found))


def submit(ack: Ack, view: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Give the accounts over, with the receipt that earns, then close the form."""
    held = parsing.Fields(view)
    heir, part = held.chosen(views.TO), held.chosen(views.PART)
    if heir is None or heir.id is None:
        raise InvalidForm({views.TO: Missing() if heir is None else BadChoice()})
    with sessions.begin() as session:
        reassigning.reassign(
            session,
            actor,
            person_id=int(held.metadata["person"]),
            heir_id=heir.id,
            part=part.value if part else reassigning.ALL,
            deals=bool(held.all_chosen(views.DEALS)),
            submission=view["id"],
            now=clock(),
        )
    ack()


def undo(ack: Ack, action: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Give them back."""
    ack()
    with sessions.begin() as session:
        reassigning.undo(session, actor, int(action["value"]), clock())


def _form(person_id: int, actor: Actor, sessions: Sessions) -> View:
    with reading(sessions) as session:
        reassigning.must_reach(session, actor, person_id)
        held = reassigning.holdings(session, actor.workspace_id, person_id)
    return views.form(held) if held else views.nothing(held)
