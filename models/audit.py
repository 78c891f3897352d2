"""Who changed what, and when: ids and keys, never a note or a name. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base

Facts = Mapping[str, int | str | bool | list[int] | list[str] | None]


class Audit(Base):
    """One act."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_of_thing", "workspace_id", "entity", "entity_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    at: Mapped[datetime]
    actor_id: Mapped[int | None]  # None: the command line
    action: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str] = mapped_column(String(20))
    entity_id: Mapped[int | None]
    facts: Mapped[dict[str, object]] = mapped_column(JSON)


def note(
    session: Session,
    workspace_id: int,
    actor_id: int | None,
    action: str,
    entity: str,
    entity_id: int | None,
    *,
    now: datetime,
    facts: Facts | None = None,
) -> Audit:
    """Add a row in the transaction of the act itself."""
    row = Audit(
        workspace_id=workspace_id,
        at=now,
        actor_id=actor_id,
        action=action,
        entity=entity,
        entity_id=entity_id,
        facts=dict(facts or {}),
    )
    session.add(row)
    return row
