"""Opportunities by outcome, and by agent, manager, region or product: what reports about deals
have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    extract,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.deal_figures import weighted_sum
from models.opportunities import Opportunity
from models.products import Product
from models.reports import people
from models.reports.people import AnySelect, header
from models.reports.report import (
    COUNT,
    MONEY,
    NOBODY,
    SHARE,
    Asked,
    Cell,
    Column,
    Fact,
    Row,
    Table,
    share,
)
from models.stages import LOST, OPEN, RENEWAL, WON, Stage


def group(by: str | None) -> tuple[Any, ColumnElement[str]]:
    """The id and name by which rows are told apart; of None one group of everything."""
    return (Product.id, Product.name.expression) if by == "product" else people.group(by)


def with_groups(query: AnySelect) -> AnySelect:
    """Opportunities with their stage and, where there are any, owner, manager, region, product."""
    found = query.select_from(Opportunity).join(Stage, _same(Stage, Opportunity.stage_id))
    return people.with_people(found, Opportunity.workspace_id, Opportunity.owner_id).outerjoin(
        Product, _same(Product, Opportunity.product_id)
    )


def mine(asked: Asked) -> ColumnElement[bool]:
    """Opportunities of the workspace, of the people asked about."""
    return and_(
        Opportunity.workspace_id == asked.workspace_id, people.theirs(asked, Opportunity.owner_id)
    )


def closed(asked: Asked) -> ColumnElement[bool]:
    """Won or lost within the period."""
    return Stage.kind.in_([WON, LOST]) & asked.period.covers(Opportunity.closed_on)


def shown(asked: Asked) -> ColumnElement[bool]:
    """Open now, or closed within the period."""
    return or_(Stage.kind == OPEN, closed(asked))


def count(of: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows are so."""
    return func.coalesce(func.sum(case((of, 1), else_=0)), 0)


def cents(of: ColumnElement[bool]) -> ColumnElement[int]:
    """What the opportunities that are so are worth; one without an amount is worth nothing."""
    return func.coalesce(func.sum(case((of, Opportunity.amount_cents), else_=0)), 0)


def whole(hundredths: int) -> int:
    """Hundredths of cents as cents, half a cent upwards."""
    return (int(hundredths) + 50) // 100


