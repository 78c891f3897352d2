"""Working a deal: making it, changing it, moving it from stage to stage, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    audit,
    contacts,
    deliveries,
    figures,
    lists,
    merges,
    moving,
    opportunities,
    permissions,
    requests,
    stages,
    touches,
)
from models.accounts import NewAccount
from models.capture import account_of
from models.deliveries import Owed
from models.errors import (
    AlreadyUndone,
    BadChoice,
    DealMovedOn,
    ExpiresBeforeSent,
    NeedsReason,
    NoSuchAccount,
    NotYours,
)
from models.opportunities import (
    CLOSED,
    FORECASTS,
    OMITTED,
    Move,
    Opportunity,
    OpportunityContact,
    usual_name,
)
from models.products import Product
from models.stages import LOST, OPEN, WON, Stage
from models.text import tidy
from models.users import Actor

LONGEST_NAME = 200

_KEPT = (
    "name",
    "account_id",
    "product_id",
    "stage_id",
    "staged_at",
    "amount_cents",
    "forecast",
    "close_date",
    "first_close_date",
    "pushes",
    "closed_on",
    "lost_reason",
    "next_step",
    "next_step_due",
    "proposed_on",
    "proposal_expires_on",
    "broker_id",
)
"""What a change may touch, and an undo puts back."""

MOVED, EDITED = "move", "edit"


@dataclass(frozen=True)
class Told:
    """What somebody says of a deal. An empty name becomes that of its product and account."""

    account: int | NewAccount
    stage_id: int
    name: str = ""
    product_id: int | None = None
    amount_cents: int | None = None
    close_date: date | None = None
    forecast: str = FORECASTS[0]
    next_step: str = ""
    next_step_due: date | None = None
    proposed_on: date | None = None
    proposal_expires_on: date | None = None
    broker_id: int | None = None
    lost_reason: str | None = None
    not_patients: tuple[str, ...] = ()  # rules of the guard that the person answered


@dataclass(frozen=True)
class Changed:
    """A deal after a change, and the mark by which the change is taken back."""

    deal: Opportunity
    mark: str = ""


def get(
    session: Session, actor: Actor, deal_id: int, *, hold: bool = False
) -> tuple[Opportunity, Stage]:
    """A deal the actor may see, with its stage: their own, their team's, any for an admin.

    hold  until the transaction ends nobody else changes it.

    Raises NotYours.
    """
    query = (
        select(Opportunity)
        .where(Opportunity.workspace_id == actor.workspace_id, Opportunity.id == deal_id)
        .execution_options(populate_existing=hold)
    )
    found = session.scalar(query.with_for_update() if hold else query)
    seeing = figures.visible(session, actor)
    if found is None or not (seeing is None or found.owner_id in seeing):
        raise NotYours
    return found, _stage(session, actor, found.stage_id)


def create(
    session: Session,
    actor: Actor,
    told: Told,
    *,
    submission: str,
    now: datetime,
    touch_id: int | None = None,
    receipt: bool = True,
) -> Opportunity | None:
    """Store a new deal of the actor's with its receipt; None when this form was stored before.

    touch_id  the visit it came from.
    receipt   whether the actor is told: not of what they did not just do.

    Raises NoSuchAccount, NoSuchContact, BadChoice, NeedsReason, ExpiresBeforeSent, NotYours.
    """
    if not requests.first_time(session, actor.workspace_id, f"deal:{submission}", now):
        return None
    stage = _stage(session, actor, told.stage_id)
    if touch_id is not None:
        touches.own(session, actor, touch_id)
    today = actor.today(now)
    deal = Opportunity(
        workspace_id=actor.workspace_id,
        submission=submission,
        name="",
        owner_id=actor.user_id,
        stage_id=stage.id,
        staged_at=now,
        forecast=FORECASTS[0],
        opened_on=today,
        pushes=0,
        next_step="",
        touch_id=touch_id,
        created_at=now,
        updated_at=now,
    )
    _fill(session, actor, deal, told, now)
    deal.first_close_date = told.close_date
    _arrive(session, actor, deal, stage, told.lost_reason, now)
    session.add(deal)
    session.flush()
    _note_move(session, actor, deal, None, stage, now)
    _audit(session, actor, "deal.create", deal, now, {"stage": stage.id})
    _audit_tick(session, actor, deal, told, now)
    if receipt:
        _owe_receipt(session, actor, deal, now)
    return deal


def edit(
    session: Session, actor: Actor, deal_id: int, told: Told, *, submission: str, now: datetime
) -> Changed:
    """Make a deal what the form says. A later close date counts as put off once more.

    Raises as `create`.
    """
    deal, _ = get(session, actor, deal_id, hold=True)
    if not requests.first_time(session, actor.workspace_id, f"deal:{submission}", now):
        return Changed(deal)
    before, was = _values(deal), deal.close_date
    _fill(session, actor, deal, told, now)
    if deal.first_close_date is None:
        deal.first_close_date = told.close_date
    if was is not None and told.close_date is not None and told.close_date > was:
        deal.pushes += 1
    move = None
    stage = _stage(session, actor, told.stage_id)
    if stage.id != before["stage_id"]:
        move = _to(session, actor, deal, stage, told.lost_reason, now)
    elif stage.kind != OPEN:  # a closed one keeps what it was closed with
        deal.forecast = str(before["forecast"])
    if _values(deal) == before:
        return Changed(deal)
    _audit_tick(session, actor, deal, told, now)
    return _changed(session, actor, deal, EDITED, before, move, now)


def move(
    session: Session,
    actor: Actor,
    deal_id: int,
    stage_id: int,
    now: datetime,
    *,
    reason: str | None = None,
) -> Changed:
    """Move a deal to a stage of any pipeline. Won and Lost close it, an open stage opens it
    again. Moving it to where it stands changes nothing.

    reason  why it is lost: a key of the list of lost reasons.

    Raises NotYours, NeedsReason, BadChoice.
    """
    deal, here = get(session, actor, deal_id, hold=True)
    stage = _stage(session, actor, stage_id)
    if stage.id == here.id and not (stage.kind == LOST and reason not in (None, deal.lost_reason)):
        return Changed(deal)
    before = _values(deal)
    if stage.id == here.id:
        deal.lost_reason = _reason(session, actor, reason)
        return _changed(session, actor, deal, EDITED, before, None, now)
    made = _to(session, actor, deal, stage, reason, now)
    return _changed(session, actor, deal, MOVED, before, made, now)


def undo(session: Session, actor: Actor, deal_id: int, mark: str, now: datetime) -> Opportunity:
    """Take the last change of a deal back, within 24 hours and by who made it; the move goes
    from its history as if it had never been.

    mark  of the change, as `Changed` has it.

    Raises NotYours, AlreadyUndone, DealMovedOn, TooLate.
    """
    deal, _ = get(session, actor, deal_id, hold=True)
    last = deal.previous
    if last is None:
        raise AlreadyUndone
    if last["at"] != mark:
        raise DealMovedOn
    if last["by"] != actor.user_id:
        raise NotYours
    permissions.must_undo(datetime.fromisoformat(mark), now)
    if last["move"] is not None:
        made = session.get(Move, last["move"])
        if made is not None:
            session.delete(made)
    for name, value in last["values"].items():
        setattr(deal, name, moving.from_json(Opportunity.__table__.c[name], value))
    # What it pointed at may have been merged away since.
    if "account_id" in last["values"] and deal.account_id is not None:
        deal.account_id = merges.survivor(
            session, actor.workspace_id, merges.ACCOUNT, deal.account_id
        )
    if "broker_id" in last["values"] and deal.broker_id is not None:
        deal.broker_id = merges.survivor(
            session, actor.workspace_id, merges.CONTACT, deal.broker_id
        )
    deal.previous, deal.updated_at = None, now
    session.flush()
    _audit(session, actor, "deal.undo", deal, now, {"stage": deal.stage_id})
    show_anew(session, deal, "undo", now)
    return deal


def remove(session: Session, actor: Actor, deal_id: int, now: datetime) -> None:
    """Take a new deal back altogether, within 24 hours and by who made it. Its receipt says so.

    Raises NotYours, AlreadyUndone, TooLate.
    """
    try:
        deal, _ = get(session, actor, deal_id, hold=True)
    except NotYours:
        receipt = deliveries.about(session, actor.workspace_id, deliveries.DEAL_RECEIPT, deal_id)
        if receipt is not None and receipt.user_id == actor.user_id:
            raise AlreadyUndone from None
        raise
    if deal.submission is None or deal.owner_id != actor.user_id:
        raise NotYours
    permissions.must_undo(deal.created_at, now)
    _audit(session, actor, "deal.remove", deal, now, {"stage": deal.stage_id})
    show_anew(session, deal, "remove", now)
    opportunities.remove(session, deal)


def give_role(
    session: Session, actor: Actor, deal_id: int, contact_id: int, role: str | None, now: datetime
) -> None:
    """Say what a person's part in a deal is; None: they have none any more.

    Raises NotYours, NoSuchContact, BadChoice.
    """
    deal, _ = get(session, actor, deal_id, hold=True)
    person = contacts.get_all(session, actor.workspace_id, [contact_id])[0]
    known = session.scalar(
        select(OpportunityContact).where(
            OpportunityContact.workspace_id == actor.workspace_id,
            OpportunityContact.opportunity_id == deal.id,
            OpportunityContact.contact_id == person.id,
        )
    )
    if role is not None and role not in _keys(session, actor, lists.BUYING_ROLE):
        raise BadChoice
    if role is None:
        if known is not None:
            session.delete(known)
    elif known is None:
        session.add(
            OpportunityContact(
                workspace_id=actor.workspace_id,
                opportunity_id=deal.id,
                contact_id=person.id,
                buying_role=role,
            )
        )
    else:
        known.buying_role = role
    session.flush()
    _audit(session, actor, "deal.role", deal, now, {"contact": person.id, "role": role})
    show_anew(session, deal, f"role:{person.id}:{role}"[:60], now)


def show_anew(session: Session, deal: Opportunity, why: str, now: datetime) -> None:
    """Have the deal's receipt show how it stands, if it has one.

    why  keeps one cause from doing it twice.
    """
    receipt = deliveries.about(session, deal.workspace_id, deliveries.DEAL_RECEIPT, deal.id)
    if receipt is not None:
        key = f"deal:{deal.id}:{why}:{now.isoformat()}"[:120]
        deliveries.owe_change(session, deal.workspace_id, receipt, key=key, now=now)


def _owe_receipt(session: Session, actor: Actor, deal: Opportunity, now: datetime) -> None:
    owed = Owed(
        key=f"deal:{deal.id}",
        kind=deliveries.DEAL_RECEIPT,
        target=actor.slack_id,
        user_id=actor.user_id,
        subject_id=deal.id,
        not_before=now,
        priority=deliveries.ANSWER_FIRST,
    )
    deliveries.owe(session, actor.workspace_id, owed, now)


def _to(
    session: Session,
    actor: Actor,
    deal: Opportunity,
    stage: Stage,
    reason: str | None,
    now: datetime,
) -> Move:
    before = deal.stage_id
    _arrive(session, actor, deal, stage, reason, now)
    return _note_move(session, actor, deal, before, stage, now)


def _arrive(
    session: Session,
    actor: Actor,
    deal: Opportunity,
    stage: Stage,
    reason: str | None,
    now: datetime,
) -> None:
    """Put the deal on a stage, with what that says of its end and its forecast."""
    if stage.kind == LOST:
        deal.lost_reason = _reason(session, actor, reason)
    else:
        deal.lost_reason = None
    if stage.kind == OPEN:
        deal.closed_on = None
        if deal.forecast not in FORECASTS or _was_lost(session, deal):
            deal.forecast = FORECASTS[0]
    else:
        deal.closed_on = actor.today(now)
        deal.forecast = CLOSED if stage.kind == WON else OMITTED
    deal.stage_id, deal.staged_at = stage.id, now


def _was_lost(session: Session, deal: Opportunity) -> bool:
    here = session.get(Stage, deal.stage_id)  # where it comes from
    return here is not None and here.kind == LOST


def _reason(session: Session, actor: Actor, reason: str | None) -> str:
    if not reason:
        raise NeedsReason
    if reason not in _keys(session, actor, lists.DEAL_LOST_REASON):
        raise BadChoice
    return reason


def _keys(session: Session, actor: Actor, name: str) -> set[str]:
    return {one.key for one in lists.entries(session, actor.workspace_id, name)[name]}


def _stage(session: Session, actor: Actor, stage_id: int) -> Stage:
    found = session.scalar(
        select(Stage).where(Stage.workspace_id == actor.workspace_id, Stage.id == stage_id)
    )
    if found is None:
        raise BadChoice
    return found


def _fill(session: Session, actor: Actor, deal: Opportunity, told: Told, now: datetime) -> None:
    account, _ = account_of(session, actor, told.account, now)
    if account is None:
        raise NoSuchAccount
    product = None
    if told.product_id is not None:
        product = session.scalar(
            select(Product).where(
                Product.workspace_id == actor.workspace_id, Product.id == told.product_id
            )
        )
        if product is None:
            raise BadChoice
    if told.forecast not in FORECASTS:
        raise BadChoice
    if (
        told.proposed_on is not None
        and told.proposal_expires_on is not None
        and told.proposal_expires_on < told.proposed_on
    ):
        raise ExpiresBeforeSent
    broker = None
    if told.broker_id is not None:
        broker = contacts.get_all(session, actor.workspace_id, [told.broker_id])[0].id
    usual = usual_name(account.name, product.name if product else None)
    deal.name = tidy(told.name or usual, LONGEST_NAME)
    deal.account_id, deal.product_id = account.id, product.id if product else None
    deal.amount_cents, deal.close_date = told.amount_cents, told.close_date
    deal.forecast = told.forecast
    deal.next_step, deal.next_step_due = told.next_step, told.next_step_due
    deal.proposed_on = told.proposed_on
    deal.proposal_expires_on = told.proposal_expires_on
    deal.broker_id = broker


def _values(deal: Opportunity) -> Mapping[str, Any]:
    return {name: getattr(deal, name) for name in _KEPT}


def _note_move(
    session: Session,
    actor: Actor,
    deal: Opportunity,
    before: int | None,
    stage: Stage,
    now: datetime,
) -> Move:
    made = Move(
        workspace_id=actor.workspace_id,
        opportunity_id=deal.id,
        from_id=before,
        to_id=stage.id,
        user_id=actor.user_id,
        moved_at=now,
    )
    session.add(made)
    session.flush()
    return made


def _changed(
    session: Session,
    actor: Actor,
    deal: Opportunity,
    what: str,
    before: Mapping[str, Any],
    made: Move | None,
    now: datetime,
) -> Changed:
    """Keep what it was before, tell the audit, and show the receipt anew."""
    mark = now.isoformat()
    values = {
        name: moving.as_json(value)
        for name, value in before.items()
        if value != getattr(deal, name)
    }
    deal.previous = {
        "at": mark,
        "by": actor.user_id,
        "what": what,
        "values": values,
        "move": made.id if made else None,
    }
    deal.updated_at = now
    session.flush()
    facts: dict[str, int | str | None] = {"stage": deal.stage_id}
    if made is not None:
        facts["from"] = made.from_id
    _audit(session, actor, f"deal.{what}", deal, now, facts)
    show_anew(session, deal, f"{what}:{deal.stage_id}", now)
    return Changed(deal, mark)


def _audit(
    session: Session,
    actor: Actor,
    action: str,
    deal: Opportunity,
    now: datetime,
    facts: Mapping[str, int | str | None],
) -> None:
    audit.note(
        session,
        actor.workspace_id,
        actor.user_id,
        action,
        "opportunity",
        deal.id,
        now=now,
        facts=dict(facts),
    )


def _audit_tick(
    session: Session, actor: Actor, deal: Opportunity, told: Told, now: datetime
) -> None:
    """Who said of which rules that what they found is no patient."""
    if told.not_patients:
        audit.note(
            session,
            actor.workspace_id,
            actor.user_id,
            "phi.not_a_patient",
            "opportunity",
            deal.id,
            now=now,
            facts={"rules": list(told.not_patients)},
        )


def first_stage(session: Session, workspace_id: int, pipeline: str = stages.NEW_BUSINESS) -> Stage:
    """Where a deal of a pipeline begins; of the first pipeline there is when that one is gone."""
    known = stages.of(session, workspace_id)
    opens = [stage for stage in known if stage.kind == OPEN]
    return next((stage for stage in opens if stage.pipeline == pipeline), opens[0])
