"""Storing what became of a message, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog

from models import deliveries, doubts, lanes, leaving, pictures, subscriptions, users
from models.db import Session
from models.deliveries import Delivery, Owed
from models.lanes import Lease
from scheduler.answers import Answer, Fate
from scheduler.render import Nothing
from scheduler.road import Job, Road
from scheduler.timing import seconds

log = structlog.get_logger(__name__)

OUT_OF_REACH, IN_DOUBT = "out_of_reach", "in_doubt"
"""Reasons why a lane is blocked, beside Slack's own rate limit."""

_PERSON_GONE = frozenset({"user_disabled", "user_not_found"})

# Refusals that will be the same next week.
_CHANNEL_CLOSED = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
    }
)


def store(
    session: Session, road: Road, lease: Lease, job: Job, told: Answer | Nothing
) -> tuple[str, bool]:
    """Write down the outcome of a job. Returns what it counts as ("" for nothing) and whether
    the lane's turn goes on.

    Nothing is written when the row has been taken over since: another process then knows more.
    """
    sent = isinstance(told, Answer) and told.fate is Fate.SENT
    row = lanes.finished(session, job.attempt, sent=sent)
    if row is None:
        log.warning("delivery.taken_over", delivery=job.row.id)
        return "", False
    if isinstance(told, Nothing):
        lanes.end(row, deliveries.CANCELLED, told.why, road.clock())
        return "cancelled", True
    match told.fate:
        case Fate.SENT:
            lanes.was_sent(row, told.channel_id, told.ts, "direct", road.clock())
            follow(session, row, road.clock())
            if row.changes_id is None:
                road.meter.came(row.kind, road.clock() - row.not_before)
            return "sent", True
        case Fate.LIMITED:
            lanes.plan_again(session, row, told.code, counted=False)
            lanes.block(session, lease, road.machine() + seconds(told.wait), lanes.LIMITED)
            return "", False
        case Fate.NOT_SENT:
            _leave_alone(session, road, lease, row, told)
            return "failed", False
        case Fate.IN_DOUBT:
            return _in_doubt(session, road, lease, row, told)
        case Fate.UNMADE:
            return unmade(session, road, row, told), True
        case Fate.LOCKED_OUT:
            lanes.suspend(session, row, told.code)
            log.error("workspace.suspended", workspace=row.workspace_id, code=told.code)
            return "failed", False
        case Fate.REFUSED:
            _refused(session, row, told.code, road.clock())
            return "failed", True


@contextmanager
def remembered(
    road: Road, lease: Lease, job: Job | None, told: Answer | Nothing | None
) -> Iterator[None]:
    """Around the transaction that stores a job's outcome: when it fails (the database went away,
    say), what Slack said is kept for `catch_up`, and nobody need look for the message."""
    try:
        yield
    except Exception:
        if job is not None and told is not None:
            road.unstored.append((lease, job, told))
        raise


def catch_up(road: Road) -> str:
    """Store an outcome that could not be stored; what it counts as, "" for nothing. One that
    cannot be stored for long is dropped: by then the message is looked for as one in doubt."""
    if not road.unstored:
        return ""
    lease, job, told = road.unstored.popleft()
    try:
        with road.sessions.begin() as session:
            return store(session, road, lease, job, told)[0]
    except Exception as fault:
        log.warning("delivery.unstored", delivery=job.row.id, fault=type(fault).__name__)
        if road.machine() - job.begun_at < seconds(road.timing.patience):
            road.unstored.append((lease, job, told))
        return ""


def follow(session: Session, row: Delivery, now: datetime) -> None:
    """What a message that was sent brings with it: a digest, its picture in its thread. And the
    first reminder a person got has told them how to stop it; the next ones need not, and
    keep their distance from the last."""
    if row.kind == deliveries.DIGEST and "snapshot" in row.facts and row.changes_id is None:
        pictures.owe_in_thread(session, row, now)
    if row.kind == deliveries.REMINDER and row.user_id is not None and row.changes_id is None:
        user = users.get(session, row.workspace_id, row.user_id)
        user.greeted_at = user.greeted_at or row.done_at
        user.reminded_at = row.done_at


def unmade(session: Session, road: Road, row: Delivery, told: Answer) -> str:
    """Our own code cannot make the message, or cannot tell whether it is wanted: leave it for a
    while, and give it up after a few tries. What it counts as."""
    if row.attempt >= road.timing.renderings:
        lanes.end(row, deliveries.DEAD, told.code, road.clock())
    else:
        lanes.plan_again(session, row, told.code)
        lanes.put_off(row, road.clock() + road.timing.backoff(row.attempt))
    session.flush()
    return "failed"


def _in_doubt(
    session: Session, road: Road, lease: Lease, row: Delivery, told: Answer
) -> tuple[str, bool]:
    if row.changes_id is not None:
        # Showing a message anew twice does no harm, so there is no doubt to settle.
        if row.attempt >= road.timing.changes:
            lanes.end(row, deliveries.DEAD, told.code, road.clock())
            return "failed", True
        _leave_alone(session, road, lease, row, told)
        return "failed", False
    begun = row.begun_at or road.machine()
    doubts.in_doubt(row, told.code, begun + seconds(road.timing.settle_after))
    road.meter.doubted()
    session.flush()
    if doubts.doubtful(session, row.workspace_id) < road.timing.most_doubtful:
        return "uncertain", True
    until = road.machine() + seconds(road.timing.settle_after)
    lanes.block(session, lease, until, IN_DOUBT)
    return "uncertain", False


def _leave_alone(session: Session, road: Road, lease: Lease, row: Delivery, told: Answer) -> None:
    """Owe the message as before, and give the whole lane a rest: the next would fare no better."""
    lanes.plan_again(session, row, told.code)
    until = road.machine() + road.timing.backoff(row.attempt)
    lanes.block(session, lease, until, OUT_OF_REACH)


def _refused(session: Session, row: Delivery, code: str, now: datetime) -> None:
    lanes.end(row, deliveries.DEAD, code, now)
    log.warning("delivery.refused", delivery=row.id, kind=row.kind, code=code)
    if row.kind == deliveries.DIGEST and code in _CHANNEL_CLOSED:
        _stop_digest(session, row, code, now)
    elif code in _PERSON_GONE and row.user_id is not None:
        leaving.is_gone(session, users.get(session, row.workspace_id, row.user_id), now)


def _stop_digest(session: Session, row: Delivery, code: str, now: datetime) -> None:
    """No digest for that channel any more, and one word to whoever asked for it."""
    if row.subject_id is None:
        return
    channel = subscriptions.get(session, row.workspace_id, row.subject_id)
    if channel is None:
        return
    subscriptions.give_up(channel, code)
    asked = users.get(session, row.workspace_id, channel.user_id)
    if not (asked.active and asked.slack_id):
        return
    deliveries.owe(
        session,
        row.workspace_id,
        Owed(
            key=f"digest_stopped:{row.id}",
            kind=deliveries.DIGEST_STOPPED,
            target=asked.slack_id,
            user_id=asked.id,
            subject_id=channel.id,
            facts={"channel": channel.channel_id, "why": code},
            not_before=now,
            priority=deliveries.REMINDERS,
        ),
        now,
    )
