"""The tables' rows as the names of `models.name_index`: all of them, or those that changed.

What may be long is read in pages, each in a transaction of its own: an SQLite file that is being
read takes no commit.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Select, String, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.accounts import Account
from models.aliases import Alias
from models.competitors import Competitor
from models.contacts import Contact
from models.name_index import AccountName, CompetitorName, ContactName, Index

_PAGE = 5000
"""Rows read in one transaction."""

Opening = Callable[[], AbstractContextManager[Session]]
"""Opens a session to read a page in."""

Aliases = Mapping[int, Sequence[str]]


@dataclass(frozen=True)
class Names:
    """Ids of rows whose names changed, or that are gone."""

    accounts: Sequence[int] = ()
    contacts: Sequence[int] = ()
    competitors: Sequence[int] = ()

    def __len__(self) -> int:
        return len(self.accounts) + len(self.contacts) + len(self.competitors)

    def parts(self, size: int) -> Iterator[Names]:
        """The same in parts of at most `size` ids."""
        for ids in _chunks(self.accounts, size):
            yield Names(accounts=ids)
        for ids in _chunks(self.contacts, size):
            yield Names(contacts=ids)
        for ids in _chunks(self.competitors, size):
            yield Names(competitors=ids)


def read_all(opening: Opening, workspace_id: int) -> Index:
    """An index of every name; it is built when the last page has been read, and no transaction
    waits for that."""
    with opening() as session:
        places, people, firms = _aliases(session.execute(_shared(workspace_id)).all())
        competitors = session.execute(_competitors(workspace_id)).all()
    return Index.build(
        [
            _account(row, places.get(row.id, ()))
            for row in _pages(opening, _accounts(workspace_id), Account.id)
            if row.archived_at is None
        ],
        [
            _contact(row, people.get(row.id, ()))
            for row in _pages(opening, _contacts(workspace_id), Contact.id)
            if _is_here(row)
        ],
        [CompetitorName(row.id, row.name, tuple(firms.get(row.id, ()))) for row in competitors],
    )


def changed(session: Session, workspace_id: int, since: int, most: int | None = None) -> Names:
    """What took a names_version after `since`: rows, and those with a new alias.

    most  when there are more than so many of a kind, it is enough to know that.
    """

    def newer(table: type[Account | Contact | Competitor]) -> set[int]:
        found = select(table.id).where(
            table.workspace_id == workspace_id, table.names_version > since
        )
        return set(session.scalars(found.limit(None if most is None else most + 1)))

    accounts, contacts, competitors = newer(Account), newer(Contact), newer(Competitor)
    renamed = _shared(workspace_id).where(Alias.names_version > since)
    for row in session.execute(renamed.limit(None if most is None else most + 1)):
        for ids, one in (
            (accounts, row.account_id),
            (contacts, row.contact_id),
            (competitors, row.competitor_id),
        ):
            if one is not None:
                ids.add(one)
    return Names(sorted(accounts), sorted(contacts), sorted(competitors))


def taken_in(session: Session, workspace_id: int, index: Index, names: Names) -> Index:
    """The index with these few rows as the tables have them now; one that is gone is left out."""
    mine = [
        kind.in_(ids)
        for kind, ids in (
            (Alias.account_id, names.accounts),
            (Alias.contact_id, names.contacts),
            (Alias.competitor_id, names.competitors),
        )
        if ids
    ]
    found = [row for one in mine for row in session.execute(_shared(workspace_id).where(one))]
    places, people, firms = _aliases(found)
    accounts: list[Any] = []
    contacts: list[Any] = []
    competitors: list[Any] = []
    for ids, rows, query, column in (
        (names.accounts, accounts, _accounts(workspace_id), Account.id),
        (names.contacts, contacts, _contacts(workspace_id), Contact.id),
        (names.competitors, competitors, _competitors(workspace_id), Competitor.id),
    ):
        if ids:
            rows += session.execute(query.where(column.in_(ids)))
    places_now = [_account(row, places.get(row.id, ())) for row in accounts if not row.archived_at]
    people_now = [_contact(row, people.get(row.id, ())) for row in contacts if _is_here(row)]
    return index.with_changes(
        accounts=places_now,
        contacts=people_now,
        competitors=[
            CompetitorName(row.id, row.name, tuple(firms.get(row.id, ()))) for row in competitors
        ],
        removed={*names.accounts}.difference(one.id for one in places_now),
        gone={*names.contacts}.difference(one.id for one in people_now),
        dissolved={*names.competitors}.difference(row.id for row in competitors),
    )


def vanished(
    opening: Opening, workspace_id: int, index: Index, breathe: Callable[[], None]
) -> Names:
    """Names of the index whose row is gone, and those whose aliases are not what they were:
    a row that is removed leaves no number behind.

    breathe  called between pages.
    """

    def missing(table: type[Account | Contact | Competitor], known: Iterable[int]) -> set[int]:
        left, last = set(known), 0
        while True:
            page = (
                select(table.id)
                .where(table.workspace_id == workspace_id, table.id > last)
                .order_by(table.id)
                .limit(_PAGE)
                .subquery()
            )
            # One row with all ids: a row at a time, an answer would be held up at each.
            ids = func.aggregate_strings(cast(page.c.id, String), ",")
            with opening() as session:
                found, last, count = session.execute(
                    select(ids, func.max(page.c.id), func.count())
                ).one()
            if found:
                left.difference_update(map(int, found.split(",")))
            if count < _PAGE:
                return left
            breathe()

    with opening() as session:
        places, people, firms = _aliases(session.execute(_shared(workspace_id)))
    return Names(
        sorted(missing(Account, index.accounts) | _renamed(index.accounts, places)),
        sorted(missing(Contact, index.contacts) | _renamed(index.contacts, people)),
        sorted(missing(Competitor, index.competitors) | _renamed(index.competitors, firms)),
    )


def _pages(
    opening: Opening, query: Select[*tuple[Any, ...]], number: InstrumentedAttribute[int]
) -> Iterator[Any]:
    """The query's rows in the order of their ids, read page by page."""
    last = 0
    while True:
        with opening() as session:
            page = session.execute(query.where(number > last).order_by(number).limit(_PAGE)).all()
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1].id


