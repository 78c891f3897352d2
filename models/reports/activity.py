"""Activity: every touch within the period, with what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, case, distinct, func, select
from sqlalchemy.orm import Session

from models import lists, slots
from models.accounts import Account
from models.contacts import Contact
from models.follow_ups import FollowUp
from models.referrals import IN, Referral, was_received
from models.reports import people
from models.reports.guard import guarded
from models.reports.people import AnySelect, Owner, called, header
from models.reports.report import (
    COUNT,
    DAY,
    MONEY,
    NOBODY,
    NUMBER,
    ONE_BATCH,
    SHARE,
    Asked,
    Chart,
    Column,
    Fact,
    Report,
    Row,
    Table,
)
from models.touches import Touch, TouchContact

NAME = "activity"

COLUMNS = (
    Column("Date", DAY),
    Column("Rep"),
    Column("Account"),
    Column("Type/Tier"),
    Column("City"),
    Column("Contacts met (role)"),
    Column("Touch type"),
    Column("Outcome"),
    Column("Topic/Service line"),
    Column("Referral given (n)", COUNT),
    Column("Next step"),
    Column("Due", DAY),
    Column("Miles", NUMBER),
    Column("Spend", MONEY),
    Column("Logged (same day?)"),
)

NOTES = (
    "A row for each touch, of any type, by the rep's own calendar day.",
    "Notes stay in Touchbase. The next step passes the patient guard once more: what it finds is "
    "[removed].",
    "Referral given (n) = the referrals to us that were logged with the touch, promised ones left "
    "out.",
    "Logged the same day = the touch was saved on the day it happened, by the rep's calendar.",
    "Miles and Spend are empty: Touchbase does not keep them yet.",
)

_LISTS = (
    lists.ACCOUNT_TYPE,
    lists.CONTACT_ROLE,
    lists.TOUCH_TYPE,
    lists.OUTCOME,
    lists.SERVICE_LINE,
)
_Labels = Mapping[str, Mapping[str, str]]


def make(session: Session, asked: Asked) -> Report:
    """A row for each touch in the order of days; within groups where they are asked for. The
    people met, referrals and next steps are read for thousands of touches at a time."""
    found = lists.entries(session, asked.workspace_id, *_LISTS)
    labels = {name: {one.key: one.label for one in found[name]} for name in found}
    columns = COLUMNS if asked.by is None else (Column(header(asked.by)), *COLUMNS)
    types = _by_type(session, asked, labels)
    return Report(
        name=NAME,
        title="Activity",
        period=asked.period,
        as_of=asked.today,
        tables=[Table("Activity", columns, _rows(session, asked, labels)), types],
        facts=_facts(session, asked),
        notes=NOTES,
        charts=[Chart("Touches by type", types.name, "Touch type", ("Touches",))],
    )


def _mine(asked: Asked) -> tuple[Any, ...]:
    return (
        Touch.workspace_id == asked.workspace_id,
        people.theirs(asked, Touch.user_id),
        asked.period.covers(Touch.occurred_on),
    )


def _facts(session: Session, asked: Asked) -> list[Fact]:
    count, accounts, counting = session.execute(
        select(
            func.count(),
            func.count(distinct(Touch.account_id)),
            func.coalesce(func.sum(case((Touch.qualifying, 1), else_=0)), 0),
        ).where(*_mine(asked))
    ).one()
    return [
        Fact("Touches", [(COUNT, count)]),
        Fact("Touches that count for the cadence", [(COUNT, int(counting))]),
        Fact("Accounts reached", [(COUNT, accounts)]),
        Fact("Touches per account", [(NUMBER, count / accounts if accounts else None)]),
        Fact("Counting share", [(SHARE, counting / count if count else None)]),
    ]


def _by_type(session: Session, asked: Asked, labels: _Labels) -> Table:
    rows = session.execute(
        select(Touch.type, func.count(), func.count(distinct(Touch.account_id)))
        .where(*_mine(asked))
        .group_by(Touch.type)
        .order_by(func.count().desc(), Touch.type)
    )
    columns = (Column("Touch type"), Column("Touches", COUNT), Column("Accounts", COUNT))
    named = labels[lists.TOUCH_TYPE]
    told: list[Row] = [(named.get(type_, type_), count, reached) for type_, count, reached in rows]
    return Table("By type", columns, told)


def _query(asked: Asked) -> AnySelect:
    group_id, name = people.group(asked.by)
    groups = () if asked.by is None else (name, group_id)
    query = (
        select(
            name.label("group_name"),
            Touch.id,
            Touch.occurred_on,
            Touch.logged_at,
            Touch.type,
            Touch.outcome,
            Touch.service_line,
            called(Owner).label("rep"),
            Owner.zone,
            Account.name.label("account"),
            Account.type.label("account_type"),
            Account.tier,
            Account.city,
        )
        .select_from(Touch)
        .outerjoin(
            Account,
            and_(Account.workspace_id == Touch.workspace_id, Account.id == Touch.account_id),
        )
    )
    return (
        people.with_people(query, Touch.workspace_id, Touch.user_id)
        .where(*_mine(asked))
        .order_by(*groups, Touch.occurred_on, Touch.id)
    )


def _rows(session: Session, asked: Asked, labels: _Labels) -> Iterator[Row]:
    found = session.execute(_query(asked), execution_options={"yield_per": ONE_BATCH})
    for batch in found.partitions(ONE_BATCH):
        ids = [row.id for row in batch]
        met = _met(session, asked.workspace_id, ids, labels)
        given = _given(session, asked.workspace_id, ids)
        steps = _steps(session, asked.workspace_id, ids)
        for row in batch:
            text, due = steps.get(row.id, ("", None))
            same = slots.local_day(row.logged_at, row.zone or asked.zone) == row.occurred_on
            kind = labels[lists.ACCOUNT_TYPE].get(row.account_type or "", row.account_type)
            told: Row = (
                *(row.occurred_on, row.rep, row.account),
                " / ".join(part for part in (kind, row.tier) if part),
                *(row.city, "; ".join(met.get(row.id, ()))),
                labels[lists.TOUCH_TYPE].get(row.type, row.type),
                labels[lists.OUTCOME].get(row.outcome or "", row.outcome),
                labels[lists.SERVICE_LINE].get(row.service_line or "", row.service_line),
                *(given.get(row.id, 0), text, due, None, None),
                "yes" if same else "no",
            )
            yield told if asked.by is None else (row.group_name or NOBODY, *told)


def _met(
    session: Session, workspace_id: int, ids: Sequence[int], labels: _Labels
) -> dict[int, list[str]]:
    rows = session.execute(
        select(TouchContact.touch_id, Contact.name, Contact.role)
        .join(
            Contact,
            and_(
                Contact.workspace_id == TouchContact.workspace_id,
                Contact.id == TouchContact.contact_id,
            ),
        )
        .where(TouchContact.workspace_id == workspace_id, TouchContact.touch_id.in_(ids))
        .order_by(TouchContact.id)
    )
    found: dict[int, list[str]] = {}
    for touch_id, name, role in rows:
        label = labels[lists.CONTACT_ROLE].get(role or "", role)
        found.setdefault(touch_id, []).append(f"{name} ({label})" if label else name)
    return found


def _given(session: Session, workspace_id: int, ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(Referral.touch_id, func.count())
        .where(
            Referral.workspace_id == workspace_id,
            Referral.touch_id.in_(ids),
            Referral.direction == IN,
            was_received(),
        )
        .group_by(Referral.touch_id)
    )
    return {touch_id: count for touch_id, count in rows if touch_id is not None}


def _steps(session: Session, workspace_id: int, ids: Sequence[int]) -> dict[int, tuple[str, Any]]:
    """The first next step of each touch."""
    rows = session.execute(
        select(FollowUp.touch_id, FollowUp.text, FollowUp.due_on)
        .where(FollowUp.workspace_id == workspace_id, FollowUp.touch_id.in_(ids))
        .order_by(FollowUp.id.desc())
    )
    return {touch: (guarded(text), due) for touch, text, due in rows if touch is not None}
