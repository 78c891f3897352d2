"""What a person's Home shows, read in one bounded number of queries, and when it is owed anew."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models import (
    accounts,
    boards,
    cadence,
    deal_figures,
    deliveries,
    drafts,
    follow_ups,
    habits,
    lists,
    permissions,
    pipeline,
    put_off,
    slots,
    users,
)
from models.accounts import Account, Snooze
from models.boards import Board
from models.cadence import Overdue
from models.deal_figures import Money
from models.deliveries import Owed
from models.drafts import Draft
from models.follow_ups import Step
from models.habits import Settings
from models.pipeline import Summary
from models.put_off import Next
from models.touches import Touch
from models.users import Actor

HOME = "home"
"""The kind of a delivery that publishes a person's Home anew."""

LAST_TOUCHES = 10

_MOST_DRAFTS = 3
_MOST_STEPS = 30
_MOST_COMING = 20

_TOO_LATE = timedelta(minutes=10)
"""After so long a refresh is given up: whoever opens Home gets a fresh one anyway."""


@dataclass(frozen=True)
class Coming:
    """An account of theirs that falls due this week, if nobody touches it."""

    account_id: int
    name: str
    city: str
    tier: str
    due_on: date


@dataclass(frozen=True)
class Logged:
    """A touch of theirs."""

    touch_id: int
    type: str  # its label
    account: str | None
    occurred_on: date
    note: str
    redacted: bool
    may_edit: bool


@dataclass(frozen=True)
class Deals:
    """A person's own open deals; weighted in whole cents, closing: those due this week."""

    open: Money
    weighted: int
    stale: int
    closing: Money


@dataclass(frozen=True)
class Home:
    """All that Home shows; the longest lists cut to what anybody would read."""

    today: date  # the person's own
    unfinished: Sequence[Draft]
    overdue: Sequence[Overdue]  # most urgent first
    steps: Sequence[Step]  # due by Sunday, the oldest first
    coming: Sequence[Coming]  # from today to Sunday
    next_due: Next | None
    week: Summary
    deals: Deals
    board: Board | None  # of who leads somebody
    logged: Sequence[Logged]  # the latest first
    settings: Settings


def of(
    session: Session, workspace_id: int, user_id: int, now: datetime, *, done: Collection[int] = ()
) -> Home:
    """The person's Home: a fixed number of reads, whatever the number of accounts and touches.

    done  follow-ups just marked as done, to be shown with an Undo.
    """
    user = users.get(session, workspace_id, user_id)
    asking = Actor(workspace_id, user_id, user.slack_id or "", user.role, user.zone)
    today = slots.local_day(now, user.zone)
    monday = today - timedelta(days=today.weekday())
    sunday = monday + timedelta(days=6)
    return Home(
        today=today,
        unfinished=drafts.unfinished(session, asking, now, most=_MOST_DRAFTS),
        overdue=accounts.overdue(session, workspace_id, user_id, today),
        steps=follow_ups.due(session, workspace_id, user_id, sunday, also=done, most=_MOST_STEPS),
        coming=_coming(session, asking, today, sunday),
        next_due=put_off.next_due(session, asking, today),
        week=pipeline.summary(session, workspace_id, {user_id}, monday=monday),
        deals=_deals(session, asking, today, (monday, sunday)),
        board=boards.of(session, asking, today, now),
        logged=_logged(session, asking, now),
        settings=habits.of(user),
    )


def owe_refresh(session: Session, actor: Actor, *, key: str, now: datetime) -> int | None:
    """Have the actor's Home shown anew once this transaction is stored; None when that was owed
    before under this `key` (of the form, or of the button)."""
    owed = Owed(
        key=f"home:{actor.user_id}:{key}"[:120],
        kind=HOME,
        target=actor.slack_id,
        user_id=actor.user_id,
        not_before=now,
        expires_at=now + _TOO_LATE,
        priority=deliveries.ANSWER_FIRST,
    )
    return deliveries.owe(session, actor.workspace_id, owed, now)


def _deals(session: Session, actor: Actor, today: date, week: tuple[date, date]) -> Deals:
    mine = {actor.user_id}
    found = deal_figures.open_deals(session, actor.workspace_id, mine, today, actor.zone)
    due = [one for one in found if one.close_date and week[0] <= one.close_date <= week[1]]
    return Deals(
        open=deal_figures.money(found),
        weighted=deal_figures.weighted(found),
        stale=sum(one.stale for one in found),
        closing=deal_figures.money(due),
    )


def _coming(session: Session, actor: Actor, today: date, sunday: date) -> list[Coming]:
    rows = session.execute(
        select(Account.id, Account.name, Account.city, Account.tier, Account.due_on)
        .outerjoin(
            Snooze,
            and_(
                Snooze.workspace_id == Account.workspace_id,
                Snooze.account_id == Account.id,
                Snooze.user_id == actor.user_id,
            ),
        )
        .where(
            Account.workspace_id == actor.workspace_id,
            Account.owner_id == actor.user_id,
            Account.due_on.between(today, sunday),
            Account.archived_at.is_(None),
            Account.status.not_in(cadence.EXEMPT),
            or_(Snooze.hidden_until.is_(None), Snooze.hidden_until <= today),
        )
        .order_by(Account.due_on, Account.name)
        .limit(_MOST_COMING)
    )
    return [
        Coming(row.id, row.name, row.city, row.tier, row.due_on)
        for row in rows
        if row.due_on is not None
    ]


def _logged(session: Session, actor: Actor, now: datetime) -> list[Logged]:
    types = lists.entries(session, actor.workspace_id, lists.TOUCH_TYPE)[lists.TOUCH_TYPE]
    labels = {entry.key: entry.label for entry in types}
    rows = session.execute(
        select(Touch, Account.name)
        .outerjoin(
            Account,
            and_(Account.workspace_id == Touch.workspace_id, Account.id == Touch.account_id),
        )
        .where(Touch.workspace_id == actor.workspace_id, Touch.user_id == actor.user_id)
        .order_by(Touch.occurred_on.desc(), Touch.id.desc())
        .limit(LAST_TOUCHES)
    )
    return [
        Logged(
            touch_id=touch.id,
            type=labels.get(touch.type, touch.type),
            account=name,
            occurred_on=touch.occurred_on,
            note=touch.note,
            redacted=touch.redacted_at is not None,
            may_edit=touch.redacted_at is None and permissions.may_edit(touch.logged_at, now),
        )
        for touch, name in rows
    ]
