"""A file's accounts into the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import cadence, lists, merges, reckoning, slots
from models.accounts import Account
from models.cadence import Rules
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
_REASONS = frozenset({"tier", "type", "owned_since"})
"""Columns whose change moves the due day."""

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
    rows = people.with_known_owners(session, workspace, rows, report, emails_wait=True)
    known = _Known(session, workspace.id, rows, [place for place in _PLACE if place in fields])
    matched, new, repeated = _match(known, rows, report)
    kept = [row for _, row in matched] + new
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
        rules=cadence.rules(session, workspace.id),
        today=slots.local_day(now, workspace.zone),
    )
    changes, present = _changes(session, matched, teller)
    with_aliases = [(record["id"], row) for record, row in matched if row.aliases]
    aliases = writing.AliasChanges(
        session, workspace.id, "account_id", (account_id for account_id, _ in with_aliases)
    )
    for account_id, row in with_aliases:
        # The names of what was merged into an account stay, whatever the file says.
        old = aliases.known(account_id) if account_id in known.old_names else ()
        if aliases.want(account_id, (*(row.aliases or ()), *old)):
            changes.setdefault(account_id, {})
    report.new, report.changed = len(new), len(changes)
    report.unchanged = len(matched) - len(changes) + repeated
    if not (new or changes):
        return
    version = writing.version_for(session, workspace.id, removed=aliases.removes)
    writing.change(session, Account, changes, present, version)
    moved = [account_id for account_id, told in changes.items() if told.keys() & _REASONS]
    reckoning.where_people_changed(session, workspace.id, moved)
    report.trail.change_all("account", changes, present, aliases.changed)
    if new:
        report.trail.came_after("account", writing.highest(session, Account), version)
    _add(session, workspace.id, new, teller, aliases, version, now)
    aliases.write(version)


class _Teller:
    """Turns what a row says into column values."""

    def __init__(
        self,
        types: Mapping[str, str],
        owners: Mapping[str, Owner],
        *,
        rules: Rules,
        today: date,
    ) -> None:
        self._types, self._owners = types, owners
        self._rules, self._today = rules, today

    def new(self, row: AccountRow) -> dict[str, Any]:
        """The columns of an account nobody knew."""
        return {**_NEW, **self.changes(_NEW, row)}

    def changes(self, record: Values, row: AccountRow) -> dict[str, Any]:
        """The columns in which the row differs from the record, and what follows from them.

        A new owner has had the account since today; a new owner, tier or type moves the due day
        (people who must be met there do so later).
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
        if differ.keys() & _REASONS:
            now = {**record, **differ}
            longest = self._rules.of_account(now["tier"], now["type"]).max_days
            differ["due_on"] = cadence.due_on(record["last_touch_on"], now["owned_since"], longest)
        return differ


def _match(
    known: _Known, rows: Sequence[AccountRow], report: Report
) -> tuple[list[tuple[Values, AccountRow]], list[AccountRow], int]:
    """Each row with the account it is about, the rows about none yet, and how many more tell of
    one that was merged into an account of which another row tells."""
    once = Once()
    matched: list[tuple[Values, AccountRow]] = []
    merged: list[tuple[Values, AccountRow]] = []
    new: list[AccountRow] = []
    for row in rows:
        identity = known.identity(row)
        try:
            once.see(identity, row.line, "external_id" in row.told)
            record = known.find(row, identity)
            if record is not None:
                once.take(record["id"], row.line)
        except BadRow as reason:
            report.rejects.append(Reject(row.line, reason))
            continue
        if record is not None:
            matched.append((record, known.without_old_name(record, row)))
        elif (kept := known.merged(row, identity)) is not None:
            merged.append(kept)
        else:
            new.append(row)
    told_of = {record["id"] for record, _ in matched}
    repeated = 0
    for record, row in merged:
        if record["id"] in told_of:
            repeated += 1
        else:
            told_of.add(record["id"])
            matched.append((record, row))
    return matched, new, repeated


