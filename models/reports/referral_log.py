"""The referral log: every referral received within the period, by its opaque code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ScalarSelect, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models import attribution, lists, offices, referral_figures, slots
from models.accounts import Account
from models.contacts import Contact
from models.db import DaysAfter
from models.profiles import CANCELLED, DECLINED, LOST, OPEN, WAITING, WON
from models.referral_figures import Clocks, Figures
from models.referral_steps import ACCEPTED
from models.referrals import IN, Move, Referral, was_received
from models.reports import people, periods
from models.reports.people import AnySelect, Owner, called, header
from models.reports.report import (
    COUNT,
    DAY,
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
    share,
)
from models.territories import Territory
from models.touches import Touch
from models.users import User

NAME = "referral-log"

COLUMNS = (
    Column("Ref code"),
    Column("Received", DAY),
    Column("Source account"),
    Column("Source person"),
    Column("Owner"),
    Column("Branch"),
    Column("Service line"),
    Column("Payer type"),
    Column("Status"),
    Column("Reason"),
    Column("Response h", NUMBER),
    Column("Decided", DAY),
    Column("Touches in window", COUNT),
    Column("Credited to"),
)

NOTES = (
    "Referrals to us, by the day they were received, under the status they have now.",
    "Conversion = started / received, cancelled ones left out. Decided conversion = started / "
    "(started + declined + lost).",
    "Acceptance = accepted, whatever became of them / (accepted + declined by us). Lost is what "
    "others refused.",
    "Response h = hours from receipt to the first response, in the office's own hours.",
    "Decided = the day on which it was accepted or came to an end, by the workspace's calendar.",
    "Touches in window = touches that count at the source before it referred: 365 days of a "
    "hospital or LTACH, 180 of an inpatient rehab or SNF, 60 of a practice or clinic, else 90. Two "
    "of one person on one day count once.",
    "Credited to = who made the last of these.",
    "Median response h is of those answered. Answered in time = of those answered, and those whose "
    "time to be answered was over before today.",
    "Referrers told = told how it stands at or after the decision / decided.",
)

_LONG_AGO = date(1900, 1, 1)

_REASONS = (lists.DECLINE_REASON, lists.LOST_REASON, lists.CANCEL_REASON)
_LISTS = (lists.REFERRAL_STATUS, lists.SERVICE_LINE, lists.PAYER_TYPE, *_REASONS)


def make(session: Session, asked: Asked) -> Report:
    """A row for each referral in the order of receipt; within groups where they are asked for."""
    found = lists.entries(session, asked.workspace_id, *_LISTS)
    labels = {each: {one.key: one.label for one in found[each]} for each in found}
    meanings = {one.key: one.meaning for one in found[lists.REFERRAL_STATUS]}
    columns = COLUMNS if asked.by is None else (Column(header(asked.by)), *COLUMNS)
    counted = _counted(session, asked)
    statuses: list[Row] = [
        (label, counted.get(key, 0)) for key, label in labels[lists.REFERRAL_STATUS].items()
    ]
    by_status = Table("By status", (Column("Status"), Column("Referrals", COUNT)), statuses)
    return Report(
        name=NAME,
        title="Referral log",
        period=asked.period,
        as_of=asked.today,
        tables=[
            Table("Referral log", columns, _rows(session, asked, labels)),
            by_status,
        ],
        facts=[
            *_facts(counted, meanings, _accepted(session, asked, meanings)),
            *_of_clocks(_clocks(session, asked)),
        ],
        notes=NOTES,
        charts=[Chart("Referrals by status", by_status.name, "Status", ("Referrals",))],
    )


def _mine(asked: Asked) -> tuple[Any, ...]:
    return (
        Referral.workspace_id == asked.workspace_id,
        Referral.direction == IN,
        people.theirs(asked, Referral.owner_id),
        asked.period.covers(Referral.received_on),
        was_received(),
    )


def _counted(session: Session, asked: Asked) -> dict[str, int]:
    rows = session.execute(
        select(Referral.status, func.count()).where(*_mine(asked)).group_by(Referral.status)
    )
    return {row[0]: row[1] for row in rows}


def _facts(counted: dict[str, int], meanings: dict[str, str], accepted: int) -> list[Fact]:
    by_meaning: dict[str, int] = {}
    for status, count in counted.items():
        meaning = meanings.get(status, "open")
        by_meaning[meaning] = by_meaning.get(meaning, 0) + count
    received, started = sum(counted.values()), by_meaning.get(WON, 0)
    told = received - by_meaning.get(CANCELLED, 0)
    declined = by_meaning.get(DECLINED, 0)
    decided = started + declined + by_meaning.get(LOST, 0)
    return [
        Fact("Received", [(COUNT, received)]),
        Fact("Started", [(COUNT, started)]),
        Fact("Open", [(COUNT, by_meaning.get(OPEN, 0) + by_meaning.get(WAITING, 0))]),
        Fact("Conversion", [(SHARE, started / told if told else None)]),
        Fact("Decided conversion", [(SHARE, started / decided if decided else None)]),
        Fact("Acceptance", [(SHARE, share(accepted, declined))]),
    ]


def _accepted(session: Session, asked: Asked, meanings: dict[str, str]) -> int:
    """How many were accepted: those that are now, those that started, and of those lost or
    cancelled the ones that had been."""
    won = [key for key, meaning in meanings.items() if meaning == WON]
    ends = [key for key, meaning in meanings.items() if meaning in (DECLINED, LOST, CANCELLED)]
    was = exists(
        select(Move.id).where(
            Move.workspace_id == Referral.workspace_id,
            Move.referral_id == Referral.id,
            Move.to_status.in_([ACCEPTED, *won]),
            Move.undone_at.is_(None),
        )
    )
    now = or_(
        Referral.status.in_([ACCEPTED, *won]),
        and_(Referral.status.not_in(ends), Referral.decided_at.is_not(None)),
    )
    given_up = [key for key in ends if meanings[key] != DECLINED]
    query = select(func.count()).select_from(Referral)
    either = or_(now, and_(Referral.status.in_(given_up), was))
    return session.scalar(query.where(*_mine(asked), either)) or 0


def _clocks(session: Session, asked: Asked) -> Figures:
    rows = session.execute(
        select(
            Referral.received_at,
            Referral.first_response_at,
            Referral.answer_by,
            Referral.decided_at,
            Referral.loop_closed_at,
        ).where(*_mine(asked)),
        execution_options={"yield_per": ONE_BATCH},
    )
    office = offices.of(session, asked.workspace_id, _begin(asked))
    clocks = (Clocks(at, *rest) for at, *rest in rows if at is not None)
    return referral_figures.reckoned(clocks, office, periods.midnight(asked.today, asked.zone))


def _of_clocks(found: Figures) -> list[Fact]:
    hours = None if found.median is None else round(found.median.total_seconds() / 3600, 2)
    return [
        Fact("Median response h", [(NUMBER, hours)]),
        Fact("Answered in time", [(SHARE, share(found.within, found.judged - found.within))]),
        Fact("Referrers told", [(SHARE, share(found.told, found.decided - found.told))]),
    ]


def _rows(
    session: Session,
    asked: Asked,
    labels: dict[str, dict[str, str]],
) -> Iterator[Row]:
    office = offices.of(session, asked.workspace_id, _begin(asked))
    reasons = {key: label for each in _REASONS for key, label in labels[each].items()}
    found = session.execute(_query(asked), execution_options={"yield_per": ONE_BATCH})
    for row in found:
        took = (
            office.between(row.received_at, row.first_response_at)
            if row.received_at and row.first_response_at
            else None
        )
        told: Row = (
            *(row.code, row.received_on, row.account, row.person, row.owner),
            row.branch or row.territory,
            labels[lists.SERVICE_LINE].get(row.service_line or "", row.service_line),
            labels[lists.PAYER_TYPE].get(row.payer_type or "", row.payer_type),
            labels[lists.REFERRAL_STATUS].get(row.status, row.status),
            reasons.get(row.reason or "", row.reason),
            round(took.total_seconds() / 3600, 2) if took is not None else None,
            slots.local_day(row.decided_at, asked.zone) if row.decided_at else None,
            *(row.touches, row.credited),
        )
        yield told if asked.by is None else (row.group_name or NOBODY, *told)


def _begin(asked: Asked) -> datetime:
    """From when on the office's days off matter."""
    return datetime.combine(asked.period.first or _LONG_AGO, time(), tzinfo=UTC)


