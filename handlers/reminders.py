"""The list of what there is to do, when it comes, and its buttons. Adherence stays as it is."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from handlers import parsing, touches
from handlers.checking import InvalidForm
from handlers.parsing import Payload
from handlers.reading import habits as reading_habits
from handlers.views import habits as habit_views
from handlers.views import reminders as views
from handlers.views.fields import Block
from handlers.views.habits import Setting
from handlers.views.reminders import PutOff
from models import (
    accounts,
    acting,
    deliveries,
    follow_ups,
    habits,
    lists,
    mornings,
    put_off,
    users,
)
from models.clock import Clock
from models.db import Session, Sessions, reading
from models.deliveries import Delivery
from models.errors import Missing, NotYours
from models.mornings import Hidden
from models.users import Actor, User

Listed = tuple[str, list[Block]]


def today(actor: Actor, sessions: Sessions, clock: Clock) -> Listed:
    """The answer to `/touchbase today`: what the morning message shows, at any hour."""
    with reading(sessions) as session:
        return _list(session, actor, actor.today(clock()))


def remind(line: str, actor: Actor, sessions: Sessions, clock: Clock) -> str:
    """`/touchbase remind 07:30 mon-fri`, `off`, `on`; with no words it shows the setting."""
    wish = reading_habits.read(line)
    now = clock()
    day = actor.today(now)
    if wish.on is None:
        with reading(sessions) as session:
            user = users.get(session, actor.workspace_id, actor.user_id)
        return habit_views.shown(_setting(user), day)
    with sessions.begin() as session:
        if wish.on:
            user = habits.change(session, actor, now, at=wish.at, work_days=wish.work_days)
        else:
            user = habits.stop(session, actor)
    return habit_views.changed(_setting(user), day) if wish.on else habit_views.stopped()


def more(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    respond: Respond,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Do what was chosen from the menu that stands for a line's buttons."""
    chosen = {**action, "value": action["selected_option"]["value"]}
    match views.act(chosen["value"]):
        case views.SNOOZE:
            snooze(ack, chosen, respond, actor, sessions, clock)
        case views.NOT_NOW:
            ask_why(ack, chosen, body, client, actor, sessions)
        case views.LOG:
            touches.open_form_for(ack, chosen, body, client, actor, sessions, clock)
        case views.TOMORROW:
            tomorrow(ack, chosen, respond, actor, sessions, clock)
        case views.DONE:
            done(ack, chosen, respond, actor, sessions, clock)


