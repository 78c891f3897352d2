"""What the receipt of a deal says, read anew each time it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import lists, permissions, slots, stages, users
from models.accounts import Account
from models.contacts import Contact
from models.opportunities import Opportunity, OpportunityContact
from models.products import Product
from models.stages import Stage
from models.touches import Touch


@dataclass(frozen=True)
class DealReceipt:
    """One deal as its receipt shows it; labels, not keys.

    mark  of the last change, while its reader may take it back; "" otherwise.
    """

    id: int
    name: str
    account: str
    product: str
    stage: Stage
    stages: Sequence[Stage]  # of its pipeline, in their order
    amount_cents: int | None
    close_date: date | None
    first_close_date: date | None
    pushes: int
    forecast: str
    closed_on: date | None
    lost_reason: str | None
    next_step: str
    next_step_due: date | None
    proposed_on: date | None
    proposal_expires_on: date | None
    broker: str
    people: Sequence[tuple[str, str]]  # what each has to say, and who it is
    visited_on: date | None  # the visit it came from
    today: date
    mark: str
    may_remove: bool


def of(session: Session, workspace_id: int, deal_id: int, now: datetime) -> DealReceipt | None:
    """The deal as it stands, for its owner; None when it was taken back."""
    deal = session.scalar(
        select(Opportunity).where(
            Opportunity.workspace_id == workspace_id, Opportunity.id == deal_id
        )
    )
    if deal is None or deal.owner_id is None:
        return None
    owner = users.get(session, workspace_id, deal.owner_id)
    here = session.scalars(select(Stage).where(Stage.id == deal.stage_id)).one()
    reasons = lists.entries(session, workspace_id, lists.DEAL_LOST_REASON)[lists.DEAL_LOST_REASON]
    last = deal.previous or {}
    undoable = last.get("by") == owner.id and permissions.may_undo(
        datetime.fromisoformat(last["at"]), now
    )
    return DealReceipt(
        id=deal.id,
        name=deal.name,
        account=_name(session, Account, workspace_id, deal.account_id),
        product=_name(session, Product, workspace_id, deal.product_id),
        stage=here,
        stages=stages.of(session, workspace_id, here.pipeline),
        amount_cents=deal.amount_cents,
        close_date=deal.close_date,
        first_close_date=deal.first_close_date,
        pushes=deal.pushes,
        forecast=deal.forecast,
        closed_on=deal.closed_on,
        lost_reason=next(
            (one.label for one in reasons if one.key == deal.lost_reason), deal.lost_reason
        ),
        next_step=deal.next_step,
        next_step_due=deal.next_step_due,
        proposed_on=deal.proposed_on,
        proposal_expires_on=deal.proposal_expires_on,
        broker=_name(session, Contact, workspace_id, deal.broker_id),
        people=people(session, workspace_id, deal.id),
        visited_on=session.scalar(
            select(Touch.occurred_on).where(
                Touch.workspace_id == workspace_id, Touch.id == deal.touch_id
            )
        ),
        today=slots.local_day(now, owner.zone),
        mark=str(last["at"]) if undoable else "",
        may_remove=deal.submission is not None and permissions.may_undo(deal.created_at, now),
    )


def people(session: Session, workspace_id: int, deal_id: int) -> Sequence[tuple[str, str]]:
    """Who has a say in a deal, as (buying role, name), in the order of the list of roles."""
    roles = lists.entries(session, workspace_id, lists.BUYING_ROLE)[lists.BUYING_ROLE]
    order = {entry.key: place for place, entry in enumerate(roles)}
    labels = {entry.key: entry.label for entry in roles}
    rows = session.execute(
        select(OpportunityContact.buying_role, Contact.name)
        .join(
            Contact,
            (Contact.workspace_id == OpportunityContact.workspace_id)
            & (Contact.id == OpportunityContact.contact_id),
        )
        .where(
            OpportunityContact.workspace_id == workspace_id,
            OpportunityContact.opportunity_id == deal_id,
        )
    ).all()
    found = sorted(rows, key=lambda row: (order.get(row[0], len(order)), row[1]))
    return [(labels.get(role, role), name) for role, name in found]


def _name(
    session: Session,
    table: type[Account] | type[Product] | type[Contact],
    workspace_id: int,
    row_id: int | None,
) -> str:
    if row_id is None:
        return ""
    found = session.scalar(
        select(table.name).where(table.workspace_id == workspace_id, table.id == row_id)
    )
    return found or ""
