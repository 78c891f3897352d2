"""Opportunities for tests, with sensible defaults."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.opportunities import Move, Opportunity
from models.products import Product
from models.stages import NEW_BUSINESS, Stage
from models.territories import Territory
from models.text import name_key
from models.users import Actor
from tests.make import NOW


def a_stage(session: Session, workspace_id: int, label: str, pipeline: str = NEW_BUSINESS) -> Stage:
    """The stage of that name."""
    return session.scalars(
        select(Stage).where(
            Stage.workspace_id == workspace_id,
            Stage.pipeline == pipeline,
            Stage.label == label,
        )
    ).one()


def a_territory(session: Session, workspace_id: int, name: str) -> Territory:
    """A region."""
    made = Territory(workspace_id=workspace_id, name=name, name_key=name_key(name))
    session.add(made)
    session.flush()
    return made


def a_product(session: Session, workspace_id: int, name: str) -> Product:
    """Something that is sold."""
    made = Product(workspace_id=workspace_id, name=name)
    session.add(made)
    session.flush()
    return made


def a_deal(
    session: Session,
    owner: Actor | None,
    stage: str = "Prospecting",
    amount: int | None = None,
    *,
    workspace_id: int = 0,
    pipeline: str = NEW_BUSINESS,
    staged_on: date | None = None,
    **columns: Any,
) -> Opportunity:
    """An opportunity; `amount` in whole dollars."""
    workspace = owner.workspace_id if owner else workspace_id
    columns.setdefault("name", "Therapy services")
    columns.setdefault("forecast", "pipeline")
    made = Opportunity(
        workspace_id=workspace,
        owner_id=owner.user_id if owner else None,
        stage_id=a_stage(session, workspace, stage, pipeline).id,
        amount_cents=None if amount is None else 100 * amount,
        staged_at=datetime.combine(staged_on or NOW.date(), time(18), UTC),
        created_at=NOW,
        updated_at=NOW,
        **columns,
    )
    session.add(made)
    session.flush()
    return made


def a_move(session: Session, deal: Opportunity, before: str, at: datetime = NOW) -> None:
    """The opportunity came to the stage it is in from that one."""
    was = a_stage(session, deal.workspace_id, before)
    session.add(
        Move(
            workspace_id=deal.workspace_id,
            opportunity_id=deal.id,
            from_id=was.id,
            to_id=deal.stage_id,
            moved_at=at,
        )
    )
    session.flush()