def done(
    ack: Ack, action: Payload, respond: Respond, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Mark a promise or follow-up as done, and show the way back."""
    ack()
    follow_up_id, delivery_id = views.ids(action["value"])
    now = clock()
    with sessions.begin() as session:
        message = _message(session, actor, delivery_id)
        follow_ups.finish(session, actor, follow_up_id, actor.today(now))
        if message:
            acting.note(session, message, acting.DONE, now)
            key = f"done:{message.id}:{action['action_ts']}"
            deliveries.settled(session, message, follow_up_id, key=key, now=now)
    if not message:
        _show_list(respond, actor, sessions, actor.today(now), settled=[follow_up_id])


def tomorrow(
    ack: Ack, action: Payload, respond: Respond, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Take a promise or follow-up off the list until tomorrow. What it was due stays."""
    ack()
    follow_up_id, delivery_id = views.ids(action["value"])
    now = clock()
    today = actor.today(now)
    with sessions.begin() as session:
        message = _message(session, actor, delivery_id)
        follow_ups.put_off(session, actor, follow_up_id, today + timedelta(days=1))
        if message:
            acting.note(session, message, acting.SNOOZED, now)
            key = f"tomorrow:{message.id}:{action['action_ts']}"
            deliveries.settled(session, message, follow_up_id, key=key, now=now)
    if not message:
        _show_list(respond, actor, sessions, today, settled=[follow_up_id])


def undo_step(
    ack: Ack, action: Payload, respond: Respond, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Put a promise or follow-up back on the list, as open as it was."""
    ack()
    follow_up_id, delivery_id = views.ids(action["value"])
    now = clock()
    with sessions.begin() as session:
        message = _message(session, actor, delivery_id)
        follow_ups.bring_back(session, actor, follow_up_id)
        if message:
            key = f"reopen:{message.id}:{action['action_ts']}"
            deliveries.owe_change(session, actor.workspace_id, message, key=key, now=now)
    if not message:
        _show_list(respond, actor, sessions, actor.today(now))


def snooze(
    ack: Ack, action: Payload, respond: Respond, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Keep an account off the list for the days chosen."""
    ack()
    chosen = action["selected_option"]["value"]
    account_id, delivery_id = views.ids(chosen)
    now = clock()
    with sessions.begin() as session:
        message = _message(session, actor, delivery_id)
        hidden = put_off.for_days(session, actor, account_id, views.snooze_days(chosen), now)
        if message:
            acting.note(session, message, acting.SNOOZED, now)
            key = f"snooze:{message.id}:{action['action_ts']}"
            deliveries.owe_change(session, actor.workspace_id, message, key=key, now=now)
    if not message:
        _show_list(respond, actor, sessions, actor.today(now), hidden)


def undo_snooze(
    ack: Ack, action: Payload, respond: Respond, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Put an account back on the list."""
    ack()
    account_id, delivery_id = views.ids(action["value"])
    now = clock()
    with sessions.begin() as session:
        message = _message(session, actor, delivery_id)
        accounts.wake(session, actor, account_id)
        if message:
            key = f"wake:{message.id}:{action['action_ts']}"
            deliveries.owe_change(session, actor.workspace_id, message, key=key, now=now)
    if not message:
        _show_list(respond, actor, sessions, actor.today(now))


def show_all(
    ack: Ack, action: Payload, respond: Respond, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Show the whole list in the place of its first few accounts."""
    ack()
    _, delivery_id = views.ids(action["value"])
    now = clock()
    with sessions.begin() as session:
        message = _message(session, actor, delivery_id)
        if message:
            key = f"all:{message.id}:{action['action_ts']}"
            deliveries.show_all(session, message, key=key, now=now)
    if not message:
        _show_list(respond, actor, sessions, actor.today(now), every=True)


def ask_why(
    ack: Ack, action: Payload, body: Payload, client: WebClient, actor: Actor, sessions: Sessions
) -> None:
    """Open the form that asks why an account can wait."""
    ack()
    account_id, delivery_id = views.ids(action["value"])
    with reading(sessions) as session:
        account = put_off.own(session, actor, account_id)
        reasons = lists.entries(session, actor.workspace_id, lists.SKIP_REASON)
    form = views.not_now_form(
        account.name,
        reasons[lists.SKIP_REASON],
        json.dumps({"account": account_id, "delivery": delivery_id}),
    )
    client.views_open(trigger_id=body["trigger_id"], view=form)


def not_now(ack: Ack, view: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Keep an account off the list until its next round, for the reason chosen."""
    form = parsing.Fields(view)
    reason = form.chosen(views.REASON)
    if reason is None:
        raise InvalidForm({views.REASON: Missing()})
    account_id, delivery_id = form.metadata["account"], form.metadata["delivery"]
    now = clock()
    with sessions.begin() as session:
        message = _message(session, actor, delivery_id)
        hidden = put_off.until_next_round(session, actor, account_id, reason.value, now)
        if message:
            acting.note(session, message, acting.SKIPPED, now)
            key = f"not_now:{message.id}:{view['id']}"
            deliveries.owe_change(session, actor.workspace_id, message, key=key, now=now)
    if message:
        ack()
    else:
        said = habit_views.hidden_until(hidden.name, hidden.until, actor.today(now))
        ack(response_action="update", view=said)


def _message(session: Session, actor: Actor, delivery_id: int) -> Delivery | None:
    """The morning message whose button was pressed; None for the list of `/touchbase today`, and
    for a message so old that nobody remembers it. Raises NotYours for somebody else's."""
    if not delivery_id:
        return None
    found = deliveries.get(session, actor.workspace_id, delivery_id)
    if found is not None and found.user_id != actor.user_id:
        raise NotYours
    return found


def _show_list(
    respond: Respond,
    actor: Actor,
    sessions: Sessions,
    day: date,
    hidden: Hidden | None = None,
    *,
    every: bool = False,
    settled: Collection[int] = (),
) -> None:
    """The list as it stands now, in the place of the one whose button was pressed."""
    with reading(sessions) as session:
        text, blocks = _list(session, actor, day, hidden, every=every, settled=settled)
    respond(text=text, blocks=blocks, replace_original=True)


def _list(
    session: Session,
    actor: Actor,
    day: date,
    hidden: Hidden | None = None,
    *,
    every: bool = False,
    settled: Collection[int] = (),
) -> Listed:
    to_do = mornings.to_do(session, actor.workspace_id, actor.user_id, day, settled=settled)
    coming = "" if to_do else habit_views.next_due(put_off.next_due(session, actor, day), day)
    put_away = [PutOff(hidden.account_id, hidden.name, hidden.until)] if hidden else []
    return views.today_list(to_do, today=day, show_all=every, put_off=put_away, next_due=coming)


def _setting(user: User) -> Setting:
    return Setting(
        on=user.reminders_on,
        at=user.remind_at,
        work_days=user.work_days,
        zone=user.zone,
        next_at=user.next_due_at.astimezone(ZoneInfo(user.zone)) if user.next_due_at else None,
    )
