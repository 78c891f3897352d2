"""Referrals, in and out: each known by a code made here, never by a patient's name."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    SmallInteger,
    String,
    UniqueConstraint,
    bindparam,
    case,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import offices, permissions, slots, users
from models.db import Base, scan, within_workspace
from models.errors import NotYours, TooManyReferrals
from models.referral_steps import NEW, PROMISED
from models.subscriptions import EVERYONE, TEAM
from models.users import Actor

IN, OUT = "in", "out"
MOST_AT_ONCE = 20
URGENCIES = ("routine", "urgent")

_NOON = time(12)

STRETCH = timedelta(days=90)
"""Over how many days, and the same before, it is seen whether an account's referrals fell."""

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that a person reads two ways


class Referral(Base):
    """One referral: n referrals are n rows."""

    __tablename__ = "referral"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="referral_in_workspace"),
        UniqueConstraint("workspace_id", "code", name="referral_code_once"),
        UniqueConstraint("workspace_id", "submission", "place", name="referral_logged_once"),
        within_workspace("account", "account_id"),
        within_workspace("contact", "contact_id"),
        within_workspace("user", "owner_id"),
        within_workspace("touch", "touch_id"),
        Index(
            "referral_of_owner",
            "workspace_id",
            "owner_id",
            "received_on",
            "direction",
            "status",
            "received_at",
        ),
        Index("referral_of_account", "workspace_id", "account_id", "received_on"),
        Index("referral_of_touch", "workspace_id", "touch_id"),
        Index("referral_of_contact", "workspace_id", "contact_id"),
        Index("referral_standing", "workspace_id", "status", "received_on"),
        Index("referral_alert", "alert_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    code: Mapped[str] = mapped_column(String(12))  # drawn at random, says nothing of anybody
    direction: Mapped[str] = mapped_column(String(3))  # in, out
    received_on: Mapped[date]  # the rep's own calendar day; of one promised the day it was
    logged_at: Mapped[datetime]
    account_id: Mapped[int]  # who referred (in), or to whom (out)
    contact_id: Mapped[int | None]
    owner_id: Mapped[int]
    touch_id: Mapped[int | None]
    service_line: Mapped[str | None] = mapped_column(String(60))
    payer_type: Mapped[str | None] = mapped_column(String(60))
    urgency: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(20))  # key of the list referral_status
    status_changed_at: Mapped[datetime]
    submission: Mapped[str] = mapped_column(String(64))  # Slack's id of the form
    place: Mapped[int] = mapped_column(SmallInteger)  # its number within the form
    branch: Mapped[str | None] = mapped_column(String(60))  # which of our places takes it
    reason: Mapped[str | None] = mapped_column(String(60))  # why it was declined, lost, cancelled
    received_at: Mapped[datetime | None]  # None: it is only promised
    first_response_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]  # accepted, or an end reached
    loop_closed_at: Mapped[datetime | None]  # the referrer was last told how it stands
    answer_by: Mapped[datetime | None]  # when the first response is due
    alert_at: Mapped[datetime | None]  # when somebody is next told that it is late; None: nobody
    alerts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")


