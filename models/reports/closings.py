"""Closings: every opportunity won or lost within the period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from models.accounts import Account
from models.contacts import Contact
from models.opportunities import Opportunity
from models.reports import deals
from models.reports.people import AnySelect, Owner, called, header
from models.reports.report import (
    COUNT,
    DAY,
    MONEY,
    NOBODY,
    NUMBER,
    ONE_BATCH,
    Asked,
    Chart,
    Column,
    Fact,
    Report,
    Row,
    Table,
)
from models.stages import WON, Stage

NAME = "closings"

COLUMNS = (
    Column("Opportunity"),
    Column("Account"),
    Column("Type"),
    Column("Amount", MONEY),
    Column("Closed on", DAY),
    Column("Won/Lost"),
    Column("Reason"),
    Column("Cycle days", COUNT),
    Column("Source touch"),
    Column("Owner"),
    Column("Broker"),
)

NOTES = (
    "Won and lost by the day of closing; one without such a day is in the period `all` only.",
    "Win rate = won / (won + lost) closed within the period; open ones are left out.",
    "Type is the pipeline. Amount is empty where none is known, and adds 0 to the sums.",
    "Cycle days = the day of closing - the day of opening; empty where either is missing. "
    "The median is of those won.",
    "Renewal rate = won / up for renewal: renewals closed within the period, and open ones that "
    "are expected to close in it.",
    "Source touch is the visit that it came from, by its number in Touchbase.",
)


def make(session: Session, asked: Asked) -> Report:
    """A row for each opportunity, in the order of closing; within groups where they are asked for.

    The rows are read as they are written: their number is no matter of memory.
    """
    total = deals.outcomes(session, asked)[0]
    days = _cycle_days(session, asked)
    cycle = Fact("Median cycle days of won", [(NUMBER, deals.median(days) if days else None)])
    columns = COLUMNS if asked.by is None else (Column(header(asked.by)), *COLUMNS)
    months = deals.by_month(session, asked)
    tables = [Table("Closings", columns, _rows(session, asked)), months]
    if asked.by is not None:
        tables.append(deals.by_group(deals.outcomes(session, asked, asked.by), asked.by))
    return Report(
        name=NAME,
        title="Closings",
        period=asked.period,
        as_of=asked.today,
        tables=tables,
        facts=[*deals.facts(total), cycle, *deals.renewals(session, asked)],
        notes=NOTES,
        charts=[
            Chart("Won amount by month", months.name, "Month", ("Won amount",)),
            Chart("Won and lost by month", months.name, "Month", ("Won", "Lost")),
        ],
    )


def _rows(session: Session, asked: Asked) -> Iterator[Row]:
    found = session.execute(_query(asked), execution_options={"yield_per": ONE_BATCH})
    for name, *cells, opened, closed, kind, reason, touch, owner, broker in found:
        row: Row = (
            *cells,
            closed,
            "Won" if kind == WON else "Lost",
            reason,
            (closed - opened).days if closed and opened else None,
            None if touch is None else f"T{touch}",
            owner,
            broker,
        )
        yield row if asked.by is None else (name or NOBODY, *row)


def _query(asked: Asked) -> AnySelect:
    group_id, name = deals.group(asked.by)
    groups = () if asked.by is None else (name, group_id)
    return (
        deals.with_groups(
            select(
                name.label("group_name"),
                Opportunity.name,
                Account.name.label("account"),
                Stage.pipeline,
                Opportunity.amount_cents,
                Opportunity.opened_on,
                Opportunity.closed_on,
                Stage.kind,
                Opportunity.lost_reason,
                Opportunity.touch_id,
                called(Owner).label("owner"),
                Contact.name.label("broker"),
            )
        )
        .outerjoin(
            Account,
            and_(
                Account.workspace_id == Opportunity.workspace_id,
                Account.id == Opportunity.account_id,
            ),
        )
        .outerjoin(
            Contact,
            and_(
                Contact.workspace_id == Opportunity.workspace_id,
                Contact.id == Opportunity.broker_id,
            ),
        )
        .where(deals.mine(asked), deals.closed(asked))
        .order_by(*groups, Opportunity.closed_on, Opportunity.id)
    )


def _cycle_days(session: Session, asked: Asked) -> Counter[int]:
    """How often each number of days from opening to winning is there."""
    rows = session.execute(
        select(Opportunity.opened_on, Opportunity.closed_on)
        .join(
            Stage,
            and_(Stage.workspace_id == Opportunity.workspace_id, Stage.id == Opportunity.stage_id),
        )
        .where(
            deals.mine(asked),
            Stage.kind == WON,
            asked.period.covers(Opportunity.closed_on),
            Opportunity.opened_on.is_not(None),
            Opportunity.closed_on.is_not(None),
        ),
        execution_options={"yield_per": ONE_BATCH},
    )
    return Counter((closed - opened).days for opened, closed in rows if opened and closed)
