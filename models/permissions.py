"""Who may see and change what. The only place where a role is read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from models.errors import NotAllowed, NotBothYours, NotYours, TooLate
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


def may_merge(actor: Actor, *owners: int | None) -> bool:
    """Whether the actor may make one of two accounts, or of people at them, that these own."""
    return actor.role == ADMIN or all(owner == actor.user_id for owner in owners)


def must_merge(actor: Actor, *owners: int | None) -> None:
    """Only an admin, or who owns both. Raises NotBothYours."""
    if not may_merge(actor, *owners):
        raise NotBothYours


def may_part(actor: Actor, merged_by: int) -> bool:
    """Whether the actor may take back a merge that this person made."""
    return actor.role == ADMIN or merged_by == actor.user_id


def must_purge(actor: Actor) -> None:
    """Only an admin takes words out for good. Raises NotAllowed."""
    if actor.role != ADMIN:
        raise NotAllowed(ADMIN)


def sets_holidays(actor: Actor) -> bool:
    """Whether the actor may say which days the workspace has off."""
    return actor.role == ADMIN


def must_set_holidays(actor: Actor) -> None:
    """Only an admin sets holidays. Raises NotAllowed."""
    if not sets_holidays(actor):
        raise NotAllowed(ADMIN)


def leads(role: str) -> bool:
    """Whether somebody of this role is told about the people below them."""
    return role in (MANAGER, ADMIN)


def must_lead(actor: Actor, person_id: int, team: Collection[int]) -> None:
    """Accounts of people are looked through and given to others by admins, and by managers for
    their team. Raises NotAllowed for a rep, NotYours for somebody of another team.

    team  the actor's, themselves included.
    """
    if not leads(actor.role):
        raise NotAllowed(MANAGER)
    if actor.role != ADMIN and person_id not in team:
        raise NotYours


def must_change_many(actor: Actor) -> None:
    """Managers and admins change many accounts at once. Raises NotAllowed for a rep."""
    if not leads(actor.role):
        raise NotAllowed(MANAGER)


def may_change_cadence(actor: Actor) -> bool:
    """Whether the actor may change the cadence rules; everyone may read them."""
    return actor.role == ADMIN


def must_change_cadence(actor: Actor) -> None:
    """Only an admin changes the cadence rules. Raises NotAllowed."""
    if not may_change_cadence(actor):
        raise NotAllowed(ADMIN)


def must_see_status(actor: Actor) -> None:
    """Only an admin sees how the whole workspace does, and decides on doubtful messages. Raises
    NotAllowed."""
    if actor.role != ADMIN:
        raise NotAllowed(ADMIN)


def must_set_goal(actor: Actor, person_id: int, team: Collection[int]) -> None:
    """Everyone sets their own goals, a manager their team's, an admin everyone's. Raises NotYours.

    team  the actor's, themselves included.
    """
    if person_id == actor.user_id or actor.role == ADMIN:
        return
    if actor.role != MANAGER or person_id not in team:
        raise NotYours


OWN = "own"
"""The third of the scopes beside those of `models.subscriptions`: a person's own rows."""


def touch_scope(actor: Actor, owner_id: int | None) -> str:
    """Whose touches of an account the actor may read: everyone's for an admin and for the
    account's owner, their team's for a manager, else their own.
    """
    if actor.role == ADMIN or actor.user_id == owner_id:
        return EVERYONE
    return TEAM if actor.role == MANAGER else OWN


def row_scope(actor: Actor) -> str:
    """Whose rows behind a digest's figures the actor may read; of the rest there is the count."""
    if actor.role == ADMIN:
        return EVERYONE
    return TEAM if actor.role == MANAGER else OWN


def digest_scope(actor: Actor) -> str:
    """About whom a digest asked for by the actor is: everyone for an admin, their own team,
    themselves included, for a manager. Raises NotAllowed for a rep.
    """
    if actor.role == ADMIN:
        return EVERYONE
    if actor.role == MANAGER:
        return TEAM
    raise NotAllowed(MANAGER)
