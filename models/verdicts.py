"""What people think of the messages they get."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base, insert_if_absent, within_workspace
from models.deliveries import Delivery
from models.users import Actor


class NotUseful(Base):
    """Somebody said of a message that it was of no use to them."""

    __tablename__ = "not_useful"
    __table_args__ = (
        UniqueConstraint("workspace_id", "delivery_id", "user_id", name="not_useful_once"),
        within_workspace("delivery", "delivery_id"),
        within_workspace("user", "user_id"),
        Index("not_useful_of_user", "workspace_id", "user_id", "said_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    delivery_id: Mapped[int]
    user_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))  # the delivery's
    said_at: Mapped[datetime]


def say(session: Session, actor: Actor, message: Delivery, now: datetime) -> None:
    """Note that the message was of no use to the actor; a second time changes nothing."""
    said = {
        "workspace_id": actor.workspace_id,
        "delivery_id": message.id,
        "user_id": actor.user_id,
        "kind": message.kind,
        "said_at": now,
    }
    insert_if_absent(session, NotUseful, said)


def take_back(session: Session, actor: Actor, delivery_id: int) -> None:
    """Forget that the actor said so."""
    session.execute(
        delete(NotUseful).where(
            NotUseful.workspace_id == actor.workspace_id,
            NotUseful.delivery_id == delivery_id,
            NotUseful.user_id == actor.user_id,
        )
    )


def counts(
    session: Session, workspace_id: int, since: datetime, now: datetime
) -> Mapping[str, int]:
    """By kind of message, how often it was said in that time."""
    rows = session.execute(
        select(NotUseful.kind, func.count())
        .where(NotUseful.workspace_id == workspace_id, NotUseful.said_at.between(since, now))
        .group_by(NotUseful.kind)
    )
    return {row.kind: row[1] for row in rows}
