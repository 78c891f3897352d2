"""Everything that is kept of a workspace, table by table, for people to read and take away."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Boolean, Column, Select, Table, select
from sqlalchemy.orm import Session

from models import phi
from models.tables import metadata

_MACHINERY = frozenset(
    {
        *("workspace", "heartbeat", "lane", "seen_request", "delivery", "draft", "snapshot"),
        *("import_run", "import_change", "import_mapping", "not_useful", "verdict"),
    }
)
"""Tables that hold how Touchbase works, not what people told it."""

_INTERNAL = frozenset(
    {
        *("workspace_id", "submission", "name_key", "names_version", "place", "previous"),
        *("next_local_date", "next_due_at", "planned_at", "profile_read_at", "greeted_at"),
        *("made_account", "made_owner", "edits", "moved"),
    }
)
"""Columns of the same sort."""

_NAMES = {
    "account": "name",
    "competitor": "name",
    "contact": "name",
    "opportunity": "name",
    "product": "name",
    "referral": "code",
    "stage": "label",
    "territory": "name",
    "user": "name",
}
"""What a person calls a row of the table: this stands beside its id."""

_FREE = frozenset({"note", "next_step"})
_FREE_OF = frozenset({("follow_up", "text"), ("opportunity", "name")})
"""Words that people typed: the patient guard reads them once more."""

_AT_ONCE = 2_000

Cell = str | int | float | None


@dataclass(frozen=True)
class Sheet:
    """A table: its name, its columns, and its rows in the order in which they came."""

    name: str
    columns: Sequence[str]
    rows: Iterator[Sequence[Cell]]


def sheets(session: Session, workspace_id: int) -> Iterator[Sheet]:
    """Every table, one after the other: read a sheet's rows before asking for the next."""
    names: dict[str, Mapping[int, str]] = {}
    for table in metadata.sorted_tables:
        if table.name in _MACHINERY or "workspace_id" not in table.c:
            continue
        columns = [column for column in table.c if column.name not in _INTERNAL]
        told: list[str] = []
        for column in columns:
            told.append(_header(column))
            if (target := _points_at(table, column)) is not None:
                told.append(column.name.removesuffix("_id"))
                if target not in names:
                    names[target] = _names(session, workspace_id, target)
        query = select(*columns).where(table.c.workspace_id == workspace_id).order_by(table.c.id)
        yield Sheet(table.name, told, _rows(session, query, table, columns, names))


def _rows(
    session: Session,
    query: Select[Any],
    table: Table,
    columns: Sequence[Column[Any]],
    names: Mapping[str, Mapping[int, str]],
) -> Iterator[Sequence[Cell]]:
    targets = [_points_at(table, column) for column in columns]
    for found in session.connection().execute(query).yield_per(_AT_ONCE):
        row: list[Cell] = []
        for value, column, target in zip(found, columns, targets, strict=True):
            row.append(_cell(value, table, column))
            if target is not None:
                row.append("" if value is None else names[target].get(value, ""))
        yield row


def _cell(value: Any, table: Table, column: Column[Any]) -> Cell:
    if value is None:
        return ""
    if isinstance(column.type, Boolean):
        return "yes" if value else "no"
    if column.name.endswith("_cents"):
        return f"{value // 100}.{value % 100:02}"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and (column.name in _FREE or (table.name, column.name) in _FREE_OF):
        found = phi.findings(value)
        return phi.without(value, found) if found else value
    return value if isinstance(value, (int, float)) else str(value)


def _header(column: Column[Any]) -> str:
    return column.name.removesuffix("_cents")


def _points_at(table: Table, column: Column[Any]) -> str | None:
    """The table whose names can be told for the column's ids."""
    if (table.name, column.name) == ("user", "territory_id"):
        return "territory"  # it has no foreign key
    for key in table.foreign_key_constraints:
        if column.name in key.columns and key.referred_table.name in _NAMES:
            return key.referred_table.name
    return None


def _names(session: Session, workspace_id: int, target: str) -> Mapping[int, str]:
    table = metadata.tables[target]
    query = select(table.c.id, table.c[_NAMES[target]]).where(table.c.workspace_id == workspace_id)
    return {row[0]: row[1] for row in session.execute(query)}
