"""Who may see and change what. The only place where a role is read."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.errors import NotAllowed, TooLate
from models.subscriptions import EVERYONE, TEAM
from models.users import ADMIN, MANAGER, Actor

EDIT_FOR = timedelta(days=7)
UNDO_FOR = timedelta(hours=24)


def may_edit(logged_at: datetime, now: datetime) -> bool:
    """Whether what was logged then may still be changed by whoever logged it."""
    return now - logged_at <= EDIT_FOR


def may_undo(logged_at: datetime, now: datetime) -> bool:
    """Whether what was logged then may still be taken back by whoever logged it."""
    return now - logged_at <= UNDO_FOR


def must_edit(logged_at: datetime, now: datetime) -> None:
    """Raises TooLate seven days after the logging."""
    if not may_edit(logged_at, now):
        raise TooLate("edit", "7 days")


def must_undo(logged_at: datetime, now: datetime) -> None:
    """Raises TooLate 24 hours after the logging."""
    if not may_undo(logged_at, now):
        raise TooLate("undo", "24 h")


def must_give_roles(actor: Actor) -> None:
    """Only an admin gives roles. Raises NotAllowed."""
    if actor.role != ADMIN:
        raise NotAllowed(ADMIN)


def digest_scope(actor: Actor) -> str:
    """About whom a digest asked for by the actor is: everyone for an admin, their own team,
    themselves included, for a manager. Raises NotAllowed for a rep.
    """
    if actor.role == ADMIN:
        return EVERYONE
    if actor.role == MANAGER:
        return TEAM
    raise NotAllowed(MANAGER)
