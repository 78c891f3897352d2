"""Taking what was said of a visit's deals out for good, when the visit is purged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import accounts, deliveries
from models.opportunities import Opportunity, usual_name
from models.products import Product


def empty(
    session: Session, workspace_id: int, touch_id: int, submission: str, now: datetime
) -> int:
    """Deals that came from the visit lose their next step and what could be put back, and are
    called by their product and account; their receipts are shown anew. How many there were."""
    deals = session.scalars(
        select(Opportunity)
        .where(Opportunity.workspace_id == workspace_id, Opportunity.touch_id == touch_id)
        .with_for_update()
    ).all()
    ids = {deal.account_id for deal in deals if deal.account_id is not None}
    places = accounts.names(session, workspace_id, ids)
    for deal in deals:
        product = session.scalar(
            select(Product.name).where(
                Product.workspace_id == workspace_id, Product.id == deal.product_id
            )
        )
        place = places.get(deal.account_id, "") if deal.account_id is not None else ""
        deal.name, deal.next_step, deal.previous = usual_name(place, product), "", None
        deal.updated_at = now
        receipt = deliveries.about(session, workspace_id, deliveries.DEAL_RECEIPT, deal.id)
        if receipt is not None:
            key = f"deal:{deal.id}:purge:{submission}"[:120]
            deliveries.owe_change(session, workspace_id, receipt, key=key, now=now)
    return len(deals)
