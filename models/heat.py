"""Adherence of accounts over thirteen weeks: what the heat map shows.

Read from a digest's snapshot, so that the picture and the digest say the same: which accounts, how
urgent, under which gaps. The weeks before are reckoned from the touches known at that time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import cadence, figures, snapshots
from models.accounts import Account
from models.pipeline import Kept, Week
from models.snapshots import Snapshot
from models.touches import Touch
from models.users import Actor

WEEKS = 13
MOST_SHOWN = 40
"""Accounts in one picture: more could not be read on a phone."""


class Cell(Enum):
    """How an account stood at the end of a week."""

    WITHIN = "in cadence"
    DUE_SOON = "due soon"  # past its ideal gap, not past its longest
    OVERDUE = "overdue"
    NOT_OWNED = "not yet owned"


@dataclass(frozen=True)
class Line:
    """One account, a cell for each week, the oldest first."""

    name: str
    tier: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Heat:
    """The map: its lines, the most urgent first, and what is true of all the accounts."""

    sundays: Sequence[date]  # the weeks' last days, the oldest first
    lines: Sequence[Line]
    kept: Mapping[str, Kept]  # by tier, of all of them

    @property
    def accounts(self) -> int:
        """How many there are."""
        return sum(tier.accounts for tier in self.kept.values())

    @property
    def within(self) -> int:
        """How many of them are in cadence."""
        return sum(tier.within for tier in self.kept.values())


@dataclass(frozen=True)
class _Listed:
    tier: str
    overdue: bool
    account_id: int
    days: int
    longest: int
    ideal: int


def of_all(session: Session, snapshot: Snapshot) -> Heat:
    """The map of all the accounts that the digest is about."""
    week = Week.of_numbers(snapshot.numbers["week"])
    return _map(session, snapshot, _listed(snapshot), week.kept)


def of_viewer(session: Session, actor: Actor, snapshot_id: int) -> Heat:
    """The map of those of its accounts that the actor may see the rows of. Where a digest is
    about more accounts than are kept, of the most urgent ones. Raises NotYours."""
    snapshot = snapshots.get(session, actor.workspace_id, snapshot_id)
    seeing = figures.visible(session, actor)
    if seeing is None:
        return of_all(session, snapshot)
    own = set(
        session.scalars(
            select(Account.id).where(
                Account.workspace_id == actor.workspace_id, Account.owner_id.in_(seeing)
            )
        )
    )
    listed = [one for one in _listed(snapshot) if one.account_id in own]
    kept: dict[str, Kept] = {}
    for one in listed:
        before = kept.get(one.tier, Kept(0, 0))
        kept[one.tier] = Kept(before.accounts + 1, before.within + (not one.overdue))
    return _map(session, snapshot, listed, kept)


def _listed(snapshot: Snapshot) -> list[_Listed]:
    """Every kept account: what is overdue first, then what is due soonest."""
    found = [
        _Listed(tier, kind == "overdue", *account)
        for kind in ("overdue", "kept")
        for tier, of in snapshot.row_ids[kind].items()
        for account in of
    ]

    def urgency(one: _Listed) -> tuple[bool, float, int]:
        weight = cadence.WEIGHTS[one.tier] if one.overdue else 1.0
        return (not one.overdue, -one.days / one.longest * weight, one.account_id)

    return sorted(found, key=urgency)


def _map(
    session: Session, snapshot: Snapshot, listed: Sequence[_Listed], kept: Mapping[str, Kept]
) -> Heat:
    last = Week.of_numbers(snapshot.numbers["week"]).sunday
    sundays = [last - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    shown = listed[:MOST_SHOWN]
    ids = [one.account_id for one in shown]
    known = _accounts(session, snapshot.workspace_id, ids)
    days = _touched(session, snapshot.workspace_id, ids, sundays, snapshot.created_at)
    lines = [
        Line(
            known[one.account_id][0],
            one.tier,
            _cells(one, days.get(one.account_id, ()), known[one.account_id][1], sundays),
        )
        for one in shown
        if one.account_id in known
    ]
    return Heat(sundays, lines, kept)


def _cells(
    one: _Listed, touched: Sequence[date], owned_since: date | None, sundays: Sequence[date]
) -> list[Cell]:
    """The last week is as it was told: an account may be overdue for the sake of a person there,
    which the weeks before do not know."""
    before = [_cell(one, touched, owned_since, sunday) for sunday in sundays[:-1]]
    if one.overdue:
        return [*before, Cell.OVERDUE]
    return [*before, Cell.DUE_SOON if one.days > one.ideal else Cell.WITHIN]


def _cell(one: _Listed, touched: Sequence[date], owned_since: date | None, sunday: date) -> Cell:
    if owned_since is None or sunday < owned_since:
        return Cell.NOT_OWNED
    since = max((day for day in touched if day <= sunday), default=owned_since)
    gap = (sunday - since).days
    if gap > one.longest:
        return Cell.OVERDUE
    return Cell.DUE_SOON if gap > one.ideal else Cell.WITHIN


def _accounts(
    session: Session, workspace_id: int, ids: Sequence[int]
) -> dict[int, tuple[str, date | None]]:
    """Name and the day of its present owner, by account."""
    rows = session.execute(
        select(Account.id, Account.name, Account.owned_since).where(
            Account.workspace_id == workspace_id, Account.id.in_(ids)
        )
    )
    return {row.id: (row.name, row.owned_since) for row in rows}


def _touched(
    session: Session,
    workspace_id: int,
    ids: Sequence[int],
    sundays: Sequence[date],
    known_at: datetime,
) -> dict[int, list[date]]:
    """By account: the days of its qualifying touches in those weeks, and the last one before."""
    counted = (
        Touch.workspace_id == workspace_id,
        Touch.account_id.in_(ids),
        Touch.qualifying,
        Touch.logged_at <= known_at,
    )
    before = (
        select(Touch.account_id, func.max(Touch.occurred_on))
        .where(*counted, Touch.occurred_on <= sundays[0])
        .group_by(Touch.account_id)
    )
    within = (
        select(Touch.account_id, Touch.occurred_on)
        .where(*counted, Touch.occurred_on > sundays[0], Touch.occurred_on <= sundays[-1])
        .distinct()
    )
    found: dict[int, list[date]] = {}
    for query in (before, within):
        for account_id, day in session.execute(query):
            if account_id is not None:
                found.setdefault(account_id, []).append(day)
    return found
