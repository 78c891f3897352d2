"""A file's contacts into the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import lists, merges, reckoning
from models.contacts import Contact
from models.exchange.broken import BadRow, SeveralFit
from models.exchange.contacts import ContactRow
from models.imports import people, writing
from models.imports.homes import Homes
from models.imports.report import Once, Reject, Report
from models.imports.writing import Rows, Values
from models.workspaces import Workspace

_COLUMNS = (
    "id",
    "account_id",
    "external_id",
    "name",
    "name_key",
    "credentials",
    "title",
    "role",
    "buying_role",
    "email",
    "phone",
)
_ROLES = {lists.CONTACT_ROLE: "role", lists.BUYING_ROLE: "buying_role"}
"""The lists of roles, and the columns of their keys."""

_NEW: Mapping[str, Any] = {
    "external_id": None,
    "role": None,
    "buying_role": None,
    "status": "active",
    **dict.fromkeys(("credentials", "title", "email", "phone"), ""),
}


def store(
    session: Session,
    workspace: Workspace,
    rows: Sequence[ContactRow],
    now: datetime,
    report: Report,
) -> None:
    """Take the rows over: make what is new, change what differs, count in `report`."""
    writing.hold(session, workspace.id)
    matched, new, merged = _match(session, workspace.id, rows, report)
    kept = [row for *_, row in matched] + [row for _, row in new]
    roles = {
        name: people.entries(
            session,
            workspace.id,
            name,
            (label for row in kept if (label := getattr(row, column))),
            report,
        )
        for name, column in _ROLES.items()
    }

    def told(account_id: int, row: ContactRow) -> dict[str, Any]:
        held = {
            column: roles[name][label]
            for name, column in _ROLES.items()
            if (label := getattr(row, column))
        }
        return {"account_id": account_id, "name_key": row.key, **row.told, **held}

    changes = {
        record["id"]: differ
        for record, account_id, row in matched
        if (
            differ := {
                name: value
                for name, value in told(account_id, row).items()
                if record[name] != value
            }
        )
    }
    report.new, report.changed = len(new), len(changes)
    report.unchanged = len(matched) - len(changes) + merged
    if not (new or changes):
        return
    version = writing.version_for(session, workspace.id, removed=False)
    present = {record["id"]: record for record, _, _ in matched}
    writing.change(session, Contact, changes, present, version)
    report.trail.change_all("contact", changes, present)
    if new:
        report.trail.came_after("contact", writing.highest(session, Contact), version)
    fixed = {"workspace_id": workspace.id, "names_version": version, "created_at": now}
    writing.put(
        session, Contact, [{**_NEW, **told(account_id, row), **fixed} for account_id, row in new]
    )
    homes: set[int] = {account_id for account_id, _ in new}
    for contact_id, differ in changes.items():
        home: int = present[contact_id]["account_id"]
        homes |= {home, differ.get("account_id", home)}
    reckoning.where_people_changed(session, workspace.id, sorted(homes))


def _match(
    session: Session, workspace_id: int, rows: Sequence[ContactRow], report: Report
) -> tuple[list[tuple[Values, int, ContactRow]], list[tuple[int, ContactRow]], int]:
    """Each row with the contact it is about and its account, the rows about nobody yet, and how
    many are about somebody who was merged into another: of those the file has no more to say."""
    places = Homes(session, workspace_id, ((row.by, row.account) for row in rows))
    known = _Known(session, workspace_id, rows, places.ids())
    once = Once()
    matched: list[tuple[Values, int, ContactRow]] = []
    new: list[tuple[int, ContactRow]] = []
    merged = 0
    for row in rows:
        try:
            account_id = places.find(row.by, row.account)
            once.see((account_id, row.key), row.line, "external_id" in row.told)
            record = known.find(row, account_id)
            if record is not None:
                once.take(record["id"], row.line)
        except BadRow as reason:
            report.rejects.append(Reject(row.line, reason))
            continue
        if record is not None:
            matched.append((record, account_id, row))
        elif known.was_merged(row, account_id):
            merged += 1
        else:
            new.append((account_id, row))
    return matched, new, merged


class _Known:
    """The contacts that the rows may be about."""

    def __init__(
        self,
        session: Session,
        workspace_id: int,
        rows: Sequence[ContactRow],
        account_ids: set[int],
    ) -> None:
        everybody = _records().where(Contact.workspace_id == workspace_id)
        query = everybody.where(Contact.archived_at.is_(None))
        ids = (row.told["external_id"] for row in rows if "external_id" in row.told)
        self._by_id: dict[str, Values] = {
            record.external_id: record._asdict()
            for record in writing.found(session, query, Contact.external_id, ids)
        }
        self._by_name: dict[tuple[int, str], list[Values]] = {}
        for record in writing.found(session, query, Contact.account_id, sorted(account_ids)):
            place = (record.account_id, record.name_key)
            self._by_name.setdefault(place, []).append(record._asdict())
        into = merges.survivors(session, workspace_id, merges.CONTACT)
        gone = list(writing.found(session, everybody, Contact.id, into))
        self._merged_ids = {record.external_id for record in gone if record.external_id is not None}
        self._merged_names = {(record.account_id, record.name_key) for record in gone}

    def find(self, row: ContactRow, account_id: int) -> Values | None:
        """The contact of this external id, else of this name at the account. Raises SeveralFit.

        A row with an id never takes a contact that has another one.
        """
        external_id = row.told.get("external_id")
        if external_id in self._by_id:
            return self._by_id[external_id]
        if external_id in self._merged_ids:
            return None
        fit = self._by_name.get((account_id, row.key), [])
        if external_id is not None:
            fit = [record for record in fit if record["external_id"] is None]
        if len(fit) > 1:
            raise SeveralFit("contact", row.told["name"])
        return fit[0] if fit else None

    def was_merged(self, row: ContactRow, account_id: int) -> bool:
        """Whether the row is about somebody who was merged into another."""
        if "external_id" in row.told:
            return row.told["external_id"] in self._merged_ids
        return (account_id, row.key) in self._merged_names


def _records() -> Rows:
    return select(*(getattr(Contact, name) for name in _COLUMNS))
