"""The road of deliveries to Slack: who holds a workspace's lane, what is next in it, how it ended.

Two clocks. `now` is the people's: what is due, too late, or still to come. `machine` is the real
one, which nobody winds: leases, blocks, and when a doubtful message is looked for. So a `tick
--at` far in the future neither steals a running lease nor lets one starve. Source: reliability
B3.3 and B3.4.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from models.deliveries import (
    ANSWER_FIRST,
    CANCELLED,
    DEAD,
    EXPIRED,
    HELD,
    PLANNED,
    SENDING,
    SENT,
    UNCERTAIN,
    Delivery,
    Lane,
    call_lane,
)
from models.verdicts import NotUseful
from models.workspaces import Workspace

ACTIVE, SUSPENDED = "active", "suspended"

LIMITED = "limited"
"""The reason of a block that Slack asked for; such a one ends by itself."""


@dataclass(frozen=True)
class Lease:
    """The right to send for a workspace. A later lease has a higher fence."""

    workspace_id: int
    fence: int


@dataclass(frozen=True)
class Attempt:
    """One try at sending a row. Its outcome is written only while it is the row's last try."""

    delivery_id: int
    workspace_id: int
    fence: int
    number: int


def any_due(session: Session, now: datetime) -> bool:
    """Whether any lane, free or not, has something to do."""
    return session.scalar(select(Lane.id).where(Lane.next_at <= now).limit(1)) is not None


def claim(
    session: Session,
    owner: str,
    *,
    now: datetime,
    machine: datetime,
    lease: timedelta,
    most: int,
    answers_only: bool,
    at_work: bool = False,
    but: Collection[int] = (),
) -> list[Lease]:
    """Take up to `most` free lanes with something due, that served longest ago first.

    at_work  other turns of ours are under way: a lane leased to us is in one of them. Without
             any, our own last turn there broke off (the database went away, say), and need not
             wait for its lease to end.
    but      the workspaces whose lanes are left alone.
    """
    due = and_(Lane.next_at <= now, Lane.workspace_id.not_in(but))
    if answers_only:
        due = and_(due, _answer_due(now))
    free = session.scalars(
        select(Lane)
        .join(Workspace, Workspace.id == Lane.workspace_id)
        .where(
            due,
            Workspace.status == ACTIVE,
            _free(None if at_work else owner, machine),
            _open(machine),
        )
        .order_by(Lane.lease_until.nulls_first(), Lane.next_at)
        .limit(most)
        .with_for_update(of=Lane, skip_locked=True)
    ).all()
    for lane in free:
        lane.lease_owner, lane.lease_until = owner, machine + lease
        lane.fence += 1
    session.flush()
    return [Lease(lane.workspace_id, lane.fence) for lane in free]


def hold(session: Session, lease: Lease, machine: datetime, *, renew: timedelta) -> bool:
    """Whether the lease is still ours; if so it runs on for `renew`, and nobody else takes the
    lane until this transaction ends."""
    lane = _locked(session, lease.workspace_id)
    if lane is None or lane.fence != lease.fence:
        return False
    if lane.lease_until is None or lane.lease_until - machine < renew / 2:
        lane.lease_until = machine + renew
    return True


def release(session: Session, lease: Lease, machine: datetime) -> None:
    """Hand the lane back. It looks for work when its first planned row is due."""
    lane = _locked(session, lease.workspace_id)
    if lane is None or lane.fence != lease.fence:
        return
    # A statement of its own, after the lock: whoever planned meanwhile is seen.
    first = session.scalar(
        select(func.min(Delivery.not_before)).where(
            Delivery.workspace_id == lease.workspace_id, Delivery.state == PLANNED
        )
    )
    lane.next_at = first
    lane.lease_owner, lane.lease_until = None, machine


def block(session: Session, lease: Lease, until: datetime, reason: str) -> None:
    """Send nothing in this lane before `until`, by the machine's clock."""
    lane = _locked(session, lease.workspace_id)
    if lane is not None and lane.fence == lease.fence:
        lane.blocked_until, lane.blocked_reason = until, reason[:60]


