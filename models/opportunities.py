"""Opportunities: deals from the first talk to won or lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    delete,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base, within_workspace

FORECASTS = ("pipeline", "best_case", "commit", "omitted")
"""How sure the owner is of an open one; a closed one needs no guess."""

CLOSED, OMITTED = "closed", "omitted"
"""What stands there for one that is won, and for one that is lost."""


class Opportunity(Base):
    """One deal. Amounts are whole cents."""

    __tablename__ = "opportunity"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="opportunity_in_workspace"),
        UniqueConstraint("workspace_id", "external_id", name="opportunity_once"),
        UniqueConstraint("workspace_id", "submission", name="opportunity_logged_once"),
        within_workspace("account", "account_id"),
        within_workspace("user", "owner_id"),
        within_workspace("product", "product_id"),
        within_workspace("stage", "stage_id"),
        within_workspace("contact", "broker_id"),
        within_workspace("touch", "touch_id"),
        Index("opportunity_of_stage", "workspace_id", "stage_id", "closed_on"),
        Index("opportunity_of_owner", "workspace_id", "owner_id", "closed_on"),
        Index("opportunity_of_account", "workspace_id", "account_id"),
        Index("opportunity_closed", "workspace_id", "closed_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    external_id: Mapped[str | None] = mapped_column(String(120))
    submission: Mapped[str | None] = mapped_column(String(64))  # Slack's id of the form
    name: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None]
    owner_id: Mapped[int | None]
    product_id: Mapped[int | None]
    stage_id: Mapped[int]
    staged_at: Mapped[datetime]  # when it came to its stage
    amount_cents: Mapped[int | None]
    forecast: Mapped[str] = mapped_column(String(12))
    opened_on: Mapped[date | None]
    close_date: Mapped[date | None]  # expected
    first_close_date: Mapped[date | None]  # expected at first
    pushes: Mapped[int] = mapped_column(SmallInteger, default=0)  # close date put off so often
    closed_on: Mapped[date | None]
    lost_reason: Mapped[str | None] = mapped_column(String(60))
    next_step: Mapped[str] = mapped_column(String(200), default="")
    next_step_due: Mapped[date | None]
    proposed_on: Mapped[date | None]
    proposal_expires_on: Mapped[date | None]
    broker_id: Mapped[int | None]
    touch_id: Mapped[int | None]  # the visit it came from
    # What the last change made different, as `deals.undo` puts it back.
    previous: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Move(Base):
    """An opportunity came to a stage."""

    __tablename__ = "opportunity_move"
    __table_args__ = (
        within_workspace("opportunity", "opportunity_id"),
        within_workspace("stage", "from_id"),
        within_workspace("stage", "to_id"),
        within_workspace("user", "user_id"),
        Index("opportunity_moved", "workspace_id", "opportunity_id", "moved_at"),
        Index("opportunity_left", "workspace_id", "from_id", "moved_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    opportunity_id: Mapped[int]
    from_id: Mapped[int | None]
    to_id: Mapped[int]
    user_id: Mapped[int | None]  # None: an import
    moved_at: Mapped[datetime]


class OpportunityContact(Base):
    """Somebody with a say in an opportunity, and which."""

    __tablename__ = "opportunity_contact"
    __table_args__ = (
        UniqueConstraint("workspace_id", "opportunity_id", "contact_id", name="says_once"),
        within_workspace("opportunity", "opportunity_id"),
        within_workspace("contact", "contact_id"),
        Index("opportunity_of_contact", "workspace_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    opportunity_id: Mapped[int]
    contact_id: Mapped[int]
    buying_role: Mapped[str] = mapped_column(String(60))  # key of the list buying_role


def usual_name(account: str, product: str | None) -> str:
    """What a deal is called that nobody gave a name."""
    return f"{product} for {account}" if product and account else product or account


def any_at(session: Session, workspace_id: int, account_id: int) -> bool:
    """Whether the account has any opportunity at all."""
    return (
        session.scalar(
            select(Opportunity.id)
            .where(Opportunity.workspace_id == workspace_id, Opportunity.account_id == account_id)
            .limit(1)
        )
        is not None
    )


def of_contact(session: Session, workspace_id: int, contact_id: int) -> bool:
    """Whether any opportunity names the contact."""
    broker = (
        select(Opportunity.id)
        .where(Opportunity.workspace_id == workspace_id, Opportunity.broker_id == contact_id)
        .limit(1)
    )
    said = (
        select(OpportunityContact.id)
        .where(
            OpportunityContact.workspace_id == workspace_id,
            OpportunityContact.contact_id == contact_id,
        )
        .limit(1)
    )
    return session.scalar(broker) is not None or session.scalar(said) is not None


def forget_touch(session: Session, workspace_id: int, touch_id: int) -> None:
    """The visit that opportunities came from goes; they stay."""
    session.execute(
        update(Opportunity)
        .where(Opportunity.workspace_id == workspace_id, Opportunity.touch_id == touch_id)
        .values(touch_id=None)
    )


def moves_of(session: Session, workspace_id: int, opportunity_id: int) -> Sequence[Move]:
    """Its stages, in the order in which it came to them."""
    return session.scalars(
        select(Move)
        .where(Move.workspace_id == workspace_id, Move.opportunity_id == opportunity_id)
        .order_by(Move.moved_at, Move.id)
    ).all()


def remove(session: Session, found: Opportunity) -> None:
    """Delete an opportunity with all that hangs on it."""
    for hanging in (OpportunityContact, Move):
        session.execute(
            delete(hanging).where(
                hanging.workspace_id == found.workspace_id, hanging.opportunity_id == found.id
            )
        )
    session.delete(found)
    session.flush()
