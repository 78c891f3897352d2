"""Logging, editing and taking back a visit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import drafting, guarding, lines, parsing, showing
from handlers.checking import InvalidForm
from handlers.keeping import Keeper
from handlers.parsing import Payload
from handlers.views import fields
from handlers.views import reminders as reminder_views
from handlers.views import touches as views
from handlers.views.fields import Choice, View
from handlers.views.touches import VisitForm
from models import (
    accounts,
    aliases,
    capture,
    competitors,
    follow_ups,
    permissions,
    redaction,
    touches,
    undoing,
)
from models.accounts import Account
from models.clock import Clock
from models.contacts import Contact
from models.db import Sessions, reading
from models.errors import AlreadyLogged
from models.lookup import Index, Lookups
from models.users import Actor

_MOST_OPTIONS = 99  # Slack takes 100; one is for what was typed


def open_form(
    ack: Ack,
    command: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
    lookups: Lookups,
    keeper: Keeper,
) -> None:
    """Open the form, filled with what the line said."""
    text = str(command.get("text") or "")
    now = clock()
    with reading(sessions) as session:
        state = lines.read(session, actor, lookups, text, now=now, source=views.COMMAND)
        view, known = drafting.form(session, actor, state, now)
    opened = client.views_open(trigger_id=command["trigger_id"], view=view)
    if text.strip():
        keeper.later(actor, state, opened["view"]["id"], known, now)
    ack()


def open_blank(
    ack: Ack,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Open the empty form: the global shortcut, and the button on Home."""
    ack()
    now = clock()
    source = views.HOME if body.get("view") else views.SHORTCUT
    with reading(sessions) as session:
        view, _ = drafting.form(session, actor, lines.blank(actor, now, source), now)
    client.views_open(trigger_id=body["trigger_id"], view=view)


def open_message(
    ack: Ack,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
    lookups: Lookups,
    keeper: Keeper,
) -> None:
    """Open the form with what a message says: "yesterday" in it is the day before it was sent."""
    ack()
    message = body["message"]
    said_at = datetime.fromtimestamp(float(message["ts"]), UTC)
    text = str(message.get("text") or "")
    with reading(sessions) as session:
        state = lines.read(session, actor, lookups, text, now=said_at, source=views.MESSAGE)
        view, known = drafting.form(session, actor, state, clock())
    opened = client.views_open(trigger_id=body["trigger_id"], view=view)
    keeper.later(actor, state, opened["view"]["id"], known, clock())


