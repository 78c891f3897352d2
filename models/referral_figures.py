"""How fast referrals are answered, and how many loops are closed. Formulas: domain.md D3."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import offices
from models.offices import Office
from models.referrals import IN, Referral, was_received


@dataclass(frozen=True)
class Clocks:
    """The instants of one referral that came in."""

    received_at: datetime
    first_response_at: datetime | None = None
    answer_by: datetime | None = None
    decided_at: datetime | None = None
    loop_closed_at: datetime | None = None


@dataclass(frozen=True)
class Figures:
    """Of the referrals in that were received in a stretch of time.

    median    open time from receipt to the first response, of those answered; None without any.
    within    how many were answered by the time they should be, of `judged`: those answered, and
              those whose time has passed.
    told      of those `decided`, how many referrers were told at or after the decision.
    """

    received: int = 0
    answered: int = 0
    median: timedelta | None = None
    within: int = 0
    judged: int = 0
    decided: int = 0
    told: int = 0


def of(
    session: Session,
    workspace_id: int,
    people: Collection[int] | None,
    since: datetime,
    until: datetime,
    *,
    office: Office | None = None,
) -> Figures:
    """The figures of what these people (None: everyone) received from `since` to `until`. One
    read by the owner's index, two more for the office."""
    query = select(
        Referral.received_at,
        Referral.first_response_at,
        Referral.answer_by,
        Referral.decided_at,
        Referral.loop_closed_at,
    ).where(
        Referral.workspace_id == workspace_id,
        Referral.direction == IN,
        Referral.received_on >= since.date() - timedelta(days=1),
        Referral.received_at >= since,
        Referral.received_at <= until,
        was_received(),
    )
    if people is not None:
        query = query.where(Referral.owner_id.in_(sorted(people)))
    rows = [Clocks(at, *rest) for at, *rest in session.execute(query) if at is not None]
    return reckoned(rows, office or offices.of(session, workspace_id, since), until)


def reckoned(rows: Iterable[Clocks], office: Office, now: datetime) -> Figures:
    """The figures of these referrals. Pure."""
    received = answered = within = judged = decided = told = 0
    took: list[float] = []
    for row in rows:
        received += 1
        if row.first_response_at is not None:
            answered += 1
            span = office.between(row.received_at, row.first_response_at)
            took.append(span.total_seconds())
        if row.answer_by is not None and (row.first_response_at or row.answer_by < now):
            judged += 1
            answer = row.first_response_at
            within += answer is not None and answer <= row.answer_by
        if row.decided_at is not None:
            decided += 1
            told += row.loop_closed_at is not None and row.loop_closed_at >= row.decided_at
    return Figures(
        received=received,
        answered=answered,
        median=timedelta(seconds=median(took)) if took else None,
        within=within,
        judged=judged,
        decided=decided,
        told=told,
    )
