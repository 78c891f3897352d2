"""What was agreed to happen next, and by when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.accounts import Account
from models.db import Base, within_workspace
from models.errors import NotYours
from models.phi import Clean
from models.users import Actor

NEXT_STEP, PROMISE, TASK = "next_step", "promise", "task"
OPEN, DONE, LATE, DROPPED = "open", "done", "late", "dropped"


class FollowUp(Base):
    """A next step, promise or task of one person."""

    __tablename__ = "follow_up"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="follow_up_in_workspace"),
        within_workspace("account", "account_id"),
        within_workspace("user", "user_id"),
        within_workspace("touch", "touch_id"),
        Index("follow_up_due", "workspace_id", "user_id", "status", "due_on"),
        Index("follow_up_of_touch", "workspace_id", "touch_id"),
        Index("follow_up_of_account", "workspace_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    kind: Mapped[str] = mapped_column(String(10))  # next_step, promise, task
    account_id: Mapped[int | None]
    user_id: Mapped[int]  # who does it
    touch_id: Mapped[int | None]
    text: Mapped[Clean] = mapped_column(String(300))
    due_on: Mapped[date | None]
    # Put off by "Tomorrow": off the list before that day. What it was due stays, or a promise
    # kept late would count as kept.
    hidden_until: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(8), default=OPEN)
    done_on: Mapped[date | None]  # its person's day; None for what was done before 0011, too
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class Step:
    """A next step, promise or task of somebody's, as lists show it.

    hidden_until  the day until which they put it off, past or to come.
    done          it is done; shown once more, with the way back.
    """

    id: int
    kind: str
    text: str
    account_id: int | None
    account: str | None
    due_on: date
    hidden_until: date | None
    done: bool

    @property
    def shown_on(self) -> date:
        """The day from which it is on the list."""
        return max(self.due_on, self.hidden_until or self.due_on)


def of_touch(session: Session, workspace_id: int, touch_id: int) -> dict[str, FollowUp]:
    """What was agreed in a touch, by kind: at most one next step and one promise."""
    rows = session.scalars(
        select(FollowUp)
        .where(FollowUp.workspace_id == workspace_id, FollowUp.touch_id == touch_id)
        .order_by(FollowUp.id)
    )
    return {row.kind: row for row in rows}


def due(
    session: Session,
    workspace_id: int,
    user_id: int,
    by: date,
    *,
    also: Collection[int] = (),
    most: int | None = None,
) -> Sequence[Step]:
    """The person's open ones due by a day, the oldest first; at most `most`. Those put off are
    among them: see `shown_on`.

    also  ids of some just done, which are listed too.
    """
    rows = session.execute(
        select(FollowUp, Account.name)
        .outerjoin(
            Account,
            and_(Account.workspace_id == FollowUp.workspace_id, Account.id == FollowUp.account_id),
        )
        .where(
            FollowUp.workspace_id == workspace_id,
            FollowUp.user_id == user_id,
            or_(
                FollowUp.status.in_([OPEN, LATE]),
                and_(FollowUp.status == DONE, FollowUp.id.in_(also)),
            ),
            FollowUp.due_on <= by,
        )
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(most)
    )
    return [
        Step(
            id=row.id,
            kind=row.kind,
            text=row.text,
            account_id=row.account_id,
            account=name,
            due_on=row.due_on,
            hidden_until=row.hidden_until,
            done=row.status == DONE,
        )
        for row, name in rows
        if row.due_on is not None
    ]


def finish(session: Session, actor: Actor, follow_up_id: int, today: date) -> None:
    """Mark the actor's follow-up as done on their day. Raises NotYours."""
    found = _own(session, actor, follow_up_id)
    if found.status != DONE:
        found.status, found.done_on = DONE, today


def put_off(session: Session, actor: Actor, follow_up_id: int, until: date) -> None:
    """Take it off the actor's list before the day `until`; due it stays. Raises NotYours."""
    _own(session, actor, follow_up_id).hidden_until = until


def bring_back(session: Session, actor: Actor, follow_up_id: int) -> None:
    """Take either of these back. Raises NotYours."""
    found = _own(session, actor, follow_up_id)
    found.status, found.done_on, found.hidden_until = OPEN, None, None


def _own(session: Session, actor: Actor, follow_up_id: int) -> FollowUp:
    found = session.scalar(
        select(FollowUp).where(
            FollowUp.workspace_id == actor.workspace_id,
            FollowUp.user_id == actor.user_id,
            FollowUp.id == follow_up_id,
        )
    )
    if found is None:
        raise NotYours
    return found
