"""Making one of two accounts, or of two people, and taking that back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from models import (
    accounts,
    audit,
    deliveries,
    merges,
    moving,
    permissions,
    requests,
    touches,
    workspaces,
)
from models.accounts import Account
from models.aliases import Alias
from models.contacts import Contact
from models.deliveries import Owed
from models.errors import (
    AlreadyUndone,
    MergedOnward,
    NoSuchAccount,
    NoSuchContact,
    NotYours,
    SameTwice,
    TooLate,
)
from models.merges import ACCOUNT, CONTACT, Merge
from models.pointers import pointers_to
from models.text import name_key
from models.users import Actor

Thing = Account | Contact

COUNTED = ("touch", "touch_contact", "contact", "referral", "follow_up")
"""The tables of whose rows people are told."""

_PLACE = ("address", "city", "state", "zip")
_FILLED: Mapping[str, Sequence[str]] = {
    ACCOUNT: ("type", "phone", "website", "territory", "external_id"),
    CONTACT: ("credentials", "title", "role", "email", "phone", "external_id"),
}
"""Columns that the kept one takes from the other where it has nothing of its own."""

_OWNER = ("owner_id", "owner_email", "owned_since")
_LEFT = "left"  # a contact's status: the lookup leaves such people out


@dataclass(frozen=True)
class Preview:
    """What a merge would do."""

    kept: str
    gone: str
    moves: Mapping[str, int]  # rows by table, of those in COUNTED
    allowed: bool


@dataclass(frozen=True)
class MergeReceipt:
    """A merge as its receipt shows it."""

    merge_id: int
    entity: str
    kept: str
    gone: str
    moves: Mapping[str, int]
    undone: bool
    may_undo: bool


def preview(session: Session, actor: Actor, entity: str, keep_id: int, gone_id: int) -> Preview:
    """What merging the second into the first would move. Raises NoSuchAccount, NoSuchContact."""
    kept, gone = _things(session, actor.workspace_id, entity, (keep_id, gone_id))
    moves = {
        pointer.table.name: session.scalar(
            select(func.count())
            .select_from(pointer.table)
            .where(pointer.table.c.workspace_id == actor.workspace_id, pointer.column == gone_id)
        )
        or 0
        for pointer in pointers_to(entity)
        if pointer.table.name in COUNTED
    }
    owners = _owners(session, (kept, gone), hold=False)
    return Preview(kept.name, gone.name, moves, permissions.may_merge(actor, *owners))


def merge(
    session: Session,
    actor: Actor,
    entity: str,
    *,
    keep_id: int,
    gone_id: int,
    submission: str,
    now: datetime,
) -> bool:
    """Make one of two: all that points at the one that goes points at the kept one from now on,
    its names become other names of that, and what the kept one lacks it takes over. False when
    this form was saved before.

    Raises SameTwice, NotBothYours, NoSuchAccount, NoSuchContact.
    """
    workspace_id = actor.workspace_id
    if not requests.first_time(session, workspace_id, f"merge:{submission}", now):
        return False
    if keep_id == gone_id:
        raise SameTwice
    kept, gone = _held(session, workspace_id, entity, (keep_id, gone_id))
    permissions.must_merge(actor, *_owners(session, (kept, gone), hold=entity == CONTACT))
    version = workspaces.next_names_version(session, workspace_id, removed=True)
    filled = _lacking(entity, kept, gone)
    was = _put_away(gone, now, gives_id="external_id" in filled)
    session.flush()  # an external id is free before the kept one takes it
    for name, (_, new) in filled.items():
        setattr(kept, name, new)
    takes_owner = entity == ACCOUNT and filled.get("owner_id") is not None
    moved = moving.move(session, workspace_id, entity, gone_id, keep_id, owner=takes_owner)
    moved["filled"] = {name: [moving.as_json(one) for one in pair] for name, pair in filled.items()}
    moved["aliases"] = _keep_name(session, entity, kept, gone.name, version)
    moved["was"] = was
    row = Merge(
        workspace_id=workspace_id,
        entity=entity,
        kept_id=keep_id,
        gone_id=gone_id,
        by_id=actor.user_id,
        moved=moved,
        merged_at=now,
    )
    session.add(row)
    session.flush()
    _settle(session, (kept, gone), version)
    _audit(session, actor, f"{entity}.merge", row, now)
    _owe_receipt(session, actor, row, now)
    session.expire_all()  # rows were moved beside what the session remembers
    return True


def undo(session: Session, actor: Actor, merge_id: int, now: datetime) -> None:
    """Take a merge back, within 24 hours: all is as it was, but for what came to the kept one
    since, which stays there.

    Raises NotYours, AlreadyUndone, TooLate, MergedOnward, NoSuchAccount, NoSuchContact.
    """
    workspace_id = actor.workspace_id
    row = session.scalar(
        select(Merge)
        .where(Merge.workspace_id == workspace_id, Merge.id == merge_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or not permissions.may_part(actor, row.by_id):
        raise NotYours
    if row.undone_at is not None:
        raise AlreadyUndone
    if not permissions.may_undo(row.merged_at, now):
        raise TooLate("merge", "24 h")
    _refuse_onward(session, row)
    ids = (row.kept_id, row.gone_id)
    kept, gone = _held(session, workspace_id, row.entity, ids, living=False)
    version = workspaces.next_names_version(session, workspace_id, removed=True)
    row.undone_at = now
    _give_up(kept, row.moved["filled"])
    session.flush()  # an external id is free before the other takes it back
    for name, value in row.moved["was"].items():
        setattr(gone, name, value)
    gone.archived_at = None
    _drop_names(session, row)
    shared = merges.any_of(session, workspace_id, row.entity, row.kept_id)
    moving.put_back(
        session, workspace_id, row.entity, row.gone_id, row.kept_id, row.moved, shared=shared
    )
    _settle(session, (kept, gone), version)
    _audit(session, actor, f"{row.entity}.unmerge", row, now)
    sent = deliveries.about(session, workspace_id, deliveries.MERGE_RECEIPT, row.id)
    if sent is not None:
        deliveries.owe_change(session, workspace_id, sent, key=f"merge:{row.id}:undo", now=now)
    session.expire_all()


def receipt(
    session: Session, workspace_id: int, merge_id: int, now: datetime
) -> MergeReceipt | None:
    """What the receipt of a merge shows now; None when one of the two was deleted since."""
    row = session.scalar(
        select(Merge).where(Merge.workspace_id == workspace_id, Merge.id == merge_id)
    )
    if row is None:
        return None
    names = _names(session, workspace_id, row.entity, (row.kept_id, row.gone_id))
    if len(names) < 2:
        return None
    return MergeReceipt(
        merge_id=row.id,
        entity=row.entity,
        kept=names[row.kept_id],
        gone=names[row.gone_id],
        moves=_counts(row.moved),
        undone=row.undone_at is not None,
        may_undo=row.undone_at is None and permissions.may_undo(row.merged_at, now),
    )


def _table(entity: str) -> type[Account] | type[Contact]:
    return Account if entity == ACCOUNT else Contact


def _things(
    session: Session,
    workspace_id: int,
    entity: str,
    ids: Sequence[int],
    *,
    living: bool = True,
    hold: bool = False,
) -> list[Any]:
    """The two rows, in the order of `ids`; `hold` keeps them this transaction's."""
    table = _table(entity)
    query: Select[Any] = select(table).where(
        table.workspace_id == workspace_id, table.id.in_(set(ids))
    )
    if living:
        query = query.where(table.archived_at.is_(None))
    if hold:  # one order, so that two merges never lock up
        query = query.order_by(table.id).with_for_update()
        query = query.execution_options(populate_existing=True)
    found = {row.id: row for row in session.scalars(query)}
    if len(found) < len(set(ids)):
        raise NoSuchAccount if entity == ACCOUNT else NoSuchContact
    return [found[one] for one in ids]