def next_due(
    session: Session, workspace_id: int, now: datetime, *, answers_only: bool
) -> Delivery | None:
    """The lane's next row: answers first, then by the time it has been due.

    A new face for a message waits as long as that message itself is in doubt.
    """
    return session.scalar(_next_due(answers_only), {"workspace": workspace_id, "now": now})


@cache
def _next_due(answers_only: bool) -> Select[Delivery]:
    """Built once: building it took as long as running it."""
    message = aliased(Delivery)
    in_doubt_itself = exists(
        select(message.id).where(
            message.workspace_id == Delivery.workspace_id,
            message.id == Delivery.changes_id,
            message.state.in_([SENDING, UNCERTAIN]),
        )
    )
    return (
        select(Delivery)
        .where(
            Delivery.workspace_id == bindparam("workspace"),
            Delivery.state == PLANNED,
            Delivery.not_before <= bindparam("now"),
            ~in_doubt_itself,
            *([Delivery.priority == ANSWER_FIRST] if answers_only else []),
        )
        .order_by(Delivery.priority, Delivery.not_before, Delivery.id)
        .limit(1)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def begin(row: Delivery, lease: Lease, *, now: datetime, machine: datetime) -> Attempt:
    """Note that the row is about to be sent, before it is."""
    row.state = SENDING
    row.attempt += 1
    row.fence = lease.fence
    row.intent_at, row.begun_at = now, machine
    row.looked = 0
    return Attempt(row.id, row.workspace_id, row.fence, row.attempt)


def put_off(row: Delivery, until: datetime) -> None:
    """Leave a planned row for later, by the people's clock."""
    row.not_before = until


def end(row: Delivery, state: str, why: str, now: datetime) -> None:
    """Close a row that will not be sent: cancelled, expired, dead, unconfirmed."""
    row.state, row.error_code, row.done_at = state, why[:60], now


def finished(session: Session, attempt: Attempt, *, sent: bool = False) -> Delivery | None:
    """The row, if this attempt is still its last; None when somebody has taken it over.

    sent  Slack has said it took the message. That stands also when, in the meantime, the row
          was planned again but not yet tried again.
    """
    states = [SENDING, UNCERTAIN, PLANNED] if sent else [SENDING]
    return session.scalar(
        select(Delivery)
        .where(
            Delivery.workspace_id == attempt.workspace_id,
            Delivery.id == attempt.delivery_id,
            Delivery.fence == attempt.fence,
            Delivery.attempt == attempt.number,
            Delivery.state.in_(states),
        )
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def was_sent(row: Delivery, channel_id: str | None, ts: str, via: str, now: datetime) -> None:
    """Slack has the message."""
    row.state, row.done_at, row.error_code, row.look_at = SENT, now, None, None
    row.channel_id = channel_id or row.channel_id
    row.slack_ts = ts
    row.via = row.via or via


def plan_again(session: Session, row: Delivery, why: str, *, counted: bool = True) -> None:
    """The message was certainly not sent, so it is owed as before.

    counted  False for a try that Slack did not look at (a rate limit).
    """
    row.state, row.error_code, row.look_at, row.looked = PLANNED, why[:60], None, 0
    if not counted:
        row.attempt -= 1
    session.flush()
    call_lane(session, row.workspace_id, row.not_before)


def original(session: Session, change: Delivery) -> Delivery | None:
    """The delivery whose message `change` is to show anew."""
    return session.scalar(
        select(Delivery).where(
            Delivery.workspace_id == change.workspace_id, Delivery.id == change.changes_id
        )
    )


def wake_sleeping(session: Session) -> int:
    """Call lanes that sleep although something is planned in them; how many.

    That should never be so; if it ever is, a message would lie there for good.
    """
    asleep = session.scalars(
        select(Lane.workspace_id).where(
            Lane.next_at.is_(None),
            exists(
                select(Delivery.id).where(
                    Delivery.workspace_id == Lane.workspace_id, Delivery.state == PLANNED
                )
            ),
        )
    ).all()
    for workspace_id in asleep:
        first = session.scalar(
            select(func.min(Delivery.not_before)).where(
                Delivery.workspace_id == workspace_id, Delivery.state == PLANNED
            )
        )
        if first is not None:
            call_lane(session, workspace_id, first)
    return len(asleep)


def seconds_until_free(session: Session, now: datetime, machine: datetime) -> float | None:
    """How long until a lane with something due can be taken; None when nothing is due, or only
    behind a block that is no rate limit (Slack is out of reach, say): no waiting helps then."""
    lanes = session.execute(
        select(Lane.lease_until, Lane.blocked_until, Lane.blocked_reason)
        .join(Workspace, Workspace.id == Lane.workspace_id)
        .where(Workspace.status == ACTIVE, Lane.next_at <= now)
    )
    waits = []
    for lease_until, blocked_until, reason in lanes:
        blocked = blocked_until is not None and blocked_until > machine
        if blocked and reason != LIMITED:
            continue
        ends = [until for until in (lease_until, blocked_until) if until and until > machine]
        waits.append((max(ends) - machine).total_seconds() if ends else 0.0)
    return min(waits) if waits else None


def suspend(session: Session, row: Delivery, why: str) -> None:
    """Slack refused the workspace's token: hold the row, send nothing until the token works."""
    row.state, row.error_code = HELD, why[:60]
    session.execute(
        update(Workspace).where(Workspace.id == row.workspace_id).values(status=SUSPENDED)
    )


def active(session: Session) -> set[int]:
    """The workspaces that may be sent to."""
    return set(session.scalars(select(Workspace.id).where(Workspace.status == ACTIVE)))


def suspended(session: Session) -> list[tuple[int, str]]:
    """The workspaces whose token Slack refused, each with its Slack team."""
    rows = session.execute(
        select(Workspace.id, Workspace.slack_team_id).where(Workspace.status == SUSPENDED)
    )
    return [(workspace_id, team_id) for workspace_id, team_id in rows]


def resume(session: Session, workspace_id: int, now: datetime) -> int:
    """The token works again: what was held is owed as before; how many."""
    session.execute(update(Workspace).where(Workspace.id == workspace_id).values(status=ACTIVE))
    held = session.scalars(
        update(Delivery)
        .where(Delivery.workspace_id == workspace_id, Delivery.state == HELD)
        .values(state=PLANNED, error_code=None)
        .returning(Delivery.id)
    ).all()
    call_lane(session, workspace_id, now)
    return len(held)


def forget(session: Session, before: datetime, most: int) -> int:
    """Delete deliveries done before that instant, at most so many, and what people thought of
    them; how many went."""
    done = [SENT, EXPIRED, CANCELLED, DEAD]
    old = session.scalars(
        select(Delivery.id)
        .where(Delivery.state.in_(done), Delivery.done_at < before, ~_is_changed())
        .order_by(Delivery.id)
        .limit(most)
    ).all()
    for start in range(0, len(old), 500):
        few = old[start : start + 500]
        session.execute(delete(NotUseful).where(NotUseful.delivery_id.in_(few)))
        session.execute(delete(Delivery).where(Delivery.id.in_(few)))
    return len(old)


def _is_changed() -> ColumnElement[bool]:
    """Whether another row shows this one's message anew; that one goes first."""
    change = aliased(Delivery)
    return exists(
        select(change.id).where(
            change.workspace_id == Delivery.workspace_id, change.changes_id == Delivery.id
        )
    )


def _answer_due(now: datetime) -> ColumnElement[bool]:
    return exists(
        select(Delivery.id).where(
            Delivery.workspace_id == Lane.workspace_id,
            Delivery.state == PLANNED,
            Delivery.not_before <= now,
            Delivery.priority == ANSWER_FIRST,
        )
    )


def _free(owner: str | None, machine: datetime) -> ColumnElement[bool]:
    """Leased to nobody, or to this owner."""
    free = or_(Lane.lease_until.is_(None), Lane.lease_until <= machine)
    return free if owner is None else or_(free, Lane.lease_owner == owner)


def _open(machine: datetime) -> ColumnElement[bool]:
    return or_(Lane.blocked_until.is_(None), Lane.blocked_until <= machine)


def _locked(session: Session, workspace_id: int) -> Lane | None:
    return session.scalar(_LOCKED, {"workspace": workspace_id})


_LOCKED = (
    select(Lane)
    .where(Lane.workspace_id == bindparam("workspace"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
