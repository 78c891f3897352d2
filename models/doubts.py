"""Messages of which nobody knows whether Slack has them.

When they are looked for is reckoned by the machine's clock, never by a wound one; a `tick --at`
reckons what was sent under a given clock by its own as well. Source: reliability B3.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, true
from sqlalchemy.orm import Session

from models.deliveries import SENDING, UNCERTAIN, Delivery, Lane
from models.lanes import ACTIVE
from models.workspaces import Workspace

_REAL = timedelta(seconds=30)
"""Two clocks closer to each other than this are one."""


def in_doubt(row: Delivery, why: str, look_at: datetime) -> None:
    """Nobody knows whether Slack has the message; its conversation is read at `look_at`."""
    row.state, row.error_code, row.look_at = UNCERTAIN, why[:60], look_at


def doubtful(session: Session, workspace_id: int) -> int:
    """How many of the workspace's messages are in doubt."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Delivery)
            .where(Delivery.workspace_id == workspace_id, Delivery.state == UNCERTAIN)
        )
        or 0
    )


def abandoned(session: Session, machine: datetime, look_after: timedelta) -> int:
    """Put in doubt what was being sent under a lease that has ended; how many.

    The sender may have died before the post or after it, so nothing is known.
    """
    held = exists(
        select(Lane.id).where(
            Lane.workspace_id == Delivery.workspace_id,
            Lane.fence == Delivery.fence,
            Lane.lease_until > machine,
        )
    )
    rows = session.scalars(
        select(Delivery)
        .where(Delivery.state == SENDING, ~held)
        .limit(100)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    for row in rows:
        in_doubt(row, "sender_lost", (row.begun_at or machine) + look_after)
    return len(rows)


def to_look_for(
    session: Session,
    machine: datetime,
    again: datetime,
    most: int,
    given: datetime | None = None,
) -> Sequence[Delivery]:
    """Messages in doubt whose conversation is to be read now. Each is given to one caller only:
    it comes up again at `again`.

    given  what counts as now in a `tick --at`: there `--at` stands for now in every step.
    """
    rows = session.scalars(
        select(Delivery)
        .join(Workspace, Workspace.id == Delivery.workspace_id)
        .where(
            Delivery.state == UNCERTAIN,
            true() if given else Delivery.look_at <= machine,
            Workspace.status == ACTIVE,
        )
        .order_by(Delivery.look_at)
        .limit(most)
        .with_for_update(of=Delivery, key_share=True, skip_locked=True)
    ).all()
    due = [row for row in rows if _has_had_its_time(row, machine, given)]
    for row in due:
        row.look_at = again
    return due


def _has_had_its_time(row: Delivery, machine: datetime, given: datetime | None) -> bool:
    if row.look_at is None or row.look_at <= machine:
        return row.look_at is not None
    if given is None or row.intent_at is None or row.begun_at is None:
        return False
    ahead = row.intent_at - row.begun_at
    # Sent by the real clock, beside a tick with another: then only the real minute counts.
    return abs(ahead) > _REAL and row.look_at + ahead <= given


def still_in_doubt(session: Session, delivery_id: int, attempt: int) -> Delivery | None:
    """The row, if it is in doubt since that attempt; None when somebody has settled it."""
    return session.scalar(
        select(Delivery)
        .where(
            Delivery.id == delivery_id,
            Delivery.state == UNCERTAIN,
            Delivery.attempt == attempt,
        )
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
