"""A competitor as a file tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.exchange.accounts import aliases
from models.exchange.columns import Shape
from models.text import name_key

SHAPE = Shape(
    kind="competitors",
    limits={"name": 120, "aliases": 2000},
    required=((("name",),),),
    telling=frozenset({"name", "aliases"}),
    free_text=("name", "aliases"),
    also={},
)


@dataclass(frozen=True, slots=True)
class CompetitorRow:
    """What one line says. `aliases` is None when it says nothing of them."""

    line: int
    key: str
    name: str
    aliases: tuple[str, ...] | None


def row(line: int, values: Mapping[str, str]) -> CompetitorRow:
    """The line's competitor."""
    return CompetitorRow(
        line=line,
        key=name_key(values["name"]),
        name=values["name"],
        aliases=aliases(values["aliases"]) if "aliases" in values else None,
    )
