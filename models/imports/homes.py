"""The accounts that a file's rows are about."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import merges
from models.accounts import Account
from models.exchange.broken import SeveralFit, UnknownAccount
from models.imports import writing
from models.text import name_key

BY_ID = "account_external_id"
"""The field that tells an account by its id; any other tells it by name."""


class Homes:
    """The accounts that rows name: pairs of the field and what it says."""

    def __init__(
        self, session: Session, workspace_id: int, asked: Iterable[tuple[str, str]]
    ) -> None:
        query = select(Account.id, Account.external_id, Account.name_key, Account.name).where(
            Account.workspace_id == workspace_id
        )
        living = query.where(Account.archived_at.is_(None))
        pairs = list(dict.fromkeys(asked))
        ids = [told for by, told in pairs if by == BY_ID]
        keys = [name_key(told) for by, told in pairs if by != BY_ID]
        self._by_id: dict[str, int] = {}
        self._by_key: dict[str, list[int]] = {}
        self.names: dict[int, str] = {}
        for account in writing.found(session, living, Account.external_id, ids):
            self._by_id[account.external_id] = account.id
            self.names[account.id] = account.name
        for account in writing.found(session, living, Account.name_key, keys):
            self._by_key.setdefault(account.name_key, []).append(account.id)
            self.names[account.id] = account.name
        into = merges.survivors(session, workspace_id, merges.ACCOUNT)
        for account in writing.found(session, query, Account.id, into):
            if account.external_id is not None:
                self._by_id[account.external_id] = into[account.id]
            self._by_key.setdefault(account.name_key, [into[account.id]])

    def ids(self) -> set[int]:
        """Of every account found."""
        return {*self._by_id.values(), *(one for fit in self._by_key.values() for one in fit)}

    def find(self, by: str, told: str) -> int:
        """The account. Raises UnknownAccount or SeveralFit."""
        if by == BY_ID:
            fit = [self._by_id[told]] if told in self._by_id else []
        else:
            fit = self._by_key.get(name_key(told), [])
        if not fit:
            raise UnknownAccount(by, told)
        if len(fit) > 1:
            raise SeveralFit("account", told)
        return fit[0]
