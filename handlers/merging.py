"""Making one of two accounts, or of two people, and taking that back."""

from __future__ import annotations

from dataclasses import replace

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import parsing, showing
from handlers.checking import InvalidForm
from handlers.parsing import Payload
from handlers.views import fields
from handlers.views import merging as views
from handlers.views.fields import Choice
from handlers.views.merging import MergeForm
from models import merging
from models.clock import Clock
from models.db import Sessions, reading
from models.errors import BadChoice, Missing, Refused
from models.lookup import Index, Lookups
from models.merges import ACCOUNT
from models.users import Actor

_MOST_OPTIONS = 100


def open_form(command: Payload, client: WebClient) -> None:
    """Open the form, empty."""
    client.views_open(trigger_id=command["trigger_id"], view=views.form(MergeForm()))


def reshape(
    ack: Ack, body: Payload, action: Payload, client: WebClient, actor: Actor, sessions: Sessions
) -> None:
    """Show the form anew after a choice: empty for another kind, with what moves once two are
    chosen."""
    ack()
    shown = body["view"]
    state = _form(shown)
    if action["action_id"] == views.WHAT:
        state = MergeForm(entity=action["selected_option"]["value"], reset=state.reset + 1)
    keep, gone = _id(state, state.keep), _id(state, state.gone)
    preview = None
    if keep is not None and gone is not None and keep != gone:
        with reading(sessions) as session:
            preview = merging.preview(session, actor, state.entity, keep, gone)
    showing.anew(client, shown, views.form(state, preview))


def search(ack: Ack, options: Payload, actor: Actor, sessions: Sessions, lookups: Lookups) -> None:
    """Accounts or people, as the form asks, for what is typed so far. Nothing new is offered."""
    typed = str(options.get("value") or "").strip()[: fields.LONGEST_NAME]
    entity = parsing.Fields(options["view"]).metadata.get("entity", ACCOUNT)
    with reading(sessions) as session:
        index = lookups.get(session, actor.workspace_id)
    if entity == ACCOUNT:
        found = index.search_accounts(typed, mine=actor.user_id, limit=_MOST_OPTIONS)
        choices = [
            views.option(entity, one.id, one.name, ", ".join(filter(None, (one.city, one.state))))
            for one in found
        ]
    else:
        people = index.search_contacts(typed, account_id=None, limit=_MOST_OPTIONS)
        choices = [
            views.option(entity, one.id, one.name, _place(index, one.account_id)) for one in people
        ]
    ack(options=[fields.option(choice) for choice in choices])


def submit(ack: Ack, view: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Make one of the two, with the receipt that earns, then close the form."""
    state = _form(view)
    problems: dict[str, Refused] = {}
    ids = []
    for block, choice in ((views.KEEP, state.keep), (views.GONE, state.gone)):
        row_id = _id(state, choice)
        if row_id is None:
            problems[block] = BadChoice() if choice else Missing()
        else:
            ids.append(row_id)
    if problems:
        raise InvalidForm(problems)
    with sessions.begin() as session:
        merging.merge(
            session,
            actor,
            state.entity,
            keep_id=ids[0],
            gone_id=ids[1],
            submission=view["id"],
            now=clock(),
        )
    ack()


def undo(ack: Ack, action: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Make two of them again."""
    ack()
    with sessions.begin() as session:
        merging.undo(session, actor, int(action["value"]), clock())


def _form(view: Payload) -> MergeForm:
    held = parsing.Fields(view)
    state = MergeForm(
        entity=held.metadata.get("entity", ACCOUNT), reset=int(held.metadata.get("reset", 0))
    )
    return replace(state, keep=held.chosen(views.KEEP), gone=held.chosen(views.GONE))


def _id(state: MergeForm, choice: Choice | None) -> int | None:
    return views.id_of(state.entity, choice) if choice else None


def _place(index: Index, account_id: int) -> str:
    account = index.accounts.get(account_id)
    return account.name if account else ""
