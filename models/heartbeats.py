"""Which processes run the clock, and when each last came round."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base


class Heartbeat(Base):
    """One process's last steps, by the machine's clock."""

    __tablename__ = "heartbeat"
    __table_args__ = (UniqueConstraint("replica", name="heartbeat_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    replica: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(20))
    tzdata: Mapped[str] = mapped_column(String(20))  # the edition of the zones it reckons with
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    planned_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