def _query(asked: Asked) -> AnySelect:
    group_id, name = people.group(asked.by)
    groups = () if asked.by is None else (name, group_id)
    query = (
        select(
            name.label("group_name"),
            Referral.code,
            Referral.received_on,
            Referral.service_line,
            Referral.payer_type,
            Referral.status,
            Referral.reason,
            Referral.branch,
            Referral.received_at,
            Referral.first_response_at,
            Referral.decided_at,
            Account.name.label("account"),
            Contact.name.label("person"),
            called(Owner).label("owner"),
            Territory.name.label("territory"),
            _touches().label("touches"),
            _credited().label("credited"),
        )
        .select_from(Referral)
        .join(
            Account,
            and_(Account.workspace_id == Referral.workspace_id, Account.id == Referral.account_id),
        )
        .outerjoin(
            Contact,
            and_(Contact.workspace_id == Referral.workspace_id, Contact.id == Referral.contact_id),
        )
    )
    return (
        people.with_people(query, Referral.workspace_id, Referral.owner_id)
        .where(*_mine(asked))
        .order_by(*groups, Referral.received_on, Referral.id)
    )


def _in_window() -> tuple[Any, ...]:
    window = case(attribution.WINDOWS, value=Account.type, else_=attribution.WINDOW)
    return (
        Touch.workspace_id == Referral.workspace_id,
        Touch.account_id == Referral.account_id,
        Touch.qualifying,
        Touch.occurred_on <= Referral.received_on,
        DaysAfter(Touch.occurred_on, window) >= Referral.received_on,
    )


def _in_window_once() -> Any:
    """Of each person and day the first touch in the window, as `attribution` has it."""
    return (
        select(Touch.user_id, Touch.occurred_on, func.min(Touch.id).label("id"))
        .where(*_in_window())
        .group_by(Touch.user_id, Touch.occurred_on)
        .correlate(Referral, Account)
        .subquery()
    )


def _touches() -> ScalarSelect[int]:
    return select(func.count()).select_from(_in_window_once()).scalar_subquery()


def _credited() -> ScalarSelect[str]:
    rep, once = aliased(User), _in_window_once()
    return (
        select(called(rep))
        .select_from(once)
        .join(rep, and_(rep.workspace_id == Referral.workspace_id, rep.id == once.c.user_id))
        .order_by(once.c.occurred_on.desc(), once.c.id.desc())
        .limit(1)
        .correlate(Referral)
        .scalar_subquery()
    )
