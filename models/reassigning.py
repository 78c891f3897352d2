"""Handing the accounts of somebody who is gone to somebody else, and taking that back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    String,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import accounts, audit, deliveries, going_along, permissions, reckoning, users
from models.accounts import Account
from models.db import Base, insert_if_absent, within_workspace
from models.deliveries import Owed
from models.errors import AlreadyUndone, BadChoice, NothingToGive, NotYours, TooLate
from models.follow_ups import FollowUp
from models.touches import Touch
from models.users import Actor, User

ALL = "all"
_TIER, _TERRITORY = "tier", "territory"

_MOST_MESSAGES = 50


class Reassignment(Base):
    """Accounts and open follow-ups that went from one person to another, to be taken back."""

    __tablename__ = "reassignment"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="reassignment_in_workspace"),
        UniqueConstraint("workspace_id", "submission", name="reassigned_once"),
        within_workspace("user", "from_id"),
        within_workspace("user", "to_id"),
        within_workspace("user", "by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    from_id: Mapped[int]
    to_id: Mapped[int]
    by_id: Mapped[int]
    submission: Mapped[str] = mapped_column(String(64))  # Slack's id of the form
    # {"accounts": {"2026-01-05": [ids]}, "follow_ups": [ids], "deals": [ids]}: accounts by the day
    # they were owned since.
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)
    reassigned_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Part:
    """Some of a person's accounts. `key` is "all", "tier:A" or "territory:North"."""

    key: str
    count: int


@dataclass(frozen=True)
class Holdings:
    """What a person has that somebody else can take over."""

    person_id: int
    name: str
    active: bool
    accounts: int
    follow_ups: int  # open promises among them
    parts: tuple[Part, ...]  # all, then by tier and by territory, where there are several

    def __bool__(self) -> bool:
        return bool(self.accounts or self.follow_ups)


@dataclass(frozen=True)
class Successor:
    """Somebody who may take accounts over."""

    user_id: int
    name: str


@dataclass(frozen=True)
class ReassignReceipt:
    """What went where, as its receipt shows it."""

    reassignment_id: int
    gone: str
    heir: str
    accounts: int
    follow_ups: int
    deals: int
    undone: bool
    kept: int  # accounts that an undo left, since they were touched or moved on
    may_undo: bool


def holdings(session: Session, workspace_id: int, person_id: int) -> Holdings:
    """What the person has. Raises NoSuchPerson."""
    person = users.get(session, workspace_id, person_id)
    rows = session.execute(
        select(Account.tier, Account.territory, func.count())
        .where(*_owned(workspace_id, person_id))
        .group_by(Account.tier, Account.territory)
    ).all()
    by_tier: dict[str, int] = defaultdict(int)
    by_territory: dict[str, int] = defaultdict(int)
    for tier, territory, count in rows:
        by_tier[tier] += count
        by_territory[territory] += count
    whole = sum(by_tier.values())
    parts = [Part(ALL, whole)]
    for kind, counts in ((_TIER, by_tier), (_TERRITORY, by_territory)):
        if len(counts) > 1:
            parts += [Part(f"{kind}:{name}", counts[name]) for name in sorted(counts) if name]
    waiting = going_along.open_steps(workspace_id, person_id)
    steps = session.scalar(select(func.count()).select_from(FollowUp).where(*waiting))
    return Holdings(person_id, person.name, person.active, whole, steps or 0, tuple(parts))


def must_reach(session: Session, actor: Actor, person_id: int) -> None:
    """The actor must be an admin, or a manager with the person in their team.

    Raises NotAllowed or NotYours.
    """
    team = users.team(session, actor.workspace_id, actor.user_id)
    permissions.must_lead(actor, person_id, team)


