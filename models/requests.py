"""What was asked before, so that asking it twice does it once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base, insert_if_absent


class SeenRequest(Base):
    """A command, tap or event that has had its effect."""

    __tablename__ = "seen_request"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key", name="request_once"),
        Index("request_seen_at", "seen_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    key: Mapped[str] = mapped_column(String(120))
    seen_at: Mapped[datetime]


def first_time(session: Session, workspace_id: int, key: str, now: datetime) -> bool:
    """Whether this request is new. The key is kept in the transaction of its effect."""
    row = {"workspace_id": workspace_id, "key": key[:120], "seen_at": now}
    return insert_if_absent(session, SeenRequest, row) is not None


def forget(session: Session, before: datetime) -> None:
    """Drop what nobody can ask again: Slack's last retry comes after minutes, forms live days."""
    session.execute(delete(SeenRequest).where(SeenRequest.seen_at < before))
