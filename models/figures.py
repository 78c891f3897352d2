"""One figure of a digest: the rows behind it, as far as who asks may see them.

A figure goes by its key: "touches", "reached", "late", "in", "out", "in:started", "kept",
"kept:A", "overdue", "overdue:A", "behind", "open", "won", "lost", "goals", "commit", "best",
"likely", "ask".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import cadence, credited_to, digests, lists, permissions, snapshots, users
from models.accounts import Account
from models.credited_to import Credit
from models.goals import Progress
from models.opportunities import Opportunity
from models.pipeline import Week
from models.referrals import IN, OUT, Referral
from models.rows import MOST, OfAccount
from models.snapshots import Snapshot
from models.stages import Stage
from models.subscriptions import EVERYONE, TEAM
from models.touches import Touch
from models.users import Actor, User

TOUCHES, REACHED, LATE, KEPT, OVERDUE, BEHIND, GOALS = (
    "touches",
    "reached",
    "late",
    "kept",
    "overdue",
    "behind",
    "goals",
)

PAGE = 40
"""Rows shown at once."""


@dataclass(frozen=True)
class Row:
    """One row. `what` is its account, or the person's name where the row is a person.

    day    of a touch or a referral.
    label  of its type or status; an account's tier.
    days   since the account's last touch on that Sunday, and its longest gap; of a person the
           accounts far past it, and 0.
    """

    what: str
    who: str = ""
    day: date | None = None
    label: str = ""
    code: str = ""
    days: tuple[int, int] | None = None
    cents: int | None = None  # of an opportunity
    goal: Progress | None = None
    credit: Credit | None = None  # of a referral in


@dataclass(frozen=True)
class Page:
    """Some of a figure's rows.

    told    the figure as the digest tells it.
    kept    how many rows of it are kept: at most `rows.MOST` of one kind.
    there   how many of those still exist; `seen`: of these those the asker may see.
    start   the place of the first one shown.
    late    how many were logged since (touches and referrals).
    """

    snapshot_id: int
    figure: str
    told: int
    kept: int
    there: int
    seen: int
    start: int
    rows: Sequence[Row]
    late: int
    made_at: datetime
    monday: date
    label: str = ""  # what the customer calls the status or the tier that the figure is about


def page(session: Session, actor: Actor, snapshot_id: int, figure: str, start: int = 0) -> Page:
    """The rows from `start` on. Raises NotYours for a digest of another workspace.

    A rep sees their own rows, a manager their team's, an admin all; of the others the count.
    """
    snapshot = snapshots.get(session, actor.workspace_id, snapshot_id)
    kind, _, part = figure.partition(":")
    week = Week.of_numbers(snapshot.numbers["week"])
    found = _found(session, snapshot, kind, part)
    seeing = visible(session, actor)
    there = [each for each in found if each.exists]
    # A team's goals are told in the channel: they are everybody's to read.
    seen = [one for one in there if seeing is None or one.owners & seeing or kind == GOALS]
    shown = seen[start : start + PAGE]
    late = 0
    if kind in (TOUCHES, IN, OUT) and not part:
        since = digests.late_since(session, snapshot)
        late = len(since.touches if kind == TOUCHES else since.referrals.get(kind, ()))
    return Page(
        snapshot_id=snapshot.id,
        figure=figure,
        told=_told(snapshot, week, kind, part),
        kept=len(found),
        there=len(there),
        seen=len(seen),
        start=start,
        rows=_rows(session, snapshot, kind, shown),
        late=late,
        made_at=snapshot.created_at,
        monday=week.monday,
        label=_label(session, snapshot.workspace_id, kind, part),
    )


def visible(session: Session, actor: Actor) -> set[int] | None:
    """The people whose rows the actor may read; None: everyone's."""
    scope = permissions.row_scope(actor)
    if scope == EVERYONE:
        return None
    if scope == TEAM:
        return users.team(session, actor.workspace_id, actor.user_id)
    return {actor.user_id}


@dataclass(frozen=True)
class _Found:
    id: int
    exists: bool
    owners: frozenset[int] = frozenset()
    days: tuple[int, int] | None = None
    adds: int | None = None


def _told(snapshot: Snapshot, week: Week, kind: str, part: str) -> int:
    numbers = snapshot.numbers
    match kind:
        case "touches" | "reached":
            return int(numbers["week"][kind])
        case "late" | "behind":
            return int(numbers[kind])
        case "in" | "out":
            return week.referrals.get((kind, part), 0) if part else week.received(kind)
        case "open" | "won" | "lost":
            return int(numbers["deals"][kind])
        case "goals":
            return len(numbers["goals"])
        case "commit" | "best" | "likely":
            return int(numbers["outlook"][kind])
        case "ask":
            return int(numbers["outlook"]["asks"])
        case _:
            of = week.kept.get(part) if part else week.all_kept
            if of is None:
                return 0
            return of.within if kind == KEPT else of.overdue