class _Known:
    """The accounts that the rows may be about.

    old_names  the name keys of those that were merged into an account, by its id.
    """

    def __init__(
        self,
        session: Session,
        workspace_id: int,
        rows: Sequence[AccountRow],
        places: Sequence[str],
    ) -> None:
        query = _records().where(Account.workspace_id == workspace_id)
        self._places = places
        self._by_id: dict[str, Values] = {}
        self._by_identity: dict[tuple[str, ...], list[Values]] = {}
        self._merged_by_id: dict[str, Values] = {}
        self._merged_by_identity: dict[tuple[str, ...], Values] = {}
        self.old_names: dict[int, set[str]] = {}
        if session.execute(query.limit(1)).first() is None:
            return
        self._read_merged(session, workspace_id, query)
        ids = (row.told["external_id"] for row in rows if "external_id" in row.told)
        for record in writing.found(session, query, Account.external_id, ids):
            if record.external_id not in self._merged_by_id:
                self._by_id[record.external_id] = record._asdict()
        named = query.where(Account.archived_at.is_(None))
        keys = (row.key for row in rows if row.told.get("external_id") not in self._by_id)
        for record in writing.found(session, named, Account.name_key, keys):
            self._by_identity.setdefault(self._identity(record), []).append(record._asdict())

    def _read_merged(self, session: Session, workspace_id: int, query: Rows) -> None:
        into = merges.survivors(session, workspace_id, merges.ACCOUNT)
        found = {
            record.id: record
            for record in writing.found(session, query, Account.id, [*into, *into.values()])
        }
        for gone_id, kept_id in into.items():
            gone, kept = found.get(gone_id), found.get(kept_id)
            if gone is None or kept is None:
                continue
            if gone.external_id is not None:
                self._merged_by_id[gone.external_id] = kept._asdict()
            self._merged_by_identity[self._identity(gone)] = kept._asdict()
            self.old_names.setdefault(kept_id, set()).add(gone.name_key)

    def identity(self, row: AccountRow) -> tuple[str, ...]:
        """What tells the row's account from others, if not an external id."""
        return (row.key, *(row.told.get(place, "").casefold() for place in self._places))

    def _identity(self, record: Any) -> tuple[str, ...]:
        return (record.name_key, *(getattr(record, place).casefold() for place in self._places))

    def find(self, row: AccountRow, identity: tuple[str, ...]) -> Values | None:
        """The account of this external id, else of this name and place. Raises SeveralFit.

        A row with an id never takes an account that has another one.
        """
        external_id = row.told.get("external_id")
        if external_id in self._by_id:
            return self._by_id[external_id]
        if external_id in self._merged_by_id:
            return None
        fit = self._by_identity.get(identity, [])
        if external_id is not None:
            fit = [record for record in fit if record["external_id"] is None]
        if len(fit) > 1:
            raise SeveralFit("account", row.told["name"])
        return fit[0] if fit else None

    def merged(
        self, row: AccountRow, identity: tuple[str, ...]
    ) -> tuple[Values, AccountRow] | None:
        """When the row's account was merged into another: that one, and what the row says of it.

        Neither the name, nor the aliases, nor the id of the one that is gone are the kept one's.
        """
        external_id = row.told.get("external_id")
        told = {name: value for name, value in row.told.items() if name != "name"}
        kept = self._merged_by_id.get(external_id) if external_id is not None else None
        if kept is not None:
            del told["external_id"]
        else:
            kept = self._merged_by_identity.get(identity)
            if kept is None or (external_id is not None and kept["external_id"] is not None):
                return None
        return kept, replace(row, told=told, aliases=None)

    def without_old_name(self, record: Values, row: AccountRow) -> AccountRow:
        """The row, less a name of one that was merged into this account."""
        if row.key == record["name_key"] or row.key not in self.old_names.get(record["id"], ()):
            return row
        return replace(row, told={n: value for n, value in row.told.items() if n != "name"})


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
