"""Who else calls on the same accounts."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import workspaces
from models.db import Base
from models.errors import NotYours
from models.text import name_key


class Competitor(Base):
    """A firm that competes for the same referrals or deals."""

    __tablename__ = "competitor"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="competitor_in_workspace"),
        UniqueConstraint("workspace_id", "name_key", name="competitor_once"),
        Index("competitor_names_changed", "workspace_id", "names_version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(120))
    names_version: Mapped[int]


def named(session: Session, workspace_id: int, name: str) -> Competitor:
    """The competitor of this name, made if it is new."""
    key = name_key(name)
    known = session.scalar(
        select(Competitor).where(
            Competitor.workspace_id == workspace_id, Competitor.name_key == key
        )
    )
    if known is None:
        known = Competitor(
            workspace_id=workspace_id,
            name=name,
            name_key=key,
            names_version=workspaces.next_names_version(session, workspace_id),
        )
        session.add(known)
        session.flush()
    return known


def get(session: Session, workspace_id: int, competitor_id: int) -> Competitor:
    """The competitor's row. Raises NotYours."""
    found = session.scalar(
        select(Competitor).where(
            Competitor.workspace_id == workspace_id, Competitor.id == competitor_id
        )
    )
    if found is None:
        raise NotYours
    return found


def all_of(session: Session, workspace_id: int) -> list[Competitor]:
    """Every competitor, by name."""
    return list(
        session.scalars(
            select(Competitor)
            .where(Competitor.workspace_id == workspace_id)
            .order_by(Competitor.name)
        )
    )
