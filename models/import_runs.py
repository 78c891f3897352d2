"""What each import did, so that it can be undone, and how a file's columns were taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base, within_workspace


class ImportRun(Base):
    """One import that stored something."""

    __tablename__ = "import_run"
    __table_args__ = (UniqueConstraint("workspace_id", "id", name="import_run_in_workspace"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    kind: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64))  # of the file
    run_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class ImportChange(Base):
    """A row that an import made or changed; what it held before goes after a day."""

    __tablename__ = "import_change"
    __table_args__ = (
        within_workspace("import_run", "run_id"),
        Index("import_change_of_run", "workspace_id", "run_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    run_id: Mapped[int]
    entity: Mapped[str] = mapped_column(String(20))  # the table
    entity_id: Mapped[int]
    # The columns it changed, as they were and as it left them; None: it made the row.
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Mapping(Base):
    """How the columns of a kind of file were taken, under a name."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("workspace_id", "kind", "name", name="mapping_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime]


def forget(session: Session, before: datetime) -> None:
    """Delete what the imports of that time changed: nobody can undo them any more, and it is old
    values of rows that may be gone."""
    old = select(ImportRun.id).where(ImportRun.run_at < before)
    session.execute(
        delete(ImportChange).where(ImportChange.run_id.in_(old)),
        execution_options={"synchronize_session": False},
    )