def successors(
    session: Session, actor: Actor, typed: str, *, but: int, most: int
) -> list[Successor]:
    """Who may take over, by what is typed of the name: the actor's team first.

    but  the person whose accounts they are.
    """
    near = User.id.in_(users.in_team(actor.workspace_id, actor.user_id))
    rows = session.execute(
        select(User.id, User.name)
        .where(
            User.workspace_id == actor.workspace_id,
            User.active,
            User.id != but,
            User.name != "",
            User.name.icontains(typed, autoescape=True),
        )
        .order_by(near.desc(), User.name, User.id)
        .limit(most)
    )
    return [Successor(row.id, row.name) for row in rows]


def reassign(
    session: Session,
    actor: Actor,
    *,
    person_id: int,
    heir_id: int,
    part: str,
    submission: str,
    now: datetime,
    only: Sequence[int] | None = None,
    deals: bool = False,
) -> None:
    """Give a part of a person's accounts to their heir, with what is still open there, and a
    receipt to the actor. The statements do not grow with the accounts but by thousands of them.
    A second submission changes nothing.

    only   of the part no others than these.
    deals  the person's open deals there go along, too.

    Raises NotAllowed, NotYours, BadChoice (nobody who may take them) and NothingToGive.
    """
    must_reach(session, actor, person_id)
    workspace_id = actor.workspace_id
    heir = users.get(session, workspace_id, heir_id)
    if heir.id == person_id or not heir.active:
        raise BadChoice
    told = {
        "workspace_id": workspace_id,
        "from_id": person_id,
        "to_id": heir_id,
        "by_id": actor.user_id,
        "submission": submission,
        "moved": {},
        "reassigned_at": now,
    }
    row_id = insert_if_absent(session, Reassignment, told)
    if row_id is None:
        return
    wanted = select(Account.id, Account.owned_since).where(
        *_owned(workspace_id, person_id), *_of(part)
    )
    parts = [wanted]
    if only is not None:
        parts = [wanted.where(Account.id.in_(ids)) for ids in going_along.chunks(only)]
    rows = [row for query in parts for row in session.execute(query)]
    given = set(
        accounts.give_many(
            session,
            workspace_id,
            [row.id for row in rows],
            giver_id=person_id,
            owner_id=heir_id,
            since=Actor(workspace_id, heir_id, "", heir.role, heir.zone).today(now),
        )
    )
    reckoning.bring_up(session, workspace_id, sorted(given))
    since: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.id in given:
            since[row.owned_since.isoformat() if row.owned_since else ""].append(row.id)
    whose = (session, workspace_id, person_id, heir_id, sorted(given))
    steps = going_along.give_steps(*whose, every=part == ALL and only is None)
    if not (given or steps):
        raise NothingToGive
    made = session.get_one(Reassignment, row_id)
    made.moved = {"accounts": dict(since), "follow_ups": steps}
    if deals:
        made.moved = {**made.moved, "deals": going_along.give_deals(*whose)}
    _audit(session, actor, "accounts_reassigned", made, len(given), len(steps), now)
    _owe_receipt(session, actor, row_id, now)
    _show_anew(session, workspace_id, person_id, f"reassigned:{row_id}", now)


