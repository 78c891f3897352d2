"""An account as a file tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from models.aliases import cleaned
from models.cadence import TIERS
from models.exchange.broken import BadOwner, NotOneOf
from models.exchange.columns import Shape
from models.text import name_key

STATUSES = ("prospect", "active", "dormant", "inactive", "do_not_call", "not_engaged")
"""How things stand with an account. Source: domain.md D1."""

SHAPE = Shape(
    kind="accounts",
    limits={
        "external_id": 120,
        "name": 120,
        "type": 60,
        "tier": 20,
        "status": 20,
        "owner": 254,
        "address": 200,
        "city": 120,
        "state": 40,
        "zip": 12,
        "phone": 40,
        "website": 200,
        "territory": 120,
        "aliases": 2000,
    },
    required=((("name",),),),
    telling=frozenset({"external_id", "name", "aliases"}),
    free_text=("name", "type", "address", "website", "territory", "aliases"),
    people=("owner",),
    also={"owner_email": "owner"},
)

_AS_THEY_ARE = (
    "external_id",
    "name",
    "address",
    "city",
    "state",
    "zip",
    "phone",
    "website",
    "territory",
)
_TIERS = {tier.casefold(): tier for tier in TIERS}
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{1,19}")
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What one line says.

    told     columns of the account's row and the values the line gives them.
    type     a label of the list of account types.
    owner    a Slack id, an e-mail address in lower case, or a person's name.
    aliases  all of everybody's other names for it; None when the line says nothing of them.
    """

    line: int
    key: str
    told: Mapping[str, str]
    type: str | None
    owner: str | None
    aliases: tuple[str, ...] | None


def row(line: int, values: Mapping[str, str]) -> AccountRow:
    """The line's account. Raises BadRow."""
    told = {field: values[field] for field in _AS_THEY_ARE if field in values}
    if "tier" in values:
        told["tier"] = _tier(values["tier"])
    if "status" in values:
        told["status"] = _status(values["status"])
    return AccountRow(
        line=line,
        key=name_key(told["name"]),
        told=told,
        type=values.get("type"),
        owner=owner(values["owner"]) if "owner" in values else None,
        aliases=aliases(values["aliases"]) if "aliases" in values else None,
    )


def check(values: Mapping[str, str]) -> None:
    """Whether every row may have these values. Raises BadRow."""
    row(0, {"name": "-", **values})


def owner(value: str, field: str = "owner") -> str:
    """A Slack id or a name as it is, an e-mail address in lower case. Raises BadOwner."""
    if is_email(value):
        return value.casefold()
    if "@" in value:
        raise BadOwner(field, value)
    return value


def is_slack_id(value: str) -> bool:
    """Whether this is the form of a person's id in Slack."""
    return bool(_SLACK_ID.fullmatch(value))


def is_email(value: str) -> bool:
    """Whether this is the form of an e-mail address."""
    return bool(_EMAIL.fullmatch(value)) and len(value) <= 254


def aliases(value: str) -> tuple[str, ...]:
    """Names parted by ";", each once."""
    return tuple(cleaned(value.split(";")))


def _tier(value: str) -> str:
    try:
        return _TIERS[value.casefold()]
    except KeyError:
        raise NotOneOf("tier", value, TIERS) from None


def _status(value: str) -> str:
    key = re.sub(r"[\s\-_]+", "_", value.casefold())
    if key not in STATUSES:
        raise NotOneOf("status", value, STATUSES)
    return key
