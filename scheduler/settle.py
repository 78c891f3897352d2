"""Messages of which nobody knows whether Slack has them: their conversation tells.

Each carries its delivery's id as metadata. Found: it was sent. Not found, twice, a minute apart:
it is owed as before. Where the conversation cannot be read a direct message is sent once more and
a channel's is left: a public double embarrasses. Source: reliability B3.4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from slack_sdk import WebClient

from models import deliveries, doubts, lanes, pictures
from models.deliveries import Delivery
from scheduler import answers, metrics, outcomes
from scheduler.answers import Answer, Fate
from scheduler.road import Road
from scheduler.timing import seconds

log = structlog.get_logger(__name__)

RESEND = "resend"

_AT_ONCE = 20
_BEFORE, _AFTER = timedelta(seconds=120), timedelta(seconds=300)
_PAGE, _MOST_PAGES = 15, 10  # 15 is all that some apps get


@dataclass(frozen=True)
class _Found:
    channel_id: str
    ts: str


@dataclass(frozen=True)
class _Absent:
    channel_id: str


@dataclass(frozen=True)
class _Unreadable:
    code: str


@dataclass(frozen=True)
class _NotNow:
    wait: float = 0.0


_Seen = _Found | _Absent | _Unreadable | _NotNow


def settle(road: Road) -> Counter[str]:
    """Look for what is in doubt and has had its time. Counts: "settled"."""
    machine, timing = road.machine(), road.timing
    with road.sessions.begin() as session:
        doubts.abandoned(session, machine, seconds(timing.settle_after))
        lanes.wake_sleeping(session)
    with road.sessions.begin() as session:
        again = machine + seconds(timing.look_again)
        given = road.clock() if road.given else None
        rows = doubts.to_look_for(session, machine, again, _AT_ONCE, given)
    counts: Counter[str] = Counter()
    for row in rows:
        if road.stopping.is_set() or road.breaker.is_open:
            break
        if _store(road, row, _look(road.slack(row.workspace_id), row)):
            counts["settled"] += 1
    return counts


def _look(client: WebClient, row: Delivery) -> _Seen:
    try:
        channel_id = _conversation(client, row)
        for message in _messages(client, channel_id, row):
            if _nid(message) == row.nid:
                return _Found(channel_id, str(message["ts"]))
        return _Absent(channel_id)
    except _TooMany:
        return _Unreadable("too_many_messages")
    except Exception as fault:  # a conversation that cannot be read is an answer too
        return _why_not(answers.of_failure(fault))


def _why_not(answer: Answer) -> _Unreadable | _NotNow:
    if answer.fate is Fate.REFUSED or answer.code == "missing_scope":
        return _Unreadable(answer.code)
    return _NotNow(answer.wait)


def _conversation(client: WebClient, row: Delivery) -> str:
    if row.channel_id:
        return row.channel_id
    if not row.target.startswith(("U", "W")):
        return row.target
    return str(client.conversations_open(users=row.target)["channel"]["id"])


class _TooMany(Exception):
    """The conversation has more messages around that time than we read."""


def _messages(client: WebClient, channel_id: str, row: Delivery) -> Iterator[dict[str, Any]]:
    # Slack stamps messages by its own clock. Where ours is wound, or given by `tick --at`, the
    # machine's says when it really was; in a sandbox Slack's stand-in goes by the wound one.
    times = [at for at in (row.intent_at, row.begun_at) if at is not None] or [row.created_at]
    around = {
        "oldest": f"{(min(times) - _BEFORE).timestamp():.6f}",
        "latest": f"{(max(times) + _AFTER).timestamp():.6f}",
    }
    cursor: str | None = None
    thread = pictures.thread_of(row)  # what is said in a thread is not in the history
    for _page in range(_MOST_PAGES):
        how: dict[str, Any] = {
            "channel": channel_id,
            "inclusive": True,
            "include_all_metadata": True,
            "limit": _PAGE,
            "cursor": cursor,
            **around,
        }
        page = (
            client.conversations_replies(ts=thread, **how)
            if thread
            else client.conversations_history(**how)
        )
        yield from page["messages"]  # an answer without them tells nothing
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return
    raise _TooMany


def _nid(message: dict[str, Any]) -> str | None:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return payload.get("nid")


def _store(road: Road, looked_for: Delivery, seen: _Seen) -> bool:
    """Write down what the conversation says; whether that settles it."""
    with road.sessions.begin() as session:
        row = doubts.still_in_doubt(session, looked_for.id, looked_for.attempt)
        if row is None:
            return False
        if isinstance(seen, _NotNow):
            if seen.wait:
                row.look_at = road.machine() + seconds(seen.wait)
            return False
        row.looked += 1
        if isinstance(seen, _Found):
            lanes.was_sent(row, seen.channel_id, seen.ts, "reconcile", road.clock())
            outcomes.follow(session, row, road.clock())
            road.meter.settled(metrics.FOUND)
            return True
        if isinstance(seen, _Absent):
            row.channel_id = row.channel_id or seen.channel_id
            if row.looked < road.timing.looks:
                return False
            lanes.plan_again(session, row, "not_found")
            road.meter.settled(metrics.NOT_FOUND)
            return True
        if row.looked < road.timing.unreadable:
            return False
        if _is_person(row) and row.via != RESEND:
            row.via = RESEND
            lanes.plan_again(session, row, seen.code)
            road.meter.settled(metrics.RESENT)
        else:
            lanes.end(row, deliveries.UNCONFIRMED, seen.code, road.clock())
            road.meter.settled(metrics.UNCONFIRMED)
        log.warning("delivery.unreadable", delivery=row.id, code=seen.code, state=row.state)
        return True


def _is_person(row: Delivery) -> bool:
    return row.target[:1] in ("U", "W", "D")