def _found(session: Session, snapshot: Snapshot, kind: str, part: str) -> list[_Found]:
    """The kept ids of a figure, each with whose it is now."""
    ids = snapshot.row_ids
    match kind:
        case "touches" | "late":
            return _owned(session, snapshot, Touch.id, Touch.user_id, ids.get(kind, []))
        case "reached":
            return _reached(session, snapshot, ids["touches"])
        case "in" | "out":
            by_status = ids["referrals"].get(kind, {})
            wanted = [id_ for status, of in by_status.items() if part in ("", status) for id_ in of]
            return _owned(session, snapshot, Referral.id, Referral.owner_id, wanted)
        case "behind":
            return [
                _Found(user_id, True, frozenset([user_id]), (count, 0))
                for user_id, count in ids["behind"]
            ]
        case "open" | "won" | "lost":
            wanted = ids["deals"][kind]
            return _owned(session, snapshot, Opportunity.id, Opportunity.owner_id, wanted)
        case "commit" | "best" | "likely" | "ask":
            adds = dict(ids["outlook"][kind])
            owned = _owned(session, snapshot, Opportunity.id, Opportunity.owner_id, adds)
            return [replace(one, adds=adds[one.id]) for one in owned]
        case "goals":
            return [_Found(place, True) for place in range(len(snapshot.numbers["goals"]))]
        case _:
            return _of_accounts(session, snapshot, _accounts(ids[kind], part))


def _accounts(by_tier: dict[str, list[OfAccount]], part: str) -> list[OfAccount]:
    """The accounts of one tier, or of all, the most urgent first."""
    found = [
        (days / longest * cadence.WEIGHTS[tier], -account_id, (account_id, days, longest, ideal))
        for tier, of in by_tier.items()
        if part in ("", tier)
        for account_id, days, longest, ideal in of
    ]
    return [account for _urgency, _id, account in sorted(found, reverse=True)]


def _owned(
    session: Session,
    snapshot: Snapshot,
    key: InstrumentedAttribute[int],
    owner: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    ids: Collection[int],
) -> list[_Found]:
    rows = session.execute(
        select(key, owner).where(
            key.class_.workspace_id == snapshot.workspace_id, key.in_(list(ids))
        )
    )
    owners = {row.id: row[1] for row in rows}
    return [_Found(id_, id_ in owners, _just(owners.get(id_))) for id_ in ids]


def _reached(session: Session, snapshot: Snapshot, touch_ids: Collection[int]) -> list[_Found]:
    """The accounts of those touches, each of everyone who touched it."""
    rows = session.execute(
        select(Touch.account_id, Touch.user_id)
        .where(Touch.workspace_id == snapshot.workspace_id, Touch.id.in_(list(touch_ids)))
        .order_by(Touch.occurred_on, Touch.id)
    )
    by_account: dict[int, set[int]] = {}
    for account_id, user_id in rows:
        if account_id is not None:
            by_account.setdefault(account_id, set()).add(user_id)
    return [_Found(id_, True, frozenset(who)) for id_, who in by_account.items()]


def _of_accounts(session: Session, snapshot: Snapshot, listed: Sequence[OfAccount]) -> list[_Found]:
    rows = session.execute(
        select(Account.id, Account.owner_id).where(
            Account.workspace_id == snapshot.workspace_id,
            Account.id.in_([account_id for account_id, *_ in listed]),
        )
    )
    owners = {row.id: row.owner_id for row in rows}
    return [
        _Found(account_id, account_id in owners, _just(owners.get(account_id)), (days, longest))
        for account_id, days, longest, _ideal in listed
    ]


def _just(owner_id: int | None) -> frozenset[int]:
    return frozenset() if owner_id is None else frozenset([owner_id])


