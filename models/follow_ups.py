"""What was agreed to happen next, and by when."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base, within_workspace
from models.phi import Clean

NEXT_STEP, PROMISE, TASK = "next_step", "promise", "task"
OPEN, DONE, LATE, DROPPED = "open", "done", "late", "dropped"


class FollowUp(Base):
    """A next step, promise or task of one person."""

    __tablename__ = "follow_up"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="follow_up_in_workspace"),
        within_workspace("account", "account_id"),
        within_workspace("user", "user_id"),
        within_workspace("touch", "touch_id"),
        Index("follow_up_due", "workspace_id", "user_id", "status", "due_on"),
        Index("follow_up_of_touch", "workspace_id", "touch_id"),
        Index("follow_up_of_account", "workspace_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    kind: Mapped[str] = mapped_column(String(10))  # next_step, promise, task
    account_id: Mapped[int | None]
    user_id: Mapped[int]  # who does it
    touch_id: Mapped[int | None]
    text: Mapped[Clean] = mapped_column(String(300))
    due_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(8), default=OPEN)
    created_at: Mapped[datetime]


def of_touch(session: Session, workspace_id: int, touch_id: int) -> dict[str, FollowUp]:
    """What was agreed in a touch, by kind: at most one next step and one promise."""
    rows = session.scalars(
        select(FollowUp)
        .where(FollowUp.workspace_id == workspace_id, FollowUp.touch_id == touch_id)
        .order_by(FollowUp.id)
    )
    return {row.kind: row for row in rows}
