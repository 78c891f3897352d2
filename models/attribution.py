"""Which touches a referral is credited to. Formulas: domain.md D3, docs/attribution.md.

A touch counts when it qualifies, was at the referral's account, and lies within the window of the
account's type before the referral, its own day included. Two of one person on one day count once.
Each way of crediting gives every referral exactly one credit in all, or none when nothing counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from statistics import median
from typing import Literal

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from models import sources
from models.accounts import Account
from models.referrals import Referral
from models.touches import Touch

FIRST, LAST, LINEAR, DECAY = "first", "last", "linear", "decay"
WAYS = (FIRST, LAST, LINEAR, DECAY)

HALF_LIFE = 30
"""Days before the referral at which a touch weighs half of one on its day, by time-decay."""

WINDOWS = {
    "hospital": 365,
    "ltach": 365,
    "inpatient rehab": 180,
    "snf": 180,
    "physician practice": 60,
    "specialty clinic": 60,
}
WINDOW = 90
"""Days before a referral in which touches are credited to it, by account type, and else."""

SHRINK = 10
"""Under so many visits a yield is drawn towards the whole group's: (r + k·m) / (v + k)."""

VISITS = frozenset({"visit", "in-service", "lunch and learn", "event"})
"""Touch types in person, on which a yield is reckoned."""

_AT_ONCE = 1_000


def window(account_type: str | None) -> int:
    """Days before a referral from an account of this type in which touches are credited."""
    return WINDOWS.get(account_type or "", WINDOW)


@dataclass(frozen=True)
class Credited:
    """A touch and a referral it is credited with, in part, each way."""

    referral_id: int
    touch_id: int
    user_id: int
    account_id: int
    type: str
    age: int  # days before the referral
    credit: Mapping[str, Fraction]


@dataclass(frozen=True)
class Yield:
    """Referrals credited to somebody's (or some source's, or type's) visits: linearly, and each
    way."""

    credited: Fraction
    visits: int
    ways: Mapping[str, Fraction] = field(default_factory=dict, compare=False)

    def per_visit(self, group: Fraction) -> Fraction | None:
        """Referrals a visit; drawn to the group's while there are few. None without visits."""
        if not self.visits:
            return None
        if self.visits >= SHRINK:
            return self.credited / self.visits
        return (self.credited + SHRINK * group) / (self.visits + SHRINK)


def shares(ages: Sequence[int]) -> list[dict[str, Fraction]]:
    """The credit of each touch, each way; the ways' sums are 1.

    ages  how many days before the referral each touch was, the earliest touch first.
    """
    if not ages:
        return []
    # Powers of two to whole half-lives' parts: exact enough, and the sum is 1 by division.
    weights = [Fraction(2 ** (-age / HALF_LIFE)).limit_denominator(10**9) for age in ages]
    total = sum(weights, Fraction())
    last = len(ages) - 1
    return [
        {
            FIRST: Fraction(int(place == 0)),
            LAST: Fraction(int(place == last)),
            LINEAR: Fraction(1, len(ages)),
            DECAY: weights[place] / total,
        }
        for place in range(len(ages))
    ]


def credited(session: Session, workspace_id: int, since: date, until: date) -> Iterator[Credited]:
    """What the referrals received from `since` to `until` are credited to; one with no touch in
    its window yields nothing. Those only promised are not received yet."""
    within = Referral.received_on.between(since, until)
    yield from _credited(session, workspace_id, _received(session, workspace_id, within))


def of_referrals(
    session: Session, workspace_id: int, ids: Collection[int]
) -> Mapping[int, Mapping[str, Mapping[int, Fraction]]]:
    """By referral and by way, the people these are credited to and their parts."""
    found: dict[int, dict[str, dict[int, Fraction]]] = {}
    received = _received(session, workspace_id, Referral.id.in_(list(ids)))
    for one in _credited(session, workspace_id, received):
        ways = found.setdefault(one.referral_id, {way: {} for way in WAYS})
        for way, part in one.credit.items():
            if part:
                ways[way][one.user_id] = ways[way].get(one.user_id, Fraction()) + part
    return found


