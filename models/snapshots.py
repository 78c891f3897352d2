"""What a report said when it was made, so that it can be read again and never changes silently."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base


class Snapshot(Base):
    """The numbers of one report about one period, with the rows behind them."""

    __tablename__ = "snapshot"
    __table_args__ = (
        UniqueConstraint("workspace_id", "report", "scope", "period", name="snapshot_once"),
        UniqueConstraint("workspace_id", "id", name="snapshot_in_workspace"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    report: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(String(60))  # of whom it tells
    period: Mapped[str] = mapped_column(String(20))  # "2026-W10"
    numbers: Mapped[dict[str, Any]] = mapped_column(JSON)
    row_ids: Mapped[dict[str, Any]] = mapped_column(JSON)  # by number
    formula_version: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
