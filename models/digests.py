"""What a channel's Monday digest tells: figures kept when it is made, read back ever after.

The figures of a week are reckoned once, with the ids of the rows behind them, and kept as a
snapshot by whom they are about. The digest, its rows, its picture and the next week's comparison
all read that, so a number that was told never changes silently. Formulas: docs/cadence.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models import (
    accounts,
    cadence,
    goals,
    lists,
    outlook,
    pipeline,
    rows,
    snapshots,
    subscriptions,
    users,
    week_of_deals,
)
from models.goals import Progress, Whose
from models.lists import Entry
from models.outlook import Asking, Outlook
from models.pipeline import Week
from models.referrals import IN
from models.rows import OfAccount, Standing
from models.snapshots import Snapshot
from models.subscriptions import EVERYONE, TEAM, Subscription
from models.week_of_deals import Deals

REPORT, FORMULA = "digest", 1
"""What its snapshots are called, and the version of how the figures are reckoned."""


@dataclass(frozen=True)
class Worst:
    """The account that is longest past its gap, for its weight."""

    name: str
    days: int
    longest: int


@dataclass(frozen=True)
class Told:
    """What one digest says."""

    snapshot_id: int
    made_at: datetime
    week: Week
    before: Week  # as it was told then; reckoned now only where no digest told it
    people: int | None  # how many are in the team; None: everyone
    behind: int  # of them those with an account past twice its longest gap
    worst: Worst | None
    late: int  # touches of the week before, logged since its digest
    late_referrals: int  # received
    statuses: Sequence[Entry]  # of referrals, in their order
    deals: Deals | None = None  # None in digests told before there were any
    goals: Sequence[Progress] = ()  # the team's
    outlook: Outlook | None = None  # None where no digest of the week told it
    asking: Asking | None = None


@dataclass(frozen=True)
class Gathered:
    """A digest's figures and the rows behind them, not kept yet."""

    numbers: Mapping[str, Any]
    row_ids: Mapping[str, Any]


def scope_of(subscription: Subscription) -> str:
    """Of whom its digest tells, whichever channel it is for: "everyone", "team:12"."""
    if subscription.scope == EVERYONE:
        return EVERYONE
    return f"{TEAM}:{subscription.user_id}"


def people_of(session: Session, workspace_id: int, scope: str) -> set[int] | None:
    """The ids of those a digest of this scope is about now; None: everyone."""
    kind, _, user_id = scope.partition(":")
    return None if kind == EVERYONE else users.team(session, workspace_id, int(user_id))


def find(session: Session, subscription: Subscription, monday: date) -> Snapshot | None:
    """What was told of the week from `monday`, if it was."""
    return snapshots.find(
        session, subscription.workspace_id, REPORT, scope_of(subscription), _period(monday)
    )


def gather(session: Session, subscription: Subscription, monday: date, now: datetime) -> Gathered:
    """Reckon the week from `monday`: a fixed number of reads, none of which writes."""
    workspace_id, scope = subscription.workspace_id, scope_of(subscription)
    people = people_of(session, workspace_id, scope)
    summary = pipeline.summary(session, workspace_id, people, monday=monday)
    found = rows.standing(session, workspace_id, people, monday + timedelta(days=6))
    sunday = monday + timedelta(days=6)
    team = [Whose(goals.TEAM, subscription.user_id)]
    aimed = goals.progress(session, workspace_id, team, sunday, now)
    numbers: dict[str, Any] = {
        "week": summary.week.as_numbers(),
        "before": summary.before.as_numbers(),
        "people": summary.people,
        "behind": len(found.behind),
        "worst": _worst(found),
        "late": 0,
        "late_referrals": 0,
        "deals": week_of_deals.of_week(session, workspace_id, people, monday).as_numbers(),
        "goals": [one.as_numbers() for one in aimed],
    }
    row_ids: dict[str, Any] = {
        "touches": rows.touches(session, workspace_id, people, monday),
        "referrals": rows.referrals(session, workspace_id, people, monday),
        **rows.as_json(found),
        "deals": week_of_deals.rows(session, workspace_id, people, monday),
    }
    if subscriptions.any_short(session, subscription):
        told = outlook.gather(session, workspace_id, people, monday)
        numbers["outlook"], row_ids["outlook"] = told
    last = find(session, subscription, monday - timedelta(weeks=1))
    if last is not None and last.formula_version == FORMULA:
        numbers["before"] = last.numbers["week"]
        late = late_since(session, last)
        row_ids["late"] = late.touches
        numbers["late"] = len(late.touches)
        numbers["late_referrals"] = len(late.referrals.get(IN, ()))
    return Gathered(numbers, row_ids)


