"""The list of accounts past due, when it comes, and its buttons. Adherence stays as it is."""

from __future__ import annotations

import json
from datetime import date
from zoneinfo import ZoneInfo

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from handlers import parsing
from handlers.checking import InvalidForm
from handlers.parsing import Payload
from handlers.reading import habits as reading_habits
from handlers.views import habits as habit_views
from handlers.views import reminders as views
from handlers.views.fields import Block
from handlers.views.habits import Setting
from handlers.views.reminders import PutOff
from models import accounts, deliveries, habits, lists, put_off, users
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
) -> None:
    """The list as it stands now, in the place of the one whose button was pressed."""
    with reading(sessions) as session:
        text, blocks = _list(session, actor, day, hidden, every=every)
    respond(text=text, blocks=blocks, replace_original=True)


def _list(
    session: Session, actor: Actor, day: date, hidden: Hidden | None = None, *, every: bool = False
) -> Listed:
    overdue = accounts.overdue(session, actor.workspace_id, actor.user_id, day)
    coming = "" if overdue else habit_views.next_due(put_off.next_due(session, actor, day), day)
    put_away = [PutOff(hidden.account_id, hidden.name, hidden.until)] if hidden else []
    return views.today_list(overdue, today=day, show_all=every, put_off=put_away, next_due=coming)


def _setting(user: User) -> Setting:
    return Setting(
        on=user.reminders_on,
        at=user.remind_at,
        work_days=user.work_days,
        zone=user.zone,
        next_at=user.next_due_at.astimezone(ZoneInfo(user.zone)) if user.next_due_at else None,
    )
