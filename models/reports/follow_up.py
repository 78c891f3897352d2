"""Follow-up: what was agreed to happen and has not, with how late it is."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, true
from sqlalchemy.orm import Session

from models import follow_ups
from models.accounts import Account
from models.follow_ups import FollowUp
from models.opportunities import Opportunity
from models.reports import deals, people
from models.reports.guard import guarded
from models.reports.people import AnySelect, Owner, called, header
from models.reports.report import (
    COUNT,
    DAY,
    NOBODY,
    ONE_BATCH,
    Asked,
    Chart,
    Column,
    Fact,
    Report,
    Row,
    Table,
)
from models.stages import OPEN, Stage

NAME = "follow-up"

COLUMNS = (
    Column("Item"),
    Column("Account"),
    Column("Owner"),
    Column("Due", DAY),
    Column("Days late", COUNT),
    Column("Next step"),
)

NOTES = (
    "What is open now and due by the end of the period; what is late since before it is in. "
    "What has no due day is in the period `all` only.",
    "Promise, task and next step come from visits. Lead = the next step of an open opportunity; "
    "proposal = one that was sent for it, due on the day it expires.",
    "Days late are calendar days since the due day; 0 until it has passed.",
    "The words pass the patient guard once more: what it finds is [removed].",
)

_ITEMS = {
    follow_ups.NEXT_STEP: "Next step",
    follow_ups.PROMISE: "Promise",
    follow_ups.TASK: "Task",
}
_LEAD, _PROPOSAL = "Lead", "Proposal"


def make(session: Session, asked: Asked) -> Report:
    """A row for each, the longest due first; within groups where they are asked for."""
    columns = COLUMNS if asked.by is None else (Column(header(asked.by)), *COLUMNS)
    counted = _counted(session, asked)
    told: list[Row] = [(item, number, late) for item, (number, late) in counted.items()]
    items = Table("By item", (Column("Item"), Column("Open", COUNT), Column("Late", COUNT)), told)
    totals = [sum(each[place] for each in counted.values()) for place in range(2)]
    return Report(
        name=NAME,
        title="Follow-up",
        period=asked.period,
        as_of=asked.today,
        tables=[Table("Follow-up", columns, _rows(session, asked)), items],
        facts=[Fact("Open", [(COUNT, totals[0])]), Fact("Late", [(COUNT, totals[1])])],
        notes=NOTES,
        charts=[Chart("Open and late", items.name, "Item", ("Open", "Late"))],
    )


def _due(asked: Asked, column: Any) -> ColumnElement[bool]:
    return true() if asked.period.last is None else column <= asked.period.last


def _sources(asked: Asked) -> list[tuple[AnySelect, Any]]:
    """What is waited for: of visits, of opportunities, and proposals; each with its due day."""
    group_id, name = people.group(asked.by)
    agreed = (
        select(
            name.label("group_name"),
            group_id.label("group_id"),
            FollowUp.kind.label("item"),
            Account.name.label("account"),
            called(Owner).label("owner"),
            FollowUp.due_on.label("due"),
            FollowUp.text.label("words"),
            FollowUp.id,
        )
        .select_from(FollowUp)
        .outerjoin(
            Account,
            and_(Account.workspace_id == FollowUp.workspace_id, Account.id == FollowUp.account_id),
        )
        .where(
            FollowUp.workspace_id == asked.workspace_id,
            people.theirs(asked, FollowUp.user_id),
            FollowUp.status.in_([follow_ups.OPEN, follow_ups.LATE]),
            _due(asked, FollowUp.due_on),
        )
    )
    return [
        (people.with_people(agreed, FollowUp.workspace_id, FollowUp.user_id), FollowUp.due_on),
        _of_deals(asked, _LEAD, Opportunity.next_step_due, Opportunity.next_step != ""),
        _of_deals(
            asked,
            _PROPOSAL,
            Opportunity.proposal_expires_on,
            or_(Opportunity.proposed_on.is_not(None), Opportunity.proposal_expires_on.is_not(None)),
        ),
    ]


def _of_deals(
    asked: Asked, item: str, due: Any, there: ColumnElement[bool]
) -> tuple[AnySelect, Any]:
    group_id, name = people.group(asked.by)
    words = Opportunity.next_step if item == _LEAD else Opportunity.name
    query = (
        deals.with_groups(
            select(
                name.label("group_name"),
                group_id.label("group_id"),
                literal(item).label("item"),
                Account.name.label("account"),
                called(Owner).label("owner"),
                due.label("due"),
                words.label("words"),
                Opportunity.id,
            )
        )
        .outerjoin(
            Account,
            and_(
                Account.workspace_id == Opportunity.workspace_id,
                Account.id == Opportunity.account_id,
            ),
        )
        .where(deals.mine(asked), Stage.kind == OPEN, there, _due(asked, due))
    )
    return query, due


def _rows(session: Session, asked: Asked) -> Iterator[Row]:
    """The three merged by their order; none of them is held whole."""
    streams = [
        _ordered(session, asked, query, due, place)
        for place, (query, due) in enumerate(_sources(asked))
    ]
    for _order, row in heapq.merge(*streams, key=lambda found: found[0]):
        late = max((asked.today - row.due).days, 0) if row.due else None
        told: Row = (
            *(_ITEMS.get(row.item, row.item), row.account, row.owner, row.due, late),
            guarded(row.words),
        )
        yield told if asked.by is None else (row.group_name or NOBODY, *told)


def _ordered(
    session: Session, asked: Asked, query: AnySelect, due: Any, place: int
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Rows with what they are ordered by; by the group's number, which every database sorts the
    same way."""
    group_id, _ = people.group(asked.by)
    groups = () if asked.by is None else (func.coalesce(group_id, 0),)
    last = case((due.is_(None), 1), else_=0)
    id_ = query.selected_columns["id"]
    ordered = query.order_by(*groups, last, due, id_)
    for row in session.execute(ordered, execution_options={"yield_per": ONE_BATCH}):
        yield (row.group_id or 0, row.due is None, row.due or date.min, place, row.id), row


def _counted(session: Session, asked: Asked) -> dict[str, tuple[int, int]]:
    """By item, how many are open, and how many of them late."""
    found: dict[str, tuple[int, int]] = {}
    for query, _ in _sources(asked):
        each = query.subquery()
        late = func.coalesce(func.sum(case((each.c.due < asked.today, 1), else_=0)), 0)
        counted = select(each.c.item, func.count(), late).group_by(each.c.item)
        for item, number, past in session.execute(counted.order_by(each.c.item)):
            found[_ITEMS.get(item, item)] = (number, int(past))
    return found
