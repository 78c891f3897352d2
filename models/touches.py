"""Touches: the act of contacting an account."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import lists
from models.contacts import Contact
from models.db import Base, within_workspace
from models.errors import NotYours
from models.phi import Clean
from models.users import Actor

EVENT = "event"
"""The one touch type that may stand without an account."""


class Touch(Base):
    """One visit, call or message from a rep to an account."""

    __tablename__ = "touch"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="touch_in_workspace"),
        UniqueConstraint("workspace_id", "submission", name="touch_logged_once"),
        within_workspace("account", "account_id"),
        within_workspace("user", "user_id"),
        within_workspace("competitor", "competitor_id"),
        Index(
            "touch_of_user",
            "workspace_id",
            "user_id",
            "occurred_on",
            "type",
            "account_id",
            "qualifying",
        ),
        Index("touch_of_account", "workspace_id", "account_id", "occurred_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    account_id: Mapped[int | None]  # an event may have none
    user_id: Mapped[int]
    type: Mapped[str] = mapped_column(String(60))  # key of the list touch_type
    occurred_on: Mapped[date]  # the rep's own calendar day, never converted
    occurred_at: Mapped[str | None] = mapped_column(String(5))  # "14:30", only if one was told
    logged_at: Mapped[datetime]
    # Its type counts for the cadence and its outcome is no mere attempt; kept, so that a later
    # change of the lists does not rewrite history.
    qualifying: Mapped[bool] = mapped_column(Boolean)
    outcome: Mapped[str | None] = mapped_column(String(60))  # key of the list outcome
    service_line: Mapped[str | None] = mapped_column(String(60))
    competitor_id: Mapped[int | None]
    headcount: Mapped[int | None] = mapped_column(SmallInteger)  # people at an in-service, say
    note: Mapped[Clean] = mapped_column(Text)  # has passed phi.clean
    source: Mapped[str] = mapped_column(String(10))  # command, reminder, dm, import ...
    submission: Mapped[str] = mapped_column(String(64))  # Slack's id of the form
    edits: Mapped[int] = mapped_column(default=0)
    redacted_at: Mapped[datetime | None]  # its words were taken out; the row is the tombstone
    # What the save made beside the touch, so that an undo can take it back.
    made_account: Mapped[bool] = mapped_column(Boolean, default=False)
    made_owner: Mapped[bool] = mapped_column(Boolean, default=False)


class TouchContact(Base):
    """Who was met."""

    __tablename__ = "touch_contact"
    __table_args__ = (
        UniqueConstraint("workspace_id", "touch_id", "contact_id", name="met_once"),
        within_workspace("touch", "touch_id"),
        within_workspace("contact", "contact_id"),
        Index("met_contact", "workspace_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    touch_id: Mapped[int]
    contact_id: Mapped[int]
    made: Mapped[bool] = mapped_column(Boolean, default=False)  # first entered with this touch


def qualifies(session: Session, workspace_id: int, type_: str, outcome: str | None) -> bool:
    """Whether a touch of this type and outcome restarts the cadence clock (domain.md D2, D3)."""
    if lists.meaning(session, workspace_id, lists.TOUCH_TYPE, type_) != "qualifying":
        return False
    if outcome is None:
        return True
    return lists.meaning(session, workspace_id, lists.OUTCOME, outcome) != "attempt"


def get(session: Session, workspace_id: int, touch_id: int, *, hold: bool = False) -> Touch:
    """The touch's row; with `hold` nobody else changes it until this transaction ends. Raises
    NotYours when it is not in this workspace (any more)."""
    query = select(Touch).where(Touch.workspace_id == workspace_id, Touch.id == touch_id)
    if hold:
        query = query.with_for_update().execution_options(populate_existing=True)
    touch = session.scalar(query)
    if touch is None:
        raise NotYours
    return touch


def own(session: Session, actor: Actor, touch_id: int, *, hold: bool = False) -> Touch:
    """The actor's own touch, as `get`. Raises NotYours."""
    touch = get(session, actor.workspace_id, touch_id, hold=hold)
    if touch.user_id != actor.user_id:
        raise NotYours
    return touch


def latest_logged(
    session: Session, actor: Actor, account_id: int, day: date
) -> tuple[int, datetime] | None:
    """Of the actor's touches of an account on a day, the one logged last: its id and when."""
    told = {"workspace": actor.workspace_id, "user": actor.user_id}
    row = session.execute(_LATEST, {**told, "account": account_id, "day": day}).one_or_none()
    return None if row is None else (row.id, row.logged_at)


