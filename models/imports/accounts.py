"""A file's accounts into the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import cadence, lists, slots
from models.accounts import Account
from models.db import is_sqlite
from models.exchange.accounts import AccountRow
from models.exchange.broken import BadRow, SeveralFit
from models.imports import people, writing
from models.imports.people import Owner
from models.imports.report import Once, Reject, Report
from models.imports.writing import Rows, Values
from models.workspaces import Workspace

_PLACE = ("city", "state")
_COLUMNS = (
    "id",
    "external_id",
    "name",
    "name_key",
    "type",
    "tier",
    "status",
    "owner_id",
    "owner_email",
    "owned_since",
    "address",
    "city",
    "state",
    "zip",
    "phone",
    "website",
    "territory",
    "last_touch_on",
    "due_on",
    "archived_at",
)
_NEW: Mapping[str, Any] = {
    "external_id": None,
    "name": "",
    "name_key": "",
    "type": None,
    "tier": "unrated",
    "status": "active",
    "owner_id": None,
    "owner_email": None,
    "owned_since": None,
    "due_on": None,
    "last_touch_on": None,
    **dict.fromkeys(("address", "city", "state", "zip", "phone", "website", "territory"), ""),
}


def store(
    session: Session,
    workspace: Workspace,
    rows: Sequence[AccountRow],
    fields: frozenset[str],
    now: datetime,
    report: Report,
) -> None:
    """Take the rows over: make what is new, change what differs, count in `report`.

    fields  the fields the file has; a place it has no column for does not tell accounts apart.
    """
    writing.hold(session, workspace.id)
    matched, new = _match(session, workspace.id, rows, fields, report)
    kept = [row for _, row in matched] + new
    report.list_name = lists.ACCOUNT_TYPE
    types = people.entries(
        session, workspace.id, lists.ACCOUNT_TYPE, (row.type for row in kept if row.type), report
    )
    owners = people.owners(
        session, workspace, (row.owner for row in kept if row.owner), now, report
    )
    report.waiting = sum(1 for row in kept if row.owner and owners[row.owner].email)
    teller = _Teller(
        types,
        owners,
        longest=cadence.max_days(session, workspace.id),
        today=slots.local_day(now, workspace.zone),
    )
    changes, present = _changes(session, matched, teller)
    with_aliases = [(record["id"], row) for record, row in matched if row.aliases]
    aliases = writing.AliasChanges(
        session, workspace.id, "account_id", (account_id for account_id, _ in with_aliases)
    )
    for account_id, row in with_aliases:
        if aliases.want(account_id, row.aliases or ()):
            changes.setdefault(account_id, {})
    report.new, report.changed = len(new), len(changes)
    report.unchanged = len(matched) - len(changes)
    if not (new or changes):
        return
    version = writing.version_for(session, workspace.id, removed=aliases.removes)
    writing.change(session, Account, changes, present, version)
    _add(session, workspace.id, new, teller, aliases, version, now)
    aliases.write(version)


class _Teller:
    """Turns what a row says into column values."""

    def __init__(
        self,
        types: Mapping[str, str],
        owners: Mapping[str, Owner],
        *,
        longest: Mapping[str, int],
        today: date,
    ) -> None:
        self._types, self._owners = types, owners
        self._longest, self._today = longest, today

    def new(self, row: AccountRow) -> dict[str, Any]:
        """The columns of an account nobody knew."""
        return {**_NEW, **self.changes(_NEW, row)}

    def changes(self, record: Values, row: AccountRow) -> dict[str, Any]:
        """The columns in which the row differs from the record, and what follows from them.

        A new owner has had the account since today; a new owner or tier moves the due day.
        """
        told: dict[str, Any] = dict(row.told)
        if row.type:
            told["type"] = self._types[row.type]
        if row.owner:
            told["owner_id"], told["owner_email"] = self._owners[row.owner]
        differ = {name: value for name, value in told.items() if record[name] != value}
        if "name" in differ:
            differ["name_key"] = row.key
        if differ.keys() & {"owner_id", "owner_email"}:
            differ["owned_since"] = self._today if told["owner_id"] else None
        if differ.keys() & {"tier", "owned_since"}:
            differ["due_on"] = cadence.due_on(
                record["last_touch_on"],
                differ.get("owned_since", record["owned_since"]),
                self._longest[{**record, **differ}["tier"]],
            )
        return differ


def _match(
    session: Session,
    workspace_id: int,
    rows: Sequence[AccountRow],
    fields: frozenset[str],
    report: Report,
) -> tuple[list[tuple[Values, AccountRow]], list[AccountRow]]:
    """Each row with the account it is about, and the rows about none yet."""
    places = [place for place in _PLACE if place in fields]
    known = _Known(session, workspace_id, rows, places)
    once = Once()
    matched: list[tuple[Values, AccountRow]] = []
    new: list[AccountRow] = []
    for row in rows:
        identity = (row.key, *(row.told.get(place, "").casefold() for place in places))
        try:
            once.see(identity, row.line, "external_id" in row.told)
            record = known.find(row, identity)
            if record is not None:
                once.take(record["id"], row.line)
        except BadRow as reason:
            report.rejects.append(Reject(row.line, reason))
            continue
        if record is None:
            new.append(row)
        else:
            matched.append((record, row))
    return matched, new


class _Known:
    """The accounts that the rows may be about."""

    def __init__(
        self,
        session: Session,
        workspace_id: int,
        rows: Sequence[AccountRow],
        places: Sequence[str],
    ) -> None:
        query = _records().where(Account.workspace_id == workspace_id)
        self._by_id: dict[str, Values] = {}
        self._by_identity: dict[tuple[str, ...], list[Values]] = {}
        if session.execute(query.limit(1)).first() is None:
            return
        ids = (row.told["external_id"] for row in rows if "external_id" in row.told)
        for record in writing.found(session, query, Account.external_id, ids):
            self._by_id[record.external_id] = record._asdict()
        named = query.where(Account.archived_at.is_(None))
        keys = (row.key for row in rows if row.told.get("external_id") not in self._by_id)
        for record in writing.found(session, named, Account.name_key, keys):
            identity = (record.name_key, *(getattr(record, place).casefold() for place in places))
            self._by_identity.setdefault(identity, []).append(record._asdict())

    def find(self, row: AccountRow, identity: tuple[str, ...]) -> Values | None:
        """The account of this external id, else of this name and place. Raises SeveralFit.

        A row with an id never takes an account that has another one.
        """
        external_id = row.told.get("external_id")
        if external_id in self._by_id:
            return self._by_id[external_id]
        fit = self._by_identity.get(identity, [])
        if external_id is not None:
            fit = [record for record in fit if record["external_id"] is None]
        if len(fit) > 1:
            raise SeveralFit("account", row.told["name"])
        return fit[0] if fit else None


def _changes(
    session: Session, matched: Iterable[tuple[Values, AccountRow]], teller: _Teller
) -> tuple[dict[int, dict[str, Any]], dict[int, Values]]:
    """What changes by account id, and the accounts as they are.

    On PostgreSQL a rep may save a touch while this runs, which moves the due day. The accounts
    that change are therefore held and compared once more; those that do not are nobody's wait.
    """
    rows = {record["id"]: row for record, row in matched}
    present = {record["id"]: record for record, _ in matched}
    changes = {
        account_id: differ
        for account_id, record in present.items()
        if (differ := teller.changes(record, rows[account_id]))
    }
    if changes and not is_sqlite(session):
        held = _records().order_by(Account.id).with_for_update(key_share=True)
        for record in writing.found(session, held, Account.id, sorted(changes)):
            present[record.id] = record._asdict()
            changes[record.id] = teller.changes(record._asdict(), rows[record.id])
    return changes, present


def _add(
    session: Session,
    workspace_id: int,
    rows: Sequence[AccountRow],
    teller: _Teller,
    aliases: writing.AliasChanges,
    version: int,
    now: datetime,
) -> None:
    """Insert the new accounts. Only those with aliases need their ids back."""
    fixed = {"workspace_id": workspace_id, "names_version": version, "created_at": now}
    plain = [{**teller.new(row), **fixed} for row in rows if not row.aliases]
    writing.put(session, Account, plain)
    named = [row for row in rows if row.aliases]
    ids = writing.put_for_ids(session, Account, [{**teller.new(row), **fixed} for row in named])
    for account_id, row in zip(ids, named, strict=True):
        aliases.want(account_id, row.aliases or ())


def _records() -> Rows:
    return select(*(getattr(Account, name) for name in _COLUMNS))
