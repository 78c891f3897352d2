"""What people think of the messages they get."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, within_workspace


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