def _held(
    session: Session, workspace_id: int, entity: str, ids: Sequence[int], *, living: bool = True
) -> list[Any]:
    return _things(session, workspace_id, entity, ids, living=living, hold=True)


def _owners(session: Session, things: Sequence[Thing], *, hold: bool) -> list[int | None]:
    """Who owns the two accounts, or the accounts of the two people.

    hold  keeps the accounts this transaction's, so that nobody logs a visit to the people there
          meanwhile.
    """
    if isinstance(things[0], Account):
        return [one.owner_id for one in things if isinstance(one, Account)]
    places = sorted({one.account_id for one in things if isinstance(one, Contact)})
    found = _things(session, things[0].workspace_id, ACCOUNT, places, hold=hold)
    return [account.owner_id for account in found]


def _lacking(entity: str, kept: Any, gone: Any) -> dict[str, tuple[Any, Any]]:
    """What the kept one takes over, by column: what it has, and what it will have."""
    names = list(_FILLED[entity])
    if entity == ACCOUNT and (
        not kept.city or not gone.city or kept.city.casefold() == gone.city.casefold()
    ):
        names += _PLACE  # else it is an address of another town
    lacking = {
        name: (getattr(kept, name), getattr(gone, name))
        for name in names
        if getattr(kept, name) in (None, "") and getattr(gone, name) not in (None, "")
    }
    if entity == ACCOUNT:
        if kept.tier == "unrated" != gone.tier:
            lacking["tier"] = (kept.tier, gone.tier)
        if not (kept.owner_id or kept.owner_email) and (gone.owner_id or gone.owner_email):
            lacking |= {name: (getattr(kept, name), getattr(gone, name)) for name in _OWNER}
    return lacking