def undo(session: Session, actor: Actor, reassignment_id: int, now: datetime) -> None:
    """Give back, within 24 hours, what nobody has touched since and the heir still owns.

    Raises NotYours, AlreadyUndone, TooLate.
    """
    row = session.scalar(
        select(Reassignment)
        .where(Reassignment.workspace_id == actor.workspace_id, Reassignment.id == reassignment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or not permissions.may_part(actor, row.by_id):
        raise NotYours
    if row.undone_at is not None:
        raise AlreadyUndone
    if not permissions.may_undo(row.reassigned_at, now):
        raise TooLate("reassign", "24 h")
    row.undone_at = now
    kept, given = set[int](), 0
    for day, ids in row.moved["accounts"].items():
        still = sorted(set(ids) - _touched(session, row, ids))
        back = accounts.give_many(
            session,
            row.workspace_id,
            still,
            giver_id=row.to_id,
            owner_id=row.from_id,
            since=date.fromisoformat(day) if day else None,
        )
        reckoning.bring_up(session, row.workspace_id, back)
        kept |= set(ids) - set(back)
        given += len(back)
    whose = (session, row.workspace_id, row.from_id, row.to_id)
    steps = going_along.take_steps_back(*whose, row.moved["follow_ups"], kept)
    going_along.take_deals_back(*whose, row.moved.get("deals", []), kept)
    row.moved = {**row.moved, "kept": len(kept)}
    _audit(session, actor, "reassignment_undone", row, given, steps, now)
    sent = deliveries.about(session, row.workspace_id, deliveries.REASSIGN_RECEIPT, row.id)
    if sent is not None:
        key = f"reassigned:{row.id}:undo"
        deliveries.owe_change(session, row.workspace_id, sent, key=key, now=now)
    _show_anew(session, row.workspace_id, row.from_id, f"reassigned:{row.id}:undo", now)


def receipt(
    session: Session, workspace_id: int, reassignment_id: int, now: datetime
) -> ReassignReceipt | None:
    """What the receipt shows now."""
    row = session.scalar(
        select(Reassignment).where(
            Reassignment.workspace_id == workspace_id, Reassignment.id == reassignment_id
        )
    )
    if row is None:
        return None
    named = users.names(session, workspace_id, (row.from_id, row.to_id))
    return ReassignReceipt(
        reassignment_id=row.id,
        gone=named.get(row.from_id, ""),
        heir=named.get(row.to_id, ""),
        accounts=sum(map(len, row.moved["accounts"].values())),
        follow_ups=len(row.moved["follow_ups"]),
        deals=len(row.moved.get("deals", ())),
        undone=row.undone_at is not None,
        kept=int(row.moved.get("kept", 0)),
        may_undo=permissions.may_undo(row.reassigned_at, now),
    )


def _owned(workspace_id: int, person_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Account.workspace_id == workspace_id,
        Account.owner_id == person_id,
        Account.archived_at.is_(None),
    )


def _of(part: str) -> tuple[ColumnElement[bool], ...]:
    """Which accounts a part is. Raises BadChoice."""
    kind, _, name = part.partition(":")
    if kind == _TIER:
        return (Account.tier == name,)
    if kind == _TERRITORY:
        return (Account.territory == name,)
    if part != ALL:
        raise BadChoice
    return ()


def _touched(session: Session, row: Reassignment, account_ids: Sequence[int]) -> set[int]:
    """The accounts at which anybody logged something since."""
    return {
        account_id
        for ids in going_along.chunks(account_ids)
        for account_id in session.scalars(
            select(Touch.account_id).where(
                Touch.workspace_id == row.workspace_id,
                Touch.account_id.in_(ids),
                Touch.logged_at > row.reassigned_at,
            )
        )
        if account_id is not None
    }


def _audit(
    session: Session,
    actor: Actor,
    action: str,
    row: Reassignment,
    given: int,
    steps: int,
    now: datetime,
) -> None:
    facts = {"from": row.from_id, "to": row.to_id, "accounts": given, "follow_ups": steps}
    audit.note(
        session,
        row.workspace_id,
        actor.user_id,
        action,
        "reassignment",
        row.id,
        now=now,
        facts=facts,
    )


def _owe_receipt(session: Session, actor: Actor, row_id: int, now: datetime) -> None:
    deliveries.owe(
        session,
        actor.workspace_id,
        Owed(
            key=f"reassigned:{row_id}",
            kind=deliveries.REASSIGN_RECEIPT,
            target=actor.slack_id,
            user_id=actor.user_id,
            subject_id=row_id,
            not_before=now,
            priority=deliveries.ANSWER_FIRST,
        ),
        now,
    )


def _show_anew(
    session: Session, workspace_id: int, person_id: int, key: str, now: datetime
) -> None:
    """Whoever was told that the person left reads how things stand now."""
    told = deliveries.all_about(
        session, workspace_id, deliveries.REASSIGN, person_id, most=_MOST_MESSAGES
    )
    for one in told:
        deliveries.owe_change(session, workspace_id, one, key=f"{key}:{one.id}", now=now)