def recent_accounts(session: Session, actor: Actor, most: int = 20) -> list[int]:
    """The accounts of the actor's last few dozen touches, the latest first."""
    told = {"workspace": actor.workspace_id, "user": actor.user_id, "most": 3 * most}
    rows = session.execute(_RECENT, told)
    return [found for (found,) in dict.fromkeys(rows) if found is not None][:most]


# Built once: they run while a person waits.
_OWN = (Touch.workspace_id == bindparam("workspace"), Touch.user_id == bindparam("user"))
_LATEST = (
    select(Touch.id, Touch.logged_at)
    .where(*_OWN, Touch.occurred_on == bindparam("day"), Touch.account_id == bindparam("account"))
    .order_by(Touch.logged_at.desc())
    .limit(1)
)
_RECENT = (
    select(Touch.account_id)
    .where(*_OWN)
    .order_by(Touch.occurred_on.desc())
    .limit(bindparam("most"))
)


def stored(session: Session, workspace_id: int, submissions: Collection[str]) -> set[str]:
    """Of these forms, those that have become touches."""
    return set(
        session.scalars(
            select(Touch.submission).where(
                Touch.workspace_id == workspace_id, Touch.submission.in_(submissions)
            )
        )
    )


def by_submission(session: Session, workspace_id: int, submission: str) -> Touch | None:
    """The touch a form has already become, if it has."""
    return session.scalar(
        select(Touch).where(Touch.workspace_id == workspace_id, Touch.submission == submission)
    )


def met(session: Session, workspace_id: int, touch_id: int) -> Sequence[Contact]:
    """The contacts met, in the order they were named."""
    return session.scalars(
        select(Contact)
        .join(
            TouchContact,
            (TouchContact.workspace_id == Contact.workspace_id)
            & (TouchContact.contact_id == Contact.id),
        )
        .where(TouchContact.workspace_id == workspace_id, TouchContact.touch_id == touch_id)
        .order_by(TouchContact.id)
    ).all()


def met_ids(session: Session, workspace_id: int, touch_id: int) -> Sequence[int]:
    """The ids of the contacts met."""
    return session.scalars(
        select(TouchContact.contact_id).where(
            TouchContact.workspace_id == workspace_id, TouchContact.touch_id == touch_id
        )
    ).all()


def last_qualifying_on(session: Session, workspace_id: int, account_id: int) -> date | None:
    """The day of the account's last touch that counts, anybody's."""
    return session.scalar(
        select(func.max(Touch.occurred_on)).where(
            Touch.workspace_id == workspace_id,
            Touch.account_id == account_id,
            Touch.qualifying,
        )
    )


def recount_people(session: Session, workspace_id: int, ids: Collection[int]) -> None:
    """Set when each of these people was last met from the touches there are, after one went or
    changed."""
    last = (
        select(func.max(Touch.occurred_on))
        .join(
            TouchContact,
            (TouchContact.workspace_id == Touch.workspace_id) & (TouchContact.touch_id == Touch.id),
        )
        .where(
            TouchContact.workspace_id == workspace_id,
            TouchContact.contact_id == Contact.id,
            Touch.qualifying,
        )
        .scalar_subquery()
    )
    if ids:
        session.execute(
            update(Contact)
            .where(Contact.workspace_id == workspace_id, Contact.id.in_(ids))
            .values(last_touch_on=last)
        )


def count_after(session: Session, workspace_id: int, account_id: int, day: date) -> int:
    """How many touches the account has had since that day, which is left out."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Touch)
            .where(
                Touch.workspace_id == workspace_id,
                Touch.account_id == account_id,
                Touch.occurred_on > day,
            )
        )
        or 0
    )


def any_at(session: Session, workspace_id: int, account_id: int) -> bool:
    """Whether the account has any touch at all."""
    return (
        session.scalar(
            select(Touch.id)
            .where(Touch.workspace_id == workspace_id, Touch.account_id == account_id)
            .limit(1)
        )
        is not None
    )


def remove(session: Session, touch: Touch) -> None:
    """Delete a touch and who was met in it."""
    session.execute(
        delete(TouchContact).where(
            TouchContact.workspace_id == touch.workspace_id, TouchContact.touch_id == touch.id
        )
    )
    session.delete(touch)
    session.flush()
