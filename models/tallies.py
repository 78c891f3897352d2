"""The rows a number is made of: one query for the number, by person or in all, and for its rows.

A tally is a query with a line for each row: `id`, `who` it counts for, what it `adds`, and its
`place`, by which rows stand in order. Formulas: domain.md D3.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session

from models import cadence, reckoning
from models.accounts import Account
from models.cadence import Rules
from models.opportunities import FORECASTS, OMITTED, Opportunity
from models.pipeline import whose
from models.referrals import Referral, was_received
from models.stages import LOST, OPEN, WON, Stage
from models.touches import Touch

Tally = Select[*tuple[Any, ...]]

People = Collection[int] | None
"""Ids of people; None: everyone in the workspace."""

KEPT, OVERDUE, FAR = "kept", "overdue", "far"
WEIGHTED, COMMIT, BEST, LIKELY, RATE = "weighted", "commit", "best", "likely", "rate"
CLOSING, NO_AMOUNT, ASK = "closing", "no_amount", "ask"

_ONE = literal(1, Integer())
_, _BEST, _COMMIT, _ = FORECASTS


@dataclass(frozen=True)
class Sum:
    """What the rows add up to, and how many there are."""

    adds: int = 0
    rows: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.adds + other.adds, self.rows + other.rows)


@dataclass(frozen=True)
class Piece:
    """One row of a tally."""

    id: int
    who: int | None
    adds: int


def by_person(session: Session, tally: Tally) -> Mapping[int | None, Sum]:
    """The number by whom its rows count for: one read."""
    of = tally.subquery()
    rows = session.execute(select(of.c.who, func.sum(of.c.adds), func.count()).group_by(of.c.who))
    return {who: Sum(int(adds or 0), count) for who, adds, count in rows}


def total(session: Session, tally: Tally) -> Sum:
    """The whole number: one read."""
    of = tally.subquery()
    adds, count = session.execute(select(func.sum(of.c.adds), func.count()).select_from(of)).one()
    return Sum(int(adds or 0), count)


def page(session: Session, tally: Tally, start: int, most: int) -> Sequence[Piece]:
    """Some of its rows, in their order."""
    of = tally.subquery()
    rows = session.execute(
        select(of.c.id, of.c.who, of.c.adds).order_by(of.c.place, of.c.id).offset(start).limit(most)
    )
    return [Piece(row.id, row.who, int(row.adds)) for row in rows]


def touches(workspace_id: int, people: People, first: date, last: date, *and_also: Any) -> Tally:
    """The touches of some days, of any type."""
    return select(
        Touch.id.label("id"),
        Touch.user_id.label("who"),
        _ONE.label("adds"),
        Touch.occurred_on.label("place"),
    ).where(
        Touch.workspace_id == workspace_id,
        whose(workspace_id, people, Touch.user_id),
        Touch.occurred_on.between(first, last),
        *and_also,
    )


def reached(workspace_id: int, people: People, first: date, last: date) -> Tally:
    """The different accounts in the touches of some days: nobody's alone."""
    return (
        select(
            Touch.account_id.label("id"),
            null().label("who"),
            _ONE.label("adds"),
            func.max(Touch.occurred_on).label("place"),
        )
        .where(
            Touch.workspace_id == workspace_id,
            whose(workspace_id, people, Touch.user_id),
            Touch.occurred_on.between(first, last),
            Touch.account_id.is_not(None),
        )
        .group_by(Touch.account_id)
    )


def referrals(
    workspace_id: int,
    people: People,
    direction: str,
    *and_also: Any,
    first: date | None = None,
    last: date | None = None,
) -> Tally:
    """The referrals received (in), or given (out), between these days."""
    days = [Referral.received_on >= first] if first else []
    days += [Referral.received_on <= last] if last else []
    return select(
        Referral.id.label("id"),
        Referral.owner_id.label("who"),
        _ONE.label("adds"),
        Referral.received_on.label("place"),
    ).where(
        Referral.workspace_id == workspace_id,
        whose(workspace_id, people, Referral.owner_id),
        Referral.direction == direction,
        was_received(),
        *days,
        *and_also,
    )


def accounts(
    workspace_id: int,
    people: People,
    rules: Rules,
    today: date,
    which: str,
    *,
    tier: str = "",
    ended: bool = False,
) -> Tally:
    """These people's accounts under a rule, of one tier or of all, the longest due first.

    which  KEPT: all of them, each in cadence adds one; OVERDUE, FAR: those past their gap, or past
           it twice.
    ended  the day may be long over.
    """
    past = reckoning.past(rules, today, ended=ended, times=2 if which == FAR else 1)
    return select(
        Account.id.label("id"),
        Account.owner_id.label("who"),
        (case((past, 0), else_=1) if which == KEPT else _ONE).label("adds"),
        Account.due_on.label("place"),
    ).where(
        *in_cadence(workspace_id, people, today),
        *([Account.tier == tier] if tier else []),
        *([] if which == KEPT else [past]),
    )


