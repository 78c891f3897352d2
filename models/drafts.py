"""What a rep began to log and has not saved: a form left open, a line sent to the bot, a clip.

Every text in a draft has passed the patient guard; a field with a finding is not kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, within_workspace

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
    look_at: Mapped[datetime | None]  # when to ask again, by the machine's clock
    said_at: Mapped[datetime]  # when the rep said it: the line's "today" is of that moment
    changed_at: Mapped[datetime]
