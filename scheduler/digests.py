"""The Monday digest: planned in the zone of whoever asked for it, reckoned when it is sent."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from handlers.views import pipeline as views
from handlers.views.fields import Block
from models import deliveries, mornings, pipeline, subscriptions, users
from models.db import Session
from models.deliveries import Delivery, Owed
from models.subscriptions import EVERYONE, Subscription
from scheduler import planning

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


def render(session: Session, delivery: Delivery, _now: datetime) -> tuple[str, list[Block]] | str:
    """The digest of the week before the Monday it was planned for."""
    found = (
        subscriptions.get(session, delivery.workspace_id, delivery.subject_id)
        if delivery.subject_id is not None
        else None
    )
    if found is None or not found.active or delivery.local_date is None:
        return STOPPED
    team = (
        None if found.scope == EVERYONE else users.team(session, found.workspace_id, found.user_id)
    )
    summary = pipeline.summary(
        session, found.workspace_id, team, monday=delivery.local_date - timedelta(weeks=1)
    )
    return views.digest(summary)


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
