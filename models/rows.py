"""The rows behind the figures of a week: which they are when a digest is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from models import cadence
from models.accounts import Account
from models.cadence import CadenceRule
from models.pipeline import whose
from models.referrals import Referral
from models.touches import Touch

MOST = 2000
"""Ids kept for one figure; of more, those that were met or fell due first."""

_SAVING = timedelta(minutes=5)
"""A save may be stored so long after the instant it bears."""

People = Collection[int] | None
"""Ids of people; None: everyone in the workspace."""

Gaps = Mapping[str, tuple[int, int]]
"""By tier: the ideal and the longest gap in days."""

OfAccount = tuple[int, int, int, int]
"""An account, the days since its last touch, the longest gap and the ideal one."""


@dataclass(frozen=True)
class Standing:
    """How accounts stand at the end of a day, the most urgent first in each tier."""

    overdue: Mapping[str, list[OfAccount]]
    within: Mapping[str, list[OfAccount]]  # at most MOST of a tier
    behind: Mapping[int, int] = field(default_factory=dict)
    """By person: accounts past twice their longest gap."""


def touches(session: Session, workspace_id: int, people: People, monday: date) -> list[int]:
    """The touches of a week, in the order they happened."""
    return list(
        session.scalars(
            select(Touch.id)
            .where(*_touches_of_week(workspace_id, people, monday))
            .order_by(Touch.occurred_on, Touch.id)
            .limit(MOST)
        )
    )


def referrals(
    session: Session, workspace_id: int, people: People, monday: date
) -> dict[str, dict[str, list[int]]]:
    """The referrals of a week, by direction and by the status they have now."""
    rows = session.execute(
        select(Referral.id, Referral.direction, Referral.status)
        .where(*_referrals_of_week(workspace_id, people, monday))
        .order_by(Referral.received_on, Referral.id)
        .limit(MOST)
    )
    found: dict[str, dict[str, list[int]]] = {}
    for referral_id, direction, status in rows:
        found.setdefault(direction, {}).setdefault(status, []).append(referral_id)
    return found


def late_touches(
    session: Session,
    workspace_id: int,
    people: People,
    monday: date,
    told_at: datetime,
    told: Collection[int],
) -> list[int]:
    """The touches of a week that were logged after its figures were told.

    told  those that were counted then.
    """
    since = told_at if len(told) >= MOST else told_at - _SAVING
    rows = session.scalars(
        select(Touch.id)
        .where(*_touches_of_week(workspace_id, people, monday), Touch.logged_at > since)
        .order_by(Touch.occurred_on, Touch.id)
    )
    counted = set(told)
    return [touch_id for touch_id in rows if touch_id not in counted]


def late_referrals(
    session: Session,
    workspace_id: int,
    people: People,
    monday: date,
    told_at: datetime,
    told: Collection[int],
) -> dict[str, list[int]]:
    """The same of referrals, by direction."""
    since = told_at if len(told) >= MOST else told_at - _SAVING
    rows = session.execute(
        select(Referral.id, Referral.direction)
        .where(*_referrals_of_week(workspace_id, people, monday), Referral.logged_at > since)
        .order_by(Referral.received_on, Referral.id)
    )
    counted, found = set(told), dict[str, list[int]]()
    for referral_id, direction in rows:
        if referral_id not in counted:
            found.setdefault(direction, []).append(referral_id)
    return found


def standing(session: Session, workspace_id: int, people: People, sunday: date) -> Standing:
    """The accounts these people own, as of that Sunday: what `pipeline` counts as kept."""
    gaps = _gaps(session, workspace_id)
    since = _since(sunday)
    owned = (
        Account.workspace_id == workspace_id,
        whose(workspace_id, people, Account.owner_id),
        Account.owned_since <= sunday,
        Account.archived_at.is_(None),
        Account.status.not_in(cadence.EXEMPT),
    )
    past = [
        and_(Account.tier == tier, since < _days_before(sunday, gaps[tier][1])) for tier in gaps
    ]
    overdue: dict[str, list[OfAccount]] = {}
    behind: dict[int, int] = {}
    rows = session.execute(
        select(Account.id, Account.tier, Account.owner_id, since.label("since"))
        .where(*owned, or_(*past))
        .order_by(since, Account.id)
    )
    for account_id, tier, owner_id, last in rows:
        ideal, longest = gaps[tier]
        days = (sunday - last).days
        overdue.setdefault(tier, []).append((account_id, days, longest, ideal))
        if days > 2 * longest and owner_id is not None:
            behind[owner_id] = behind.get(owner_id, 0) + 1
    within: dict[str, list[OfAccount]] = {}
    for tier, (ideal, longest) in gaps.items():
        kept = session.execute(
            select(Account.id, since.label("since"))
            .where(*owned, Account.tier == tier, since >= _days_before(sunday, longest))
            .order_by(since, Account.id)
            .limit(MOST)
        )
        found = [(id_, (sunday - last).days, longest, ideal) for id_, last in kept]
        if found:
            within[tier] = found
    return Standing(overdue, within, behind)


def as_json(found: Standing) -> dict[str, Any]:
    """The standing as it is kept in a snapshot."""
    return {
        "overdue": {tier: rows[:MOST] for tier, rows in found.overdue.items()},
        "kept": dict(found.within),
        "behind": sorted(found.behind.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST],
    }


def _gaps(session: Session, workspace_id: int) -> Gaps:
    rows = session.execute(
        select(CadenceRule.tier, CadenceRule.ideal_days, CadenceRule.max_days).where(
            CadenceRule.workspace_id == workspace_id,
            CadenceRule.account_type == "",
            CadenceRule.contact_role == "",
            CadenceRule.buying_role == "",
        )
    )
    known = {tier: (ideal, longest) for tier, ideal, longest in rows}
    return {tier: known.get(tier) or known["C"] for tier in cadence.TIERS}


def _since(sunday: date) -> ColumnElement[date]:
    """The day an account counts from, as in `pipeline`: its last qualifying touch by then."""
    last_by_then = (
        select(func.max(Touch.occurred_on))
        .where(
            Touch.workspace_id == Account.workspace_id,
            Touch.account_id == Account.id,
            Touch.occurred_on <= sunday,
            Touch.qualifying,
        )
        .correlate(Account)
        .scalar_subquery()
    )
    last = case((Account.last_touch_on <= sunday, Account.last_touch_on), else_=last_by_then)
    return func.coalesce(last, Account.owned_since)


def _days_before(day: date, days: int) -> date:
    return day - timedelta(days=days)


def _touches_of_week(
    workspace_id: int, people: People, monday: date
) -> tuple[ColumnElement[bool], ...]:
    return (
        Touch.workspace_id == workspace_id,
        whose(workspace_id, people, Touch.user_id),
        Touch.occurred_on.between(monday, monday + timedelta(days=6)),
    )


def _referrals_of_week(
    workspace_id: int, people: People, monday: date
) -> tuple[ColumnElement[bool], ...]:
    return (
        Referral.workspace_id == workspace_id,
        whose(workspace_id, people, Referral.owner_id),
        Referral.received_on.between(monday, monday + timedelta(days=6)),
    )