def _renamed(
    known: Mapping[int, AccountName] | Mapping[int, ContactName] | Mapping[int, CompetitorName],
    aliases: Aliases,
) -> set[int]:
    """The names of the index that had other aliases."""
    return {one for one, name in known.items() if name.aliases != tuple(aliases.get(one, ()))}


def _chunks(ids: Iterable[int], size: int) -> Iterator[list[int]]:
    left = iter(ids)
    while chunk := list(islice(left, size)):
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
        Contact.id,
        Contact.account_id,
        Contact.name,
        Contact.title,
        Contact.role,
        Contact.status,
        Contact.archived_at,
    ).where(Contact.workspace_id == workspace_id)


def _is_here(row: Any) -> bool:
    return row.status != "left" and row.archived_at is None


def _contact(row: Any, aliases: Sequence[str]) -> ContactName:
    return ContactName(
        row.id,
        row.account_id,
        row.name,
        sys.intern(row.title),
        row.role if row.role is None else sys.intern(row.role),
        tuple(aliases),
    )


def _competitors(workspace_id: int) -> Select[*tuple[Any, ...]]:
    return select(Competitor.id, Competitor.name).where(Competitor.workspace_id == workspace_id)


def _shared(workspace_id: int) -> Select[*tuple[Any, ...]]:
    """The aliases that are everybody's, by age."""
    return (
        select(Alias.account_id, Alias.contact_id, Alias.competitor_id, Alias.text)
        .where(Alias.workspace_id == workspace_id, Alias.user_id.is_(None))
        .order_by(Alias.id)
    )


def _aliases(rows: Iterable[Any]) -> tuple[Aliases, Aliases, Aliases]:
    """The aliases of accounts, of contacts and of competitors."""
    places: dict[int, list[str]] = {}
    people: dict[int, list[str]] = {}
    firms: dict[int, list[str]] = {}
    for row in rows:
        if row.account_id is not None:
            places.setdefault(row.account_id, []).append(row.text)
        elif row.contact_id is not None:
            people.setdefault(row.contact_id, []).append(row.text)
        else:
            firms.setdefault(row.competitor_id, []).append(row.text)
    return places, people, firms
