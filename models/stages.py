"""The stages of each pipeline: rows that an admin may change. Defaults: domain.md D2."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ForeignKey, SmallInteger, String, UniqueConstraint, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base
from models.text import name_key

OPEN, WON, LOST = "open", "won", "lost"

NEW_BUSINESS, RENEWAL = "new business", "renewal"


class Stage(Base):
    """One stage of one pipeline of a workspace."""

    __tablename__ = "stage"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="stage_in_workspace"),
        UniqueConstraint("workspace_id", "pipeline", "key", name="stage_once"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    pipeline: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(60))  # name_key of the label
    label: Mapped[str] = mapped_column(String(75))
    kind: Mapped[str] = mapped_column(String(4))  # open, won, lost
    probability: Mapped[int] = mapped_column(SmallInteger)  # per cent
    position: Mapped[int] = mapped_column(SmallInteger)


_SALES = (("Prospecting", 10), ("Qualification", 20), ("Proposal", 50), ("Negotiation", 80))
_PAYERS = (
    ("Identified", 5),
    ("Contact made", 10),
    ("Application", 25),
    ("Credentialing", 50),
    ("Rates negotiated", 75),
    ("Contract out", 90),
)
PIPELINES: dict[str, tuple[tuple[str, int], ...]] = {
    NEW_BUSINESS: _SALES,
    "payer contracting": _PAYERS,
    "broker introduced": _SALES,
    RENEWAL: _SALES,
    "cross-sell": _SALES,
}
"""The open stages of each, with their probability in per cent; Won and Lost end every one."""


def _rows(workspace_id: int) -> list[dict[str, object]]:
    """The default pipelines as rows."""
    return [
        {
            "workspace_id": workspace_id,
            "pipeline": pipeline,
            "key": name_key(label),
            "label": label,
            "kind": kind,
            "probability": probability,
            "position": position,
        }
        for pipeline, opens in PIPELINES.items()
        for position, (label, kind, probability) in enumerate(
            [
                *((label, OPEN, chance) for label, chance in opens),
                ("Won", WON, 100),
                ("Lost", LOST, 0),
            ],
            start=1,
        )
    ]


def seed(session: Session, workspace_id: int) -> None:
    """Give a new workspace the default pipelines."""
    session.execute(insert(Stage), _rows(workspace_id))


def of(session: Session, workspace_id: int, pipeline: str | None = None) -> Sequence[Stage]:
    """The stages in their order, of one pipeline or of all."""
    query = select(Stage).where(Stage.workspace_id == workspace_id)
    if pipeline is not None:
        query = query.where(Stage.pipeline == pipeline)
    return session.scalars(query.order_by(Stage.pipeline, Stage.position, Stage.id)).all()


def by_pipeline(session: Session, workspace_id: int) -> dict[str, list[Stage]]:
    """The stages of each pipeline, both in their order."""
    found: dict[str, list[Stage]] = {name: [] for name in pipelines(session, workspace_id)}
    for stage in of(session, workspace_id):
        found[stage.pipeline].append(stage)
    return found


def add_open(session: Session, workspace_id: int, pipeline: str, label: str) -> Stage:
    """A new open stage, after the open ones and before Won; its probability is the last one's.

    A pipeline that nobody knew gets Won and Lost as well.
    """
    known = list(of(session, workspace_id, pipeline))
    opens = [stage for stage in known if stage.kind == OPEN]
    if not known:
        for position, (end, kind, chance) in enumerate((("Won", WON, 100), ("Lost", LOST, 0)), 2):
            session.add(_stage(workspace_id, pipeline, end, kind, chance, position))
    position = max((stage.position for stage in opens), default=0) + 1
    ends = [stage for stage in known if stage.kind != OPEN]
    for place, stage in enumerate(ends, start=position + 1):
        stage.position = max(stage.position, place)
    made = _stage(
        workspace_id, pipeline, label, OPEN, opens[-1].probability if opens else 10, position
    )
    session.add(made)
    session.flush()
    return made


def add_ends(session: Session, workspace_id: int, pipeline: str) -> Sequence[Stage]:
    """Won and Lost for a pipeline that nobody knew."""
    ends = [
        _stage(workspace_id, pipeline, end, kind, chance, position)
        for position, (end, kind, chance) in enumerate((("Won", WON, 100), ("Lost", LOST, 0)), 2)
    ]
    session.add_all(ends)
    session.flush()
    return ends


def pipelines(session: Session, workspace_id: int) -> Sequence[str]:
    """The pipelines' names, in the order in which they were made."""
    first = func.min(Stage.id)
    query = (
        select(Stage.pipeline)
        .where(Stage.workspace_id == workspace_id)
        .group_by(Stage.pipeline)
        .order_by(first)
    )
    return session.scalars(query).all()


def _stage(
    workspace_id: int, pipeline: str, label: str, kind: str, probability: int, position: int
) -> Stage:
    return Stage(
        workspace_id=workspace_id,
        pipeline=pipeline,
        key=name_key(label)[:60],
        label=label[:75],
        kind=kind,
        probability=probability,
        position=position,
    )