def _put_away(gone: Thing, now: datetime, *, gives_id: bool) -> dict[str, Any]:
    """Take the one that goes out of use; what of it has to be remembered, by column."""
    was: dict[str, Any] = {}
    gone.archived_at = now
    if gives_id:  # an external id is one row's only
        was["external_id"], gone.external_id = gone.external_id, None
    if isinstance(gone, Contact):
        was["status"], gone.status = gone.status, _LEFT
    return was


def _give_up(kept: Thing, filled: Mapping[str, Sequence[Any]]) -> None:
    """The kept one loses again what it took over, unless somebody has set it since."""
    columns = kept.__table__.c
    unchanged = {
        name for name, (_, new) in filled.items() if moving.as_json(getattr(kept, name)) == new
    }
    if not unchanged.issuperset(name for name in _OWNER if name in filled):
        unchanged.difference_update(_OWNER)
    for name in unchanged:
        setattr(kept, name, moving.from_json(columns[name], filled[name][0]))


def _keep_name(session: Session, entity: str, kept: Thing, name: str, version: int) -> list[int]:
    """Make the name of the one that is gone another name of the kept one, unless it is one."""
    column = Alias.account_id if entity == ACCOUNT else Alias.contact_id
    known = session.scalars(
        select(Alias.text).where(
            Alias.workspace_id == kept.workspace_id, column == kept.id, Alias.user_id.is_(None)
        )
    )
    key = name_key(name)
    if key in {kept.name_key, *map(name_key, known)}:
        return []
    alias = Alias(workspace_id=kept.workspace_id, text=name, names_version=version)
    setattr(alias, column.key, kept.id)
    session.add(alias)
    session.flush()
    return [alias.id]


def _drop_names(session: Session, row: Merge) -> None:
    column = Alias.account_id if row.entity == ACCOUNT else Alias.contact_id
    session.execute(
        delete(Alias).where(
            Alias.workspace_id == row.workspace_id,
            column == row.kept_id,
            Alias.id.in_(row.moved["aliases"]),
        )
    )


def _settle(session: Session, things: Iterable[Thing], version: int) -> None:
    """Bring up to date what is kept on the rows of what points at them, and on a person's
    account."""
    for one in things:
        one.names_version = version
        session.flush()
        if isinstance(one, Account):
            one.last_touch_on = touches.last_qualifying_on(session, one.workspace_id, one.id)
            accounts.reckon(session, one)
        else:
            touches.recount_people(session, one.workspace_id, [one.id])
            home = accounts.of_people(one.workspace_id, [one.id])
            accounts.reckon_where(session, one.workspace_id, home)
    session.flush()


def _refuse_onward(session: Session, row: Merge) -> None:
    onward = merges.standing(session, row.workspace_id, row.entity, row.kept_id)
    if onward is not None:
        names = _names(session, row.workspace_id, row.entity, (row.kept_id, onward.kept_id))
        raise MergedOnward(names[row.kept_id], names[onward.kept_id])


def _names(session: Session, workspace_id: int, entity: str, ids: Sequence[int]) -> dict[int, str]:
    table = _table(entity)
    found = session.execute(
        select(table.id, table.name).where(table.workspace_id == workspace_id, table.id.in_(ids))
    )
    return {one.id: one.name for one in found}


def _counts(moved: Mapping[str, Any]) -> dict[str, int]:
    """How many rows of each table in COUNTED came over, those that stood twice included."""
    counts: Counter[str] = Counter()
    for name, ids in moved["rows"].items():
        counts[name.partition(".")[0]] += len(ids)
    counts.update(one["table"] for one in moved["dropped"])
    return {table: counts[table] for table in COUNTED if counts[table]}


def _audit(session: Session, actor: Actor, action: str, row: Merge, now: datetime) -> None:
    audit.note(
        session,
        actor.workspace_id,
        actor.user_id,
        action,
        row.entity,
        row.gone_id,
        now=now,
        facts={"kept": row.kept_id, "merge": row.id, **_counts(row.moved)},
    )


def _owe_receipt(session: Session, actor: Actor, row: Merge, now: datetime) -> None:
    deliveries.owe(
        session,
        actor.workspace_id,
        Owed(
            key=f"merge:{row.id}",
            kind=deliveries.MERGE_RECEIPT,
            target=actor.slack_id,
            user_id=actor.user_id,
            subject_id=row.id,
            not_before=now,
            priority=deliveries.ANSWER_FIRST,
        ),
        now,
    )
