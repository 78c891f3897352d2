"""What a rep began to log and has not saved: a form left open, a line sent to the bot, a clip.

Every text in a draft has passed the patient guard; a field with a finding is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base, insert_all_if_absent, insert_if_absent, within_workspace
from models.errors import NotYours
from models.users import Actor

_NOTHING: Mapping[str, Any] = MappingProxyType({})

FORM, LINE, CLIP = "form", "line", "clip"
"""Where a draft is from: a form left open, a line in the direct message, a voice clip there."""

OPEN, WAITING, UNREADABLE, SAVED, DISCARDED = "open", "waiting", "unreadable", "saved", "discarded"
"""A clip waits for its transcript, and may turn out to have none."""


class Draft(Base):
    """One visit not saved yet."""

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key", name="draft_once"),
        UniqueConstraint("workspace_id", "id", name="draft_in_workspace"),
        within_workspace("user", "user_id"),
        Index("draft_of_user", "workspace_id", "user_id", "way", "changed_at"),
        Index("draft_to_hear", "status", "look_at"),
        Index("draft_changed", "changed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    user_id: Mapped[int]
    key: Mapped[str] = mapped_column(String(120))  # the form's id, or the message and its line
    way: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(12), default=OPEN)
    state: Mapped[dict[str, Any]] = mapped_column(JSON)  # the form's fields as they stand
    rules: Mapped[list[str]] = mapped_column(JSON)  # of the patient guard, for what was left out
    channel_id: Mapped[str | None] = mapped_column(String(20))
    message_ts: Mapped[str | None] = mapped_column(String(24))
    file_id: Mapped[str | None] = mapped_column(String(20))
    tries: Mapped[int] = mapped_column(
        SmallInteger, default=0
    )  # times the transcript was asked for
    look_at: Mapped[datetime | None]  # when to ask again, by the machine's clock; None: now
    said_at: Mapped[datetime]  # when the rep said it: the line's "today" is of that moment
    changed_at: Mapped[datetime]


KEPT = timedelta(days=7)
"""How long a draft is kept after its last change (reliability B8, "Retention")."""


def add(
    session: Session,
    actor: Actor,
    key: str,
    way: str,
    *,
    now: datetime,
    said_at: datetime,
    state: Mapping[str, Any] = _NOTHING,
    rules: Sequence[str] = (),
    status: str = OPEN,
    channel_id: str | None = None,
    message_ts: str | None = None,
    file_id: str | None = None,
) -> int | None:
    """A draft's row; None when there is one of this key, which stays as it is.

    key  what makes it one and the same: a retried event must not make a second.
    """
    told = row(
        actor,
        key,
        way,
        now=now,
        said_at=said_at,
        state=state,
        rules=rules,
        status=status,
        channel_id=channel_id,
        message_ts=message_ts,
        file_id=file_id,
    )
    return insert_if_absent(session, Draft, told)


def add_many(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows made by `row`, at once: those whose key is there already stay as they are."""
    insert_all_if_absent(session, Draft, rows)


def row(
    actor: Actor,
    key: str,
    way: str,
    *,
    now: datetime,
    said_at: datetime,
    state: Mapping[str, Any] = _NOTHING,
    rules: Sequence[str] = (),
    status: str = OPEN,
    channel_id: str | None = None,
    message_ts: str | None = None,
    file_id: str | None = None,
) -> dict[str, Any]:
    """A draft's columns."""
    return {
        "workspace_id": actor.workspace_id,
        "user_id": actor.user_id,
        "key": key[:120],
        "way": way,
        "status": status,
        "state": dict(state),
        "rules": list(rules),
        "channel_id": channel_id,
        "message_ts": message_ts,
        "file_id": file_id,
        "tries": 0,
        "look_at": None,
        "said_at": said_at,
        "changed_at": now,
    }


def of_form(session: Session, actor: Actor, view_id: str) -> Draft | None:
    """The draft that this form was kept as."""
    return session.scalar(
        select(Draft).where(
            Draft.workspace_id == actor.workspace_id,
            Draft.user_id == actor.user_id,
            Draft.key == form_key(view_id),
        )
    )


def form_key(view_id: str) -> str:
    """The key of a form's draft."""
    return f"form:{view_id}"


def own(session: Session, actor: Actor, draft_id: int) -> Draft:
    """The actor's own draft, held until the transaction ends. Raises NotYours."""
    found = session.scalar(
        select(Draft)
        .where(
            Draft.workspace_id == actor.workspace_id,
            Draft.user_id == actor.user_id,
            Draft.id == draft_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotYours
    return found


def get(session: Session, workspace_id: int, draft_id: int) -> Draft | None:
    """The draft, if it is still kept."""
    return session.scalar(
        select(Draft).where(Draft.workspace_id == workspace_id, Draft.id == draft_id)
    )


def unfinished(session: Session, actor: Actor, now: datetime, most: int = 5) -> Sequence[Draft]:
    """The actor's drafts that can still be taken up, the latest first."""
    return session.scalars(
        select(Draft)
        .where(
            Draft.workspace_id == actor.workspace_id,
            Draft.user_id == actor.user_id,
            Draft.status == OPEN,
            Draft.changed_at > now - KEPT,
        )
        .order_by(Draft.changed_at.desc(), Draft.id.desc())
        .limit(most)
    ).all()


def forget_form(session: Session, actor: Actor, view_id: str) -> None:
    """The form was saved: nothing of it is left to take up."""
    session.execute(
        _FORGET, {"workspace": actor.workspace_id, "user": actor.user_id, "key": form_key(view_id)}
    )


# Built once, and beside the session's own objects: every Save runs it.
_DRAFTS = cast(Table, Draft.__table__)
_FORGET = delete(_DRAFTS).where(
    _DRAFTS.c.workspace_id == bindparam("workspace"),
    _DRAFTS.c.user_id == bindparam("user"),
    _DRAFTS.c.key == bindparam("key"),
)


def to_hear(session: Session, machine: datetime, most: int = 20) -> Sequence[Draft]:
    """Clips whose transcript is to be asked for now."""
    return session.scalars(
        select(Draft)
        .where(Draft.status == WAITING, or_(Draft.look_at.is_(None), Draft.look_at <= machine))
        .order_by(Draft.look_at, Draft.id)
        .limit(most)
    ).all()


def hold_waiting(session: Session, draft_id: int) -> Draft | None:
    """The clip, held until the transaction ends; None when it no longer waits."""
    return session.scalar(
        select(Draft)
        .where(Draft.id == draft_id, Draft.status == WAITING)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def forget(session: Session, before: datetime) -> None:
    """Drop what nobody took up."""
    session.execute(delete(Draft).where(Draft.changed_at < before))
