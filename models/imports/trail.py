"""Which rows an import made and changed, gathered while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Values = Mapping[str, Any]


class Changed(NamedTuple):
    """A row's columns as they were, and as the import left them."""

    entity: str
    row_id: int
    before: Values
    after: Values


@dataclass
class Trail:
    """What an import did to which tables.

    made   ids of new rows by table.
    since  for tables whose new rows nobody numbered: the highest id before they came, and the
           names version they were given (None: rows of this workspace above that id).
    """

    made: dict[str, list[int]] = field(default_factory=dict)
    changed: list[Changed] = field(default_factory=list)
    since: dict[str, tuple[int, int | None]] = field(default_factory=dict)

    def make(self, entity: str, ids: Iterable[int]) -> None:
        """These rows are new."""
        self.made.setdefault(entity, []).extend(ids)

    def came_after(self, entity: str, before: int, version: int | None = None) -> None:
        """The rows above this id are new, those of this names version if there is one."""
        self.since[entity] = (before, version)

    def change(self, entity: str, row_id: int, before: Values, after: Values) -> None:
        """These columns of a row changed; `before` may hold others too."""
        was = {name: before[name] for name in after}
        self.changed.append(Changed(entity, row_id, was, after))

    def change_all(
        self,
        entity: str,
        changes: Mapping[int, Values],
        present: Mapping[int, Values],
        aliases: Mapping[int, tuple[Sequence[str], Sequence[str]]] | None = None,
    ) -> None:
        """The same for many rows, by id, some with other aliases."""
        for row_id, told in changes.items():
            before, after = present[row_id], told
            if aliases and row_id in aliases:
                was, now = aliases[row_id]
                before, after = {**before, "aliases": list(was)}, {**told, "aliases": list(now)}
            self.change(entity, row_id, before, after)
