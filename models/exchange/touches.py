"""A touch as a file tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.exchange import values as read
from models.exchange.accounts import aliases, owner
from models.exchange.broken import BadNumber
from models.exchange.columns import Shape

SHAPE = Shape(
    kind="touches",
    limits={
        "external_id": 120,
        "account": 120,
        "account_external_id": 120,
        "owner": 254,
        "type": 60,
        "occurred_on": 40,
        "outcome": 60,
        "service_line": 60,
        "contacts": 600,
        "headcount": 5,
        "note": 3000,
    },
    required=(
        (("external_id",),),
        (("account",), ("account_external_id",)),
        (("owner",),),
        (("type",),),
        (("occurred_on",),),
    ),
    telling=frozenset({"external_id"}),
    free_text=("note", "contacts", "type", "outcome", "service_line"),
    people=("owner",),
    also={"account_name": "account", "owner_email": "owner", "date": "occurred_on"},
)


@dataclass(frozen=True, slots=True)
class TouchRow:
    """What one line says. `owner` is who made the touch; `contacts` are names of people met."""

    line: int
    external_id: str
    by: str
    account: str
    owner: str
    type: str
    occurred_on: date
    outcome: str | None
    service_line: str | None
    contacts: tuple[str, ...]
    headcount: int | None
    note: str


def row(line: int, values: Mapping[str, str], dates: str) -> TouchRow:
    """The line's touch. Raises BadRow."""
    by = "account_external_id" if "account_external_id" in values else "account"
    return TouchRow(
        line=line,
        external_id=values["external_id"],
        by=by,
        account=values[by],
        owner=owner(values["owner"]),
        type=values["type"],
        occurred_on=read.day("occurred_on", values["occurred_on"], dates),
        outcome=values.get("outcome"),
        service_line=values.get("service_line"),
        contacts=aliases(values.get("contacts", "")),
        headcount=_count(values["headcount"]) if "headcount" in values else None,
        note=values.get("note", ""),
    )


def check(values: Mapping[str, str], dates: str) -> None:
    """Whether every row may have these values. Raises BadRow."""
    usual = dict.fromkeys(("external_id", "account", "owner", "type"), "-")
    row(0, {**usual, "occurred_on": "2000-01-01", **values}, dates)


def _count(value: str) -> int:
    if not (value.isascii() and value.isdecimal()) or int(value) > 9_999:
        raise BadNumber("headcount")
    return int(value)
