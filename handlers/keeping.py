"""Forms that were opened with words in them, until a step of the scheduler stores them as drafts.

A write at each opening would make a rep wait for the disk, and on SQLite for everybody else's
writes. So drafts of a few seconds are stored together (docs/adr/0004).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from handlers import drafting
from handlers.views.touches import VisitForm
from models import drafts, touches
from models.db import Sessions
from models.users import Actor

_MOST = 10_000
"""Forms remembered while the database is away; of more the oldest go."""

_AT_ONCE = 500

_BREATH = 0.0005
"""Seconds. Threads share one interpreter: whoever answers a person goes first."""


@dataclass(frozen=True)
class _Opened:
    actor: Actor
    state: VisitForm
    view_id: str
    known: Collection[str]
    at: datetime


class Keeper:
    """Remembers opened forms, and stores them when told to."""

    def __init__(self) -> None:
        self._opened: deque[_Opened] = deque(maxlen=_MOST)

    def later(
        self,
        actor: Actor,
        state: VisitForm,
        view_id: str,
        known: Collection[str],
        at: datetime,
    ) -> None:
        """Have a form kept with the next ones."""
        self._opened.append(_Opened(actor, state, view_id, known, at))

    def store(self, sessions: Sessions) -> int:
        """Store what was opened since the last time, in one transaction; how many forms. One that
        was saved meanwhile leaves no draft. What cannot be stored is tried again next time."""
        batch = list(self._opened)[:_AT_ONCE]
        if not batch:
            return 0
        rows = []
        for one in batch:
            row = drafting.opened(one.actor, one.state, one.view_id, one.known, one.at)
            rows += [row] if row else []
            time.sleep(_BREATH)
        by_workspace: dict[int, list[str]] = {}
        for one in batch:
            by_workspace.setdefault(one.actor.workspace_id, []).append(one.view_id)
        with sessions.begin() as session:
            saved = {
                (workspace_id, drafts.form_key(view_id))
                for workspace_id, view_ids in by_workspace.items()
                for view_id in touches.stored(session, workspace_id, view_ids)
            }
            left = [row for row in rows if (row["workspace_id"], row["key"]) not in saved]
            drafts.add_many(session, left)
        for _stored in batch:
            self._opened.popleft()
        return len(batch)
