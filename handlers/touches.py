"""Logging, editing and taking back a visit."""

from __future__ import annotations

from dataclasses import replace

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import parsing
from handlers.parsing import Payload
from handlers.reading import line as reading_line
from handlers.reading.line import Draft
from handlers.views import fields
from handlers.views import touches as views
from handlers.views.fields import Choice
from handlers.views.touches import VisitForm
from models import accounts, capture, competitors, follow_ups, lists, permissions, touches
from models.accounts import Account
from models.clock import Clock
from models.contacts import Contact
from models.db import Sessions, reading
from models.errors import TooLong
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
) -> None:
    """Open the form, filled with what the line said."""
    text = command.get("text") or ""
    if len(text) > views.LONGEST_NOTE:
        raise TooLong(views.LONGEST_NOTE, len(text))
    now = clock()
    with reading(sessions) as session:
        entries = lists.entries(session, actor.workspace_id, *views.FIELDS_OF_LISTS)
        index = lookups.get(session, actor.workspace_id)
    draft = reading_line.draft(text, now=now, zone=actor.zone, index=index, user_id=actor.user_id)
    client.views_open(
        trigger_id=command["trigger_id"], view=views.form(_from_draft(draft), entries)
    )
    ack()


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
    account_id = int(action["value"].partition(":")[0])
    with reading(sessions) as session:
        account = accounts.get(session, actor.workspace_id, account_id)
        entries = lists.entries(session, actor.workspace_id, *views.FIELDS_OF_LISTS)
    state = VisitForm(
        type="visit", day=actor.today(clock()), account=_of_account(account), source="reminder"
    )
    client.views_open(trigger_id=body["trigger_id"], view=views.form(state, entries))


def reshape(
    ack: Ack, body: Payload, action: Payload, client: WebClient, actor: Actor, sessions: Sessions
) -> None:
    """Show the form anew after More, another type, another account, or a tap on a suggestion."""
    ack()
    state = parsing.visit_form(body["view"])
    name = action["action_id"].partition(":")[0]
    if name == views.MORE:
        state = replace(state, more=True)
    elif name == views.FITS:
        fit = Choice(action["value"], fields.clip(action["text"]["text"], 75))
        state = replace(state, account=fit, fits=(), reset=state.reset + 1)
    elif name == views.ACCOUNT:
        state = replace(state, fits=())
    with reading(sessions) as session:
        entries = lists.entries(session, actor.workspace_id, *views.FIELDS_OF_LISTS)
    shown = body["view"]
    client.views_update(view_id=shown["id"], hash=shown["hash"], view=views.form(state, entries))


def submit(ack: Ack, view: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Store the saved form with the receipt it earns, then close it."""
    now = clock()
    visit = parsing.visit(view, today=actor.today(now))
    touch_id = parsing.touch_edited(view)
    with sessions.begin() as session:
        if touch_id is None:
            capture.store(session, actor, visit, submission=view["id"], now=now)
        else:
            capture.amend(session, actor, touch_id, visit, submission=view["id"], now=now)
    ack()


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
        permissions.must_edit(touch.logged_at, clock())
        state = VisitForm(
            type=touch.type,
            day=touch.occurred_on,
            met=tuple(
                _of_contact(person) for person in touches.met(session, actor.workspace_id, touch.id)
            ),
            referrals=str(capture.referral_count(session, touch) or ""),
            note=touch.note,
            more=bool(
                touch.occurred_at or touch.outcome or touch.service_line or touch.competitor_id
            ),
            time=touch.occurred_at,
            outcome=touch.outcome,
            service_line=touch.service_line,
            touch_id=touch.id,
            source=touch.source,
        )
        if touch.account_id is not None:
            account = accounts.get(session, actor.workspace_id, touch.account_id)
            state = replace(state, account=_of_account(account))
        if touch.competitor_id is not None:
            name = competitors.get(session, actor.workspace_id, touch.competitor_id).name
            state = replace(state, competitor=views.competitor_choice(touch.competitor_id, name))
        step = follow_ups.of_touch(session, actor.workspace_id, touch.id)
        if step is not None:
            state = replace(state, next_step=step.text, follow_up=step.due_on)
        entries = lists.entries(session, actor.workspace_id, *views.FIELDS_OF_LISTS)
    client.views_open(trigger_id=body["trigger_id"], view=views.form(state, entries))


def undo(ack: Ack, action: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Take back all that one save stored."""
    ack()
    with sessions.begin() as session:
        capture.undo(session, actor, int(action["value"]), clock())


def not_mine(ack: Ack, action: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Give back an account that became the rep's with their visit."""
    ack()
    with sessions.begin() as session:
        capture.decline(session, actor, int(action["value"]), clock())


def search_accounts(
    ack: Ack, options: Payload, actor: Actor, sessions: Sessions, lookups: Lookups
) -> None:
    """Accounts for what is typed so far, the rep's own first; last, what was typed as new."""
    typed = _typed(options)
    found = _index(sessions, lookups, actor).search_accounts(
        typed, mine=actor.user_id, limit=_MOST_OPTIONS
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


def _from_draft(draft: Draft) -> VisitForm:
    """The form for what was read in a line: a doubtful account is offered, never chosen."""
    account: Choice | None = None
    fits: tuple[Choice, ...] = ()
    if draft.account is not None:
        account = _of_name(draft)
    else:
        fits = tuple(
            views.account_choice(one.id, one.name, one.city, one.state) for one in draft.candidates
        )
        if draft.new_account_name:
            fits = (*fits[:3], views.new_account(draft.new_account_name))
    competitor = None
    if draft.competitor is not None:
        competitor = views.competitor_choice(draft.competitor.id, draft.competitor.name)
    elif draft.competitor_name:
        competitor = views.new_competitor(draft.competitor_name)
    met = [views.contact_choice(one.id, one.name, one.title) for one in draft.contacts]
    met += [views.new_contact(name) for name in draft.new_contacts]
    return VisitForm(
        type=draft.type,
        day=draft.occurred_on,
        account=account,
        met=tuple(met),
        referrals="" if draft.referrals is None else str(draft.referrals),
        note=draft.notes,
        next_step=draft.next_step or "",
        follow_up=draft.follow_up_on,
        more=bool(draft.time or competitor),
        time=draft.time,
        competitor=competitor,
        fits=fits,
    )


def _of_name(draft: Draft) -> Choice | None:
    found = draft.account
    return views.account_choice(found.id, found.name, found.city, found.state) if found else None


def _of_account(account: Account) -> Choice:
    return views.account_choice(account.id, account.name, account.city, account.state)


def _of_contact(contact: Contact) -> Choice:
    return views.contact_choice(contact.id, contact.name, contact.title)
