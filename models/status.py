"""How Touchbase does: what was sent and what was not, how late, what comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from time import perf_counter

from sqlalchemy import ColumnElement, func, select, union_all
from sqlalchemy.orm import Session

from models import audit, deliveries, heartbeats, lanes, slots
from models.deliveries import DEAD, HELD, PLANNED, SENT, UNCERTAIN, UNCONFIRMED, Delivery, Lane
from models.heartbeats import Heartbeat
from models.subscriptions import Subscription
from models.users import Actor, User
from models.verdicts import NotUseful

RESENT = "resent"
"""Counted beside the states: sent a second time, because nobody could tell about the first."""

ACTED_WITHIN = timedelta(hours=48)

_WEEK = timedelta(days=7)
_MOST_TIMES, _MOST_FAILED, _MOST_SLOTS = 20_000, 5, 5
_RESEND = "resend"


@dataclass(frozen=True)
class Failed:
    """A message Slack did not take, or of which nobody knows whether it did."""

    delivery_id: int
    kind: str
    target: str
    why: str
    unconfirmed: bool


@dataclass(frozen=True)
class Use:
    """What people did with the messages of a kind in seven days."""

    kind: str
    sent: int
    acted: int  # within 48 h
    not_useful: int


@dataclass(frozen=True)
class Status:
    """Everything `/touchbase status` shows. Instants are the admin's to be put into words."""

    now: datetime
    machine: datetime
    zone: str
    replicas: Sequence[Heartbeat]
    database_ms: float
    late: tuple[float, float] | None  # seconds, the median and the 99th percentile, today
    today: Counter[str]
    week: Counter[str]
    open: Counter[str]  # states without an end: planned, uncertain, held
    blocked: tuple[str, datetime] | None  # why the lane waits, and until when
    failed: Sequence[Failed]
    slots: Sequence[tuple[datetime, int]]  # when, and how many people or channels
    uses: Sequence[Use] = field(default_factory=tuple)


def of(session: Session, actor: Actor, now: datetime, machine: datetime) -> Status:
    """How things stand in the actor's workspace. A few reads of the last seven days."""
    workspace_id = actor.workspace_id
    begun = perf_counter()
    session.execute(select(1))
    took = perf_counter() - begun
    midnight = slots.instant(actor.today(now), time(0), actor.zone) or now
    return Status(
        now=now,
        machine=machine,
        zone=actor.zone,
        replicas=heartbeats.alive(session, machine),
        database_ms=took * 1000,
        late=_lateness(session, workspace_id, midnight),
        today=_ended(session, workspace_id, midnight),
        week=_ended(session, workspace_id, now - _WEEK),
        open=_open(session, workspace_id),
        blocked=_blocked(session, workspace_id, machine),
        failed=_failed(session, workspace_id, now - _WEEK),
        slots=_slots(session, workspace_id, now),
        uses=_uses(session, workspace_id, now - _WEEK),
    )


def send_again(session: Session, actor: Actor, delivery_id: int, now: datetime) -> bool:
    """Owe an unconfirmed message anew, however late it is; False when it was settled before."""
    row = _unconfirmed(session, actor, delivery_id)
    if row is None:
        return False
    row.via, row.done_at, row.expires_at = _RESEND, None, None
    lanes.plan_again(session, row, "asked")
    _note(session, actor, "delivery_resent", row, now)
    return True


def leave(session: Session, actor: Actor, delivery_id: int, now: datetime) -> bool:
    """Take an unconfirmed message for sent; False when it was settled before."""
    row = _unconfirmed(session, actor, delivery_id)
    if row is None:
        return False
    lanes.end(row, deliveries.CANCELLED, "left", now)
    _note(session, actor, "delivery_left", row, now)
    return True


def _unconfirmed(session: Session, actor: Actor, delivery_id: int) -> Delivery | None:
    return session.scalar(
        select(Delivery)
        .where(
            Delivery.workspace_id == actor.workspace_id,
            Delivery.id == delivery_id,
            Delivery.state == UNCONFIRMED,
        )
        .with_for_update(key_share=True)
    )


def _note(session: Session, actor: Actor, act: str, row: Delivery, now: datetime) -> None:
    audit.note(session, actor.workspace_id, actor.user_id, act, "delivery", row.id, now=now)


