"""The days on which nobody is sent a morning message."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base


class Holiday(Base):
    """A day that a workspace has off beside those of its country, or works in spite of them."""

    __tablename__ = "holiday"
    __table_args__ = (UniqueConstraint("workspace_id", "day", name="holiday_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    day: Mapped[date]
    name: Mapped[str] = mapped_column(String(80), default="")
    off: Mapped[bool] = mapped_column(Boolean, default=True)
