"""Two accounts, or two contacts, that are one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, within_workspace


class Merge(Base):
    """One merging: what moved from the one that is gone, so that it can be taken back."""

    __tablename__ = "merge"
    __table_args__ = (
        within_workspace("user", "by_id"),
        Index("merge_of_gone", "workspace_id", "entity", "gone_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    entity: Mapped[str] = mapped_column(String(8))  # account, contact
    kept_id: Mapped[int]
    gone_id: Mapped[int]
    by_id: Mapped[int]
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)  # ids by table, and what was overwritten
    merged_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
