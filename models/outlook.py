"""What the four-line digest adds to a week's figures: the quarter's forecast, and the largest deal
that wants somebody's help. Formulas: domain.md D3 ("Forecast"), docs/managers.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import deal_figures, tallies
from models.opportunities import Opportunity
from models.rows import MOST, People
from models.tallies import ASK, BEST, COMMIT, LIKELY

FORECAST = (COMMIT, BEST, LIKELY)


@dataclass(frozen=True)
class Outlook:
    """Whole cents of the quarter from `first`; of the deals to ask about how many, and the id of
    the largest."""

    first: date
    commit: int
    best: int
    likely: int
    asks: int
    largest: int | None


@dataclass(frozen=True)
class Asking:
    """A deal that is past its close date, was put off, or has no next step."""

    name: str
    cents: int | None
    close_date: date | None
    pushes: int


def gather(
    session: Session, workspace_id: int, people: People, monday: date
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The figures and the rows behind them as a snapshot keeps them, as of the Monday on which
    the week from `monday` is told: six reads, whatever the number of deals."""
    told_on = monday + timedelta(weeks=1)
    first, last = deal_figures.quarter(told_on)
    sums = tallies.of_deals(session, workspace_id, people, first, last, *FORECAST)
    asks = tallies.of_deals(session, workspace_id, people, told_on, told_on, ASK)[ASK]
    rows: dict[str, list[tuple[int, int]]] = {}
    for which in (*FORECAST, ASK):
        days = (told_on, told_on) if which == ASK else (first, last)
        found = tallies.deals(workspace_id, people, which, *days)
        pieces = tallies.page(session, found, 0, MOST)
        rows[which] = [(one.id, one.adds) for one in pieces]
    numbers = {
        "first": first.isoformat(),
        COMMIT: sums[COMMIT].adds,
        BEST: sums[BEST].adds,
        LIKELY: (sums[LIKELY].adds + 50) // 100,
        "asks": asks.rows,
        "largest": rows[ASK][0][0] if rows[ASK] else None,
    }
    return numbers, rows


def of_numbers(told: Mapping[str, Any]) -> Outlook:
    """The figures as they were told."""
    return Outlook(**{**told, "first": date.fromisoformat(told["first"])})


def asking(session: Session, workspace_id: int, deal_id: int | None) -> Asking | None:
    """The deal to ask about as it is now; None once it is gone."""
    row = session.execute(
        select(
            Opportunity.name,
            Opportunity.amount_cents,
            Opportunity.close_date,
            Opportunity.pushes,
        ).where(Opportunity.workspace_id == workspace_id, Opportunity.id == (deal_id or 0))
    ).one_or_none()
    return None if row is None else Asking(row[0], row[1], row[2], row[3])