def open_form_for(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Open the form for the account whose button was pressed."""
    ack()
    now = clock()
    account_id, delivery_id = reminder_views.ids(action["value"])
    with reading(sessions) as session:
        account = accounts.get(session, actor.workspace_id, account_id)
        source = views.HOME if body.get("view") else views.REMINDER
        state = replace(
            lines.blank(actor, now, source),
            account=_of_account(account),
            delivery_id=delivery_id or None,
        )
        view, _ = drafting.form(session, actor, state, now)
    client.views_open(trigger_id=body["trigger_id"], view=view)


def reshape(
    ack: Ack,
    body: Payload,
    action: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
    lookups: Lookups,
) -> None:
    """Show the form anew after More, another type, another account, or a tap on a suggestion."""
    ack()
    now, shown = clock(), body["view"]
    state = parsing.visit_form(shown)
    name = action["action_id"].partition(":")[0]
    if name == views.MORE:
        state = replace(state, more=True)
    elif name == views.FITS:
        state = drafting.chosen(state, Choice(action["value"], action["text"]["text"]))
    elif name == views.ACCOUNT:
        state = _account_chosen(state, _index(sessions, lookups, actor))
    with reading(sessions) as session:
        view, known = drafting.form(session, actor, state, now)
    showing.anew(client, shown, view)
    _keep(sessions, actor, state, shown["id"], known, now)


def keep(ack: Ack, body: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Keep the form as it stands, should it never be saved."""
    ack()
    state = parsing.visit_form(body["view"])
    known = _known(sessions, actor, state)
    _keep(sessions, actor, state, body["view"]["id"], known, clock())


def closed(ack: Ack, view: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Keep a form that was closed without Save, and say where it is."""
    ack()
    now = clock()
    state = parsing.visit_form(view)
    known = _known(sessions, actor, state)
    with sessions.begin() as session:
        drafting.keep(session, actor, state, view["id"], known, now)
        drafting.hand_back(session, actor, state, view["id"], now)


def submit(ack: Ack, view: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Store the saved form with the receipt it earns, then close it."""
    now = clock()
    state = parsing.visit_form(view)
    again = _store(sessions, actor, state, view["id"], now)
    if again is None:
        ack()
    else:
        ack(response_action="update", view=again)


def replace_and_save(
    ack: Ack, body: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Take out what the patient guard found, and store the rest."""
    ack()
    now, shown = clock(), body["view"]
    state = parsing.visit_form(shown)
    state = guarding.without(state, _known(sessions, actor, state))
    try:
        view = _store(sessions, actor, state, shown["id"], now) or views.saved()
    except InvalidForm:  # something else will not do: the form says so when they press Save
        with reading(sessions) as session:
            view, _ = drafting.form(session, actor, state, now, views.replaced_only())
    showing.anew(client, shown, view)


def _store(
    sessions: Sessions, actor: Actor, state: VisitForm, view_id: str, now: datetime
) -> View | None:
    """Store the form; None, or the form to show instead when the rep is to be asked first.

    Raises InvalidForm.
    """
    known = _known(sessions, actor, state)
    try:
        visit = parsing.visit(state, today=actor.today(now), known=known)
        with sessions.begin() as session:
            drafting.store(session, actor, state, visit, view_id, now)
    except InvalidForm as invalid:
        if not invalid.names_patients:
            raise
    except AlreadyLogged as twin:
        state = replace(state, twin=twin.seconds)
    else:
        return None
    with reading(sessions) as session:
        return drafting.form(session, actor, state, now)[0]


def _keep(
    sessions: Sessions,
    actor: Actor,
    state: VisitForm,
    view_id: str,
    known: Collection[str],
    now: datetime,
) -> None:
    with sessions.begin() as session:
        drafting.keep(session, actor, state, view_id, known, now)


def _known(sessions: Sessions, actor: Actor, state: VisitForm) -> frozenset[str]:
    if not guarding.told_channels(state):
        return frozenset()
    with reading(sessions) as session:
        return guarding.known_channels(session, actor, state)


def _account_chosen(state: VisitForm, index: Index) -> VisitForm:
    """The form after another account was searched for: for a new one, its near-twins."""
    chosen = state.account
    if chosen is None or chosen.new_name is None:
        offered = chosen in state.fits
        guess = chosen.id if chosen and offered else state.guess
        return replace(state, fits=(), near=False, guess=guess)
    near = index.near(chosen.new_name)
    fits = tuple(views.account_choice(one.id, one.name, one.city, one.state) for one in near)
    return replace(state, fits=fits, near=bool(fits))


def edit(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Open the form with a touch as it is stored."""
    ack()
    with reading(sessions) as session:
        touch = touches.own(session, actor, int(action["value"]))
        redaction.must_be_whole(touch)
        permissions.must_edit(touch.logged_at, clock())
        state = VisitForm(
            type=touch.type,
            day=touch.occurred_on,
            met=tuple(
                _of_contact(person) for person in touches.met(session, actor.workspace_id, touch.id)
            ),
            referrals=str(capture.referral_count(session, touch) or ""),
            note=touch.note,
            more=any(
                (
                    touch.occurred_at,
                    touch.outcome,
                    touch.service_line,
                    touch.competitor_id,
                    touch.headcount,
                )
            ),
            headcount="" if touch.headcount is None else str(touch.headcount),
            time=touch.occurred_at,
            outcome=touch.outcome,
            service_line=touch.service_line,
            touch_id=touch.id,
            source=views.HOME if body.get("view") else touch.source,
        )
        if touch.account_id is not None:
            account = accounts.get(session, actor.workspace_id, touch.account_id)
            state = replace(state, account=_of_account(account))
        if touch.competitor_id is not None:
            name = competitors.get(session, actor.workspace_id, touch.competitor_id).name
            state = replace(state, competitor=views.competitor_choice(touch.competitor_id, name))
        agreed = follow_ups.of_touch(session, actor.workspace_id, touch.id)
        if step := agreed.get(follow_ups.NEXT_STEP):
            state = replace(state, next_step=step.text, follow_up=step.due_on)
        if promise := agreed.get(follow_ups.PROMISE):
            state = replace(state, promise=promise.text, promise_on=promise.due_on, more=True)
        view, _ = drafting.form(session, actor, state, clock())
    client.views_open(trigger_id=body["trigger_id"], view=view)


def undo(ack: Ack, action: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Take back all that one save stored."""
    ack()
    with sessions.begin() as session:
        undoing.undo(session, actor, int(action["value"]), clock())


def not_mine(ack: Ack, action: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Give back an account that became the rep's with their visit."""
    ack()
    with sessions.begin() as session:
        undoing.decline(session, actor, int(action["value"]), clock())


def search_accounts(
    ack: Ack, options: Payload, actor: Actor, sessions: Sessions, lookups: Lookups
) -> None:
    """Accounts for what is typed so far, the rep's own and recent first; last, what was typed as
    new."""
    typed = _typed(options)
    with reading(sessions) as session:
        index = lookups.get(session, actor.workspace_id)
        recent = touches.recent_accounts(session, actor)
        own = aliases.own(session, actor)
    found = index.search_accounts(
        typed, mine=actor.user_id, recent=recent, own=own, limit=_MOST_OPTIONS
    )
    choices = [views.account_choice(one.id, one.name, one.city, one.state) for one in found]
    if typed:
        choices.append(views.new_account(typed))
    ack(options=[fields.option(choice) for choice in choices])


def search_contacts(
    ack: Ack, options: Payload, actor: Actor, sessions: Sessions, lookups: Lookups
) -> None:
    """People for what is typed so far, those of the form's account first."""
    typed = _typed(options)
    account_id = parsing.Fields(options["view"]).metadata.get("account")
    found = _index(sessions, lookups, actor).search_contacts(
        typed, account_id=account_id, limit=_MOST_OPTIONS
    )
    choices = [views.contact_choice(one.id, one.name, one.title) for one in found]
    if typed:
        choices.append(views.new_contact(typed))
    ack(options=[fields.option(choice) for choice in choices])


def search_competitors(
    ack: Ack, options: Payload, actor: Actor, sessions: Sessions, lookups: Lookups
) -> None:
    """Competitors whose name or alias holds what is typed so far."""
    typed = _typed(options)
    found = _index(sessions, lookups, actor).search_competitors(typed, limit=_MOST_OPTIONS)
    choices = [views.competitor_choice(one.id, one.name) for one in found]
    if typed:
        choices.append(views.new_competitor(typed))
    ack(options=[fields.option(choice) for choice in choices])


def _typed(options: Payload) -> str:
    return str(options.get("value") or "").strip()[: fields.LONGEST_NAME]


def _index(sessions: Sessions, lookups: Lookups, actor: Actor) -> Index:
    with reading(sessions) as session:
        return lookups.get(session, actor.workspace_id)


def _of_account(account: Account) -> Choice:
    return views.account_choice(account.id, account.name, account.city, account.state)


def _of_contact(contact: Contact) -> Choice:
    return views.contact_choice(contact.id, contact.name, contact.title)
