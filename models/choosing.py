"""The entries of a workspace's lists, as an admin at the command line changes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit, lists, phi, profiles, profiling
from models.errors import Refused
from models.lists import Choice
from models.referral_steps import ACCEPTED, NEW, PROMISED
from models.text import name_key
from models.workspaces import Workspace

LISTS = (*profiles.PROFILES[profiles.HEALTHCARE].lists,)
"""The lists that differ by field of work, and that may be changed."""

MEANINGS = (profiles.OPEN, profiles.WAITING, *profiles.ENDS)

_LONGEST_KEY = 20
"""Of a status, as referrals hold it."""

_KNOWN_BY_NAME = (PROMISED, NEW, ACCEPTED)


class NoSuchEntry(Refused):
    """The list has no entry of this name."""


class StillUsed(Refused):
    """Some row holds the entry, or a rule knows it by name."""


class NameTaken(Refused):
    """Another entry of the list is called that."""


@dataclass(frozen=True)
class Wish:
    """What is to be done: one of `add`, `rename` (with `label`) and `remove`, by label or key.

    meaning  of a new status: see `MEANINGS`.
    after    where an added one comes; None: at the end.
    """

    add: str | None = None
    meaning: str = profiles.OPEN
    after: str | None = None
    rename: str | None = None
    label: str = ""
    remove: str | None = None


def change(
    session: Session, workspace: Workspace, name: str, wish: Wish, now: datetime
) -> list[Choice]:
    """Do as wished; the list as it then is. Raises NoSuchEntry, StillUsed, NameTaken,
    LooksLikePatient."""
    for words in (wish.add, wish.label):
        phi.clean(words or "")
    rows = _rows(session, workspace.id, name)
    if wish.add is not None:
        _add(session, workspace.id, name, rows, wish)
    if wish.rename is not None:
        row = _named(rows, wish.rename)
        if name_key(wish.label) in {name_key(each.label) for each in rows if each is not row}:
            raise NameTaken
        row.label = wish.label[:75]
    if wish.remove is not None:
        row = _named(rows, wish.remove)
        is_rule = name == lists.REFERRAL_STATUS and row.key in _KNOWN_BY_NAME
        if is_rule or row.key in profiling.used(session, workspace.id, name):
            raise StillUsed
        session.delete(row)
    session.flush()
    if (wish.add, wish.rename, wish.remove) != (None, None, None):
        facts = {"list": name, "add": wish.add, "rename": wish.rename, "remove": wish.remove}
        audit.note(
            session,
            workspace.id,
            None,
            "list_changed",
            "workspace",
            workspace.id,
            now=now,
            facts=facts,
        )
    return _rows(session, workspace.id, name)


def _add(session: Session, workspace_id: int, name: str, rows: list[Choice], wish: Wish) -> None:
    label = wish.add or ""
    is_status = name == lists.REFERRAL_STATUS
    key = name_key(label)[: _LONGEST_KEY if is_status else 60].rstrip()
    known = next((row for row in rows if row.key == key), None)
    if known is not None:
        if is_status and key in _KNOWN_BY_NAME:
            raise StillUsed
        rows.remove(known)
    made = known or Choice(workspace_id=workspace_id, list=name, key=key)
    made.label = label[:75]
    made.meaning = wish.meaning if is_status else ""
    made.position = 0
    place = len(rows) if wish.after is None else rows.index(_named(rows, wish.after)) + 1
    rows.insert(place, made)
    for position, row in enumerate(rows, start=1):
        row.position = position
    session.add(made)


def _named(rows: list[Choice], words: str) -> Choice:
    wanted = name_key(words)
    for row in rows:
        if words == row.key or wanted in (name_key(row.label), name_key(row.key)):
            return row
    raise NoSuchEntry


def _rows(session: Session, workspace_id: int, name: str) -> list[Choice]:
    return list(
        session.scalars(
            select(Choice)
            .where(Choice.workspace_id == workspace_id, Choice.list == name)
            .order_by(Choice.position, Choice.key)
        )
    )
