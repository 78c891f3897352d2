"""Logging referrals, moving them on, and taking them back."""

from __future__ import annotations

from dataclasses import replace

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import parsing, showing
from handlers.parsing import Payload
from handlers.reading import line as reading_line
from handlers.views import referrals as views
from handlers.views import touches as touch_views
from handlers.views.fields import Choice
from handlers.views.referrals import ReferralForm
from models import lists, referrals, referring
from models.clock import Clock
from models.db import Sessions, reading
from models.errors import TooLong
from models.lookup import Lookups
from models.users import Actor


def open_form(
    ack: Ack,
    command: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
    lookups: Lookups,
) -> None:
    """Open the form, with the account, person and number the line names."""
    text = command.get("text") or ""
    if len(text) > touch_views.LONGEST_NOTE:
        raise TooLong(touch_views.LONGEST_NOTE, len(text))
    now = clock()
    with reading(sessions) as session:
        entries = lists.entries(session, actor.workspace_id, *views.FIELDS_OF_LISTS)
        index = lookups.get(session, actor.workspace_id)
        draft = reading_line.draft(
            text, now=now, zone=actor.zone, index=index, user_id=actor.user_id
        )
        state = ReferralForm(
            count=str(draft.referrals or parsing.bare_count(draft.notes) or 1),
            fits=tuple(
                touch_views.account_choice(one.id, one.name, one.city, one.state)
                for one in (() if draft.account else draft.candidates)
            ),
        )
        if draft.account is not None:
            found = draft.account
            state = replace(
                state,
                account=touch_views.account_choice(found.id, found.name, found.city, found.state),
                logged_today=referrals.logged_with_visit(
                    session, actor, found.id, actor.today(now)
                ),
            )
        if draft.contacts:
            person = draft.contacts[0]
            contact = touch_views.contact_choice(person.id, person.name, person.title)
            state = replace(state, contact=contact)
    client.views_open(trigger_id=command["trigger_id"], view=views.form(state, entries))
    ack()


def reshape(
    ack: Ack,
    body: Payload,
    action: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Show the form anew once an account is chosen: its people, and what was logged today."""
    ack()
    state = parsing.referral_form(body["view"])
    if action["action_id"].partition(":")[0] == views.FITS:
        fit = Choice(action["value"], action["text"]["text"])
        state = replace(state, account=fit, reset=state.reset + 1)
    account_id = state.account.id if state.account else None
    with reading(sessions) as session:
        entries = lists.entries(session, actor.workspace_id, *views.FIELDS_OF_LISTS)
        if account_id is not None:
            today = actor.today(clock())
            logged = referrals.logged_with_visit(session, actor, account_id, today)
            state = replace(state, logged_today=logged)
    shown = body["view"]
    showing.anew(client, shown, views.form(state, entries))


def submit(ack: Ack, view: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Store a row per referral with the receipt they earn, then close the form."""
    now = clock()
    told = parsing.referred(view, today=actor.today(now))
    with sessions.begin() as session:
        referring.refer(session, actor, told, submission=view["id"], now=now)
    ack()


def move(ack: Ack, action: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Move one referral to the status pressed or chosen beneath it."""
    ack()
    chosen = action.get("selected_option") or action
    referral_id, _, status = chosen["value"].partition(":")
    with sessions.begin() as session:
        referring.move_referral(session, actor, int(referral_id), status, clock())


def undo(ack: Ack, action: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Take back all referrals of one form."""
    ack()
    with sessions.begin() as session:
        referring.undo_referrals(session, actor, action["value"], clock())
