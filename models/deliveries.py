"""What Touchbase owes by the clock, who has taken it, what was sent.

A row is unique by its key, so a message is owed once however often it is planned. States:
planned, sending, sent, uncertain, unconfirmed, held, expired, cancelled, dead (reliability B3.2).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Executable,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    case,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import (
    Base,
    insert_if_absent,
    insert_many_if_absent,
    inserting_or_updating,
    within_workspace,
)

RECEIPT, REFERRAL_RECEIPT, REMINDER, DIGEST = "receipt", "referral_receipt", "reminder", "digest"
DIGEST_STOPPED, CARD = "digest_stopped", "card"
MERGE_RECEIPT, CADENCE_RECEIPT = "merge_receipt", "cadence_receipt"
REFERRAL_LATE = "referral_late"
NUDGE, HEAT_MAP, REPORT = "nudge", "heat_map", "report"
REASSIGN, REASSIGN_RECEIPT = "reassign", "reassign_receipt"
SILENCE = "silence"
DEAL_RECEIPT = "deal_receipt"
REPORT_DUE = "report_due"
RETIER_RECEIPT = "retier_receipt"

ANSWER_FIRST, REMINDERS, DIGESTS = 0, 50, 90
"""Priorities: an answer to what somebody just did goes before all that the clock owes."""

_MOST_SETTLED = 5

PLANNED, SENDING, SENT, UNCERTAIN = "planned", "sending", "sent", "uncertain"
UNCONFIRMED, HELD, EXPIRED = "unconfirmed", "held", "expired"
CANCELLED, DEAD = "cancelled", "dead"


class Delivery(Base):
    """One message owed: a new one, or (with `changes_id`) a new face for one already sent."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("workspace_id", "dedupe_key", name="owed_once"),
        UniqueConstraint("workspace_id", "id", name="delivery_in_workspace"),
        within_workspace("user", "user_id"),
        within_workspace("delivery", "changes_id"),
        Index("delivery_next", "workspace_id", "state", "priority", "not_before"),
        Index("delivery_in_doubt", "state", "look_at"),
        Index("delivery_of_subject", "workspace_id", "kind", "subject_id"),
        Index("delivery_done", "workspace_id", "done_at"),
        Index("delivery_of_user", "workspace_id", "user_id", "done_at"),
        Index(
            "delivery_change",
            "workspace_id",
            "changes_id",
            sqlite_where=text("changes_id IS NOT NULL"),
            postgresql_where=text("changes_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    dedupe_key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None]  # for whom; None for a channel
    target: Mapped[str] = mapped_column(String(20))  # U…, D… or C…
    subject_id: Mapped[int | None]  # the touch, subscription … it is about
    local_date: Mapped[date | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)  # ids and days; text is made at sending
    priority: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(12))
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)  # of the lease under which it is being sent
    intent_at: Mapped[datetime | None]  # when sending was last about to begin
    # The same by the machine's clock, and when the conversation is to be read for it if its
    # outcome is in doubt: a wound or a given clock must not make either come early or never.
    begun_at: Mapped[datetime | None]
    look_at: Mapped[datetime | None]
    nid: Mapped[str] = mapped_column(String(36))  # goes with the message as metadata
    changes_id: Mapped[int | None]  # the delivery whose message is to be shown anew
    channel_id: Mapped[str | None] = mapped_column(String(20))  # where Slack put it
    slack_ts: Mapped[str | None] = mapped_column(String(24))
    via: Mapped[str | None] = mapped_column(String(10))  # direct, reconcile, resend
    error_code: Mapped[str | None] = mapped_column(String(60))
    file_id: Mapped[str | None] = mapped_column(String(20))  # its picture, uploaded before it
    acted_at: Mapped[datetime | None]  # when its reader first did something with it, and what
    acted: Mapped[str | None] = mapped_column(String(12))
    looked: Mapped[int] = mapped_column(SmallInteger, default=0)  # times history was asked
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Lane(Base):
    """A workspace's one road to Slack: one message at a time, under a lease."""

    __tablename__ = "lane"
    __table_args__ = (
        UniqueConstraint("workspace_id", name="lane_once"),
        Index("lane_next", "next_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    next_at: Mapped[datetime | None]  # when its next row is due; None: nothing planned
    # Leases and blocks go by the machine's clock, never by a wound or a given one.
    lease_owner: Mapped[str | None] = mapped_column(String(60))
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    blocked_until: Mapped[datetime | None]
    blocked_reason: Mapped[str | None] = mapped_column(String(60))


@dataclass(frozen=True)
class Owed:
    """A message to be planned. `key` says what makes it one and the same message."""

    key: str
    kind: str
    target: str
    not_before: datetime
    user_id: int | None = None
    subject_id: int | None = None
    local_date: date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    priority: int = REMINDERS
    expires_at: datetime | None = None
    changes_id: int | None = None
    missed: str | None = None  # why it can no longer be sent: stored, as expired, not sent


def owe(session: Session, workspace_id: int, owed: Owed, now: datetime) -> int | None:
    """Plan a message once; the row's id, or None when it was planned before.

    A missed one becomes an expired row: a miss is a row, never a silence.
    """
    row_id = insert_if_absent(session, Delivery, _row(workspace_id, owed, now))
    if row_id is not None and not owed.missed:
        call_lane(session, workspace_id, owed.not_before)
    return row_id


def owe_many(
    session: Session, owed: Sequence[tuple[int, Owed]], now: datetime
) -> set[tuple[int, str]]:
    """Plan messages, given as (workspace, message); of those that are new (workspace, key)."""
    rows = [_row(workspace_id, one, now) for workspace_id, one in owed]
    keys = insert_many_if_absent(
        session, Delivery, rows, Delivery.workspace_id, Delivery.dedupe_key
    )
    first: dict[int, datetime] = {}
    for workspace_id, one in owed:
        if (workspace_id, one.key) in keys and not one.missed:
            first[workspace_id] = min(one.not_before, first.get(workspace_id, one.not_before))
    for workspace_id, at in sorted(first.items()):  # one order, so that two planners never lock up
        call_lane(session, workspace_id, at)
    return {(workspace_id, key) for workspace_id, key in keys}


def owe_change(
    session: Session, workspace_id: int, of: Delivery, *, key: str, now: datetime
) -> int | None:
    """Have a message shown anew from the facts of the moment; None when that was asked before.

    It waits until the message itself is sent; one that never was needs no change.
    """
    return owe(
        session,
        workspace_id,
        Owed(
            key=key,
            kind=of.kind,
            target=of.target,
            user_id=of.user_id,
            subject_id=of.subject_id,
            local_date=of.local_date,
            facts=of.facts,
            not_before=now,
            priority=ANSWER_FIRST,
            changes_id=of.id,
        ),
        now,
    )


def by_key(session: Session, workspace_id: int, key: str) -> Delivery | None:
    """The delivery of this key."""
    return session.scalar(
        select(Delivery).where(Delivery.workspace_id == workspace_id, Delivery.dedupe_key == key)
    )


def about(session: Session, workspace_id: int, kind: str, subject_id: int) -> Delivery | None:
    """The first message of a kind about a thing: not those that only show it anew."""
    return session.scalar(
        select(Delivery)
        .where(
            Delivery.workspace_id == workspace_id,
            Delivery.kind == kind,
            Delivery.subject_id == subject_id,
            Delivery.changes_id.is_(None),
        )
        .order_by(Delivery.id)
        .limit(1)
    )


def all_about(
    session: Session, workspace_id: int, kind: str, subject_id: int, *, most: int
) -> Sequence[Delivery]:
    """The newest messages of a kind about a thing, to different people: not those that only show
    one anew."""
    return session.scalars(
        select(Delivery)
        .where(
            Delivery.workspace_id == workspace_id,
            Delivery.kind == kind,
            Delivery.subject_id == subject_id,
            Delivery.changes_id.is_(None),
        )
        .order_by(Delivery.id.desc())
        .limit(most)
    ).all()


def cancel_for(session: Session, workspace_id: int, user_id: int, why: str, now: datetime) -> None:
    """Nothing that is owed to the person is to be sent any more."""
    session.execute(
        update(Delivery)
        .where(
            Delivery.workspace_id == workspace_id,
            Delivery.user_id == user_id,
            Delivery.state.in_((PLANNED, HELD)),
        )
        .values(state=CANCELLED, error_code=why, done_at=now)
    )


def get(session: Session, workspace_id: int, delivery_id: int) -> Delivery | None:
    """The delivery, if it is this workspace's and still kept."""
    return session.scalar(
        select(Delivery).where(Delivery.workspace_id == workspace_id, Delivery.id == delivery_id)
    )


def show_all(session: Session, of: Delivery, *, key: str, now: datetime) -> None:
    """Have a morning message show its whole list, now and whenever it is shown anew."""
    owe_change(session, of.workspace_id, of, key=key, now=now)
    of.facts = {**of.facts, "all": True}


def settled(session: Session, of: Delivery, follow_up_id: int, *, key: str, now: datetime) -> None:
    """Have a message show a follow-up that was done or put off in it once more, with the way
    back, now and whenever it is shown anew; the latest few do."""
    session.refresh(of, ["facts"], with_for_update=True)  # two may be settled at once
    owe_change(session, of.workspace_id, of, key=key, now=now)
    before = [one for one in of.facts.get("settled", ()) if one != follow_up_id]
    of.facts = {**of.facts, "settled": [*before, follow_up_id][-_MOST_SETTLED:]}


def call_lane(session: Session, workspace_id: int, at: datetime) -> None:
    """Make the workspace's lane look for work by `at`.

    The lane's row is written even when its time stands: whoever hands the lane back meanwhile
    then waits for this transaction, sees its row, and does not put the lane to sleep.
    """
    statement = _calling(session.get_bind().dialect.name)
    session.flush()
    told = {"workspace_id": workspace_id, "fence": 0, "next_at": at}
    session.connection().execute(statement, told)


@cache
def _calling(dialect: str) -> Executable:
    """Built once: every visit stored runs it, while a person waits."""
    return inserting_or_updating(
        dialect,
        Lane,
        on=("workspace_id",),
        changes=lambda refused: {
            "next_at": case((Lane.next_at < refused.next_at, Lane.next_at), else_=refused.next_at)
        },
    )


def _row(workspace_id: int, owed: Owed, now: datetime) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "dedupe_key": owed.key,
        "kind": owed.kind,
        "user_id": owed.user_id,
        "target": owed.target,
        "subject_id": owed.subject_id,
        "local_date": owed.local_date,
        "facts": dict(owed.facts),
        "priority": owed.priority,
        "state": EXPIRED if owed.missed else PLANNED,
        "error_code": owed.missed,
        "not_before": owed.not_before,
        "expires_at": owed.expires_at,
        "attempt": 0,
        "fence": 0,
        "looked": 0,
        "nid": str(uuid.uuid4()),
        "changes_id": owed.changes_id,
        "created_at": now,
        "done_at": now if owed.missed else None,
    }
