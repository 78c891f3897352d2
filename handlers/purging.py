"""Finding a visit whose words have to go, and taking them out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import parsing
from handlers.checking import InvalidForm
from handlers.parsing import Payload
from handlers.views import fields
from handlers.views import purging as views
from handlers.views.fields import Choice
from models import permissions, redaction
from models.clock import Clock
from models.db import Sessions, reading
from models.errors import BadChoice, BadReference, Missing, NoSuchTouch, Refused
from models.lookup import Lookups
from models.redaction import Found
from models.users import Actor

_MOST_OPTIONS = 100
_REFERENCE = re.compile(r"(?:ref\.?\s*)?#?\s*t?\s*-?\s*(\d{1,18})", re.IGNORECASE)


def open_form(command: Payload, client: WebClient, actor: Actor) -> None:
    """Open the form that asks which visit. Raises NotAllowed for all but admins."""
    permissions.must_purge(actor)
    client.views_open(trigger_id=command["trigger_id"], view=views.find_form())


def search_people(ack: Ack, options: Payload, actor: Actor, sessions: Sessions) -> None:
    """Whoever may have logged it, for what is typed so far."""
    with reading(sessions) as session:
        found = redaction.people(session, actor, _typed(options), _MOST_OPTIONS)
    ack(options=[fields.option(Choice(f"u:{user_id}", name)) for user_id, name in found])


def search_accounts(
    ack: Ack, options: Payload, actor: Actor, sessions: Sessions, lookups: Lookups
) -> None:
    """Accounts for what is typed so far."""
    with reading(sessions) as session:
        index = lookups.get(session, actor.workspace_id)
    found = index.search_accounts(_typed(options), mine=None, limit=_MOST_OPTIONS)
    choices = [
        Choice(f"a:{one.id}", f"{one.name} · {one.city}" if one.city else one.name) for one in found
    ]
    ack(options=[fields.option(choice) for choice in choices])


def find(ack: Ack, view: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Show which visit it is, or which it may be, and ask whether that is meant."""
    found = _found(parsing.Fields(view), actor, sessions)
    ack(response_action="update", view=views.sure_form(found, actor.today(clock())))


def purge(ack: Ack, view: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Take the words out, and say what was done and what is still to do."""
    held = parsing.Fields(view)
    offered = held.metadata["touches"]
    which = held.chosen(views.WHICH)
    if len(offered) > 1 and which is None:
        raise InvalidForm({views.WHICH: Missing()})
    touch_id = int(which.value) if which else offered[0]
    if touch_id not in offered:
        raise InvalidForm({views.WHICH: BadChoice()})
    with sessions.begin() as session:
        made = redaction.redact(
            session,
            actor,
            touch_id,
            with_people=bool(held.all_chosen(views.PEOPLE)),
            with_account=bool(held.all_chosen(views.PLACE)),
            submission=view["id"],
            now=clock(),
        )
    ack(response_action="update", view=views.done(made))


def reference(typed: str) -> int | None:
    """The visit's number in "T123", "Ref T123" or "123"; None when it is no reference."""
    found = _REFERENCE.fullmatch(typed.strip())
    return int(found[1]) if found else None


def _found(held: parsing.Fields, actor: Actor, sessions: Sessions) -> Sequence[Found]:
    typed = held.text(views.REFERENCE).strip()
    account, day = held.chosen(views.ACCOUNT), held.day(views.DAY)
    person = held.chosen(views.PERSON)
    try:
        with reading(sessions) as session:
            if typed:
                touch_id = reference(typed)
                if touch_id is None:
                    raise InvalidForm({views.REFERENCE: BadReference()})
                return [redaction.by_reference(session, actor, touch_id)]
            if account is None or account.id is None or day is None:
                missing: dict[str, Refused] = {views.REFERENCE: Missing()}
                if account is not None:
                    missing = {views.DAY: Missing()}
                raise InvalidForm(missing)
            return redaction.search(session, actor, account.id, day, person.id if person else None)
    except NoSuchTouch as refused:
        raise InvalidForm({views.REFERENCE if typed else views.ACCOUNT: refused}) from None


def _typed(options: Payload) -> str:
    return str(options.get("value") or "").strip()[: fields.LONGEST_NAME]
