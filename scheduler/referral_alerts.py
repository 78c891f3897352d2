"""Word about referrals that wait for an answer past their time."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from handlers.views import referral_queue as views
from handlers.views.fields import Block
from models import deliveries, referral_alerts, referral_queue, users
from models.db import Session
from models.deliveries import Delivery, Owed
from models.referral_alerts import Late
from scheduler import planning

ANSWERED = "answered"

_WORTH = timedelta(hours=24)


def plan(session: Session, now: datetime) -> Counter[str]:
    """Owe the owner, and after another span the next in line, one message each."""
    late, looked_at = referral_alerts.due(session, now, planning.BATCH)
    owed = [(one.workspace_id, _owed(one, now)) for one in late]
    return planning.owe(session, owed, looked_at, now)


def render(session: Session, delivery: Delivery, now: datetime) -> tuple[str, list[Block]] | str:
    """The referrals of the form as they stand now; the reason when none waits any more."""
    if delivery.user_id is None:
        return ANSWERED
    reader = users.get(session, delivery.workspace_id, delivery.user_id)
    rows, steps = referral_queue.of_form(
        session, delivery.workspace_id, str(delivery.facts["submission"]), now
    )
    waiting = [row for row in rows if row.left is not None]
    if not waiting and delivery.changes_id is None:
        return ANSWERED
    is_owner = delivery.facts["turn"] == referral_alerts.OWNER
    return views.late(rows, steps, is_owner=is_owner, now=now, zone=reader.zone)


def _owed(late: Late, now: datetime) -> Owed:
    return Owed(
        key=f"late:{late.submission}:{late.turn}",
        kind=deliveries.REFERRAL_LATE,
        target=late.reader.slack_id or "",
        user_id=late.reader.id,
        subject_id=late.first_id,
        facts={"submission": late.submission, "turn": late.turn},
        not_before=now,
        expires_at=now + _WORTH,
        # Where the office never closes the word comes at night, too; else after the quiet hours.
        priority=deliveries.ANSWER_FIRST if late.always_open else deliveries.REMINDERS,
    )
