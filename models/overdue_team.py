"""What a manager reads on the first work day of the week: who is far behind, by name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models import cadence, holidays, people_due, permissions, reckoning, slots, users
from models.accounts import Account
from models.cadence import EXEMPT
from models.users import User

SHOWN = 5
"""People (or their managers) named; the rest are counted."""


@dataclass(frozen=True)
class Behind:
    """A person, or with `people` a manager and everyone below them, and how many of their
    accounts are overdue by more than twice their cadence; with the worst of them."""

    user_id: int
    name: str
    accounts: int
    worst: str
    days_since: int
    max_days: int
    people: int = 0


@dataclass(frozen=True)
class Team:
    """Who of a manager's people is behind, the worst first; `more` of them are not named.
    With `grouped` each stands for a manager's whole team."""

    behind: tuple[Behind, ...]
    more: int = 0
    grouped: bool = False


@dataclass(frozen=True)
class _Person:
    name: str
    manager_id: int | None


def is_told(session: Session, user: User, day: date, now: datetime) -> bool:
    """Whether the person's morning message of that day speaks of their team: on their first work
    day of the week."""
    if not permissions.leads(user.role):
        return False
    days_off = holidays.of(session, user.workspace_id, now)

    def is_off(one: date) -> bool:
        return days_off.is_off(one, user.holidays) or users.is_paused(user, one)

    return slots.is_first_work_day(day, user.work_days, is_off)


def of(session: Session, workspace_id: int, manager_id: int, today: date) -> Team | None:
    """Who below the manager, at any depth, has accounts overdue by more than twice their cadence;
    None when nobody has. Of more than a few people those of each manager stand together.

    Snoozed accounts count, those in no cadence do not. A few reads, whatever the team's size.
    """
    people = _below(session, workspace_id, manager_id)
    if not people:
        return None
    far_behind = _far_behind(session, workspace_id, manager_id, today)
    counts = {
        owner_id: count
        for owner_id, count in session.execute(
            select(Account.owner_id, func.count()).where(*far_behind).group_by(Account.owner_id)
        )
        if owner_id in people
    }
    if not counts:
        return None
    heads = {person: _report_above(people, person, manager_id) for person in counts}
    grouped = len(counts) > SHOWN and any(person != head for person, head in heads.items())
    groups: dict[int, list[int]] = defaultdict(list)
    for person in counts:
        groups[heads[person] if grouped else person].append(person)
    total = Counter({head: sum(counts[one] for one in ones) for head, ones in groups.items()})
    first = sorted(total, key=lambda head: (-total[head], people[head].name, head))[:SHOWN]
    worst = _worst(
        session,
        workspace_id,
        far_behind,
        {person: head for head in first for person in groups[head]},
        today,
    )
    return Team(
        behind=tuple(
            Behind(
                head,
                people[head].name,
                total[head],
                *worst[head],
                people=len(groups[head]) if grouped else 0,
            )
            for head in first
        ),
        more=len(groups) - len(first),
        grouped=grouped,
    )


def _below(session: Session, workspace_id: int, manager_id: int) -> dict[int, _Person]:
    rows = session.execute(
        select(User.id, User.name, User.manager_id).where(
            User.workspace_id == workspace_id,
            User.active,
            User.id != manager_id,
            User.id.in_(users.in_team(workspace_id, manager_id)),
        )
    )
    return {row.id: _Person(row.name, row.manager_id) for row in rows}


def _far_behind(
    session: Session, workspace_id: int, manager_id: int, today: date
) -> Sequence[ColumnElement[bool]]:
    """Days since > 2 x max days, of the account or of somebody to be met there."""
    return (
        Account.workspace_id == workspace_id,
        Account.owner_id != manager_id,
        Account.owner_id.in_(users.in_team(workspace_id, manager_id)),
        Account.archived_at.is_(None),
        Account.status.not_in(EXEMPT),
        Account.due_on < today,  # which the index finds
        reckoning.past(cadence.rules(session, workspace_id), today, times=2),
    )


def _report_above(people: Mapping[int, _Person], person_id: int, manager_id: int) -> int:
    """Who of the manager's own reports the person is, or is below. Somebody whose chain goes
    through a manager who left stands for themselves."""
    while True:
        above = people[person_id].manager_id
        if above is None or above == manager_id or above not in people:
            return person_id
        person_id = above


def _worst(
    session: Session,
    workspace_id: int,
    far_behind: Sequence[ColumnElement[bool]],
    head_of: Mapping[int | None, int],
    today: date,
) -> dict[int, tuple[str, int, int]]:
    """The account the most times over its cadence, by the head of its owner: name, days since,
    max days."""
    which = (*far_behind, Account.owner_id.in_(head_of))
    rules = cadence.rules(session, workspace_id)
    rows = session.execute(
        select(
            Account.id,
            Account.owner_id,
            Account.name,
            Account.tier,
            Account.type,
            Account.owned_since,
            func.coalesce(Account.last_touch_on, Account.owned_since).label("since"),
        )
        .where(*which)
        .order_by(Account.name)
    ).all()
    places = {row.id: (row.tier, row.type, row.owned_since) for row in rows}
    ids = select(Account.id).where(*which)
    met = people_due.at(session, workspace_id, rules, places, which=ids)
    found: dict[int, tuple[str, int, int]] = {}
    for row in rows:
        own = ((today - row.since).days, rules.of_account(row.tier, row.type))
        days, rule = cadence.worst_gap(own, met.get(row.id, ()), today)
        head = head_of[row.owner_id]
        known = found.get(head)
        if known is None or days / rule.max_days > known[1] / known[2]:
            found[head] = (row.name, days, rule.max_days)
    return found
