"""Handing the accounts of somebody who is gone to somebody else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, within_workspace


class Reassignment(Base):
    """Accounts and open follow-ups that went from one person to another, to be taken back."""

    __tablename__ = "reassignment"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="reassignment_in_workspace"),
        UniqueConstraint("workspace_id", "submission", name="reassigned_once"),
        within_workspace("user", "from_id"),
        within_workspace("user", "to_id"),
        within_workspace("user", "by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    from_id: Mapped[int]
    to_id: Mapped[int]
    by_id: Mapped[int]
    submission: Mapped[str] = mapped_column(String(64))  # Slack's id of the form
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)  # ids, and each account's day before
    reassigned_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
