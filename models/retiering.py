"""Giving many accounts another tier at once, and taking that back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import audit, deliveries, going_along, permissions, reckoning, workspaces
from models.accounts import Account
from models.db import Base, insert_if_absent, within_workspace
from models.deliveries import Owed
from models.errors import AlreadyUndone, NotYours, TooLate
from models.users import Actor


class Retiering(Base):
    """Accounts that got another tier together, to be taken back."""

    __tablename__ = "retiering"
    __table_args__ = (
        UniqueConstraint("workspace_id", "submission", name="retiered_once"),
        within_workspace("user", "by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    by_id: Mapped[int]
    submission: Mapped[str] = mapped_column(String(64))  # Slack's id of the form
    tier: Mapped[str] = mapped_column(String(8))
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)  # {"accounts": {"B": [ids]}}, by old tier
    retiered_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


@dataclass(frozen=True)
class RetierReceipt:
    """What got another tier, as its receipt shows it. `before`: how many of each old tier."""

    retiering_id: int
    tier: str
    before: Mapping[str, int]
    undone: bool
    kept: int  # accounts that an undo left, since they got yet another tier
    may_undo: bool


def retier(
    session: Session,
    actor: Actor,
    account_ids: Sequence[int],
    tier: str,
    *,
    submission: str,
    now: datetime,
) -> int:
    """Give these accounts the tier, and the actor a receipt, unless it is theirs already; how many
    got it. Whether the actor may is the caller's to know. A second submission changes nothing."""
    workspace_id = actor.workspace_id
    by_tier: dict[str, list[int]] = defaultdict(list)
    for ids in going_along.chunks(account_ids):
        rows = session.execute(
            select(Account.id, Account.tier).where(
                Account.workspace_id == workspace_id, Account.id.in_(ids), Account.tier != tier
            )
        )
        for account_id, before in rows:
            by_tier[before].append(account_id)
    if not by_tier:
        return 0
    told = {
        "workspace_id": workspace_id,
        "by_id": actor.user_id,
        "submission": submission,
        "tier": tier,
        "moved": {},
        "retiered_at": now,
    }
    row_id = insert_if_absent(session, Retiering, told)
    if row_id is None:
        return 0
    moved = {
        before: _give(session, workspace_id, ids, before, tier) for before, ids in by_tier.items()
    }
    made = session.get_one(Retiering, row_id)
    made.moved = {"accounts": moved}
    count = sum(map(len, moved.values()))
    _note(session, actor, "accounts_retiered", made, count, now)
    deliveries.owe(
        session,
        workspace_id,
        Owed(
            key=f"retiered:{row_id}",
            kind=deliveries.RETIER_RECEIPT,
            target=actor.slack_id,
            user_id=actor.user_id,
            subject_id=row_id,
            not_before=now,
            priority=deliveries.ANSWER_FIRST,
        ),
        now,
    )
    return count


def undo(session: Session, actor: Actor, retiering_id: int, now: datetime) -> None:
    """Put back, within 24 hours, the old tier of what still has the new one.

    Raises NotYours, AlreadyUndone, TooLate.
    """
    row = session.scalar(
        select(Retiering)
        .where(Retiering.workspace_id == actor.workspace_id, Retiering.id == retiering_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or not permissions.may_part(actor, row.by_id):
        raise NotYours
    if row.undone_at is not None:
        raise AlreadyUndone
    if not permissions.may_undo(row.retiered_at, now):
        raise TooLate("retier", "24 h")
    row.undone_at = now
    accounts: Mapping[str, list[int]] = row.moved["accounts"]
    back = [
        account_id
        for before, ids in accounts.items()
        for account_id in _give(session, row.workspace_id, ids, row.tier, before)
    ]
    row.moved = {**row.moved, "kept": sum(map(len, accounts.values())) - len(back)}
    _note(session, actor, "retiering_undone", row, len(back), now)
    sent = deliveries.about(session, row.workspace_id, deliveries.RETIER_RECEIPT, row.id)
    if sent is not None:
        key = f"retiered:{row.id}:undo"
        deliveries.owe_change(session, row.workspace_id, sent, key=key, now=now)


def receipt(
    session: Session, workspace_id: int, retiering_id: int, now: datetime
) -> RetierReceipt | None:
    """What the receipt shows now."""
    row = session.scalar(
        select(Retiering).where(
            Retiering.workspace_id == workspace_id, Retiering.id == retiering_id
        )
    )
    if row is None:
        return None
    return RetierReceipt(
        retiering_id=row.id,
        tier=row.tier,
        before={before: len(ids) for before, ids in sorted(row.moved["accounts"].items())},
        undone=row.undone_at is not None,
        kept=int(row.moved.get("kept", 0)),
        may_undo=permissions.may_undo(row.retiered_at, now),
    )


def _give(
    session: Session, workspace_id: int, account_ids: Sequence[int], was: str, tier: str
) -> list[int]:
    """Give those of the accounts that are of the tier `was` the other one, and the due days that
    come with it; their ids."""
    version = workspaces.next_names_version(session, workspace_id)
    given = [
        account_id
        for ids in going_along.chunks(account_ids)
        for account_id in session.scalars(
            update(Account)
            .where(Account.workspace_id == workspace_id, Account.tier == was, Account.id.in_(ids))
            .values(tier=tier, names_version=version)
            .returning(Account.id)
            .execution_options(synchronize_session=False)
        )
    ]
    reckoning.bring_up(session, workspace_id, sorted(given))
    return sorted(given)


def _note(
    session: Session, actor: Actor, action: str, row: Retiering, count: int, now: datetime
) -> None:
    audit.note(
        session,
        row.workspace_id,
        actor.user_id,
        action,
        "retiering",
        row.id,
        now=now,
        facts={"tier": row.tier, "accounts": count},
    )
