"""Which columns of which tables point at a thing. Read from the tables themselves, so that a new
table is not forgotten when two things become one, or one is to go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Column, Table

from models.tables import metadata


@dataclass(frozen=True)
class Pointer:
    """A column that holds ids of rows of another table."""

    table: Table
    column: Column[int]

    @property
    def name(self) -> str:
        """ "touch.account_id"."""
        return f"{self.table.name}.{self.column.name}"


@cache
def pointers_to(target: str) -> Sequence[Pointer]:
    """Every column that points at the table `target`, in the order of the tables."""
    return tuple(
        Pointer(table, column)
        for table in metadata.sorted_tables
        for key in table.foreign_key_constraints
        if key.referred_table.name == target
        for column in key.columns
        if column.name != "workspace_id"
    )
