"""The names of a workspace in memory, read from the tables and kept fresh.

Architecture section 12: the one thing a handler keeps between calls.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from models.accounts import Account
from models.aliases import Alias
from models.competitors import Competitor
from models.contacts import Contact
from models.name_index import AccountName, CompetitorName, ContactName, Index
from models.workspaces import Workspace

__all__ = ["AccountName", "CompetitorName", "ContactName", "Index", "Lookups"]


@dataclass
class _Held:
    """A workspace's index and how far it has read."""

    index: Index
    version: int
    removed: int


_VERSIONS = select(Workspace.names_version, Workspace.names_removed).where(
    Workspace.id == bindparam("workspace")
)


class Lookups:
    """The indexes of the workspaces in use, each read anew when its names have changed."""

    def __init__(self) -> None:
        self._held: dict[int, _Held] = {}
        self._locks: dict[int, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, session: Session, workspace_id: int) -> Index:
        """The workspace's names as of this transaction.

        One read of two numbers when nothing changed. Changed rows alone are read after a change,
        all of them after a removal; while another thread does the latter, the index of before
        is good enough.
        """
        now = session.execute(_VERSIONS, {"workspace": workspace_id}).one_or_none()
        if now is None:
            return Index()
        version, removed = now
        held = self._held.get(workspace_id)
        if held is not None and held.version >= version:
            return held.index
        with self._guard:
            lock = self._locks.setdefault(workspace_id, threading.Lock())
        if not lock.acquire(blocking=held is None or held.removed == removed):
            return held.index if held else Index()
        try:
            held = self._held.get(workspace_id)
            if held is None or held.removed < removed:
                held = _Held(_read_all(session, workspace_id), version, removed)
            elif held.version < version:
                held = _Held(_read_changes(session, workspace_id, held), version, removed)
            self._held[workspace_id] = held
            return held.index
        finally:
            lock.release()

    def forget(self, workspace_id: int) -> None:
        """Drop a workspace's index; the next `get` reads it anew."""
        self._held.pop(workspace_id, None)


def _read_all(session: Session, workspace_id: int) -> Index:
    other_names: dict[int, list[str]] = {}
    rivals: dict[int, list[str]] = {}
    for account_id, competitor_id, text in session.execute(_aliases(workspace_id)):
        if account_id is not None:
            other_names.setdefault(account_id, []).append(text)
        elif competitor_id is not None:
            rivals.setdefault(competitor_id, []).append(text)
    return Index.build(
        (
            _account(row, other_names.get(row.id, ()))
            for row in session.execute(_accounts(workspace_id))
            if row.archived_at is None
        ),
        (_contact(row) for row in session.execute(_contacts(workspace_id)) if row.status != "left"),
        (
            CompetitorName(row.id, row.name, tuple(rivals.get(row.id, ())))
            for row in session.execute(_competitors(workspace_id))
        ),
    )


def _read_changes(session: Session, workspace_id: int, held: _Held) -> Index:
    """The index with the rows that changed since, and those with a new alias."""
    since = held.version
    accounts = {
        row.id: row
        for row in session.execute(_accounts(workspace_id).where(Account.names_version > since))
    }
    competitors = {
        row.id: row
        for row in session.execute(
            _competitors(workspace_id).where(Competitor.names_version > since)
        )
    }
    renamed = session.execute(_aliases(workspace_id).where(Alias.names_version > since)).all()
    more = {row.account_id for row in renamed if row.account_id is not None} - accounts.keys()
    for chunk in _chunks(more):
        for row in session.execute(_accounts(workspace_id).where(Account.id.in_(chunk))):
            accounts[row.id] = row
    more = {row.competitor_id for row in renamed if row.competitor_id is not None}
    for chunk in _chunks(more - competitors.keys()):
        for row in session.execute(_competitors(workspace_id).where(Competitor.id.in_(chunk))):
            competitors[row.id] = row
    other_names: dict[int, list[str]] = {}
    for chunk in _chunks(accounts):
        for row in session.execute(_aliases(workspace_id).where(Alias.account_id.in_(chunk))):
            other_names.setdefault(row.account_id, []).append(row.text)
    rivals: dict[int, list[str]] = {}
    for chunk in _chunks(competitors):
        for row in session.execute(_aliases(workspace_id).where(Alias.competitor_id.in_(chunk))):
            rivals.setdefault(row.competitor_id, []).append(row.text)
    people = session.execute(_contacts(workspace_id).where(Contact.names_version > since)).all()
    return held.index.with_changes(
        accounts=[
            _account(row, other_names.get(row.id, ()))
            for row in accounts.values()
            if row.archived_at is None
        ],
        contacts=[_contact(row) for row in people if row.status != "left"],
        competitors=[
            CompetitorName(row.id, row.name, tuple(rivals.get(row.id, ())))
            for row in competitors.values()
        ],
        removed=[row.id for row in accounts.values() if row.archived_at is not None],
        gone=[row.id for row in people if row.status == "left"],
    )


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    """At most 500 at a time: databases limit how many values one statement takes."""
    left = iter(ids)
    while chunk := list(islice(left, 500)):
        yield chunk


def _accounts(workspace_id: int) -> Select[*tuple[Any, ...]]:
    return select(
        Account.id,
        Account.name,
        Account.city,
        Account.state,
        Account.type,
        Account.tier,
        Account.owner_id,
        Account.external_id,
        Account.archived_at,
    ).where(Account.workspace_id == workspace_id)


def _account(row: Any, aliases: Sequence[str]) -> AccountName:
    # Interned: thousands of accounts share a few hundred cities, types and states.
    return AccountName(
        id=row.id,
        name=row.name,
        city=sys.intern(row.city),
        state=sys.intern(row.state),
        type=row.type if row.type is None else sys.intern(row.type),
        tier=sys.intern(row.tier),
        owner_id=row.owner_id,
        external_id=row.external_id,
        aliases=tuple(aliases),
    )


def _contacts(workspace_id: int) -> Select[*tuple[Any, ...]]:
    return select(
        Contact.id, Contact.account_id, Contact.name, Contact.title, Contact.role, Contact.status
    ).where(Contact.workspace_id == workspace_id)


def _contact(row: Any) -> ContactName:
    return ContactName(
        row.id,
        row.account_id,
        row.name,
        sys.intern(row.title),
        row.role if row.role is None else sys.intern(row.role),
    )


def _competitors(workspace_id: int) -> Select[*tuple[Any, ...]]:
    return select(Competitor.id, Competitor.name).where(Competitor.workspace_id == workspace_id)


def _aliases(workspace_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Alias.account_id, Alias.competitor_id, Alias.text)
        .where(Alias.workspace_id == workspace_id, Alias.user_id.is_(None))
        .order_by(Alias.id)
    )
