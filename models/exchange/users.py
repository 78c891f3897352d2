"""A person as a file tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.exchange.accounts import is_email, is_slack_id, owner
from models.exchange.broken import BadEmail, BadSlackId, NotOneOf
from models.exchange.columns import Shape
from models.text import name_key
from models.users import ROLES

SHAPE = Shape(
    kind="users",
    limits={
        "name": 120,
        "email": 254,
        "slack_id": 20,
        "role": 20,
        "manager": 254,
        "territory": 120,
    },
    required=((("name",),),),
    telling=frozenset({"name", "email", "slack_id"}),
    free_text=("name", "territory"),
    people=("manager",),
    also={},
)


@dataclass(frozen=True, slots=True)
class UserRow:
    """What one line says; None where it says nothing. `manager` is as an owner is."""

    line: int
    key: str
    name: str
    email: str | None
    slack_id: str | None
    role: str | None
    manager: str | None
    territory: str | None


def row(line: int, values: Mapping[str, str]) -> UserRow:
    """The line's person. Raises BadRow."""
    return UserRow(
        line=line,
        key=name_key(values["name"]),
        name=values["name"],
        email=_email(values["email"]) if "email" in values else None,
        slack_id=_slack_id(values["slack_id"]) if "slack_id" in values else None,
        role=_role(values["role"]) if "role" in values else None,
        manager=owner(values["manager"], "manager") if "manager" in values else None,
        territory=values.get("territory"),
    )


def check(values: Mapping[str, str]) -> None:
    """Whether every row may have these values. Raises BadRow."""
    row(0, {"name": "-", **values})


def _email(value: str) -> str:
    if not is_email(value):
        raise BadEmail(value)
    return value.casefold()


def _slack_id(value: str) -> str:
    if not is_slack_id(value):
        raise BadSlackId(value)
    return value


def _role(value: str) -> str:
    role = value.casefold()
    if role not in ROLES:
        raise NotOneOf("role", value, ROLES)
    return role
