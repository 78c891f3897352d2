"""The pipeline in a digest: what is open when it is made, what was won and lost in its week.

Formulas: domain.md D3 ("Pipeline value", "Weighted pipeline", "Win rate"). An opportunity counts
for who owns it now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from models.deal_figures import weighted_sum
from models.opportunities import Opportunity
from models.pipeline import whose
from models.rows import MOST
from models.stages import LOST, OPEN, WON, Stage


@dataclass(frozen=True)
class Deals:
    """Counts, and whole cents. weighted: of the open ones, by their stage's probability."""

    open: int
    open_cents: int
    weighted_cents: int
    won: int
    won_cents: int
    lost: int

    def __bool__(self) -> bool:
        return bool(self.open or self.won or self.lost)

    def as_numbers(self) -> dict[str, int]:
        """The figures as they are kept in a snapshot."""
        return dict(vars(self))

    @classmethod
    def of_numbers(cls, told: Mapping[str, Any]) -> Deals:
        """The figures as they were told."""
        return cls(**told)


def of_week(
    session: Session, workspace_id: int, people: Collection[int] | None, monday: date
) -> Deals:
    """The figures of the week from `monday`."""
    rows = session.execute(
        select(
            Stage.kind,
            func.count(),
            func.coalesce(func.sum(Opportunity.amount_cents), 0),
            weighted_sum(Stage.kind == OPEN),
        )
        .join(Stage, _STAGE)
        .where(*_counted(workspace_id, people, monday))
        .group_by(Stage.kind)
    )
    of = {kind: (count, int(cents or 0), int(parts or 0)) for kind, count, cents, parts in rows}
    opens, won, lost = (of.get(kind, (0, 0, 0)) for kind in (OPEN, WON, LOST))
    # Half a cent up: a hundredth of the sum, not a sum of hundredths.
    return Deals(opens[0], opens[1], (opens[2] + 50) // 100, won[0], won[1], lost[0])


def rows(
    session: Session, workspace_id: int, people: Collection[int] | None, monday: date
) -> dict[str, list[int]]:
    """The opportunities behind each figure, by their stage's kind, the largest first."""
    largest = func.coalesce(Opportunity.amount_cents, 0).desc(), Opportunity.id
    place = func.row_number().over(partition_by=Stage.kind, order_by=largest).label("place")
    placed = (
        select(Stage.kind, Opportunity.id, place)
        .join(Stage, _STAGE)
        .where(*_counted(workspace_id, people, monday))
        .subquery()
    )
    found: dict[str, list[int]] = {kind: [] for kind in (OPEN, WON, LOST)}
    of_kind = select(placed.c.kind, placed.c.id).where(placed.c.place <= MOST)
    for kind, deal_id in session.execute(of_kind.order_by(placed.c.place)):
        found[kind].append(deal_id)
    return found


_STAGE = and_(Stage.workspace_id == Opportunity.workspace_id, Stage.id == Opportunity.stage_id)


def _counted(
    workspace_id: int, people: Collection[int] | None, monday: date
) -> list[ColumnElement[bool]]:
    told: list[ColumnElement[bool]] = [
        Opportunity.workspace_id == workspace_id,
        or_(
            Stage.kind == OPEN,
            Opportunity.closed_on.between(monday, monday + timedelta(days=6)),
        ),
    ]
    if people is not None:  # of everyone's those without an owner, too
        told.append(whose(workspace_id, people, Opportunity.owner_id))
    return told
