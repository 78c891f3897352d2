"""The names of a workspace in memory, read from the tables and kept fresh.

Architecture section 12: the one thing a handler keeps between calls.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models import lookup_rows as rows
from models.db import Sessions, reading
from models.name_index import AccountName, CompetitorName, ContactName, Index
from models.workspaces import Workspace

__all__ = ["AccountName", "CompetitorName", "ContactName", "Index", "Lookups"]

SMALL = 200
"""So many changed rows are read while a person waits: a few milliseconds."""

_FEW = 5_000
"""In a workspace of at most so many names even a removal is looked for while a person waits."""

_AT_ONCE = 25
"""Rows taken in between two breaths of a refresh in the background: half a millisecond's work."""

_BREATH = 0.001
"""Seconds. Threads share one interpreter: whoever answers a person goes first."""

_PATIENCE = 0.05
"""Seconds to wait for another thread's small refresh before the index of before will do."""

_FOR_THE_FIRST = 1.0
"""Seconds to wait for the first names of a workspace: an empty index is of no use to anybody."""

Job = Callable[[], None]


@dataclass(frozen=True)
class _Held:
    """A workspace's index and how far it has read."""

    index: Index
    version: int
    removed: int


_VERSIONS = select(Workspace.names_version, Workspace.names_removed).where(
    Workspace.id == bindparam("workspace")
)


def in_background(job: Job) -> None:
    """Run the job in a thread of its own."""
    threading.Thread(target=job, name="lookup", daemon=True).start()


class Lookups:
    """The indexes of the workspaces in use, each refreshed when its names have changed.

    sessions  with it, what takes long is read in the background, in a session of its own, while
              the index of before serves. Without it every change is read by whoever asks.
    run       what runs such a job.
    """

    def __init__(
        self, sessions: Sessions | None = None, *, run: Callable[[Job], None] = in_background
    ) -> None:
        self._sessions, self._run = sessions, run
        self._held: dict[int, _Held] = {}
        self._locks: dict[int, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, session: Session, workspace_id: int) -> Index:
        """The workspace's names.

        One read of two numbers when nothing changed. A small change is there at once; a large
        one, or a removal among many names, as soon as the background has read it. Only who asks
        before anything was read waits for all of it.
        """
        now = session.execute(_VERSIONS, {"workspace": workspace_id}).one_or_none()
        if now is None:
            return Index()
        version, removed = now
        held = self._held.get(workspace_id)
        if held is not None and held.version >= version:
            return held.index
        lock = self._lock(workspace_id)
        if held is not None and self._is_long(session, workspace_id, held, removed):
            if lock.acquire(blocking=False):  # else it is under way
                self._start(workspace_id, lock)
            if not held.index.accounts and lock.acquire(timeout=_FOR_THE_FIRST):
                lock.release()
            return (self._held.get(workspace_id) or held).index
        if not lock.acquire(timeout=_PATIENCE if held else -1):
            return held.index if held else Index()
        try:
            held = self._held.get(workspace_id)
            if held is None:
                index = rows.read_all(lambda: nullcontext(session), workspace_id)
                held = _Held(index, version, removed)
            elif held.version < version:
                index = _refreshed(
                    lambda: nullcontext(session), workspace_id, held, removed, _at_once
                )
                held = _Held(index, version, removed)
            self._held[workspace_id] = held
            return held.index
        finally:
            lock.release()

    def warm(self, workspace_id: int) -> None:
        """Read all names before anybody asks for them."""
        if self._sessions is not None:
            with self._lock(workspace_id):
                self._refresh(workspace_id)

    def refresh(self) -> None:
        """Read what has changed, so that the next to ask finds it. For a step of the scheduler."""
        if self._sessions is None:
            return
        for workspace_id, held in list(self._held.items()):
            with reading(self._sessions) as session:
                now = session.execute(_VERSIONS, {"workspace": workspace_id}).one_or_none()
            lock = self._lock(workspace_id)
            if now and now.names_version > held.version and lock.acquire(blocking=False):
                try:
                    self._refresh(workspace_id)
                finally:
                    lock.release()

    def forget(self, workspace_id: int) -> None:
        """Drop a workspace's index; the next `get` reads it anew."""
        self._held.pop(workspace_id, None)

    def _lock(self, workspace_id: int) -> threading.Lock:
        """One refresh of a workspace at a time."""
        with self._guard:
            return self._locks.setdefault(workspace_id, threading.Lock())

    def _is_long(self, session: Session, workspace_id: int, held: _Held, removed: int) -> bool:
        """Whether the change is too much to be read while a person waits."""
        if self._sessions is None:
            return False
        if held.removed < removed and len(held.index.accounts) + len(held.index.contacts) > _FEW:
            return True
        return len(rows.changed(session, workspace_id, held.version, SMALL)) > SMALL

    def _start(self, workspace_id: int, lock: threading.Lock) -> None:
        """Refresh the workspace's index in the background and give its lock back."""

        def job() -> None:
            try:
                self._refresh(workspace_id)
            finally:
                lock.release()

        try:
            self._run(job)
        except BaseException:  # no thread was to be had: the next one to ask tries again
            lock.release()
            raise

    def _refresh(self, workspace_id: int) -> None:
        if self._sessions is None:
            return
        sessions = self._sessions

        def opening() -> AbstractContextManager[Session]:
            return reading(sessions)

        with opening() as session:
            version, removed = session.execute(_VERSIONS, {"workspace": workspace_id}).one()
        held = self._held.get(workspace_id)
        if held is None or not held.index.accounts:
            index = rows.read_all(opening, workspace_id)
        else:
            index = _refreshed(opening, workspace_id, held, removed, _breathe)
        self._held[workspace_id] = _Held(index, version, removed)


def _refreshed(
    opening: rows.Opening, workspace_id: int, held: _Held, removed: int, breathe: Job
) -> Index:
    """The index of before with what changed since, and without what is gone."""
    index = held.index
    with opening() as session:
        changed = rows.changed(session, workspace_id, held.version)
    parts = [changed]
    if held.removed < removed:
        parts.append(rows.vanished(opening, workspace_id, index, breathe))
    for names in parts:
        for few in names.parts(_AT_ONCE):
            with opening() as session:
                index = rows.taken_in(session, workspace_id, index, few)
            breathe()
    return index


def _at_once() -> None:
    """No pause: somebody waits."""


def _breathe() -> None:
    time.sleep(_BREATH)
