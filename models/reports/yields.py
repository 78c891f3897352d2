"""What visits yielded: referrals credited each way, side by side, by person, type and source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from fractions import Fraction
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import attribution, lists
from models.accounts import Account
from models.attribution import WAYS
from models.reports.people import called
from models.reports.report import COUNT, NUMBER, Asked, Column, Row, Table
from models.users import User

COLUMNS = (
    Column("By"),
    Column("Name"),
    Column("Visits", COUNT),
    Column("First", NUMBER),
    Column("Last", NUMBER),
    Column("Linear", NUMBER),
    Column("Decay", NUMBER),
    Column("Yield per visit", NUMBER),
)

NOTES = (
    "Credit = each referral received within the period gives one away to the touches before it, "
    "to the first, to the last, to all alike (linear) or the more the closer they were (decay).",
    "Yield per visit = linear credit / qualifying touches in person; under 10 visits drawn to the "
    "yield of all: (credit + 10 x that) / (visits + 10).",
)

_AT_ONCE = 1_000

_BYS: tuple[tuple[Literal["user", "type", "account"], str], ...] = (
    ("user", "Person"),
    ("type", "Touch type"),
    ("account", "Source"),
)


def table(session: Session, asked: Asked) -> Table:
    """A row for each person, touch type and source with a visit or a credit, the most credited
    first. Of some people only their touches count."""
    first, last = asked.period.first or date.min, asked.period.last or asked.today
    rows: list[Row] = []
    for by, title in _BYS:
        found = attribution.yields(
            session, asked.workspace_id, first, last, by, people=asked.people
        )
        credit = sum((one.credited for one in found.values()), Fraction())
        visits = sum(one.visits for one in found.values())
        group = credit / visits if visits else Fraction()
        names = _names(session, asked.workspace_id, by, found.keys())
        named = [(names.get(key) or str(key), one) for key, one in found.items()]
        for name, one in sorted(named, key=lambda pair: (-pair[1].credited, pair[0])):
            per_visit = one.per_visit(group)
            rows.append(
                (
                    *(title, name, one.visits),
                    *(round(float(one.ways[way]), 2) for way in WAYS),
                    None if per_visit is None else round(float(per_visit), 3),
                )
            )
    return Table("Credit", COLUMNS, rows)


def _names(
    session: Session, workspace_id: int, by: str, keys: Collection[int | str]
) -> Mapping[int | str, str]:
    if by == "type":
        types = lists.entries(session, workspace_id, lists.TOUCH_TYPE)[lists.TOUCH_TYPE]
        return {one.key: one.label for one in types}
    if by == "user":
        people = select(User.id, called(User)).where(User.workspace_id == workspace_id)
        return {row[0]: row[1] for row in session.execute(people)}
    names: dict[int | str, str] = {}
    ids = sorted(int(key) for key in keys)
    for start in range(0, len(ids), _AT_ONCE):
        some = Account.id.in_(ids[start : start + _AT_ONCE])
        query = select(Account.id, Account.name).where(Account.workspace_id == workspace_id, some)
        names.update((row.id, row.name) for row in session.execute(query))
    return names
