"""The rows behind the figures of a week: which they are when a digest is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models import cadence, people_due, reckoning
from models.accounts import Account
from models.pipeline import whose
from models.referrals import Referral
from models.touches import Touch

MOST = 2000
"""Ids kept for one figure; of more, those that were met or fell due first."""

_SAVING = timedelta(minutes=5)
"""A save may be stored so long after the instant it bears."""

People = Collection[int] | None
"""Ids of people; None: everyone in the workspace."""

OfAccount = tuple[int, int, int, int]
"""An account, the days since its last touch, the longest gap and the ideal one; where people must
be met, those of whoever is the most times past theirs."""


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
    rules = cadence.rules(session, workspace_id)
    since, past = reckoning.since(sunday), reckoning.past(rules, sunday, ended=True)
    owned = (
        Account.workspace_id == workspace_id,
        whose(workspace_id, people, Account.owner_id),
        Account.owned_since <= sunday,
        Account.archived_at.is_(None),
        Account.status.not_in(cadence.EXEMPT),
    )
    kinds = (Account.id, Account.tier, Account.type, Account.owner_id, Account.owned_since)
    rows = session.execute(
        select(*kinds, since.label("since")).where(*owned, past).order_by(since, Account.id)
    ).all()
    met = people_due.at(
        session,
        workspace_id,
        rules,
        {row.id: (row.tier, row.type, row.owned_since) for row in rows},
        which=select(Account.id).where(*owned, past),
        by=sunday,
    )
    overdue: dict[str, list[OfAccount]] = {}
    behind: dict[int, int] = {}
    for row in rows:
        own = ((sunday - row.since).days, rules.of_account(row.tier, row.type))
        days, rule = cadence.worst_gap(own, met.get(row.id, ()), sunday)
        found = (row.id, days, rule.max_days, rule.ideal_days)
        overdue.setdefault(row.tier, []).append(found)
        if days > 2 * rule.max_days and row.owner_id is not None:
            behind[row.owner_id] = behind.get(row.owner_id, 0) + 1
    within: dict[str, list[OfAccount]] = {}
    for tier in cadence.TIERS:
        kept = session.execute(
            select(*kinds, since.label("since"))
            .where(*owned, Account.tier == tier, ~past)
            .order_by(since, Account.id)
            .limit(MOST)
        )
        for row in kept:
            rule = rules.of_account(tier, row.type)
            found = (row.id, (sunday - row.since).days, rule.max_days, rule.ideal_days)
            within.setdefault(tier, []).append(found)
    return Standing(overdue, within, behind)


def as_json(found: Standing) -> dict[str, Any]:
    """The standing as it is kept in a snapshot."""
    return {
        "overdue": {tier: rows[:MOST] for tier, rows in found.overdue.items()},
        "kept": dict(found.within),
        "behind": sorted(found.behind.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST],
    }


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
