"""What a report said when it was made, so that it can be read again and never changes silently."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, SmallInteger, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base, insert_if_absent
from models.errors import NotYours


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


def keep(
    session: Session,
    workspace_id: int,
    *,
    report: str,
    scope: str,
    period: str,
    numbers: Mapping[str, Any],
    row_ids: Mapping[str, Any],
    formula_version: int,
    now: datetime,
) -> Snapshot:
    """Keep what a report says. What it has said before stands: then that is returned."""
    told = {
        "workspace_id": workspace_id,
        "report": report,
        "scope": scope,
        "period": period,
        "numbers": dict(numbers),
        "row_ids": dict(row_ids),
        "formula_version": formula_version,
        "created_at": now,
    }
    insert_if_absent(session, Snapshot, told)
    kept = find(session, workspace_id, report, scope, period)
    if kept is None:
        raise NotYours
    return kept


def find(
    session: Session, workspace_id: int, report: str, scope: str, period: str
) -> Snapshot | None:
    """What the report said of that period, if it was made."""
    return session.scalar(
        select(Snapshot).where(
            Snapshot.workspace_id == workspace_id,
            Snapshot.report == report,
            Snapshot.scope == scope,
            Snapshot.period == period,
        )
    )


def get(session: Session, workspace_id: int, snapshot_id: int) -> Snapshot:
    """The snapshot. Raises NotYours for one of another workspace."""
    found = session.scalar(
        select(Snapshot).where(Snapshot.workspace_id == workspace_id, Snapshot.id == snapshot_id)
    )
    if found is None:
        raise NotYours
    return found
