"""Reading and writing many rows at once, with Core: what an import costs is here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import (
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from models import workspaces
from models.aliases import Alias
from models.db import Base
from models.workspaces import Workspace

Values = Mapping[str, Any]
Rows = Select[*tuple[Any, ...]]
_Key = TypeVar("_Key", str, int)

AT_ONCE = 5_000
"""Keys in one question; SQLite takes at most 32,766 values, PostgreSQL 65,535."""


def hold(session: Session, workspace_id: int) -> None:
    """Keep other imports, and other changes of names, waiting until this transaction ends.

    Not so strong that a new row pointing at the workspace would wait (a touch does).
    """
    session.execute(
        select(Workspace.id).where(Workspace.id == workspace_id).with_for_update(key_share=True)
    )


def found(
    session: Session,
    query: Rows,
    column: Any,
    keys: Iterable[_Key],
) -> Iterator[Any]:
    """The query's rows whose `column` is among the keys."""
    wanted = list(dict.fromkeys(keys))
    for start in range(0, len(wanted), AT_ONCE):
        yield from session.execute(query.where(column.in_(wanted[start : start + AT_ONCE])))


def put(session: Session, model: type[Base], rows: Sequence[Values]) -> None:
    """Insert the rows, whose columns are the same throughout."""
    if rows:
        session.connection().execute(insert(_table(model)), rows)


def put_for_ids(session: Session, model: type[Base], rows: Sequence[Values]) -> list[int]:
    """Insert the rows; their ids in the same order."""
    if not rows:
        return []
    table = _table(model)
    made = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(session.connection().execute(made, rows).scalars())


def change(
    session: Session,
    model: type[Base],
    changes: Mapping[int, Values],
    present: Mapping[int, Values],
    version: int | None,
) -> None:
    """Give each row (by id) its changes and the names version, in tables that have one.

    present  the rows as they are: one statement changes all, so every row needs a value for
             every column that any of them changes.
    """
    if not changes:
        return
    table = _table(model)
    columns = sorted({column for told in changes.values() for column in told})
    values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in columns}
    if version is not None:
        values["names_version"] = version
    statement = update(table).where(table.c.id == bindparam("of_id")).values(values)
    session.connection().execute(
        statement,
        [
            {"of_id": row_id, **{f"to_{n}": {**present[row_id], **told}[n] for n in columns}}
            for row_id, told in changes.items()
        ],
    )


def highest(session: Session, model: type[Base]) -> int:
    """The highest id so far; rows inserted from now on have higher ones."""
    return session.connection().execute(select(func.max(_table(model).c.id))).scalar() or 0


def version_for(session: Session, workspace_id: int, *, removed: bool) -> int:
    """The one names version of this import."""
    return workspaces.next_names_version(session, workspace_id, removed=removed)


class AliasChanges:
    """Which of everybody's aliases go and which come, for one kind of thing.

    of       the name of the alias's column, "account_id" or "competitor_id".
    changed  for each thing whose aliases change, those before and those after.
    """

    def __init__(self, session: Session, workspace_id: int, of: str, ids: Iterable[int]) -> None:
        self._session, self._workspace_id, self._of = session, workspace_id, of
        self._known: dict[int, dict[str, int]] = {}
        self._gone: list[int] = []
        self._new: list[tuple[int, str]] = []
        self.changed: dict[int, tuple[Sequence[str], Sequence[str]]] = {}
        column = getattr(Alias, of)
        query = select(column.label("thing"), Alias.id, Alias.text).where(
            Alias.workspace_id == workspace_id, Alias.user_id.is_(None)
        )
        for row in found(session, query, column, ids):
            self._known.setdefault(row.thing, {})[row.text] = row.id

    def known(self, thing: int) -> Sequence[str]:
        """Everybody's other names for the thing as they are."""
        return tuple(self._known.get(thing, ()))

    def want(self, thing: int, texts: Sequence[str]) -> bool:
        """These and no others; whether that changes anything."""
        known = self._known.get(thing, {})
        gone = [alias_id for text, alias_id in known.items() if text not in texts]
        new = [(thing, text) for text in texts if text not in known]
        self._gone += gone
        self._new += new
        if gone or new:
            self.changed[thing] = (tuple(known), tuple(texts))
        return bool(gone or new)

    @property
    def removes(self) -> bool:
        return bool(self._gone)

    def write(self, version: int) -> None:
        for start in range(0, len(self._gone), AT_ONCE):
            some = self._gone[start : start + AT_ONCE]
            self._session.execute(delete(Alias).where(Alias.id.in_(some)))
        put(
            self._session,
            Alias,
            [
                {
                    "workspace_id": self._workspace_id,
                    self._of: thing,
                    "text": text,
                    "names_version": version,
                }
                for thing, text in self._new
            ],
        )


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)
