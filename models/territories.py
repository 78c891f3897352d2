"""Where people sell: regions, branches, patches."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

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
