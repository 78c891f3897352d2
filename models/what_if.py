"""What cadence rules would ask of the team, before they are made: docs/cadence.md has the formulas.

Figures only, of whoever and whatever there is at that moment.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from models import reckoning
from models.accounts import Account
from models.cadence import EXEMPT, Rules, Scope
from models.contacts import Contact
from models.people_due import ACTIVE
from models.touches import Touch
from models.users import User

WEEKS = 52
"""Whole weeks, and the present one, in which the best are looked for."""

BEST = 8
"""As many of them are the yardstick."""


@dataclass(frozen=True)
class Part:
    """What one rule asks: of how many accounts or people, and touches a week."""

    scope: Scope
    count: int
    weekly: float


@dataclass(frozen=True)
class WhatIf:
    """What rules would ask.

    weekly   touches a week; `weekly_now` what the present rules ask.
    best     the mean of the best weeks, of which there are `weeks`; 0 when nothing was logged.
    worst    the rule that asks most.
    overdue  by tier: accounts that would be overdue tomorrow and without the change would not.
    longer   people whose list would be longer tomorrow than without the change.
    """

    weekly: float
    weekly_now: float
    best: float
    weeks: int
    worst: Part | None
    overdue: Mapping[str, int]
    longer: int


def figures(
    session: Session, workspace_id: int, present: Rules, wanted: Rules, today: date
) -> WhatIf:
    """What the wanted rules ask, beside the present ones. Four reads, all grouped."""
    under = [reckoning.under_rule(rules) for rules in (present, wanted) if rules.people]
    counted = _counted(session, workspace_id, under)
    parts = _parts(wanted, *counted)
    best = _best_weeks(session, workspace_id, today)
    overdue, longer = _tomorrow(session, workspace_id, wanted, today + timedelta(days=1))
    return WhatIf(
        weekly=_weekly(parts),
        weekly_now=_weekly(_parts(present, *counted)),
        best=sum(best) / len(best) if best else 0.0,
        weeks=len(best),
        worst=max(parts, key=lambda part: part.weekly, default=None),
        overdue=overdue,
        longer=longer,
    )


def of_tier(
    session: Session,
    workspace_id: int,
    rules: Rules,
    tier: str,
    which: Sequence[ColumnElement[bool]],
    today: date,
    people: Collection[int] | None,
) -> WhatIf:
    """What these accounts would ask if they were of this tier, beside the others as they are.

    people  ids of those whose accounts and touches it is about; None: everyone's.
    """
    wanted = _as_tier(rules, tier)
    under = [reckoning.under_rule(one) for one in (rules, wanted) if one.people]
    theirs = [] if people is None else [Account.owner_id.in_(sorted(people))]
    everywhere = _weekly(_parts(rules, *_counted(session, workspace_id, under, theirs)))
    counted = _counted(session, workspace_id, under, which)
    best = _best_weeks(session, workspace_id, today, people)
    tomorrow = today + timedelta(days=1)
    overdue, longer = _tomorrow(session, workspace_id, wanted, tomorrow, which)
    return WhatIf(
        weekly=everywhere - _weekly(_parts(rules, *counted)) + _weekly(_parts(wanted, *counted)),
        weekly_now=everywhere,
        best=sum(best) / len(best) if best else 0.0,
        weeks=len(best),
        worst=None,
        overdue=overdue,
        longer=longer,
    )


def _as_tier(rules: Rules, tier: str) -> Rules:
    """The rules for accounts of whatever tier as they are for those of this one."""
    held = (rule for rule in rules.every if rule.scope.tier in ("", tier))
    anyones = (replace(rule, scope=replace(rule.scope, tier="")) for rule in held)
    return Rules((*anyones, rules.fallback))


_Accounts = Mapping[tuple[str, str | None], int]
_People = Mapping[tuple[str, str | None, str | None, str | None], int]


def _counted(
    session: Session,
    workspace_id: int,
    under: Sequence[ColumnElement[bool]],
    which: Sequence[ColumnElement[bool]] = (),
) -> tuple[_Accounts, _People]:
    people = _people(session, workspace_id, under, which) if under else {}
    return _accounts(session, workspace_id, which), people


def _weekly(parts: Sequence[Part]) -> float:
    return sum(part.weekly for part in parts)


def _parts(rules: Rules, accounts: _Accounts, people: _People) -> list[Part]:
    """7 / longest gap for each account and each person under a rule, by rule."""
    counts: Counter[Scope] = Counter()
    weekly: defaultdict[Scope, float] = defaultdict(float)
    for (tier, account_type), count in accounts.items():
        rule = rules.of_account(tier, account_type)
        # Those that no rule is for have the days of C, and are called what they are.
        scope = rule.scope if rule.scope.fits(tier, account_type) else Scope(tier)
        counts[scope] += count
        weekly[scope] += 7 * count / rule.max_days
    for (tier, account_type, role, buying_role), count in people.items():
        found = rules.of_person(tier, account_type, role, buying_role)
        if found is not None:
            counts[found.scope] += count
            weekly[found.scope] += 7 * count / found.max_days
    return [Part(scope, counts[scope], weekly[scope]) for scope in counts]


def _in_use(workspace_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Account.workspace_id == workspace_id,
        Account.owner_id.is_not(None),
        Account.archived_at.is_(None),
        Account.status.not_in(EXEMPT),
    )


def _accounts(
    session: Session, workspace_id: int, which: Sequence[ColumnElement[bool]]
) -> _Accounts:
    rows = session.execute(
        select(Account.tier, Account.type, func.count())
        .where(*_in_use(workspace_id), *which)
        .group_by(Account.tier, Account.type)
    )
    return {(tier, account_type): count for tier, account_type, count in rows}


def _people(
    session: Session,
    workspace_id: int,
    under: Sequence[ColumnElement[bool]],
    which: Sequence[ColumnElement[bool]],
) -> _People:
    kinds = (Account.tier, Account.type, Contact.role, Contact.buying_role)
    rows = session.execute(
        select(*kinds, func.count())
        .select_from(Account)
        .join(
            Contact,
            (Contact.workspace_id == Account.workspace_id) & (Contact.account_id == Account.id),
        )
        .where(
            *_in_use(workspace_id),
            *which,
            Contact.archived_at.is_(None),
            Contact.status == ACTIVE,
            or_(*under),
        )
        .group_by(*kinds)
    )
    return {(tier, type_, role, buying): count for tier, type_, role, buying, count in rows}


def _best_weeks(
    session: Session, workspace_id: int, today: date, people: Collection[int] | None = None
) -> list[int]:
    """The touches that count in each of the best weeks, Monday to Sunday, most first."""
    monday = today - timedelta(days=today.weekday(), weeks=WEEKS)
    everyone = select(User.id).where(User.workspace_id == workspace_id)
    rows = session.execute(
        select(Touch.occurred_on, func.count())
        .where(
            Touch.workspace_id == workspace_id,
            # Everyone is named one by one: the index goes by person.
            Touch.user_id.in_(everyone if people is None else sorted(people)),
            Touch.occurred_on.between(monday, today),
            Touch.qualifying,
        )
        .group_by(Touch.occurred_on)
    )
    weeks: Counter[date] = Counter()
    for day, count in rows:
        weeks[day - timedelta(days=day.weekday())] += count
    return sorted(weeks.values(), reverse=True)[:BEST]


def _tomorrow(
    session: Session,
    workspace_id: int,
    wanted: Rules,
    tomorrow: date,
    which: Sequence[ColumnElement[bool]] = (),
) -> tuple[dict[str, int], int]:
    """By tier the accounts that would be overdue then, and how many people's lists would be longer.

    What holds without the change is stored, so only accounts that change sides are grouped.
    """
    overdue_anyway = Account.due_on < tomorrow
    rows = session.execute(
        select(Account.owner_id, Account.tier, overdue_anyway, func.count())
        .where(*_in_use(workspace_id), *which, reckoning.past(wanted, tomorrow) != overdue_anyway)
        .group_by(Account.owner_id, Account.tier, overdue_anyway)
    )
    overdue: Counter[str] = Counter()
    grows: Counter[int | None] = Counter()
    for owner_id, tier, leaves, count in rows:
        if not leaves:
            overdue[tier] += count
        grows[owner_id] += -count if leaves else count
    return dict(sorted(overdue.items())), sum(1 for more in grows.values() if more > 0)
