"""One Slack installation. Everything else belongs to one."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import SmallInteger, String, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import cadence, profiles, stages
from models.db import Base


class Workspace(Base):
    """A Slack workspace that uses Touchbase."""

    __tablename__ = "workspace"
    __table_args__ = (UniqueConstraint("slack_team_id", name="workspace_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slack_team_id: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    zone: Mapped[str] = mapped_column(String(64))
    industry_profile: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(12), default="active")
    holidays: Mapped[str] = mapped_column(
        String(12), default="US", server_default="US"
    )  # "US-TX", "" for none
    # When the office is open and how soon a referral wants an answer; None: as in its field.
    opens_at: Mapped[time | None]
    closes_at: Mapped[time | None]  # as `opens_at`: round the clock
    work_days: Mapped[int | None] = mapped_column(SmallInteger)
    answer_minutes: Mapped[int | None] = mapped_column(SmallInteger)
    # Every change of an account's, contact's, alias's or competitor's name takes the next number,
    # so that the lookup reads only what is new; a removal is noted apart: then it reads all.
    names_version: Mapped[int] = mapped_column(default=0)
    names_removed: Mapped[int] = mapped_column(default=0)
    # Accounts with an id above this still have due days of older cadence rules; None: none has.
    reckoned_to: Mapped[int | None]
    created_at: Mapped[datetime]


def ensure(session: Session, team_id: str, *, name: str, zone: str, now: datetime) -> Workspace:
    """The workspace of this Slack team; made with the default lists and cadence if it is new."""
    found = by_team(session, team_id)
    if found is not None:
        return found
    workspace = Workspace(
        slack_team_id=team_id,
        name=name,
        zone=zone,
        industry_profile=profiles.HEALTHCARE,
        created_at=now,
    )
    session.add(workspace)
    session.flush()
    profiles.seed(session, workspace.id, workspace.industry_profile)
    cadence.seed(session, workspace.id)
    stages.seed(session, workspace.id)
    return workspace


def by_team(session: Session, team_id: str) -> Workspace | None:
    """The workspace of this Slack team, if it is known."""
    return session.scalar(select(Workspace).where(Workspace.slack_team_id == team_id))


def only(session: Session) -> Workspace | None:
    """The deployment's one workspace: the first made, None on an empty database."""
    return session.scalar(select(Workspace).order_by(Workspace.id).limit(1))


def count(session: Session) -> int:
    """How many workspaces there are."""
    return session.scalar(select(func.count()).select_from(Workspace)) or 0


def next_names_version(session: Session, workspace_id: int, *, removed: bool = False) -> int:
    """A fresh number for rows whose names change in this transaction.

    removed  a name goes away, so what others hold in memory has to be read anew.
    """
    changes = {"names_version": Workspace.names_version + 1}
    if removed:
        changes["names_removed"] = Workspace.names_version + 1
    return session.execute(
        update(Workspace)
        .where(Workspace.id == workspace_id)
        .values(changes)
        .returning(Workspace.names_version)
    ).scalar_one()
