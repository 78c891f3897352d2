"""Two accounts, or two contacts, that are one: what became of which. The act: `models.merging`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base, within_workspace

ACCOUNT, CONTACT = "account", "contact"


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


def standing(session: Session, workspace_id: int, entity: str, gone_id: int) -> Merge | None:
    """The merging that took this one away and was not taken back."""
    return session.scalar(
        select(Merge).where(
            Merge.workspace_id == workspace_id,
            Merge.entity == entity,
            Merge.gone_id == gone_id,
            Merge.undone_at.is_(None),
        )
    )


def survivor(session: Session, workspace_id: int, entity: str, row_id: int) -> int:
    """What stands for this one now: itself, or the one it was merged into, however often."""
    while (merge := standing(session, workspace_id, entity, row_id)) is not None:
        row_id = merge.kept_id
    return row_id


def survivors(session: Session, workspace_id: int, entity: str) -> dict[int, int]:
    """Everything that was merged away, with what stands for it now."""
    rows = session.execute(
        select(Merge.gone_id, Merge.kept_id).where(
            Merge.workspace_id == workspace_id, Merge.entity == entity, Merge.undone_at.is_(None)
        )
    )
    into = {row.gone_id: row.kept_id for row in rows}
    last: dict[int, int] = {}
    for gone, kept in into.items():
        while kept in into:
            kept = into[kept]
        last[gone] = kept
    return last


def any_of(session: Session, workspace_id: int, entity: str, row_id: int) -> bool:
    """Whether this one was merged away, or another into it, and that stands."""
    return (
        session.scalar(
            select(Merge.id)
            .where(
                Merge.workspace_id == workspace_id,
                Merge.entity == entity,
                or_(Merge.kept_id == row_id, Merge.gone_id == row_id),
                Merge.undone_at.is_(None),
            )
            .limit(1)
        )
        is not None
    )