def median(counted: dict[int, int]) -> float:
    """The median of numbers, each told with how often it is there."""
    total = sum(counted.values())
    middle = [(total - 1) // 2, total // 2]
    found: list[int] = []
    passed = 0
    for number in sorted(counted):
        passed += counted[number]
        while len(found) < 2 and middle[len(found)] < passed:
            found.append(number)
    return sum(found) / 2


@dataclass(frozen=True)
class Outcome:
    """How many opportunities were won and lost in the period and are open, and their worth."""

    name: str
    won: int
    won_cents: int
    lost: int
    lost_cents: int
    open: int
    open_cents: int
    weighted_cents: int
    due_cents: int  # open, and expected to close within the period

    @property
    def by_count(self) -> float | None:
        """The win rate."""
        return share(self.won, self.lost)

    @property
    def by_value(self) -> float | None:
        """The win rate by worth."""
        return share(self.won_cents, self.lost_cents)


_WEIGHTED = 6
"""Which of the figures is in hundredths of cents as it is read."""


def outcomes(session: Session, asked: Asked, by: str | None = None) -> list[Outcome]:
    """Of everything together (one, always), or of each group by name."""
    id_, name = group(by)
    query = with_groups(
        select(
            name.label("group_name"),
            count(Stage.kind == WON),
            cents(Stage.kind == WON),
            count(Stage.kind == LOST),
            cents(Stage.kind == LOST),
            count(Stage.kind == OPEN),
            cents(Stage.kind == OPEN),
            weighted_sum(Stage.kind == OPEN),
            cents((Stage.kind == OPEN) & asked.period.covers(Opportunity.close_date)),
        )
    ).where(mine(asked), shown(asked))
    if by is not None:
        query = query.group_by(id_, name).order_by(name, id_)
    return [_outcome(found, figures) for found, *figures in session.execute(query)]


def _outcome(name: str | None, figures: Sequence[Any]) -> Outcome:
    told = [int(figure) for figure in figures]
    told[_WEIGHTED] = whole(told[_WEIGHTED])
    return Outcome(name or NOBODY, *told)


def facts(total: Outcome) -> list[Fact]:
    """Won, lost, the win rate and what is open."""
    return [
        Fact("Won", [(COUNT, total.won), (MONEY, total.won_cents)]),
        Fact("Lost", [(COUNT, total.lost), (MONEY, total.lost_cents)]),
        Fact("Win rate by count", [(SHARE, total.by_count)]),
        Fact("Win rate by value", [(SHARE, total.by_value)]),
    ]


def slippage(session: Session, asked: Asked) -> Fact:
    """Of the opportunities first expected to close within the period, the share of those that
    closed, or are now expected to, after it; of no period none."""
    last = asked.period.last
    told: float | None = None
    if last is not None:
        first = func.coalesce(Opportunity.first_close_date, Opportunity.close_date)
        now = func.coalesce(Opportunity.closed_on, Opportunity.close_date)
        due, moved = session.execute(
            select(func.count(), count(now > last)).where(
                mine(asked), first.between(asked.period.first, last)
            )
        ).one()
        told = moved / due if due else None
    return Fact("Slippage", [(SHARE, told)])


def renewals(session: Session, asked: Asked) -> list[Fact]:
    """What was renewed of what was up for renewal in the period; nothing without any."""
    won = Stage.kind == WON
    due = (Stage.kind == OPEN) & asked.period.covers(Opportunity.close_date)
    up = or_(closed(asked), due)
    query = with_groups(
        select(count(won), count(~won), cents(won), cents(~won)),
    ).where(mine(asked), up, Stage.pipeline == RENEWAL)
    renewed, not_yet, *worth = (int(each) for each in session.execute(query).one())
    if not renewed + not_yet:
        return []
    return [
        Fact("Renewal rate by count", [(SHARE, share(renewed, not_yet))]),
        Fact("Renewal rate by value", [(SHARE, share(*worth))]),
    ]


def by_group(found: Sequence[Outcome], by: str) -> Table:
    """The win rate of each group."""
    columns = (
        Column(header(by)),
        Column("Won", COUNT),
        Column("Won amount", MONEY),
        Column("Lost", COUNT),
        Column("Lost amount", MONEY),
        Column("Win rate by count", SHARE),
        Column("Win rate by value", SHARE),
        Column("Open", COUNT),
        Column("Open amount", MONEY),
        Column("Weighted", MONEY),
    )
    rows: list[Row] = [
        (
            *(each.name, each.won, each.won_cents, each.lost, each.lost_cents),
            *(each.by_count, each.by_value),
            *(each.open, each.open_cents, each.weighted_cents),
        )
        for each in found
    ]
    return Table(f"By {by}", columns, rows)


def by_month(session: Session, asked: Asked) -> Table:
    """What was won and lost in each month of the period, by the day of closing."""
    year, month = (extract(part, Opportunity.closed_on) for part in ("year", "month"))
    query = (
        with_groups(
            select(
                year,
                month,
                count(Stage.kind == WON),
                cents(Stage.kind == WON),
                count(Stage.kind == LOST),
            )
        )
        .where(mine(asked), closed(asked), Opportunity.closed_on.is_not(None))
        .group_by(year, month)
        .order_by(year, month)
    )
    columns = (
        Column("Month"),
        Column("Won", COUNT),
        Column("Won amount", MONEY),
        Column("Lost", COUNT),
    )
    rows: list[Row] = [
        (f"{int(row[0]):04}-{int(row[1]):02}", *(_whole(each) for each in row[2:]))
        for row in session.execute(query)
    ]
    return Table("By month", columns, rows)


def _whole(figure: Any) -> Cell:
    return int(figure)


def _same(
    table: Any, column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
) -> ColumnElement[bool]:
    return and_(table.workspace_id == Opportunity.workspace_id, table.id == column)