def _rows(session: Session, snapshot: Snapshot, kind: str, shown: Sequence[_Found]) -> list[Row]:
    ids = [each.id for each in shown]
    match kind:
        case "touches" | "late":
            made = touch_rows(session, snapshot.workspace_id, ids)
        case "in" | "out":
            made = referral_rows(session, snapshot.workspace_id, ids)
        case "behind":
            names = users.names(session, snapshot.workspace_id, ids)
            return [Row(names.get(each.id, ""), days=each.days) for each in shown]
        case "open" | "won" | "lost":
            made = deal_rows(session, snapshot.workspace_id, ids)
        case "commit" | "best" | "likely" | "ask":
            made = deal_rows(session, snapshot.workspace_id, ids)
            return [
                made[one.id] if kind == "ask" else replace(made[one.id], cents=one.adds)
                for one in shown
            ]
        case "goals":
            told = snapshot.numbers["goals"]
            return [Row("", goal=Progress.of_numbers(told[place])) for place in ids]
        case _:
            made = _account_rows(session, snapshot.workspace_id, shown)
    return [made[id_] for id_ in ids if id_ in made]


def touch_rows(session: Session, workspace_id: int, ids: Collection[int]) -> dict[int, Row]:
    """Touches as rows, by id."""
    labels = _labels(session, workspace_id, lists.TOUCH_TYPE)
    rows = session.execute(
        select(Touch.id, Touch.occurred_on, Touch.type, Account.name, User.name.label("who"))
        .join(User, and_(User.workspace_id == Touch.workspace_id, User.id == Touch.user_id))
        .outerjoin(
            Account,
            and_(Account.workspace_id == Touch.workspace_id, Account.id == Touch.account_id),
        )
        .where(Touch.workspace_id == workspace_id, Touch.id.in_(list(ids)))
    )
    return {
        row.id: Row(
            what=row.name or "",
            who=row.who,
            day=row.occurred_on,
            label=labels.get(row.type, row.type),
        )
        for row in rows
    }


def referral_rows(session: Session, workspace_id: int, ids: Collection[int]) -> dict[int, Row]:
    """Referrals as rows, by id."""
    labels = _labels(session, workspace_id, lists.REFERRAL_STATUS)
    rows = session.execute(
        select(
            Referral.id,
            Referral.received_on,
            Referral.status,
            Referral.code,
            Referral.direction,
            Account.name,
            User.name.label("who"),
        )
        .join(User, and_(User.workspace_id == Referral.workspace_id, User.id == Referral.owner_id))
        .join(
            Account,
            and_(Account.workspace_id == Referral.workspace_id, Account.id == Referral.account_id),
        )
        .where(Referral.workspace_id == workspace_id, Referral.id.in_(list(ids)))
    )
    credit = credited_to.of(session, workspace_id, ids)
    return {
        row.id: Row(
            what=row.name,
            who=row.who,
            day=row.received_on,
            label=labels.get(row.status, row.status),
            code=row.code,
            credit=credit.get(row.id, {}) if row.direction == IN else None,
        )
        for row in rows
    }


def deal_rows(session: Session, workspace_id: int, ids: Collection[int]) -> dict[int, Row]:
    """Opportunities as rows, by id."""
    rows = session.execute(
        select(
            Opportunity.id,
            Opportunity.name,
            Opportunity.amount_cents,
            Opportunity.closed_on,
            Stage.label,
            User.name.label("who"),
        )
        .join(
            Stage,
            and_(Stage.workspace_id == Opportunity.workspace_id, Stage.id == Opportunity.stage_id),
        )
        .outerjoin(
            User,
            and_(User.workspace_id == Opportunity.workspace_id, User.id == Opportunity.owner_id),
        )
        .where(Opportunity.workspace_id == workspace_id, Opportunity.id.in_(list(ids)))
    )
    return {
        row.id: Row(
            what=row.name,
            who=row.who or "",
            day=row.closed_on,
            label=row.label,
            cents=row.amount_cents,
        )
        for row in rows
    }


def _account_rows(session: Session, workspace_id: int, shown: Iterable[_Found]) -> dict[int, Row]:
    days = {each.id: each.days for each in shown}
    rows = session.execute(
        select(Account.id, Account.name, Account.tier, User.name.label("who"))
        .outerjoin(
            User, and_(User.workspace_id == Account.workspace_id, User.id == Account.owner_id)
        )
        .where(Account.workspace_id == workspace_id, Account.id.in_(list(days)))
    )
    return {
        row.id: Row(what=row.name, who=row.who or "", label=row.tier, days=days[row.id])
        for row in rows
    }


def _labels(session: Session, workspace_id: int, name: str) -> dict[str, str]:
    return {one.key: one.label for one in lists.entries(session, workspace_id, name)[name]}


def _label(session: Session, workspace_id: int, kind: str, part: str) -> str:
    if part and kind in (IN, OUT):
        return _labels(session, workspace_id, lists.REFERRAL_STATUS).get(part, part)
    return part


def truncated(page: Page) -> bool:
    """Whether the digest counted more rows than are kept."""
    return page.kept >= MOST and page.told > page.kept
