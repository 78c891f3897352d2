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
from models.rows import OfAccount
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
    listed = [one for one in _listed(snapshot) if one[1][0] in own]
    kept: dict[str, Kept] = {}
    for tier, (_id, days, longest, _ideal) in listed:
        before = kept.get(tier, Kept(0, 0))
        kept[tier] = Kept(before.accounts + 1, before.within + (days <= longest))
    return _map(session, snapshot, listed, kept)


def _listed(snapshot: Snapshot) -> list[tuple[str, OfAccount]]:
    """Every kept account with its tier: what is overdue first, then what is due soonest."""
    found = [
        (tier, (account_id, days, longest, ideal))
        for kind in ("overdue", "kept")
        for tier, of in snapshot.row_ids[kind].items()
        for account_id, days, longest, ideal in of
    ]

    def urgency(one: tuple[str, OfAccount]) -> tuple[bool, float, int]:
        tier, (account_id, days, longest, _ideal) = one
        weight = cadence.WEIGHTS[tier] if days > longest else 1.0
        return (days <= longest, -days / longest * weight, account_id)

    return sorted(found, key=urgency)


def _map(
    session: Session,
    snapshot: Snapshot,
    listed: Sequence[tuple[str, OfAccount]],
    kept: Mapping[str, Kept],
) -> Heat:
    last = Week.of_numbers(snapshot.numbers["week"]).sunday
    sundays = [last - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    shown = listed[:MOST_SHOWN]
    ids = [account_id for _tier, (account_id, *_) in shown]
    known = _accounts(session, snapshot.workspace_id, ids)
    days = _touched(session, snapshot.workspace_id, ids, sundays, snapshot.created_at)
    lines = []
    for tier, (account_id, gap, longest, ideal) in shown:
        if account_id in known:
            name, owned_since = known[account_id]
            touched = days.get(account_id, ())
            cells = [_cell(touched, owned_since, sunday, ideal, longest) for sunday in sundays]
            if gap > longest:  # also where it is somebody there who was not met
                cells[-1] = Cell.OVERDUE
            lines.append(Line(name, tier, cells))
    return Heat(sundays, lines, kept)


def _cell(
    touched: Sequence[date], owned_since: date | None, sunday: date, ideal: int, longest: int
) -> Cell:
    if owned_since is None or sunday < owned_since:
        return Cell.NOT_OWNED
    since = max((day for day in touched if day <= sunday), default=owned_since)
    gap = (sunday - since).days
    if gap > longest:
        return Cell.OVERDUE
    return Cell.DUE_SOON if gap > ideal else Cell.WITHIN


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
