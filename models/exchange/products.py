"""A product as a file tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.exchange import values as read
from models.exchange.columns import Shape

SHAPE = Shape(
    kind="products",
    limits={"name": 120, "family": 60, "price": 40},
    required=((("name",),),),
    telling=frozenset({"name"}),
    free_text=("name", "family"),
    also={},
)


@dataclass(frozen=True, slots=True)
class ProductRow:
    """What one line says: columns of the product's row."""

    line: int
    told: Mapping[str, str | int]


def row(line: int, values: Mapping[str, str]) -> ProductRow:
    """The line's product. Raises BadRow."""
    told: dict[str, str | int] = {
        field: values[field] for field in ("name", "family") if field in values
    }
    if "price" in values:
        told["price_cents"] = read.cents("price", values["price"])
    return ProductRow(line, told)


def check(values: Mapping[str, str]) -> None:
    """Whether every row may have these values. Raises BadRow."""
    row(0, {"name": "-", **values})
