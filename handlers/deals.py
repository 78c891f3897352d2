"""Deals: the pipeline and its buttons, a deal's forms, and the ways back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from slack_bolt import Ack, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers import deal_parsing, parsing, showing
from handlers.checking import InvalidForm
from handlers.parsing import Payload
from handlers.views import deal_forms as form_views
from handlers.views import deals as views
from handlers.views import fields
from handlers.views import touches as touch_views
from handlers.views.deal_forms import DealForm, Place
from handlers.views.deals import Said
from handlers.views.doubts import Doubt
from handlers.views.fields import Choice, View
from handlers.views.words import money
from models import (
    accounts,
    acting,
    contacts,
    deal_figures,
    deal_receipts,
    deals,
    deliveries,
    figures,
    lists,
    permissions,
    products,
    stages,
    touches,
)
from models.clock import Clock
from models.db import Session, Sessions, reading
from models.deal_figures import Deal, Summary
from models.errors import Missing, NeedsReason
from models.lookup import Lookups
from models.stages import LOST, OPEN, Stage
from models.users import Actor

log = structlog.get_logger(__name__)

_MOST_OPTIONS = 100


def command(
    ack: Ack, command: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """`/pipeline`: what opens is the answer."""
    open_list(str(command.get("text") or ""), command, client, actor, sessions, clock)
    ack()


def open_list(
    rest: str, command: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Open the pipeline: one's own deals, a manager's team's, everybody's for an admin; behind
    "new" the form of a new deal."""
    if rest.strip().casefold() == "new":
        with reading(sessions) as session:
            stage = deals.first_stage(session, actor.workspace_id)
            view = _form(session, actor, DealForm(stage=str(stage.id)))
        client.views_open(trigger_id=command["trigger_id"], view=view)
        return
    view = _list(actor, sessions, clock(), Place())
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
    """Open one's own deals, from a message or from Home; from a manager's part of it all."""
    ack()
    view = _list(actor, sessions, clock(), Place(mine=action["value"] == "mine"))
    client.views_open(trigger_id=body["trigger_id"], view=view)


