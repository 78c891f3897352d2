"""What people do with the messages that came unasked: whether a reminder moves anybody.

Counted is what is done from the message itself: an account snoozed, a visit logged by its button.
A visit logged by another way in 48 hours is not: nobody knows that the message brought it about,
so the rate is rather too low than too high. Formula: domain.md D3, "Reminder acts-on %".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, extract, func, select, update
from sqlalchemy.orm import Session

from models import deliveries, verdicts
from models.deliveries import ANSWER_FIRST, SENT, Delivery
from models.users import Actor

LOGGED, SNOOZED, SKIPPED, DONE = "logged", "snoozed", "skipped", "done"
MOVED, NOT_USEFUL = "moved", "not_useful"

IN_TIME = timedelta(hours=48)
"""What is done later is not counted as an answer to the message."""


@dataclass(frozen=True)
class Rate:
    """Of one kind of message: how many were sent, in how many its reader did something within 48
    hours, and how many people said "Not useful"."""

    sent: int = 0
    acted: int = 0
    not_useful: int = 0


def note(session: Session, message: Delivery, what: str, now: datetime) -> None:
    """Somebody did something from a message: stored once, the first time."""
    session.execute(
        update(Delivery)
        .where(
            Delivery.workspace_id == message.workspace_id,
            Delivery.id == message.id,
            Delivery.acted_at.is_(None),
        )
        .values(acted_at=now, acted=what)
    )


def own(session: Session, actor: Actor, delivery_id: int) -> Delivery | None:
    """The actor's message; None for another's, or one so old that nobody remembers it."""
    found = deliveries.get(session, actor.workspace_id, delivery_id)
    return found if found is not None and found.user_id == actor.user_id else None


def rates(
    session: Session, workspace_id: int, since: datetime, now: datetime
) -> Mapping[str, Rate]:
    """By kind, for the messages sent from `since` to `now` that nobody had asked for."""
    after = extract("epoch", Delivery.acted_at) - extract("epoch", Delivery.done_at)
    in_time = and_(Delivery.acted_at.is_not(None), after <= IN_TIME.total_seconds())
    rows = session.execute(
        select(Delivery.kind, func.count(), func.sum(case((in_time, 1), else_=0)))
        .where(
            Delivery.workspace_id == workspace_id,
            Delivery.done_at.between(since, now),
            Delivery.state == SENT,
            Delivery.priority > ANSWER_FIRST,
            Delivery.changes_id.is_(None),
        )
        .group_by(Delivery.kind)
    )
    found = {kind: (sent, int(acted)) for kind, sent, acted in rows}
    useless = verdicts.counts(session, workspace_id, since, now)
    return {
        kind: Rate(*found.get(kind, (0, 0)), not_useful=useless.get(kind, 0))
        for kind in sorted({*found, *useless})
    }
