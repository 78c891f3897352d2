"""The rows behind the figures of a week: which they are when a digest is made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, false, select
from sqlalchemy.orm import Session

from models import cadence, people_due, reckoning
from models.accounts import Account
from models.cadence import PersonDue, Rules
from models.pipeline import whose
from models.referrals import Referral, was_received
from models.touches import Touch

MOST = 2000
"""Ids kept for one figure; of more, those that were met or fell due first."""

_SAVING = timedelta(minutes=5)
"""A save may be stored so long after the instant it bears."""

People = Collection[int] | None
"""Ids of people; None: everyone in the workspace."""

_Owned = Row[int, str, str | None, int | None, date | None, date, bool]

OfAccount = tuple[int, int, int, int]
"""An account, the days since its last touch, the longest gap and the ideal one; where people must
be met, those of whoever is the most times past theirs."""


@dataclass(frozen=True)
class Standing:
    """How accounts stand at the end of a day, by tier: at most MOST of each, the most urgent
    first."""

    overdue: Mapping[str, list[OfAccount]]
    within: Mapping[str, list[OfAccount]]
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
    """The accounts these people own, as of that Sunday: what `pipeline` counts as kept.

    One pass over them; no more than a few thousand of a tier are held at a time.
    """
    rules = cadence.rules(session, workspace_id)
    overdue: dict[str, list[OfAccount]] = {}
    within: dict[str, list[OfAccount]] = {}
    behind: dict[int, int] = {}
    for_people: list[_Owned] = []

    def put(row: _Owned, found: OfAccount, *, past: bool) -> None:
        held = (overdue if past else within).setdefault(row.tier, [])
        held.append(found)
        if len(held) >= 4 * MOST:
            _cut(held)
        if found[1] > 2 * found[2] and row.owner_id is not None:
            behind[row.owner_id] = behind.get(row.owner_id, 0) + 1

    for row in _owned(session, workspace_id, people, rules, sunday):
        account_id, tier, type_, _owner, _since, since, past = row
        rule = rules.of_account(tier, type_)
        days = (sunday - since).days
        late = days > rule.max_days
        if past and not late:
            for_people.append(row)
        else:
            put(row, (account_id, days, rule.max_days, rule.ideal_days), past=late)
    met = _people(session, workspace_id, rules, for_people, sunday)
    for row in for_people:
        own = ((sunday - row.since).days, rules.of_account(row.tier, row.type))
        days, rule = cadence.worst_gap(own, met.get(row.id, ()), sunday)
        put(row, (row.id, days, rule.max_days, rule.ideal_days), past=True)
    for held in (*overdue.values(), *within.values()):
        _cut(held)
    return Standing(overdue, within, behind)


def _owned(
    session: Session, workspace_id: int, people: People, rules: Rules, sunday: date
) -> Iterable[_Owned]:
    for_people = reckoning.past(rules, sunday, ended=True) if rules.people else false()
    session.flush()
    return session.connection().execute(  # Core: half of what the ORM's own way takes
        select(
            Account.id,
            Account.tier,
            Account.type,
            Account.owner_id,
            Account.owned_since,
            reckoning.since(sunday).label("since"),
            for_people.label("past"),
        ).where(
            Account.workspace_id == workspace_id,
            whose(workspace_id, people, Account.owner_id),
            Account.owned_since <= sunday,
            Account.archived_at.is_(None),
            Account.status.not_in(cadence.EXEMPT),
        ),
        execution_options={"yield_per": 5000},
    )


def _cut(held: list[OfAccount]) -> None:
    """Keep those of a tier that are longest past, or closest to, their gap."""
    held.sort(key=lambda account: (-account[1] / account[2], account[0]))
    del held[MOST:]


def _people(
    session: Session, workspace_id: int, rules: Rules, late: Sequence[_Owned], sunday: date
) -> dict[int, list[PersonDue]]:
    """Those to be met at each account, as of that Sunday, where rules are about people."""
    places = {row.id: (row.tier, row.type, row.owned_since) for row in late}
    found: dict[int, list[PersonDue]] = {}
    ids = list(places)
    for start in range(0, len(ids) if rules.people else 0, MOST):
        which = ids[start : start + MOST]
        found |= people_due.at(session, workspace_id, rules, places, which=which, by=sunday)
    return found


def as_json(found: Standing) -> dict[str, Any]:
    """The standing as it is kept in a snapshot."""
    return {
        "overdue": dict(found.overdue),
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
        was_received(),
    )
