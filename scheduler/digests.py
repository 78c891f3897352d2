"""The Monday digest: planned in the zone of whoever asked for it, reckoned when it is sent."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from handlers.views import pipeline as views
from handlers.views import short_digest as short_views
from handlers.views.fields import Block
from models import deliveries, digests, mornings, snapshots, subscriptions
from models.db import Session, reading
from models.deliveries import Delivery, Owed
from models.subscriptions import Subscription
from scheduler import planning
from scheduler.road import Job, Road

STOPPED = "stopped"


def plan(session: Session, now: datetime) -> Counter[str]:
    """Plan the digests that are owed, and move each channel to its next Monday. After several
    missed weeks only the newest is planned."""
    channels = mornings.subscriptions_to_plan(session, now, planning.BATCH)
    owed: list[tuple[int, Owed]] = []
    for channel in channels:
        if channel.next_due_at is None or channel.next_due_at > now:
            subscriptions.reschedule(channel, now)
            continue
        message = _owed(channel, now)
        subscriptions.reschedule(channel, now, done=channel.next_local_date)
        if message is not None:
            owed.append((channel.workspace_id, message))
    return planning.owe(session, owed, len(channels), now)


def keep(road: Road, job: Job) -> Delivery:
    """Before a digest is first made: reckon its week and keep the figures, so that whatever shows
    it later, this message after a crash included, says the same."""
    row = job.row
    if "snapshot" in row.facts or row.subject_id is None or row.local_date is None:
        return row
    monday = row.local_date - timedelta(weeks=1)
    with reading(road.sessions) as session:
        found = subscriptions.get(session, row.workspace_id, row.subject_id)
        if found is None or not found.active:
            return row
        known = digests.find(session, found, monday)
        gathered = None if known else digests.gather(session, found, monday, job.at)
    with road.sessions.begin() as session:
        if gathered is not None:
            known = digests.keep(session, found, monday, gathered, job.at)
        stored = deliveries.get(session, row.workspace_id, row.id)
        if known is None or stored is None:
            return row
        stored.facts = {**stored.facts, "snapshot": known.id}
        return stored


def render(session: Session, delivery: Delivery, _now: datetime) -> tuple[str, list[Block]] | str:
    """The digest of the week before the Monday it was planned for, from what was kept."""
    found = (
        subscriptions.get(session, delivery.workspace_id, delivery.subject_id)
        if delivery.subject_id is not None
        else None
    )
    if found is None or not found.active or "snapshot" not in delivery.facts:
        return STOPPED
    snapshot = snapshots.get(session, delivery.workspace_id, delivery.facts["snapshot"])
    told = digests.told(session, snapshot)
    if found.short and told.outlook:
        return short_views.digest(told, told.outlook, delivery.id, found.zone)
    return views.digest(told, delivery.id, found.zone)


def _owed(channel: Subscription, now: datetime) -> Owed | None:
    monday = channel.next_local_date
    times = subscriptions.window(monday, channel.zone) if monday is not None else None
    if monday is None or times is None:
        return None
    opens, closes = times
    year, week, _day = (monday - timedelta(weeks=1)).isocalendar()
    return Owed(
        key=f"digest:{channel.channel_id}:{year}-W{week:02d}",
        kind=deliveries.DIGEST,
        target=channel.channel_id,
        subject_id=channel.id,
        local_date=monday,
        not_before=opens,
        expires_at=closes,
        priority=deliveries.DIGESTS,
        missed="late" if now > closes else None,
    )
