"""Whose a row is: agents, their managers and regions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, null, true
from sqlalchemy.orm import aliased

from models.reports.report import Asked
from models.territories import Territory
from models.users import User

Owner, Boss, Person = aliased(User), aliased(User), aliased(User)

AnySelect = Select[*tuple[Any, ...]]


def called(person: Any) -> ColumnElement[str]:
    """A person's name; of one who has not used Touchbase yet, the e-mail address."""
    return func.coalesce(func.nullif(person.name, ""), person.email, "")


_GROUPS: dict[str, tuple[Any, ColumnElement[str]]] = {
    "agent": (Owner.id, called(Owner)),
    "manager": (Boss.id, called(Boss)),
    "region": (Territory.id, Territory.name.expression),
}
BYS = tuple(_GROUPS)


def group(by: str | None) -> tuple[Any, ColumnElement[str]]:
    """The id and name by which rows are told apart; of None one group of everything."""
    return (null(), literal("")) if by is None else _GROUPS[by]


def header(by: str) -> str:
    """The heading of the column that tells the groups apart."""
    return by.capitalize()


def with_people(query: AnySelect, workspace_id: Any, person_id: Any) -> AnySelect:
    """The query with the row's person, their manager and their region, where there are any."""
    return (
        query.outerjoin(Owner, and_(Owner.workspace_id == workspace_id, Owner.id == person_id))
        .outerjoin(Boss, and_(Boss.workspace_id == Owner.workspace_id, Boss.id == Owner.manager_id))
        .outerjoin(
            Territory,
            and_(Territory.workspace_id == Owner.workspace_id, Territory.id == Owner.territory_id),
        )
    )


def theirs(asked: Asked, person_id: Any) -> ColumnElement[bool]:
    """Rows of the people asked about; of everyone, those of nobody too."""
    return true() if asked.people is None else person_id.in_(sorted(asked.people))
