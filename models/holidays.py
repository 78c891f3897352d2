"""The days on which nobody is sent a morning message: public holidays, and a workspace's own list.

The public ones are the `holidays` package's, by country and state ("US", "US-TX", "CA-ON"); in a
workspace's own list a day may be off beside them, or worked in spite of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

from sqlalchemy import (
    Boolean,
    ForeignKey,
    String,
    UniqueConstraint,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import audit
from models.db import Base, insert_or_update, scan
from models.errors import BadPlace
from models.phi import Clean
from models.workspaces import Workspace

NONE = ""
"""The place without public holidays."""

_LONGEST_NAME = 80
_WORD = re.compile(r"\w+")
_AHEAD = timedelta(days=370)
_BEHIND = timedelta(days=14)  # a week back tells the first work day of the week


class Holiday(Base):
    """A day that a workspace has off beside those of its country, or works in spite of them."""

    __tablename__ = "holiday"
    __table_args__ = (UniqueConstraint("workspace_id", "day", name="holiday_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    day: Mapped[date]
    name: Mapped[Clean] = mapped_column(String(_LONGEST_NAME), default="")
    off: Mapped[bool] = mapped_column(Boolean, default=True)


@dataclass(frozen=True)
class DaysOff:
    """What a workspace has off.

    place   its public holidays: "US", "US-TX"; NONE for none.
    listed  the days of its own list: True is off, False is worked.
    """

    place: str = NONE
    listed: Mapping[date, bool] = field(default_factory=dict)

    def is_off(self, day: date, own_place: str | None = None) -> bool:
        """Whether the day is off for somebody with these public holidays (None: the
        workspace's). The workspace's own list counts for everybody."""
        listed = self.listed.get(day)
        if listed is not None:
            return listed
        return day in _public(self.place if own_place is None else own_place, day.year)


@dataclass(frozen=True)
class ComingDay:
    """A holiday to come.

    off     False: it is worked in spite of being one.
    listed  it stands in the workspace's own list.
    """

    day: date
    name: str
    off: bool
    listed: bool


@dataclass(frozen=True)
class Place:
    """A country, or a part of one, whose public holidays are known. `part` is its name, else
    its code, and empty for the whole country."""

    code: str
    country: str
    part: str = ""


def of(session: Session, workspace_id: int, now: datetime) -> DaysOff:
    """What the workspace has off around `now`, in one read."""
    return of_many(session, [workspace_id], now).get(workspace_id, DaysOff())


def of_many(session: Session, workspace_ids: Collection[int], now: datetime) -> dict[int, DaysOff]:
    """The same for several workspaces."""
    if not workspace_ids:
        return {}
    told = {"workspaces": list(workspace_ids), "since": now.date() - _BEHIND}
    rows = session.execute(_OF_MANY, told).all()
    listed: dict[int, dict[date, bool]] = {}
    for row in rows:
        days = listed.setdefault(row.id, {})
        if row.day is not None:
            days[row.day] = row.off
    return {row.id: DaysOff(row.holidays, listed[row.id]) for row in rows}


def with_office(session: Session, workspace_id: int, now: datetime) -> tuple[Any, DaysOff]:
    """What the workspace says of its office, and what it has off around `now`, in one read."""
    told = {"workspace": workspace_id, "since": now.date() - _BEHIND}
    rows = scan(session, _WITH_OFFICE, told)
    listed = {row.day: row.off for row in rows if row.day is not None}
    return rows[0], DaysOff(rows[0].holidays, listed)


# Built once: they run while a person waits.
_ITS_DAYS = (Holiday.workspace_id == Workspace.id) & (Holiday.day >= bindparam("since"))
_OF_MANY = (
    select(Workspace.id, Workspace.holidays, Holiday.day, Holiday.off)
    .outerjoin(Holiday, _ITS_DAYS)
    .where(Workspace.id.in_(bindparam("workspaces", expanding=True)))
)
_WITH_OFFICE = (
    select(
        Workspace.zone,
        Workspace.industry_profile,
        Workspace.holidays,
        Workspace.opens_at,
        Workspace.closes_at,
        Workspace.work_days,
        Workspace.answer_minutes,
        Holiday.day,
        Holiday.off,
    )
    .outerjoin(Holiday, _ITS_DAYS)
    .where(Workspace.id == bindparam("workspace"))
)


def coming(session: Session, workspace_id: int, today: date, most: int) -> list[ComingDay]:
    """The workspace's next holidays from `today` on, those it works included."""
    place = place_of(session, workspace_id)
    rows = session.scalars(
        select(Holiday)
        .where(Holiday.workspace_id == workspace_id, Holiday.day >= today)
        .order_by(Holiday.day)
        .limit(most)
    ).all()
    named = {**_public(place, today.year), **_public(place, today.year + 1)}
    found = {
        day: ComingDay(day, name, off=True, listed=False)
        for day, name in named.items()
        if today <= day <= today + _AHEAD
    }
    for row in rows:
        name = row.name or named.get(row.day, "")
        found[row.day] = ComingDay(row.day, name, off=row.off, listed=True)
    return sorted(found.values(), key=lambda one: one.day)[:most]


def place_of(session: Session, workspace_id: int) -> str:
    """Whose public holidays the workspace has."""
    return session.scalars(select(Workspace.holidays).where(Workspace.id == workspace_id)).one()


def move(
    session: Session, workspace_id: int, place: str, *, by_id: int | None, now: datetime
) -> None:
    """Give the workspace another place's public holidays. Raises BadPlace."""
    if not is_place(place):
        raise BadPlace(place)
    session.execute(update(Workspace).where(Workspace.id == workspace_id).values(holidays=place))
    _note(session, workspace_id, by_id, now, place=place)


def put(
    session: Session,
    workspace_id: int,
    day: date,
    name: Clean,
    *,
    off: bool,
    by_id: int | None,
    now: datetime,
) -> None:
    """Put a day in the workspace's own list: off, or worked."""
    told = {"workspace_id": workspace_id, "day": day, "name": name[:_LONGEST_NAME], "off": off}
    insert_or_update(
        session,
        Holiday,
        told,
        on=("workspace_id", "day"),
        changes=lambda refused: {"name": refused.name, "off": refused.off},
    )
    _note(session, workspace_id, by_id, now, day=day.isoformat(), off=off)


def remove(
    session: Session, workspace_id: int, day: date, *, by_id: int | None, now: datetime
) -> bool:
    """Take a day out of the workspace's own list; whether it was there."""
    gone = session.scalars(
        delete(Holiday)
        .where(Holiday.workspace_id == workspace_id, Holiday.day == day)
        .returning(Holiday.id)
    ).all()
    if gone:
        _note(session, workspace_id, by_id, now, day=day.isoformat(), off=None)
    return bool(gone)


def is_place(code: str) -> bool:
    """Whether there are public holidays of this code, "US" or "US-TX"; NONE is one, too."""
    country, _, part = code.partition("-")
    parts = _countries().get(country)
    return code == NONE or (parts is not None and (part in parts if part else "-" not in code))


def place(code: str) -> Place:
    """The place of a code that `is_place`."""
    country, _, part = code.partition("-")
    return Place(code, _names().get(country, country), _parts(country).get(part, part))


def places_like(words: str, most: int) -> list[Place]:
    """Places whose code or name has a word beginning with each of these: the US and its states
    first, then Canada and its provinces, then other countries; with a country's code ("DE-") its
    parts, too."""
    wanted = _WORD.findall(words.casefold())
    countries = ["US", "CA", *sorted(set(_names()) - {"US", "CA"}, key=_names().__getitem__)]
    found: list[Place] = []
    for country in countries:
        codes = [country]
        if country in ("US", "CA") or country.casefold() in wanted:
            inner = sorted(_countries()[country], key=lambda part: _parts(country).get(part, part))
            codes += [f"{country}-{part}" for part in inner]
        for one in map(place, codes):
            known = _WORD.findall(f"{one.code} {one.country} {one.part}".casefold())
            if all(any(word.startswith(begun) for word in known) for begun in wanted):
                found.append(one)
    return found[:most]


@lru_cache(maxsize=1024)
def _public(place: str, year: int) -> Mapping[date, str]:
    """The public holidays of a place in a year, by name; nothing for a place unknown (one that
    an earlier edition of the package knew)."""
    if place == NONE or not is_place(place):
        return {}
    country, _, part = place.partition("-")
    found = _package().country_holidays(country, subdiv=part or None, years=year, language="en_US")
    return dict(found)


def _package() -> ModuleType:
    # It takes 70 ms and some megabytes, so it is loaded when the first day off is looked up.
    import holidays

    return holidays


@cache
def _countries() -> Mapping[str, Sequence[str]]:
    known: Mapping[str, Sequence[str]] = _package().list_supported_countries(include_aliases=False)
    return known


@cache
def _names() -> Mapping[str, str]:
    """English names of countries by code: the package has them as names of classes."""
    from holidays.registry import COUNTRIES

    named = {}
    for classes in COUNTRIES.values():
        words = "".join(f" {c}" if c.isupper() else c for c in classes[0]).strip()
        named[classes[1]] = words
    return {code: name for code, name in named.items() if code in _countries()}


@cache
def _parts(country: str) -> Mapping[str, str]:
    """Names of a country's parts by code, where the package has them."""
    if country not in ("US", "CA"):  # loading a country's module takes a while: two will do
        return {}
    aliases = _package().country_holidays(country).subdivisions_aliases
    return {code: name for name, code in reversed(aliases.items())}


def _note(
    session: Session,
    workspace_id: int,
    by_id: int | None,
    now: datetime,
    **facts: str | bool | None,
) -> None:
    audit.note(
        session,
        workspace_id,
        by_id,
        "holidays_changed",
        "workspace",
        workspace_id,
        now=now,
        facts=facts,
    )
