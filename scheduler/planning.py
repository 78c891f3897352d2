"""Planning in batches: each is a transaction of its own, so a restart in the middle is harmless."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from models import deliveries
from models.clock import Clock
from models.db import Session, Sessions
from models.deliveries import Owed

BATCH = 500

LOOKED_AT = "looked_at"

Plan = Callable[[Session, datetime], Counter[str]]


def plan_all(sessions: Sessions, clock: Clock, plans: Sequence[Plan]) -> Counter[str]:
    """Run each plan until it finds no more to look at. Counts "planned" and "expired"."""
    counts: Counter[str] = Counter()
    for plan in plans:
        looked_at = BATCH
        while looked_at:
            with sessions.begin() as session:
                batch = plan(session, clock())
            looked_at = batch.pop(LOOKED_AT, 0)
            counts.update(batch)
    return counts


def owe(
    session: Session, owed: Sequence[tuple[int, Owed]], looked_at: int, now: datetime
) -> Counter[str]:
    """Plan the messages of one batch; how many are new, and how many rows were looked at."""
    new = deliveries.owe_many(session, owed, now)
    counts = Counter({LOOKED_AT: looked_at})
    for workspace_id, message in owed:
        if (workspace_id, message.key) in new:
            counts["expired" if message.missed else "planned"] += 1
    return counts