def _credited(
    session: Session, workspace_id: int, received: Sequence[_Received]
) -> Iterator[Credited]:
    by_account: dict[int, list[tuple[int, date, int]]] = {}
    for referral_id, account_id, day, account_type in received:
        by_account.setdefault(account_id, []).append((referral_id, day, window(account_type)))
    until = max((day for _, _, day, _ in received), default=date.min)
    touched = _touches(session, workspace_id, by_account, until)
    for account_id, referrals in by_account.items():
        for referral_id, day, days in referrals:
            counted = [
                one
                for one in touched.get(account_id, ())
                if day - timedelta(days=days) <= one[1] <= day
            ]
            parts = shares([(day - touched_on).days for _, touched_on, _, _ in counted])
            for (touch_id, touched_on, user_id, kind), part in zip(counted, parts, strict=True):
                age = (day - touched_on).days
                yield Credited(referral_id, touch_id, user_id, account_id, kind, age, part)


@dataclass(frozen=True)
class Lags:
    """Median days to a referral, over those with a touch in their window. None without any."""

    from_first: float | None
    from_last: float | None


def lags(found: Iterable[Credited]) -> Lags:
    """From the first and from the last touch credited."""
    ages: dict[int, list[int]] = {}
    for one in found:
        ages.setdefault(one.referral_id, []).append(one.age)
    if not ages:
        return Lags(None, None)
    return Lags(
        float(median(max(those) for those in ages.values())),
        float(median(min(those) for those in ages.values())),
    )


def yields(
    session: Session,
    workspace_id: int,
    since: date,
    until: date,
    by: Literal["user", "type", "account"],
    people: Collection[int] | None = None,
) -> Mapping[int | str, Yield]:
    """By person, touch type or source: what the referrals of the period credit to it, each way,
    and its qualifying touches in person in the period (one a person, account and day).

    people  only their touches; None: everyone's.
    """
    column = {"user": Touch.user_id, "type": Touch.type, "account": Touch.account_id}[by]
    credit: dict[int | str, dict[str, Fraction]] = {}
    for one in credited(session, workspace_id, since, until):
        if people is not None and one.user_id not in people:
            continue
        keys: dict[str, int | str] = {
            "user": one.user_id,
            "type": one.type,
            "account": one.account_id,
        }
        ways = credit.setdefault(keys[by], dict.fromkeys(WAYS, Fraction()))
        for way, part in one.credit.items():
            ways[way] += part
    visit = (
        select(column.label("key"), Touch.user_id, Touch.account_id, Touch.occurred_on)
        .where(
            Touch.workspace_id == workspace_id,
            Touch.qualifying,
            Touch.type.in_(VISITS),
            Touch.account_id.is_not(None),
            Touch.occurred_on.between(since, until),
            *([] if people is None else [Touch.user_id.in_(sorted(people))]),
        )
        .distinct()
        .subquery()
    )
    counts = session.execute(select(visit.c.key, func.count()).group_by(visit.c.key))
    visits = {row[0]: int(row[1]) for row in counts}
    nothing = dict.fromkeys(WAYS, Fraction())
    return {
        key: Yield(credit.get(key, nothing)[LINEAR], visits.get(key, 0), credit.get(key, nothing))
        for key in {*credit, *visits}
    }


_Received = tuple[int, int, date, str | None]


def _received(
    session: Session, workspace_id: int, which: ColumnElement[bool]
) -> Sequence[_Received]:
    rows = session.execute(
        select(Referral.id, Referral.account_id, Referral.received_on, Account.type)
        .join(
            Account,
            and_(Account.workspace_id == Referral.workspace_id, Account.id == Referral.account_id),
        )
        .where(*sources.received(workspace_id), which)
        .order_by(Referral.received_on, Referral.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


_Touched = tuple[int, date, int, str]


def _touches(
    session: Session, workspace_id: int, by_account: Mapping[int, object], until: date
) -> dict[int, list[_Touched]]:
    """By account the qualifying touches up to then, the earliest first, one a person and day."""
    found: dict[int, dict[tuple[int, date], _Touched]] = {}
    ids = sorted(by_account)
    for start in range(0, len(ids), _AT_ONCE):
        rows = session.execute(
            select(Touch.id, Touch.account_id, Touch.occurred_on, Touch.user_id, Touch.type)
            .where(
                Touch.workspace_id == workspace_id,
                Touch.account_id.in_(ids[start : start + _AT_ONCE]),
                Touch.qualifying,
                Touch.occurred_on <= until,
            )
            .order_by(Touch.occurred_on, Touch.id)
        )
        for touch_id, account_id, day, user_id, kind in rows:
            of_account = found.setdefault(account_id or 0, {})
            of_account.setdefault((user_id, day), (touch_id, day, user_id, kind))
    return {account_id: list(days.values()) for account_id, days in found.items()}
