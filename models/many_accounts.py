"""Many accounts at once, by owner, type, territory and tier: who may change which, what that would
ask, and the change."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models import cadence, permissions, reassigning, requests, retiering, users, what_if
from models.accounts import Account
from models.errors import BadChoice, NothingToGive, TooManyOwners
from models.reassigning import Successor
from models.subscriptions import EVERYONE
from models.users import Actor, User
from models.what_if import WhatIf

MOST_OWNERS = 10
"""From so many people accounts go to another at once: each is a receipt with its own undo."""


@dataclass(frozen=True)
class Which:
    """Accounts that are all of this. None: any."""

    owner_id: int | None = None
    type: str | None = None
    territory: str | None = None
    tier: str | None = None


@dataclass(frozen=True)
class Change:
    """What becomes of them. `deals`: open ones of the old owner there go along to the heir."""

    tier: str | None = None
    heir_id: int | None = None
    deals: bool = False


@dataclass(frozen=True)
class Preview:
    """What a change would do.

    count     accounts that fit.
    retiered  of each old tier, how many would get the new one; `asks` what that means.
    givers    of whom how many would go to the heir, most first.
    everyone  `asks` is about everybody, not about the actor's team.
    """

    count: int
    retiered: Mapping[str, int]
    asks: WhatIf | None
    givers: Sequence[tuple[str, int]]
    everyone: bool


def preview(session: Session, actor: Actor, which: Which, change: Change, now: datetime) -> Preview:
    """What the change would do. Raises NotAllowed, TooManyOwners."""
    people = _people(session, actor)
    fits = _fits(session, actor, which)
    rows = session.execute(select(Account.tier, Account.owner_id).where(*fits)).all()
    retiered: Mapping[str, int] = {}
    asks = None
    if change.tier is not None:
        retiered = Counter(row.tier for row in rows if row.tier != change.tier)
        workspace_id, today = actor.workspace_id, actor.today(now)
        rules = cadence.rules(session, workspace_id)
        asks = what_if.of_tier(session, workspace_id, rules, change.tier, fits, today, people)
    given = Counter(
        row.owner_id
        for row in rows
        if change.heir_id is not None and row.owner_id not in (None, change.heir_id)
    )
    if len(given) > MOST_OWNERS:
        raise TooManyOwners(MOST_OWNERS)
    named = users.names(session, actor.workspace_id, given)
    givers = [(named.get(owner_id, ""), count) for owner_id, count in given.most_common()]
    return Preview(len(rows), retiered, asks, givers, everyone=people is None)


def make(
    session: Session, actor: Actor, which: Which, change: Change, *, submission: str, now: datetime
) -> None:
    """Make the change, with a receipt for the tiers and one for each old owner. A second submission
    changes nothing.

    Raises NotAllowed, BadChoice, TooManyOwners, and NothingToGive when nothing is left to do.
    """
    if not requests.first_time(session, actor.workspace_id, f"many:{submission}", now):
        return
    rows = session.execute(
        select(Account.id, Account.owner_id)
        .where(*_fits(session, actor, which))
        .order_by(Account.id)
    ).all()
    done = 0
    if change.tier is not None:
        if change.tier not in cadence.TIERS:
            raise BadChoice
        ids = [row.id for row in rows]
        done += retiering.retier(session, actor, ids, change.tier, submission=submission, now=now)
    if change.heir_id is not None:
        by_owner: dict[int, list[int]] = defaultdict(list)
        for account_id, owner_id in rows:
            if owner_id not in (None, change.heir_id):
                by_owner[owner_id].append(account_id)
        if len(by_owner) > MOST_OWNERS:
            raise TooManyOwners(MOST_OWNERS)
        for owner_id, account_ids in by_owner.items():
            reassigning.reassign(
                session,
                actor,
                person_id=owner_id,
                heir_id=change.heir_id,
                part=reassigning.ALL,
                only=account_ids,
                deals=change.deals,
                submission=f"{submission}:{owner_id}",
                now=now,
            )
        done += len(by_owner)
    if not done:
        raise NothingToGive


def owners(session: Session, actor: Actor, typed: str, most: int) -> list[Successor]:
    """Those whose accounts the actor may change, by what is typed of the name, also of who left.
    Raises NotAllowed."""
    own = select(Account.owner_id).where(*_fits(session, actor, Which()))
    rows = session.execute(
        select(User.id, User.name)
        .where(
            User.workspace_id == actor.workspace_id,
            User.id.in_(own),
            User.name.icontains(typed, autoescape=True),
        )
        .order_by(User.name, User.id)
        .limit(most)
    )
    return [Successor(row.id, row.name) for row in rows]


def territories(session: Session, actor: Actor, typed: str, most: int) -> Sequence[str]:
    """The territories of those accounts, by what is typed. Raises NotAllowed."""
    return session.scalars(
        select(Account.territory)
        .where(
            *_fits(session, actor, Which()),
            Account.territory != "",
            Account.territory.icontains(typed, autoescape=True),
        )
        .distinct()
        .order_by(Account.territory)
        .limit(most)
    ).all()


def _people(session: Session, actor: Actor) -> set[int] | None:
    """Whose accounts the actor may change: a manager their team's, an admin everyone's (None)."""
    permissions.must_change_many(actor)
    if permissions.row_scope(actor) == EVERYONE:
        return None
    return users.team(session, actor.workspace_id, actor.user_id)


def _fits(session: Session, actor: Actor, which: Which) -> list[ColumnElement[bool]]:
    people = _people(session, actor)
    found = [Account.workspace_id == actor.workspace_id, Account.archived_at.is_(None)]
    if people is not None:
        found.append(Account.owner_id.in_(sorted(people)))
    for column, wanted in (
        (Account.owner_id, which.owner_id),
        (Account.type, which.type),
        (Account.territory, which.territory),
        (Account.tier, which.tier),
    ):
        if wanted is not None:
            found.append(column == wanted)
    return found
