"""Which processes run, when each last planned, sent and settled, and what troubles them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base, insert_or_update

KEPT = timedelta(days=1)
"""How long the row of a process that has ended is kept."""

GONE = timedelta(seconds=90)
"""A process silent for so long has ended, or hangs."""

_LONGEST_TROUBLE = 120


class Heartbeat(Base):
    """One process's last steps, by the machine's clock."""

    __tablename__ = "heartbeat"
    __table_args__ = (UniqueConstraint("replica", name="heartbeat_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    replica: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(20))
    tzdata: Mapped[str] = mapped_column(String(20))  # the edition of the zones it reckons with
    trouble: Mapped[str] = mapped_column(String(_LONGEST_TROUBLE), default="")  # findings' names
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    planned_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Beat:
    """What a process tells of itself.

    tzdata   empty as long as it has reckoned nobody's place.
    trouble  the names of its audit's findings, such as "clock unsent".
    """

    replica: str
    version: str
    tzdata: str
    started_at: datetime
    planned_at: datetime | None = None
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    trouble: str = ""


def beat(session: Session, told: Beat, machine: datetime) -> None:
    """Store that the process is there; one row a process."""
    row: Mapping[str, object] = {
        **asdict(told),
        "trouble": told.trouble[:_LONGEST_TROUBLE],
        "seen_at": machine,
    }
    insert_or_update(
        session,
        Heartbeat,
        row,
        on=("replica",),
        changes=lambda refused: {name: getattr(refused, name) for name in row},
    )


def alive(session: Session, machine: datetime) -> Sequence[Heartbeat]:
    """The processes heard of lately, the longest running first."""
    return session.scalars(
        select(Heartbeat)
        .where(Heartbeat.seen_at > machine - GONE)
        .order_by(Heartbeat.started_at, Heartbeat.id)
    ).all()


def newest_edition(session: Session) -> str | None:
    """The edition of the time zones that people's places were last reckoned with."""
    return session.scalar(
        select(Heartbeat.tzdata)
        .where(Heartbeat.tzdata != "")
        .order_by(Heartbeat.seen_at.desc(), Heartbeat.id.desc())
        .limit(1)
    )


def forget(session: Session, machine: datetime) -> None:
    """Delete the rows of processes that ended over a day ago; the last edition stays known."""
    kept = session.scalar(
        select(Heartbeat.id)
        .where(Heartbeat.tzdata != "")
        .order_by(Heartbeat.seen_at.desc(), Heartbeat.id.desc())
        .limit(1)
    )
    gone = delete(Heartbeat).where(Heartbeat.seen_at < machine - KEPT)
    session.execute(gone.where(Heartbeat.id != kept) if kept is not None else gone)
