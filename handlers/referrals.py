"""Logging referrals, moving them on, and taking them back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import structlog
from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers import parsing, showing
from handlers.checking import InvalidForm
from handlers.parsing import Payload
from handlers.reading import line as reading_line
from handlers.views import ledger as ledger_views
from handlers.views import referral_queue as queue_views
from handlers.views import referrals as views
from handlers.views import touches as touch_views
from handlers.views.fields import Choice, View
from handlers.views.referrals import ReferralForm
from models import ledger, lists, referral_queue, referrals, referring, telling
from models.clock import Clock
from models.db import Sessions, reading
from models.errors import Missing, ReasonNeeded, TooLong
from models.lookup import Lookups
from models.users import Actor

log = structlog.get_logger(__name__)


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
    if action["action_id"] == views.MORE:
        state = replace(state, more=True)
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


def move(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Move one referral to the status pressed or chosen beneath it; ask why where it closes."""
    ack()
    chosen = action.get("selected_option") or action
    referral_id, _, status = chosen["value"].partition(":")
    try:
        with sessions.begin() as session:
            referring.move_referral(session, actor, int(referral_id), status, clock())
    except ReasonNeeded as needed:
        with reading(sessions) as session:
            asked = telling.asked(session, actor, needed.referral_id, needed.status)
        _open(client, body, views.reason_form(asked, _about(body, chosen["value"])))
        return
    _show_queue(body, client, actor, sessions, clock)


def close(
    ack: Ack, view: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Close one for the reason chosen, then show the queue it was closed from."""
    held = parsing.Fields(view)
    chosen = held.chosen(views.REASON)
    if chosen is None:
        raise InvalidForm({views.REASON: Missing()})
    about = held.metadata
    referral_id, _, status = about["to"].partition(":")
    with sessions.begin() as session:
        referring.move_referral(
            session, actor, int(referral_id), status, clock(), reason=chosen.value
        )
    ack()
    _show_root(view, about, client, actor, sessions, clock)


def undo_move(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Take the latest move of one back."""
    ack()
    with sessions.begin() as session:
        referring.undo_move(session, actor, int(action["value"]), clock())
    _show_queue(body, client, actor, sessions, clock)


def reopen(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Open a closed one again, where it stood before."""
    ack()
    with sessions.begin() as session:
        referring.reopen(session, actor, int(action["value"]), clock())
    _show_queue(body, client, actor, sessions, clock)


def tell(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Open ready words for the referrer, and note that they were told."""
    ack()
    referral_id = int(action["value"])
    with reading(sessions) as session:
        told = telling.telling(session, actor, referral_id)
    _open(client, body, views.tell_form(told, _about(body, action["value"])))
    with sessions.begin() as session:
        referring.told_referrer(session, actor, referral_id, clock())


def told(
    ack: Ack, view: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Close the words, and show the queue they were opened from."""
    ack()
    _show_root(view, parsing.Fields(view).metadata, client, actor, sessions, clock)


def not_told(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """They were not told after all."""
    ack()
    with sessions.begin() as session:
        referring.not_told(session, actor, int(action["value"]), clock())
    shown = body["view"]
    showing.anew(client, shown, views.still_to_tell(shown))


def open_queue(
    command: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """`/touchbase referrals`: what is open, the oldest first."""
    client.views_open(
        trigger_id=command["trigger_id"], view=_queue(actor, sessions, clock(), start=0)
    )


def open_ledger(
    command: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """`/touchbase leads`: what was given for what came in, by account; not in healthcare."""
    now = clock()
    with reading(sessions) as session:
        found = ledger.of(session, actor, now)
    view = ledger_views.form(found, today=actor.today(now))
    client.views_open(trigger_id=command["trigger_id"], view=view)


def turn(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Show the next of the queue, or those before."""
    ack()
    view = _queue(actor, sessions, clock(), start=int(action["value"]))
    showing.anew(client, body["view"], view)


def _queue(actor: Actor, sessions: Sessions, now: datetime, *, start: int) -> View:
    with reading(sessions) as session:
        found = referral_queue.page(session, actor, now, start)
    return queue_views.form(found, now=now, zone=actor.zone)


def _open(client: WebClient, body: Payload, view: View) -> None:
    """Open a form over the queue, or by itself where a message's button was pressed."""
    if body.get("view"):
        client.views_push(trigger_id=body["trigger_id"], view=view)
    else:
        client.views_open(trigger_id=body["trigger_id"], view=view)


def _about(body: Payload, to: str) -> str:
    """What a form over the queue is about, and where the queue stood."""
    about: dict[str, object] = {"to": to}
    if body.get("view"):
        about["start"] = _start(body["view"])
    return json.dumps(about)


def _start(view: Payload) -> int:
    return int(json.loads(view.get("private_metadata") or "{}").get("start", 0))


def _show_queue(
    body: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Show the queue anew, if that is where the button stood: a message is shown anew by its own
    delivery."""
    if body.get("view"):
        view = _queue(actor, sessions, clock(), start=_start(body["view"]))
        showing.anew(client, body["view"], view)


def _show_root(
    view: Payload,
    about: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    if "start" not in about:
        return
    made = _queue(actor, sessions, clock(), start=int(about["start"]))
    try:
        client.views_update(view_id=view["root_view_id"], view=made)
    except SlackApiError as refused:  # it was closed meanwhile
        log.info("form.moved_on", code=refused.response.get("error"))


def undo(ack: Ack, action: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Take back all referrals of one form."""
    ack()
    with sessions.begin() as session:
        referring.undo_referrals(session, actor, action["value"], clock())