class Move(Base):
    """A referral came from one status to another."""

    __tablename__ = "referral_move"
    __table_args__ = (
        within_workspace("referral", "referral_id"),
        within_workspace("user", "user_id"),
        Index("referral_moved", "workspace_id", "referral_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    referral_id: Mapped[int]
    from_status: Mapped[str] = mapped_column(String(20))
    to_status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(60))
    user_id: Mapped[int | None]
    moved_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    before: Mapped[dict[str, Any]] = mapped_column(JSON)  # what else it changed, as it was


@dataclass(frozen=True)
class Received:
    """What is told about one or several referrals at once."""

    account_id: int
    received_on: date
    count: int
    direction: str = IN
    contact_id: int | None = None
    touch_id: int | None = None
    service_line: str | None = None
    payer_type: str | None = None
    urgency: str = URGENCIES[0]
    branch: str | None = None
    promised: bool = False


def add(
    session: Session,
    actor: Actor,
    told: Received,
    *,
    submission: str,
    now: datetime,
    first: int = 0,
) -> list[Referral]:
    """One row per referral, each new and with a code of its own.

    first  the place in the form of the first of them (an edit adds after those already there).

    Raises TooManyReferrals above 20.
    """
    if told.count > MOST_AT_ONCE:
        raise TooManyReferrals(MOST_AT_ONCE)
    received_at = None if told.promised else _instant_of(actor, told.received_on, now)
    due = answer_by(session, actor, told.direction, received_at)
    rows = [
        Referral(
            workspace_id=actor.workspace_id,
            code=new_code(),
            direction=told.direction,
            received_on=told.received_on,
            logged_at=now,
            account_id=told.account_id,
            contact_id=told.contact_id,
            owner_id=actor.user_id,
            touch_id=told.touch_id,
            service_line=told.service_line,
            payer_type=told.payer_type,
            urgency=told.urgency,
            status=PROMISED if told.promised else NEW,
            status_changed_at=now,
            submission=submission,
            place=first + number,
            branch=told.branch,
            received_at=received_at,
            answer_by=due,
            # Who enters one that is late already knows that it is.
            alert_at=due if due is not None and due > now else None,
            alerts=0,
        )
        for number in range(told.count)
    ]
    session.add_all(rows)
    session.flush()
    return rows


def _instant_of(actor: Actor, day: date, now: datetime) -> datetime:
    """When a referral of that day came in: now, or for one told later noon of its day."""
    if day == actor.today(now):
        return now
    return min(slots.instant(day, _NOON, actor.zone) or now, now)


def answer_by(
    session: Session, actor: Actor, direction: str, received_at: datetime | None
) -> datetime | None:
    """By when a referral received then is to be answered; None for one that need not be."""
    if direction != IN or received_at is None:
        return None
    office = offices.of(session, actor.workspace_id, received_at)
    return office.after(received_at, office.answer)


def alert_nobody(session: Session, workspace_id: int) -> None:
    """Nobody is to be told of what is late by now: the workspace's past was only brought in."""
    session.execute(
        update(Referral).where(Referral.workspace_id == workspace_id).values(alert_at=None)
    )


def remove(session: Session, rows: Collection[Referral]) -> None:
    """Take referrals away, with what is known of their moves."""
    if not rows:
        return
    session.execute(
        delete(Move).where(
            Move.workspace_id == next(iter(rows)).workspace_id,
            Move.referral_id.in_([row.id for row in rows]),
        )
    )
    for row in rows:
        session.delete(row)


def was_received() -> ColumnElement[bool]:
    """What every figure of referrals received holds: one that is only promised is in none, nor
    one that was promised and then lost."""
    return Referral.received_at.is_not(None)


def new_code(draw: Callable[[str], str] = secrets.choice) -> str:
    """An opaque reference such as "R-7F3K-9QWM": random, derived from nothing."""
    drawn = [draw(_LETTERS) for _ in range(8)]
    return f"R-{''.join(drawn[:4])}-{''.join(drawn[4:])}"


def get(session: Session, workspace_id: int, referral_id: int) -> Referral:
    """The referral's row. Raises NotYours."""
    found = session.scalar(
        select(Referral).where(Referral.workspace_id == workspace_id, Referral.id == referral_id)
    )
    if found is None:
        raise NotYours
    return found


def of_touch(session: Session, workspace_id: int, touch_id: int) -> Sequence[Referral]:
    """The referrals logged with a touch, in their order."""
    return session.scalars(
        select(Referral)
        .where(Referral.workspace_id == workspace_id, Referral.touch_id == touch_id)
        .order_by(Referral.place)
    ).all()


def of_submission(session: Session, workspace_id: int, submission: str) -> Sequence[Referral]:
    """The referrals one form became, in their order."""
    return session.scalars(
        select(Referral)
        .where(Referral.workspace_id == workspace_id, Referral.submission == submission)
        .order_by(Referral.place)
    ).all()


def logged_with_visit(session: Session, actor: Actor, account_id: int, day: date) -> int:
    """How many the actor logged with their visits to the account on that day."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Referral)
            .where(
                Referral.workspace_id == actor.workspace_id,
                Referral.account_id == account_id,
                Referral.owner_id == actor.user_id,
                Referral.received_on == day,
                Referral.direction == IN,
                was_received(),
                Referral.touch_id.is_not(None),
            )
        )
        or 0
    )


def late_ones(at: Select[int]) -> Select[int, int, int]:
    """The query of `lately`, built once by whoever asks while a person waits.

    at  selects the ids of the accounts asked about, by parameters; "workspace" is the workspace.
    """
    return (
        select(
            Referral.account_id,
            func.sum(case((Referral.received_on > bindparam("turn"), 1), else_=0)),
            func.sum(case((Referral.received_on > bindparam("turn"), 0), else_=1)),
        )
        .where(
            Referral.workspace_id == bindparam("workspace"),
            Referral.account_id.in_(at),
            Referral.received_on > bindparam("begin"),
            Referral.received_on <= bindparam("today"),
            Referral.direction == IN,
            was_received(),
        )
        .group_by(Referral.account_id)
    )


def lately(
    session: Session,
    query: Select[int, int, int],
    told: Mapping[str, object],
    today: date,
) -> Mapping[int, tuple[int, int]]:
    """By account, the referrals in of the last 90 days and of the 90 before them; accounts with
    none are left out. One grouped read.

    query  made by `late_ones`.
    told   its parameters.
    """
    turn = today - STRETCH
    days = {"today": today, "turn": turn, "begin": turn - STRETCH}
    rows = scan(session, query, {**told, **days})
    return {account_id: (int(now), int(before)) for account_id, now, before in rows}


def any_at(session: Session, workspace_id: int, account_id: int) -> bool:
    """Whether the account has any referral at all."""
    return (
        session.scalar(
            select(Referral.id)
            .where(Referral.workspace_id == workspace_id, Referral.account_id == account_id)
            .limit(1)
        )
        is not None
    )


def of_contact(session: Session, workspace_id: int, contact_id: int) -> bool:
    """Whether any referral names the contact."""
    return (
        session.scalar(
            select(Referral.id)
            .where(Referral.workspace_id == workspace_id, Referral.contact_id == contact_id)
            .limit(1)
        )
        is not None
    )


def hold(session: Session, actor: Actor, referral_id: int) -> Referral:
    """The referral, for the actor to work on: their own, their team's for a manager, any for an
    admin; nobody else changes it until this transaction ends. Raises NotYours."""
    found = session.scalar(
        select(Referral)
        .where(Referral.workspace_id == actor.workspace_id, Referral.id == referral_id)
        .with_for_update(key_share=True)
    )
    if found is None or not reaches(session, actor, found.owner_id):
        raise NotYours
    return found


def reaches(session: Session, actor: Actor, owner_id: int) -> bool:
    """Whether the actor may work on this person's referrals."""
    if owner_id == actor.user_id:
        return True
    scope = permissions.row_scope(actor)
    if scope == TEAM:
        return owner_id in users.team(session, actor.workspace_id, actor.user_id)
    return scope == EVERYONE