def keep(
    session: Session, subscription: Subscription, monday: date, told: Gathered, now: datetime
) -> Snapshot:
    """Keep what was gathered, unless the week was told before: then what was told stands."""
    return snapshots.keep(
        session,
        subscription.workspace_id,
        report=REPORT,
        scope=scope_of(subscription),
        period=_period(monday),
        numbers=told.numbers,
        row_ids=told.row_ids,
        formula_version=FORMULA,
        now=now,
    )


def told(session: Session, snapshot: Snapshot) -> Told:
    """What the digest with these figures says, now and whenever it is shown anew."""
    numbers = snapshot.numbers
    statuses = lists.entries(session, snapshot.workspace_id, lists.REFERRAL_STATUS)
    worst = None
    if numbers["worst"]:
        account_id, days, longest = numbers["worst"]
        name = accounts.names(session, snapshot.workspace_id, {account_id}).get(account_id)
        worst = Worst(name, days, longest) if name else None
    ahead = outlook.of_numbers(numbers["outlook"]) if "outlook" in numbers else None
    return Told(
        snapshot_id=snapshot.id,
        made_at=snapshot.created_at,
        week=Week.of_numbers(numbers["week"]),
        before=Week.of_numbers(numbers["before"]),
        people=numbers["people"],
        behind=numbers["behind"],
        worst=worst,
        late=numbers["late"],
        late_referrals=numbers["late_referrals"],
        statuses=statuses[lists.REFERRAL_STATUS],
        deals=Deals.of_numbers(numbers["deals"]) if "deals" in numbers else None,
        goals=[Progress.of_numbers(one) for one in numbers.get("goals", ())],
        outlook=ahead,
        asking=outlook.asking(session, snapshot.workspace_id, ahead.largest) if ahead else None,
    )


@dataclass(frozen=True)
class Late:
    """Ids of what was logged for a week after its figures were told."""

    touches: list[int]
    referrals: Mapping[str, list[int]]  # by direction


def late_since(session: Session, snapshot: Snapshot) -> Late:
    """What was logged for the snapshot's week since."""
    workspace_id, told_at = snapshot.workspace_id, snapshot.created_at
    people = people_of(session, workspace_id, snapshot.scope)
    monday = date.fromisoformat(snapshot.numbers["week"]["monday"])
    ids = snapshot.row_ids
    counted = [
        referral_id
        for by_status in ids["referrals"].values()
        for found in by_status.values()
        for referral_id in found
    ]
    return Late(
        rows.late_touches(session, workspace_id, people, monday, told_at, ids["touches"]),
        rows.late_referrals(session, workspace_id, people, monday, told_at, counted),
    )


def _worst(found: Standing) -> list[int] | None:
    """The most urgent account, as `cadence.Overdue.urgency` ranks them, with its days."""

    def urgency(ranked: tuple[str, OfAccount]) -> tuple[float, int]:
        tier, (account_id, days, longest, _ideal) = ranked
        return (days / longest * cadence.WEIGHTS[tier], -account_id)

    first = [(tier, ids[0]) for tier, ids in found.overdue.items()]
    if not first:
        return None
    _tier, (account_id, days, longest, _ideal) = max(first, key=urgency)
    return [account_id, days, longest]


def _period(monday: date) -> str:
    year, week, _day = monday.isocalendar()
    return f"{year}-W{week:02d}"
