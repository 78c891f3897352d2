"""Moving all rows that point at one account or contact to another, and putting them back.

What is handed out and taken in is what `merge.moved` keeps, as JSON:

    rows     {"touch.account_id": [ids]}: rows that pointed at the one that is gone.
    dropped  rows that would have stood twice, whole, with the id of the one that stayed "beside".
    made     {"touch.made_account": [ids]}: marks of what an undo of a touch would remove.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Table,
    and_,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from models.db import UtcDateTime
from models.merges import ACCOUNT, CONTACT
from models.pointers import Pointer, pointers_to
from models.tables import metadata

Moved = dict[str, Any]

ONE_PER: Mapping[str, Sequence[str]] = {
    "touch_contact.contact_id": ("touch_id",),
    "snooze.account_id": ("user_id",),
    "alias.account_id": ("user_id", "text"),
    "alias.contact_id": ("user_id", "text"),
    "opportunity_contact.contact_id": ("opportunity_id",),
    "planned_account.account_id": ("weekly_plan_id",),
}
"""Rows alike in these columns would say one thing twice once they point at the same row."""

_LATER_STAYS = {"snooze": "hidden_until"}
"""Of two such rows the one with the later day stays; elsewhere that of the one that is kept."""

_MADE = {
    ACCOUNT: ("touch.account_id", "made_account"),
    CONTACT: ("touch_contact.contact_id", "made"),
}
"""Marks on rows that first entered the thing. They are taken away with a merge: undoing such a row
must not delete what by then stands for something else too."""

_AT_ONCE = 5_000


def move(
    session: Session, workspace_id: int, entity: str, gone_id: int, kept_id: int, *, owner: bool
) -> Moved:
    """Have every row that points at the one that is gone point at the kept one.

    owner  the kept one takes its owner from the other, so touches that made the owner still did.
    """
    rows: dict[str, list[int]] = {}
    dropped: list[dict[str, Any]] = []
    for pointer in pointers_to(entity):
        dropped += _drop_doubles(session, workspace_id, pointer, gone_id, kept_id)
    made = {}
    place, mark = _MADE[entity]
    made[f"{place}:{mark}"] = _unmark(session, workspace_id, place, mark, (gone_id, kept_id))
    if entity == ACCOUNT and not owner:
        ids = _unmark(session, workspace_id, place, "made_owner", (gone_id,))
        made[f"{place}:made_owner"] = ids
    for pointer in pointers_to(entity):
        changed = session.execute(
            update(pointer.table)
            .where(_of(pointer, workspace_id, gone_id))
            .values({pointer.column: kept_id})
            .returning(pointer.table.c.id)
        )
        rows[pointer.name] = sorted(changed.scalars())
    return {
        "rows": {name: ids for name, ids in rows.items() if ids},
        "dropped": dropped,
        "made": {name: ids for name, ids in made.items() if ids},
    }


def put_back(
    session: Session,
    workspace_id: int,
    entity: str,
    gone_id: int,
    kept_id: int,
    moved: Mapping[str, Any],
    *,
    shared: bool,
) -> None:
    """Undo `move`, for rows that still point at the kept one. What was deleted or moved on since
    stays so.

    shared  others are merged into the kept one, so its own rows get no mark back.
    """
    for pointer in pointers_to(entity):
        for ids in _chunks(moved["rows"].get(pointer.name, ())):
            session.execute(
                update(pointer.table)
                .where(_of(pointer, workspace_id, kept_id), pointer.table.c.id.in_(ids))
                .values({pointer.column: gone_id})
            )
    for one in moved["dropped"]:
        _bring_back(session, workspace_id, metadata.tables[one["table"]], one)
    theirs = (gone_id,) if shared else (gone_id, kept_id)
    for name, ids in moved["made"].items():
        place, _, mark = name.partition(":")
        table, column = _named(place)
        for some in _chunks(ids):
            session.execute(
                update(table)
                .where(
                    table.c.workspace_id == workspace_id,
                    table.c.id.in_(some),
                    column.in_(theirs),
                )
                .values({mark: True})
            )


def as_json(value: Any) -> Any:
    """A column's value as JSON takes it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def from_json(column: ColumnElement[Any], value: Any) -> Any:
    """The column's value from what `as_json` made of it."""
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value


def _of(pointer: Pointer, workspace_id: int, row_id: int) -> Any:
    return and_(pointer.table.c.workspace_id == workspace_id, pointer.column == row_id)


def _named(place: str) -> tuple[Table, Column[Any]]:
    table, _, column = place.partition(".")
    return metadata.tables[table], metadata.tables[table].c[column]


def _drop_doubles(
    session: Session, workspace_id: int, pointer: Pointer, gone_id: int, kept_id: int
) -> list[dict[str, Any]]:
    """Delete one of each two rows that would say the same; the deleted, whole."""
    table = pointer.table
    theirs, ours = table.alias(), table.alias()
    alike = [
        theirs.c[name].is_not_distinct_from(ours.c[name]) for name in ONE_PER.get(pointer.name, ())
    ]
    if not alike:
        return []
    pairs = session.execute(
        select(theirs.c.id, ours.c.id).where(
            theirs.c.workspace_id == workspace_id,
            ours.c.workspace_id == workspace_id,
            theirs.c[pointer.column.name] == gone_id,
            ours.c[pointer.column.name] == kept_id,
            *alike,
        )
    ).all()
    dropped = []
    for their_id, our_id in dict(tuple(pair) for pair in pairs).items():
        goes, stays = _row(session, table, their_id), _row(session, table, our_id)
        later = _LATER_STAYS.get(table.name)
        if later and goes[later] > stays[later]:
            goes, stays = stays, goes
        session.execute(delete(table).where(table.c.id == goes["id"]))
        values = {name: as_json(value) for name, value in goes.items()}
        dropped.append({"table": table.name, "values": values, "beside": stays["id"]})
    return dropped


def _row(session: Session, table: Table, row_id: int) -> dict[str, Any]:
    return dict(session.execute(select(table).where(table.c.id == row_id)).mappings().one())


def _bring_back(session: Session, workspace_id: int, table: Table, one: Mapping[str, Any]) -> None:
    """Insert a dropped row again, if the one beside it is still there: else somebody has since
    rewritten or removed what both said."""
    beside = exists().where(table.c.workspace_id == workspace_id, table.c.id == one["beside"])
    if session.scalar(select(beside)):
        values = {name: from_json(table.c[name], value) for name, value in one["values"].items()}
        session.execute(insert(table).values(values))


def _unmark(
    session: Session, workspace_id: int, place: str, mark: str, ids: Sequence[int]
) -> list[int]:
    table, column = _named(place)
    changed = session.execute(
        update(table)
        .where(table.c.workspace_id == workspace_id, column.in_(ids), table.c[mark])
        .values({mark: False})
        .returning(table.c.id)
    )
    return sorted(changed.scalars())


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
