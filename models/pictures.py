"""Pictures that are owed: a digest's heat map, in its thread and to whoever asks for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models import deliveries
from models.deliveries import Delivery, Owed
from models.snapshots import Snapshot
from models.users import Actor

_TOO_LATE = timedelta(hours=1)
"""Nobody waits longer for a picture they asked for."""


def owe_in_thread(session: Session, digest: Delivery, now: datetime) -> int | None:
    """Plan the picture under a digest that has just been sent; None when that was done before."""
    return deliveries.owe(
        session,
        digest.workspace_id,
        Owed(
            key=f"heat_map:{digest.id}",
            kind=deliveries.HEAT_MAP,
            target=digest.channel_id or digest.target,
            subject_id=digest.subject_id,
            local_date=digest.local_date,
            facts={"snapshot": digest.facts["snapshot"], "thread": digest.slack_ts},
            not_before=now,
            expires_at=digest.expires_at,
            priority=deliveries.DIGESTS,
        ),
        now,
    )


def owe(
    session: Session, actor: Actor, snapshot: Snapshot, *, key: str, now: datetime
) -> int | None:
    """Plan the picture of what the actor may see of a digest; None when this press did before.

    key  Slack's stamp of the press.
    """
    return deliveries.owe(
        session,
        actor.workspace_id,
        Owed(
            key=f"heat_map:{snapshot.id}:{actor.user_id}:{key}"[:120],
            kind=deliveries.HEAT_MAP,
            target=actor.slack_id,
            user_id=actor.user_id,
            facts={"snapshot": snapshot.id},
            not_before=now,
            expires_at=now + _TOO_LATE,
            priority=deliveries.ANSWER_FIRST,
        ),
        now,
    )


def thread_of(delivery: Delivery) -> str | None:
    """The message under which it is posted; None: in the conversation itself."""
    thread = delivery.facts.get("thread")
    return str(thread) if thread else None
