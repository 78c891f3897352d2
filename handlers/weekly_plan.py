"""The plan of one's week: shown, changed, and set back to the proposal."""

from __future__ import annotations

import json
from datetime import date

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import parsing, showing
from handlers.checking import Checks, InvalidForm
from handlers.parsing import Payload
from handlers.views import fields, reminders
from handlers.views import touches as touch_views
from handlers.views import weekly_plan as views
from handlers.views.fields import View
from models import acting, aliases, deliveries, goals, users, weekly_plan
from models.clock import Clock
from models.db import Session, Sessions, reading
from models.errors import NoSuchAccount
from models.goals import PERSON, WEEK, Whose
from models.lookup import Lookups
from models.users import Actor

_MOST_OPTIONS = 100


def open_form(
    command: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """`/touchbase plan`: the form that opens is the answer."""
    with reading(sessions) as session:
        view = _form(session, actor, clock, 0, _this_week(actor, clock))
    client.views_open(trigger_id=command["trigger_id"], view=view)


def show(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Open the plan from a morning message or from Home."""
    ack()
    _, delivery_id = reminders.ids(action["value"])
    with reading(sessions) as session:
        view = _form(session, actor, clock, delivery_id, _this_week(actor, clock))
    client.views_open(trigger_id=body["trigger_id"], view=view)


def submit(ack: Ack, view: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Store the plan and say how it stands; the message that it came from shows it, too."""
    filled = parsing.Fields(view)
    checks = Checks()
    projected = checks.number(views.PROJECTED, filled.text(views.PROJECTED))
    checks.done()
    chosen = {one.id for one in filled.all_chosen(views.ACCOUNTS)[: weekly_plan.MOST_CHOSEN]}
    monday = date.fromisoformat(filled.metadata["monday"])
    try:
        with sessions.begin() as session:
            ids = [one for one in chosen if one is not None]
            weekly_plan.put(session, actor, monday, ids, projected, clock())
            _show_anew(session, actor, filled.metadata["delivery"], view["id"], clock)
    except NoSuchAccount as gone:
        raise InvalidForm({views.ACCOUNTS: gone}) from None
    with reading(sessions) as session:
        user = users.get(session, actor.workspace_id, actor.user_id)
        shown = weekly_plan.of(session, user, monday)
        made = weekly_plan.made(session, user, shown)
    ack(response_action="update", view=views.saved(shown, made))


def reset(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Have the proposal stand again, in the form that is open."""
    ack()
    of = json.loads(body["view"]["private_metadata"])
    delivery_id, monday = of["delivery"], date.fromisoformat(of["monday"])
    with sessions.begin() as session:
        weekly_plan.back_to_proposal(session, actor, monday)
        _show_anew(session, actor, delivery_id, action["action_ts"], clock)
    with reading(sessions) as session:
        view = _form(session, actor, clock, delivery_id, monday, anew=True)
    showing.anew(client, body["view"], view)


def search(ack: Ack, options: Payload, actor: Actor, sessions: Sessions, lookups: Lookups) -> None:
    """Known accounts for what is typed so far, one's own first."""
    typed = str(options.get("value") or "").strip()[: fields.LONGEST_NAME]
    with reading(sessions) as session:
        index = lookups.get(session, actor.workspace_id)
        own = aliases.own(session, actor)
    found = index.search_accounts(
        typed, mine=actor.user_id, recent=(), own=own, limit=_MOST_OPTIONS
    )
    choices = [touch_views.account_choice(one.id, one.name, one.city, one.state) for one in found]
    ack(options=[fields.option(choice) for choice in choices])


def _this_week(actor: Actor, clock: Clock) -> date:
    return weekly_plan.monday_of(actor.today(clock()))


def _form(
    session: Session,
    actor: Actor,
    clock: Clock,
    delivery_id: int,
    monday: date,
    *,
    anew: bool = False,
) -> View:
    now = clock()
    user = users.get(session, actor.workspace_id, actor.user_id)
    shown = weekly_plan.of(session, user, monday)
    mine = [Whose(PERSON, actor.user_id)]
    aims = goals.progress(session, actor.workspace_id, mine, actor.today(now), now)
    return views.form(
        shown,
        weekly_plan.made(session, user, shown),
        [one for one in aims if one.period == WEEK],
        json.dumps({"delivery": delivery_id, "monday": monday.isoformat()}),
        anew=anew,
    )


def _show_anew(session: Session, actor: Actor, delivery_id: int, key: str, clock: Clock) -> None:
    message = acting.own(session, actor, delivery_id) if delivery_id else None
    if message is not None:
        dedupe = f"plan:{message.id}:{key}"
        deliveries.owe_change(session, actor.workspace_id, message, key=dedupe, now=clock())
