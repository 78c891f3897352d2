"""Sending what is owed: the only road of messages to Slack.

For each lane (a workspace) one message at a time: the intent is stored, the message made from the
facts of the moment and posted, its fate stored together with the next intent. Whoever dies in
between leaves a row that `settle` looks for in the conversation. Source: reliability B3.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import structlog
from slack_sdk import WebClient

from models import deliveries, home, lanes
from models import pictures as picture_models
from models.db import DBAPIError, Session, reading
from models.deliveries import Delivery
from models.lanes import Lease
from scheduler import answers, digests, outcomes, pictures, readiness, reports
from scheduler.answers import Answer, Fate
from scheduler.pictures import NotUploaded
from scheduler.pulse import SEND
from scheduler.readiness import Drop, Later
from scheduler.render import Message, Nothing, render
from scheduler.road import Job, Road
from scheduler.timing import seconds

log = structlog.get_logger(__name__)

PREPARE: Mapping[str, Callable[[Road, Job], Delivery]] = {
    deliveries.DIGEST: digests.keep,
    deliveries.HEAT_MAP: pictures.upload,
    deliveries.REPORT: reports.upload,
    deliveries.REPORT_DUE: reports.upload,
}
"""What is done, outside any transaction of the lane's, before a message of a kind is made."""

_MOST_DROPPED = 200
"""Rows closed unsent in one transaction."""


def send_due(road: Road) -> Counter[str]:
    """Give every free lane with something due its turn; while there are more of them than can be
    served at once, turn after turn. Counts: "sent", "uncertain", "expired", "cancelled",
    "failed"."""
    counts = Counter(outcomes.catch_up(road) for _ in range(len(road.unstored)))
    del counts[""]
    with reading(road.sessions) as session:
        if not lanes.any_due(session, road.clock()):
            return counts  # as most seconds of the day, and nobody's write was held up
        workspace_id = min(lanes.active(session), default=0)
    if not road.breaker.lets(lambda: road.slack(workspace_id).api_test()):
        return counts
    leases = _claim(road, road.timing.lanes)
    if len(leases) == 1:
        counts.update(_turn(road, leases[0]))
    elif leases:
        crowded = threading.Event()
        if len(leases) == road.timing.lanes:
            crowded.set()
        with road.pool(len(leases)) as pool:
            for turns in pool.map(lambda lease: _turns(road, lease, crowded), leases):
                counts.update(turns)
    return counts


def _claim(
    road: Road, most: int, *, at_work: bool = False, but: Collection[int] = ()
) -> list[Lease]:
    with road.sessions.begin() as session:
        return lanes.claim(
            session,
            road.owner,
            now=road.clock(),
            machine=road.machine(),
            lease=seconds(road.timing.lease),
            most=most,
            at_work=at_work,
            but=but,
            answers_only=road.answers_only,
        )


def _turns(road: Road, lease: Lease, crowded: threading.Event) -> Counter[str]:
    """A lane's turn and then, while it is crowded, that of whichever lane has waited longest: a
    lane where Slack is slow holds up one of those side by side, and nobody waits for it.

    crowded  more lanes wait than are served. Once that is over each finishes the turn in hand, so
             that `send_due` begins afresh with as many side by side as there is work for.
    """
    counts: Counter[str] = Counter()
    idle: set[int] = set()
    try:
        while True:
            turn = _turn(road, lease)
            counts.update(turn)
            if not turn:  # limited, or all that is due waits for something in doubt
                idle.add(lease.workspace_id)
            if not crowded.is_set() or road.stopping.is_set() or road.breaker.is_open:
                return counts
            following = _claim(road, 1, at_work=True, but=idle)
            if not following:
                return counts
            lease = following[0]
    finally:
        crowded.clear()  # also when the database has gone away


def _turn(road: Road, lease: Lease) -> Counter[str]:
    """Send what is due in one lane, up to a turn's length, and hand the lane back."""
    counts: Counter[str] = Counter()
    job, told = None, None
    ends = road.machine() + seconds(road.timing.turn_longest)
    for place in range(road.timing.turn + 1):
        goes_on = place < road.timing.turn and not road.stopping.is_set()
        goes_on = goes_on and not road.breaker.is_open and road.machine() < ends
        with outcomes.remembered(road, lease, job, told), road.sessions.begin() as session:
            if job is not None and told is not None:
                counted, lane_open = outcomes.store(session, road, lease, job, told)
                counts[counted] += 1
                goes_on = goes_on and lane_open
            job = _take(session, road, lease, counts) if goes_on else None
            if job is None:
                lanes.release(session, lease, road.machine())
                break
        told = _send(road, job)
        if isinstance(told, Answer):
            road.breaker.note(told)
        road.pulse.mark(SEND)
    del counts[""]
    return counts