def _lateness(session: Session, workspace_id: int, since: datetime) -> tuple[float, float] | None:
    """Of what the clock owed, the newest few thousand; new faces of old messages do not count."""
    rows = session.execute(
        select(Delivery.done_at, Delivery.not_before)
        .where(
            Delivery.workspace_id == workspace_id,
            Delivery.done_at >= since,
            Delivery.state == SENT,
            Delivery.priority != deliveries.ANSWER_FIRST,
            Delivery.changes_id.is_(None),
        )
        .order_by(Delivery.done_at.desc())
        .limit(_MOST_TIMES)
    )
    late = sorted(max(0.0, (done - due).total_seconds()) for done, due in rows if done)
    if not late:
        return None
    return late[len(late) // 2], late[min(len(late) - 1, len(late) * 99 // 100)]


def _ended(session: Session, workspace_id: int, since: datetime) -> Counter[str]:
    rows = session.execute(
        select(Delivery.state, Delivery.via, func.count())
        .where(
            Delivery.workspace_id == workspace_id,
            Delivery.done_at >= since,
            Delivery.changes_id.is_(None),
        )
        .group_by(Delivery.state, Delivery.via)
    )
    counts: Counter[str] = Counter()
    for state, via, count in rows:
        counts[state] += count
        if via == _RESEND:
            counts[RESENT] += count
    return counts


def _open(session: Session, workspace_id: int) -> Counter[str]:
    rows = session.execute(
        select(Delivery.state, func.count())
        .where(
            Delivery.workspace_id == workspace_id,
            Delivery.state.in_([PLANNED, UNCERTAIN, HELD, UNCONFIRMED]),
        )
        .group_by(Delivery.state)
    )
    return Counter({row.state: row[1] for row in rows})


def _blocked(session: Session, workspace_id: int, machine: datetime) -> tuple[str, datetime] | None:
    row = session.execute(
        select(Lane.blocked_reason, Lane.blocked_until).where(
            Lane.workspace_id == workspace_id, Lane.blocked_until > machine
        )
    ).one_or_none()
    return (row[0] or "", row[1]) if row and row[1] else None


def _failed(session: Session, workspace_id: int, since: datetime) -> list[Failed]:
    """Those that want a decision first, then the newest. One line for each place and reason."""
    rows = session.execute(
        select(Delivery.id, Delivery.kind, Delivery.target, Delivery.error_code, Delivery.state)
        .where(
            Delivery.workspace_id == workspace_id,
            (Delivery.state == UNCONFIRMED)
            | ((Delivery.state == DEAD) & (Delivery.done_at >= since)),
        )
        .order_by(Delivery.state != UNCONFIRMED, Delivery.id.desc())
        .limit(200)
    )
    found: dict[object, Failed] = {}
    for row in rows:
        one = Failed(row.id, row.kind, row.target, row.error_code or "", row.state == UNCONFIRMED)
        found.setdefault(one.delivery_id if one.unconfirmed else (one.target, one.why), one)
    return list(found.values())[:_MOST_FAILED]


def _slots(session: Session, workspace_id: int, now: datetime) -> list[tuple[datetime, int]]:
    places = union_all(
        *(
            select(table.next_due_at.label("at")).where(
                table.workspace_id == workspace_id, table.active, table.next_due_at > now
            )
            for table in (User, Subscription)
        )
    ).subquery()
    rows = session.execute(
        select(places.c.at, func.count())
        .group_by(places.c.at)
        .order_by(places.c.at)
        .limit(_MOST_SLOTS)
    )
    return [(at, count) for at, count in rows]


def _uses(session: Session, workspace_id: int, since: datetime) -> list[Use]:
    """By kind, of what nobody asked for."""
    sent = session.execute(
        select(Delivery.kind, func.count())
        .where(*_unasked(workspace_id, since))
        .group_by(Delivery.kind)
        .order_by(Delivery.kind)
    ).all()
    acted: Counter[str] = Counter()
    for kind, acted_at, done_at in session.execute(
        select(Delivery.kind, Delivery.acted_at, Delivery.done_at).where(
            *_unasked(workspace_id, since), Delivery.acted_at.is_not(None)
        )
    ):
        if acted_at and done_at and acted_at - done_at <= ACTED_WITHIN:
            acted[kind] += 1
    useless = session.execute(
        select(NotUseful.kind, func.count())
        .where(NotUseful.workspace_id == workspace_id, NotUseful.said_at >= since)
        .group_by(NotUseful.kind)
    )
    refused = Counter({row.kind: row[1] for row in useless})
    return [Use(kind, count, acted[kind], refused[kind]) for kind, count in sent]


def _unasked(workspace_id: int, since: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Delivery.workspace_id == workspace_id,
        Delivery.done_at >= since,
        Delivery.state == SENT,
        Delivery.priority != deliveries.ANSWER_FIRST,
        Delivery.changes_id.is_(None),
    )
