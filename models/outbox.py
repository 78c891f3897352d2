"""What is on its way to Slack, over all workspaces, for whoever watches the machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.deliveries import HELD, PLANNED, SENDING, UNCERTAIN, UNCONFIRMED, Delivery, Lane
from models.workspaces import Workspace

_OPEN = (PLANNED, SENDING, UNCERTAIN, HELD, UNCONFIRMED)


@dataclass(frozen=True)
class Figures:
    """rows: by state and kind, those without an end. oldest_due: seconds, of active workspaces."""

    rows: Mapping[tuple[str, str], int]
    oldest_due: float
    blocked: int


def of(session: Session, now: datetime, machine: datetime) -> Figures:
    """How things stand. `now` is the people's clock, `machine` the real one."""
    rows = session.execute(
        select(Delivery.state, Delivery.kind, func.count())
        .where(Delivery.state.in_(_OPEN))
        .group_by(Delivery.state, Delivery.kind)
    )
    oldest = session.scalar(
        select(func.min(Delivery.not_before))
        .join(Workspace, Workspace.id == Delivery.workspace_id)
        .where(Delivery.state == PLANNED, Delivery.not_before <= now, Workspace.status == "active")
    )
    blocked = session.scalar(
        select(func.count()).select_from(Lane).where(Lane.blocked_until > machine)
    )
    return Figures(
        rows={(row.state, row.kind): row[2] for row in rows},
        oldest_due=(now - oldest).total_seconds() if oldest else 0.0,
        blocked=blocked or 0,
    )