def _take(session: Session, road: Road, lease: Lease, counts: Counter[str]) -> Job | None:
    """The lane's next message, noted as about to be sent; None when there is none to send."""
    now, machine = road.clock(), road.machine()
    if not lanes.hold(session, lease, machine, renew=seconds(road.timing.lease)):
        return None
    for _row in range(_MOST_DROPPED):
        row = lanes.next_due(session, lease.workspace_id, now, answers_only=road.answers_only)
        if row is None:
            return None
        try:
            verdict = readiness.judge(session, row, now)
        except DBAPIError:
            raise  # the database's fault and not the message's
        except Exception as fault:  # as in `_send`
            row.attempt += 1
            counts[outcomes.unmade(session, road, row, _unmade(row, fault))] += 1
            continue
        if isinstance(verdict, Drop):
            lanes.end(row, verdict.state, verdict.why, now)
            counts[verdict.state] += 1
        elif isinstance(verdict, Later):
            lanes.put_off(row, verdict.until)
        else:
            attempt = lanes.begin(row, lease, now=now, machine=machine)
            return Job(attempt, row, now, machine, verdict.changes)
        session.flush()
    return None


def _send(road: Road, job: Job) -> Answer | Nothing:
    """Make the message and post it; what became of it."""
    try:
        row = PREPARE[job.row.kind](road, job) if job.row.kind in PREPARE else job.row
        with reading(road.sessions) as session:
            message = render(session, row, job.at)
    except NotUploaded as failed:
        return failed.answer
    except Exception as fault:  # one message that cannot be made must not stop the others
        return _unmade(job.row, fault)
    if isinstance(message, Nothing):
        return message
    channel = job.changes.channel_id if job.changes else job.row.target
    if job.row.kind == home.HOME:
        channel = f"home:{channel}"  # not the conversation, where the receipt has just been posted
    road.stopping.wait(road.pace.wait_for(job.row.workspace_id, channel))
    # A process that slept with its message in hand (a laptop closed, a host paused) finds its
    # lease gone; what it holds may have been sent by another. So it lets go in good time.
    in_hand = (road.machine() - job.begun_at).total_seconds()
    if in_hand > road.timing.lease / 2 - road.timing.call:
        return Answer(Fate.LIMITED, "held_too_long")
    return _post(road, job, message)


def _unmade(row: Delivery, fault: Exception) -> Answer:
    reference = f"TB-{secrets.token_hex(3).upper()}"
    log.error("delivery.unmade", delivery=row.id, ref=reference, exc_info=fault)
    return Answer(Fate.UNMADE, f"unmade {reference}")


def _post(road: Road, job: Job, message: Message) -> Answer:
    row = job.row
    client = road.slack(row.workspace_id)
    if row.kind == home.HOME:
        return _publish(client, row, message)
    try:
        if job.changes is not None:
            reply = client.chat_update(
                channel=job.changes.channel_id,
                ts=job.changes.ts,
                text=message.text,
                blocks=message.blocks,
                metadata=_metadata(job.changes.nid),
                parse="none",
                link_names=False,
            )
        else:
            reply = client.chat_postMessage(
                channel=row.target,  # a person's id will do: no conversation to open first
                text=message.text,
                blocks=message.blocks,
                metadata=_metadata(row.nid),
                parse="none",
                link_names=False,
                unfurl_links=row.kind in reports.KINDS,
                unfurl_media=False,
                thread_ts=picture_models.thread_of(row),
            )
    except Exception as fault:  # whatever it is, it says something about the message
        answer = answers.of_failure(fault)
        return pictures.of_post(answer) if row.kind in pictures.KINDS else answer
    return answers.of_reply(reply)


def _publish(client: WebClient, row: Delivery, message: Message) -> Answer:
    """Show a person's Home. It lies in no conversation, so there is nothing to look for when the
    answer is lost: then it is left, and opening Home shows a fresh one."""
    try:
        client.views_publish(user_id=row.target, view={"type": "home", "blocks": message.blocks})
    except Exception as fault:  # as above
        answer = answers.of_failure(fault)
        return replace(answer, fate=Fate.REFUSED) if answer.fate is Fate.IN_DOUBT else answer
    return Answer(Fate.SENT)


def _metadata(nid: str) -> dict[str, object]:
    """What makes the message findable in its conversation."""
    return {"event_type": "touchbase", "event_payload": {"nid": nid}}
