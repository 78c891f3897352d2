"""What one knows of an account before walking in, read in a bounded number of queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import ColumnElement

from models import cadence, figures, follow_ups, lists, permissions, sources, users
from models.accounts import Account
from models.contacts import Contact
from models.errors import NoSuchAccount
from models.follow_ups import FollowUp
from models.opportunities import Opportunity
from models.referrals import IN, Referral, was_received
from models.sources import Persistence, Silence
from models.stages import OPEN, Stage
from models.subscriptions import EVERYONE
from models.touches import Touch
from models.users import Actor, User

PERIODS = (30, 90, 365)
"""The days over which referrals are counted."""

_CONTACTS, _TOUCHES, _STEPS = 4, 3, 2
_LEFT = "left"
_Labels = dict[str, str]


@dataclass(frozen=True)
class Person:
    """Somebody at the account."""

    name: str
    title: str  # or what they are there


@dataclass(frozen=True)
class Told:
    """A touch the reader may see."""

    day: date
    type: str  # its label
    by: str | None  # None: the reader themselves
    note: str
    redacted: bool


@dataclass(frozen=True)
class Agreed:
    """Something that is still to be done for the account."""

    kind: str
    text: str
    due_on: date | None
    by: str | None  # None: the reader themselves


@dataclass(frozen=True)
class OpenDeal:
    """An open deal at the account that the reader may see."""

    name: str
    stage: str
    amount_cents: int | None
    close_date: date | None


@dataclass(frozen=True)
class Brief:
    """An account as one person may see it."""

    account_id: int
    name: str
    city: str
    state: str
    tier: str
    owner: str | None  # their name; None: nobody
    is_mine: bool
    people: tuple[Person, ...]
    more_people: int
    touches: tuple[Told, ...]  # the latest first
    hidden: int  # touches by others
    agreed: tuple[Agreed, ...]  # what is due first, first
    more_agreed: int
    referrals: tuple[int, ...]  # in, over each of PERIODS
    standing: Persistence | Silence | None  # as a source of referrals
    deal: OpenDeal | None  # the largest
    more_deals: int
    due_on: date | None
    in_cadence: bool
    today: date  # the reader's


def of(session: Session, actor: Actor, account_id: int, now: datetime) -> Brief:
    """The account for this reader: touches, notes and what was agreed are left out where they are
    somebody else's whose they may not see (`permissions.touch_scope`). Raises NoSuchAccount.
    """
    found = session.execute(
        select(Account, User.name)
        .outerjoin(
            User, and_(User.workspace_id == Account.workspace_id, User.id == Account.owner_id)
        )
        .where(
            Account.workspace_id == actor.workspace_id,
            Account.id == account_id,
            Account.archived_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise NoSuchAccount
    account, owner = found
    whose = _whose(session, actor, account.owner_id)
    kinds = lists.entries(session, actor.workspace_id, lists.TOUCH_TYPE, lists.CONTACT_ROLE)
    labels = {name: {one.key: one.label for one in entries} for name, entries in kinds.items()}
    people, more_people = _people(session, account, labels[lists.CONTACT_ROLE])
    agreed, more_agreed = _agreed(session, actor, account, whose)
    deal, more_deals = _deal(session, actor, account.id)
    today = actor.today(now)
    return Brief(
        account_id=account.id,
        name=account.name,
        city=account.city,
        state=account.state,
        tier=account.tier,
        owner=(owner or "somebody") if account.owner_id is not None else None,
        is_mine=account.owner_id == actor.user_id,
        people=people,
        more_people=more_people,
        touches=_touches(session, actor, account, whose, labels[lists.TOUCH_TYPE]),
        hidden=_hidden(session, account, whose),
        agreed=agreed,
        more_agreed=more_agreed,
        referrals=_referrals(session, account, today),
        standing=sources.standing(session, account, today),
        deal=deal,
        more_deals=more_deals,
        due_on=account.due_on,
        in_cadence=account.status not in cadence.EXEMPT,
        today=today,
    )


def _whose(session: Session, actor: Actor, owner_id: int | None) -> Collection[int] | None:
    """The people whose touches the actor may read; None: everyone."""
    scope = permissions.touch_scope(actor, owner_id)
    if scope == EVERYONE:
        return None
    if scope == permissions.OWN:
        return {actor.user_id}
    return users.team(session, actor.workspace_id, actor.user_id)


def _by(
    column: InstrumentedAttribute[int], whose: Collection[int] | None
) -> list[ColumnElement[bool]]:
    return [] if whose is None else [column.in_(sorted(whose))]


def _people(session: Session, account: Account, roles: _Labels) -> tuple[tuple[Person, ...], int]:
    rows = session.execute(
        select(Contact.name, Contact.title, Contact.role, func.count().over())
        .where(
            Contact.workspace_id == account.workspace_id,
            Contact.account_id == account.id,
            Contact.archived_at.is_(None),
            Contact.status != _LEFT,
        )
        .order_by(case((Contact.title == "", 1), else_=0), Contact.id)
        .limit(_CONTACTS)
    ).all()
    found = tuple(
        Person(name, title or roles.get(role or "", "")) for name, title, role, _count in rows
    )
    return found, (rows[0][3] - len(rows) if rows else 0)


def _touches(
    session: Session,
    actor: Actor,
    account: Account,
    whose: Collection[int] | None,
    types: _Labels,
) -> tuple[Told, ...]:
    rows = session.execute(
        select(Touch, User.name)
        .join(User, and_(User.workspace_id == Touch.workspace_id, User.id == Touch.user_id))
        .where(
            Touch.workspace_id == account.workspace_id,
            Touch.account_id == account.id,
            *_by(Touch.user_id, whose),
        )
        .order_by(Touch.occurred_on.desc(), Touch.id.desc())
        .limit(_TOUCHES)
    )
    return tuple(
        Told(
            day=touch.occurred_on,
            type=types.get(touch.type, touch.type),
            by=None if touch.user_id == actor.user_id else name,
            note=touch.note if touch.redacted_at is None else "",
            redacted=touch.redacted_at is not None,
        )
        for touch, name in rows
    )


def _hidden(session: Session, account: Account, whose: Collection[int] | None) -> int:
    """How many touches the actor may not read."""
    if whose is None:
        return 0
    return (
        session.scalar(
            select(func.count())
            .select_from(Touch)
            .where(
                Touch.workspace_id == account.workspace_id,
                Touch.account_id == account.id,
                Touch.user_id.not_in(sorted(whose)),
            )
        )
        or 0
    )


def _agreed(
    session: Session, actor: Actor, account: Account, whose: Collection[int] | None
) -> tuple[tuple[Agreed, ...], int]:
    rows = session.execute(
        select(FollowUp, User.name, func.count().over())
        .join(User, and_(User.workspace_id == FollowUp.workspace_id, User.id == FollowUp.user_id))
        .where(
            FollowUp.workspace_id == account.workspace_id,
            FollowUp.account_id == account.id,
            FollowUp.status.in_([follow_ups.OPEN, follow_ups.LATE]),
            *_by(FollowUp.user_id, whose),
        )
        .order_by(FollowUp.due_on.is_(None), FollowUp.due_on, FollowUp.id)
        .limit(_STEPS)
    ).all()
    found = tuple(
        Agreed(step.kind, step.text, step.due_on, None if step.user_id == actor.user_id else name)
        for step, name, _count in rows
    )
    return found, (rows[0][2] - len(rows) if rows else 0)


def _referrals(session: Session, account: Account, today: date) -> tuple[int, ...]:
    sums = [
        func.sum(case((Referral.received_on > today - timedelta(days=days), 1), else_=0))
        for days in PERIODS
    ]
    row = session.execute(
        select(*sums).where(
            Referral.workspace_id == account.workspace_id,
            Referral.account_id == account.id,
            Referral.received_on > today - timedelta(days=max(PERIODS)),
            Referral.direction == IN,
            was_received(),
        )
    ).one()
    return tuple(int(count or 0) for count in row)


def _deal(session: Session, actor: Actor, account_id: int) -> tuple[OpenDeal | None, int]:
    """The largest open deal there of those the actor may see, and how many more there are."""
    visible = figures.visible(session, actor)
    rows = session.execute(
        select(
            Opportunity.name,
            Stage.label,
            Opportunity.amount_cents,
            Opportunity.close_date,
            func.count().over(),
        )
        .join(
            Stage,
            and_(Stage.workspace_id == Opportunity.workspace_id, Stage.id == Opportunity.stage_id),
        )
        .where(
            Opportunity.workspace_id == actor.workspace_id,
            Opportunity.account_id == account_id,
            Stage.kind == OPEN,
            *([] if visible is None else [Opportunity.owner_id.in_(sorted(visible))]),
        )
        .order_by(func.coalesce(Opportunity.amount_cents, 0).desc(), Opportunity.id)
        .limit(1)
    ).all()
    for name, stage, cents, close_date, count in rows:
        return OpenDeal(name, stage, cents, close_date), count - 1
    return None, 0
