"""The reports there are, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.errors import Refused
from models.reports import (
    activity,
    closings,
    follow_up,
    goal_adherence,
    people,
    pipeline,
    referral_log,
    territory_review,
)
from models.reports.report import BYS, Asked, NotBy, Report


@dataclass
class NoSuchReport(Refused):
    """A word that names no report."""

    name: str


@dataclass(frozen=True)
class Kind:
    """How a report is made, and in which ways it may be told apart."""

    make: Callable[[Session, Asked], Report]
    bys: tuple[str, ...] = BYS


REPORTS: Mapping[str, Kind] = {
    activity.NAME: Kind(activity.make, people.BYS),
    closings.NAME: Kind(closings.make),
    follow_up.NAME: Kind(follow_up.make, people.BYS),
    goal_adherence.NAME: Kind(goal_adherence.make, goal_adherence.BYS),
    pipeline.NAME: Kind(pipeline.make),
    referral_log.NAME: Kind(referral_log.make, people.BYS),
    territory_review.NAME: Kind(territory_review.make, territory_review.BYS),
}


def check(name: str, by: str | None) -> None:
    """Raises NoSuchReport, NotBy."""
    kind = REPORTS.get(name)
    if kind is None:
        raise NoSuchReport(name)
    if by is not None and by not in kind.bys:
        raise NotBy(name, by, kind.bys)


def make(session: Session, name: str, asked: Asked) -> Report:
    """The report of this name. Raises NoSuchReport, NotBy."""
    check(name, asked.by)
    return REPORTS[name].make(session, asked)
