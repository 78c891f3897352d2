"""Where people sell: regions, branches, patches."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base


class Territory(Base):
    """A territory; a person works in one at most."""

    __tablename__ = "territory"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="territory_in_workspace"),
        UniqueConstraint("workspace_id", "name_key", name="territory_once"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(120))


def every(session: Session, workspace_id: int) -> Sequence[Territory]:
    """The workspace's territories, by name."""
    query = select(Territory).where(Territory.workspace_id == workspace_id)
    return session.scalars(query.order_by(Territory.name_key)).all()
