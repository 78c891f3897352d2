"""An index of one workspace's names: accounts, the people at them, competitors. Pure.

`models.lookup` fills it from the tables and keeps it fresh. A person who types looks names up in
it, and a line is matched with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from models import name_search, name_twins
from models.name_matching import Matching
from models.names import AccountName, CompetitorName, ContactName

__all__ = ["AccountName", "CompetitorName", "ContactName", "Index"]


class Index(Matching):
    """One workspace's names, to search and to match."""

    def search_accounts(
        self,
        query: str,
        *,
        mine: int | None,
        recent: Sequence[int] = (),
        own: Mapping[str, int] = MappingProxyType({}),
        limit: int = 100,
    ) -> list[AccountName]:
        """As `name_search.accounts`."""
        return name_search.accounts(self, query, mine=mine, recent=recent, own=own, limit=limit)

    def search_contacts(
        self, query: str, *, account_id: int | None, limit: int = 100
    ) -> list[ContactName]:
        """As `name_search.contacts`."""
        return name_search.contacts(self, query, account_id=account_id, limit=limit)

    def search_competitors(self, query: str, *, limit: int = 100) -> list[CompetitorName]:
        """As `name_search.competitors`."""
        return name_search.competitors(self, query, limit=limit)

    def near(self, name: str, *, limit: int = 3) -> list[AccountName]:
        """As `name_twins.near`."""
        return name_twins.near(self, name, limit=limit)