def turn(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Show the next deals, or those before."""
    ack()
    place = replace(_place(body), start=int(action["value"]))
    showing.anew(client, body["view"], _list(actor, sessions, clock(), place))


def whose(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Show one's own deals only, or everybody's again."""
    ack()
    place = Place(mine=action["value"] == "mine")
    showing.anew(client, body["view"], _list(actor, sessions, clock(), place))


def new(ack: Ack, body: Payload, client: WebClient, actor: Actor, sessions: Sessions) -> None:
    """Open the empty form on top of the list."""
    ack()
    with reading(sessions) as session:
        stage = deals.first_stage(session, actor.workspace_id)
        state = DealForm(stage=str(stage.id), place=_place(body))
        view = _form(session, actor, state)
    client.views_push(trigger_id=body["trigger_id"], view=view)


def of_visit(
    ack: Ack, action: Payload, body: Payload, client: WebClient, actor: Actor, sessions: Sessions
) -> None:
    """Open the form of a deal that came from a visit: its account and next step filled in."""
    ack()
    with reading(sessions) as session:
        touch = touches.own(session, actor, int(action["value"]))
        stage = deals.first_stage(session, actor.workspace_id)
        state = DealForm(stage=str(stage.id), touch_id=touch.id)
        if touch.account_id is not None:
            state = replace(state, account=_account(session, actor, touch.account_id))
        view = _form(session, actor, state)
    client.views_open(trigger_id=body["trigger_id"], view=view)


def move(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    respond: Respond,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Move a deal to the stage pressed or chosen; where that wants a reason, or something else
    was chosen, open the form for it."""
    ack()
    option = action.get("selected_option") or action
    deal_id, stage_id, what = views.chosen(option["value"])
    delivery_id = views.delivery_of(action["block_id"])
    if stage_id is None:
        _open(body, client, _asked(sessions, actor, deal_id, what, body, delivery_id))
        return
    now = clock()
    try:
        with sessions.begin() as session:
            done = deals.move(session, actor, deal_id, stage_id, now)
            stage = deals.get(session, actor, deal_id)[1]
            _acted(session, actor, delivery_id, _cause(action), now)
    except NeedsReason:
        _open(body, client, _lost(sessions, actor, deal_id, stage_id, body, delivery_id))
        return
    said = Said(views.moved(done.deal.name, stage), deal_id, done.mark)
    if not done.mark:
        said = Said(views.stays(done.deal.name, stage))
    _answer(said, body, client, respond, actor, sessions, now, delivery_id)


def undo(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    respond: Respond,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Take the last change of a deal back."""
    ack()
    deal_id, mark, delivery_id = views.undo_of(action["value"])
    now = clock()
    with sessions.begin() as session:
        deal = deals.undo(session, actor, deal_id, mark, now)
        stage = deals.get(session, actor, deal_id)[1]
        _acted(session, actor, delivery_id, _cause(action), now)
    said = Said(views.taken_back(deal.name, stage), deal_id)
    if delivery_id and not body.get("view"):
        respond(text=views.notice(said, 0)[0], replace_original=True)
    else:
        _answer(said, body, client, respond, actor, sessions, now, 0)


def remove(ack: Ack, action: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Take a new deal back altogether; its receipt says so."""
    ack()
    with sessions.begin() as session:
        deals.remove(session, actor, int(action["value"]), clock())


def submit(
    ack: Ack, view: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Store the deal, then close the form; what the patient guard doubts is asked about first."""
    now = clock()
    state = deal_parsing.form(view)
    try:
        told = deal_parsing.told(state)
    except InvalidForm as invalid:
        if not deal_parsing.only_doubts(invalid):
            raise
        asked = replace(state, shown_rules=deal_parsing.rules_of(invalid), ticked=False)
        with reading(sessions) as session:
            again = _form(session, actor, asked, deal_parsing.doubts(state))
        ack(response_action="update", view=again)
        return
    with sessions.begin() as session:
        if state.deal_id is None:
            made = deals.create(
                session, actor, told, submission=view["id"], now=now, touch_id=state.touch_id
            )
            said = Said(views.saved(made.name)) if made else None
        else:
            done = deals.edit(session, actor, state.deal_id, told, submission=view["id"], now=now)
            said = Said(views.saved(done.deal.name), done.deal.id, done.mark)
            _acted(session, actor, state.delivery_id or 0, view["id"], now)
    ack()
    _below(view, state.place, said, client, actor, sessions, now)


def submit_move(
    ack: Ack, view: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Store where a deal stands; with the form's reason, that it is lost, and why."""
    now = clock()
    held = parsing.Fields(view)
    told = held.metadata
    reason, stage_chosen = held.chosen(form_views.REASON), held.chosen(form_views.STAGE)
    if "stage" not in told and stage_chosen is None:
        raise InvalidForm({form_views.STAGE: Missing()})
    stage_id = int(stage_chosen.value if stage_chosen else told["stage"])
    with sessions.begin() as session:
        done = deals.move(
            session,
            actor,
            int(told["deal"]),
            stage_id,
            now,
            reason=reason.value if reason else None,
        )
        stage = deals.get(session, actor, done.deal.id)[1]
        _acted(session, actor, int(told.get("delivery", 0)), view["id"], now)
    ack()
    said = Said(views.moved(done.deal.name, stage), done.deal.id, done.mark)
    _below(view, form_views.place_in(told), said, client, actor, sessions, now)


def submit_people(
    ack: Ack, view: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Store somebody's part in a deal."""
    now = clock()
    held = parsing.Fields(view)
    person = deal_parsing.known_person(held.chosen(form_views.PERSON), form_views.PERSON)
    role = held.chosen(form_views.ROLE)
    with sessions.begin() as session:
        deal, _ = deals.get(session, actor, int(held.metadata["deal"]))
        deals.give_role(session, actor, deal.id, person, role.value if role else None, now)
    ack()
    place = form_views.place_in(held.metadata)
    _below(view, place, Said(views.saved(deal.name)), client, actor, sessions, now)


def search_people(
    ack: Ack, options: Payload, actor: Actor, sessions: Sessions, lookups: Lookups
) -> None:
    """People we know for what is typed so far, those of the deal's account first."""
    typed = str(options.get("value") or "").strip()[: fields.LONGEST_NAME]
    account_id = parsing.Fields(options["view"]).metadata.get("account")
    with reading(sessions) as session:
        index = lookups.get(session, actor.workspace_id)
    found = index.search_contacts(typed, account_id=account_id, limit=_MOST_OPTIONS)
    choices = [touch_views.contact_choice(one.id, one.name, one.title) for one in found]
    ack(options=[fields.option(choice) for choice in choices])


def _list(
    actor: Actor, sessions: Sessions, now: datetime, place: Place, said: Said | None = None
) -> View:
    with reading(sessions) as session:
        found, told, known = read_pipeline(session, actor, place, now)
    return views.pipeline(
        found,
        told,
        known,
        place,
        today=actor.today(now),
        me=actor.user_id,
        leads=permissions.leads(actor.role),
        said=said,
    )


def read_pipeline(
    session: Session, actor: Actor, place: Place, now: datetime
) -> tuple[Sequence[Deal], Summary, Mapping[str, Sequence[Stage]]]:
    """The deals that the list shows, their figures of the quarter, and the stages."""
    today = actor.today(now)
    people = {actor.user_id} if place.mine else figures.visible(session, actor)
    found = deal_figures.open_deals(session, actor.workspace_id, people, today, actor.zone)
    first, last = deal_figures.quarter(today)
    told = deal_figures.summary(session, actor.workspace_id, people, found, first, last)
    return found, told, _stages(session, actor)


def _stages(session: Session, actor: Actor) -> dict[str, list[Stage]]:
    return stages.by_pipeline(session, actor.workspace_id)


def _place(body: Payload) -> Place:
    return form_views.place_of(body["view"]["private_metadata"])


def _in_list(body: Payload) -> bool:
    return bool(body.get("view")) and body["view"]["callback_id"] == views.LIST


def _open(body: Payload, client: WebClient, view: View) -> None:
    """A form on top of the list, or over the message whose button was pressed."""
    if _in_list(body):
        client.views_push(trigger_id=body["trigger_id"], view=view)
    else:
        client.views_open(trigger_id=body["trigger_id"], view=view)


def _answer(
    said: Said,
    body: Payload,
    client: WebClient,
    respond: Respond,
    actor: Actor,
    sessions: Sessions,
    now: datetime,
    delivery_id: int,
) -> None:
    """Say what happened where the person is looking. A deal's receipt says it by itself."""
    if _in_list(body):
        showing.anew(client, body["view"], _list(actor, sessions, now, _place(body), said))
    elif delivery_id:
        text, blocks = views.notice(said, delivery_id)
        respond(text=text, blocks=blocks, response_type="ephemeral", replace_original=False)


def _below(
    view: Payload,
    place: Place | None,
    said: Said | None,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    now: datetime,
) -> None:
    """Show the list anew on top of which a form was saved, if it was."""
    if place is None or view["root_view_id"] == view["id"]:
        return
    made = _list(actor, sessions, now, place, said)
    try:
        client.views_update(view_id=view["root_view_id"], view=made)
    except SlackApiError as refused:  # it was closed meanwhile, and the receipt says the same
        log.info("form.moved_on", code=refused.response.get("error"))


def _acted(session: Session, actor: Actor, delivery_id: int, why: str, now: datetime) -> None:
    """The message whose button was pressed has been acted on, and shows how things stand."""
    message = acting.own(session, actor, delivery_id) if delivery_id else None
    if message is not None:
        acting.note(session, message, acting.MOVED, now)
        key = f"deals:{message.id}:{why}"
        deliveries.owe_change(session, actor.workspace_id, message, key=key, now=now)


def _cause(action: Payload) -> str:
    return f"{action['action_id']}:{action['action_ts']}"


def _asked(
    sessions: Sessions, actor: Actor, deal_id: int, what: str, body: Payload, delivery_id: int
) -> View:
    """The form that the menu's choice stands for."""
    place = _place(body) if _in_list(body) else None
    with reading(sessions) as session:
        if views.is_edit(what):
            state = _stored(session, actor, deal_id)
            state = replace(state, place=place, delivery_id=delivery_id or None)
            return _form(session, actor, state)
        deal, here = deals.get(session, actor, deal_id)
        if views.is_move(what):
            known = stages.of(session, actor.workspace_id, here.pipeline)
            others = [one for one in known if one.kind != LOST and one.id != here.id]
            metadata = _metadata(body, delivery_id)
            return form_views.move_form(deal.id, deal.name, others, metadata)
        roles = lists.entries(session, actor.workspace_id, lists.BUYING_ROLE)
        return form_views.people_form(
            deal.id,
            deal.account_id,
            deal.name,
            deal_receipts.people(session, actor.workspace_id, deal.id),
            roles[lists.BUYING_ROLE],
            form_views.kept_place(place),
        )


def _lost(
    sessions: Sessions,
    actor: Actor,
    deal_id: int,
    stage_id: int,
    body: Payload,
    delivery_id: int,
) -> View:
    metadata = _metadata(body, delivery_id)
    with reading(sessions) as session:
        deal, _ = deals.get(session, actor, deal_id)
        reasons = lists.entries(session, actor.workspace_id, lists.DEAL_LOST_REASON)
    return form_views.lost_form(
        deal_id, stage_id, deal.name, reasons[lists.DEAL_LOST_REASON], metadata
    )


def _metadata(body: Payload, delivery_id: int) -> dict[str, Any]:
    """What a form remembers: the list below it, or the message whose button opened it."""
    kept = form_views.kept_place(_place(body) if _in_list(body) else None)
    return {**kept, "delivery": delivery_id} if delivery_id else kept


def _form(session: Session, actor: Actor, state: DealForm, doubts: tuple[Doubt, ...] = ()) -> View:
    known = {
        name: [stage for stage in of if stage.kind == OPEN or str(stage.id) == state.stage]
        for name, of in _stages(session, actor).items()
    }
    sold = products.choices(session, actor.workspace_id)
    return form_views.form(state, known, sold, doubts)


def _stored(session: Session, actor: Actor, deal_id: int) -> DealForm:
    deal, _ = deals.get(session, actor, deal_id)
    state = DealForm(
        name=deal.name,
        product=None if deal.product_id is None else str(deal.product_id),
        stage=str(deal.stage_id),
        amount="" if deal.amount_cents is None else money(deal.amount_cents),
        close_date=deal.close_date,
        forecast=deal.forecast,
        next_step=deal.next_step,
        next_step_due=deal.next_step_due,
        proposed_on=deal.proposed_on,
        expires_on=deal.proposal_expires_on,
        deal_id=deal.id,
    )
    if state.forecast not in form_views.FORECAST_LABELS:
        state = replace(state, forecast=DealForm().forecast)
    if deal.account_id is not None:
        state = replace(state, account=_account(session, actor, deal.account_id))
    if deal.broker_id is not None:
        broker = contacts.get_all(session, actor.workspace_id, [deal.broker_id])[0]
        state = replace(
            state, broker=touch_views.contact_choice(broker.id, broker.name, broker.title)
        )
    return state


def _account(session: Session, actor: Actor, account_id: int) -> Choice:
    found = accounts.get(session, actor.workspace_id, account_id)
    return touch_views.account_choice(found.id, found.name, found.city, found.state)