def in_cadence(workspace_id: int, people: People, today: date) -> Sequence[ColumnElement[bool]]:
    """Accounts that these people own and keep, or should, in a cadence."""
    return (
        Account.workspace_id == workspace_id,
        whose(workspace_id, people, Account.owner_id),
        Account.owned_since <= today,
        Account.archived_at.is_(None),
        Account.status.not_in(cadence.EXEMPT),
    )


def new_accounts(workspace_id: int, people: People, *and_also: Any) -> Tally:
    """Accounts that are theirs now, by the day they were added."""
    return select(
        Account.id.label("id"),
        Account.owner_id.label("who"),
        _ONE.label("adds"),
        Account.created_at.label("place"),
    ).where(
        Account.workspace_id == workspace_id,
        whose(workspace_id, people, Account.owner_id),
        Account.archived_at.is_(None),
        *and_also,
    )


def deals(workspace_id: int, people: People, which: str, first: date, last: date) -> Tally:
    """The deals behind a figure, the largest first; of everyone's those without an owner, too.

    OPEN, WON, LOST  those open now, won or lost between the days: their cents.
    WEIGHTED         open ones in the forecast: hundredths of a cent, amount times chance.
    COMMIT, BEST     won, and open ones due between the days that are as sure: their cents.
    LIKELY           won, and open ones due between the days in the forecast: hundredths of a cent.
    RATE             closed between the days: one for each won.
    CLOSING          open ones due between the days: their cents.
    NO_AMOUNT        open ones without one: one each.
    ASK              open ones past their close date on the first day, put off, or without a next
                     step: one each.
    """
    condition, adds = _of_deals(first, last)[which]
    cents = func.coalesce(Opportunity.amount_cents, 0)
    return (
        select(
            Opportunity.id.label("id"),
            Opportunity.owner_id.label("who"),
            adds.label("adds"),
            (-cents).label("place"),  # the largest first
        )
        .join(Stage, _STAGE)
        .where(*_theirs(workspace_id, people), condition)
    )


def of_deals(
    session: Session, workspace_id: int, people: People, first: date, last: date, *which: str
) -> Mapping[str, Sum]:
    """Several figures of deals in one read."""
    figures = _of_deals(first, last)
    sums = [
        (func.sum(case((condition, adds), else_=0)), func.sum(case((condition, 1), else_=0)))
        for condition, adds in (figures[each] for each in which)
    ]
    row = session.execute(
        select(*(one for pair in sums for one in pair))
        .select_from(Opportunity)
        .join(Stage, _STAGE)
        .where(*_theirs(workspace_id, people), or_(*(figures[each][0] for each in which)))
    ).one()
    told = [int(one or 0) for one in row]
    return {each: Sum(told[2 * at], told[2 * at + 1]) for at, each in enumerate(which)}


_STAGE = and_(Stage.workspace_id == Opportunity.workspace_id, Stage.id == Opportunity.stage_id)


def _theirs(workspace_id: int, people: People) -> Sequence[ColumnElement[bool]]:
    mine = Opportunity.workspace_id == workspace_id
    return [mine] if people is None else [mine, whose(workspace_id, people, Opportunity.owner_id)]


def _of_deals(
    first: date, last: date
) -> Mapping[str, tuple[ColumnElement[bool], ColumnElement[int]]]:
    """Which deals each figure is made of, and what one of them adds."""
    closed = Opportunity.closed_on.between(first, last)
    is_open, is_won = Stage.kind == OPEN, and_(Stage.kind == WON, closed)
    due = and_(is_open, Opportunity.close_date.between(first, last))
    sure = and_(due, Opportunity.forecast == _COMMIT)
    cents = func.coalesce(Opportunity.amount_cents, 0)
    return {
        OPEN: (is_open, cents),
        WON: (is_won, cents),
        LOST: (and_(Stage.kind == LOST, closed), cents),
        WEIGHTED: (and_(is_open, Opportunity.forecast != OMITTED), cents * Stage.probability),
        COMMIT: (or_(is_won, sure), cents),
        BEST: (or_(is_won, sure, and_(due, Opportunity.forecast == _BEST)), cents),
        LIKELY: (
            or_(is_won, and_(due, Opportunity.forecast != OMITTED)),
            cents * case((Stage.kind == WON, 100), else_=Stage.probability),
        ),
        RATE: (and_(Stage.kind != OPEN, closed), case((Stage.kind == WON, 1), else_=0)),
        CLOSING: (due, cents),
        NO_AMOUNT: (and_(is_open, Opportunity.amount_cents.is_(None)), _ONE),
        ASK: (
            and_(
                is_open,
                or_(
                    Opportunity.close_date < first,
                    Opportunity.pushes > 0,
                    Opportunity.next_step == "",
                ),
            ),
            _ONE,
        ),
    }
