"""A person as somebody at the command line wants them: made or changed, in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import accounts, audit, slots, users
from models.errors import BadZone, LastAdmin, Refused
from models.users import ADMIN, User
from models.workspaces import Workspace

TEAM = "team"


@dataclass
class EmailTaken(Refused):
    """The e-mail address is another person's: whose, by Slack id."""

    slack_id: str | None


@dataclass(frozen=True)
class Wish:
    """What is to be set; None leaves a thing as it is. `manager` is a Slack id, `holidays` a
    place's code or TEAM: those of the workspace."""

    role: str | None = None
    manager: str | None = None
    zone: str | None = None
    remind_at: time | None = None
    holidays: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Enrolled:
    """The person's row, their manager's Slack id, and how many accounts waited for them."""

    user: User
    manager: str | None
    claimed: int


def grant(
    session: Session, workspace: Workspace, slack_id: str, wish: Wish, now: datetime
) -> Enrolled:
    """Make the person if they are new (as a rep, in the workspace's zone), then do as wished.

    Nobody is asked whether they may: whoever has the command line has the database.

    Raises LastAdmin, ManagerLoop, BadZone, BadHour or EmailTaken.
    """
    # Two commands at once, one taking the role of the last admin but one: one after the other.
    session.execute(
        select(Workspace.id).where(Workspace.id == workspace.id).with_for_update(key_share=True)
    )
    user = _person(session, workspace, slack_id, wish.zone, now)
    if wish.zone is not None:
        users.move_to(user, wish.zone, now)
    if wish.remind_at is not None:
        users.remind(user, now, at=wish.remind_at)
    if wish.holidays is not None:
        user.holidays = None if wish.holidays == TEAM else wish.holidays
        users.reschedule(user, now)
    if wish.role is not None:
        _give(session, user, wish.role, now)
    if wish.manager is not None:
        _put_under(session, workspace, user, wish.manager, now)
    claimed = 0
    if wish.email is not None:
        _know_by(session, user, wish.email)
        claimed = accounts.claim_by_email(session, user, slots.local_day(now, user.zone))
    session.flush()
    manager = None
    if user.manager_id is not None:
        manager = users.get(session, workspace.id, user.manager_id).slack_id
    return Enrolled(user, manager, claimed)


def _person(
    session: Session, workspace: Workspace, slack_id: str, zone: str | None, now: datetime
) -> User:
    """The row as it is, since enrolling again would reckon the next reminder anew; a new one on
    the calendar of the zone that is wished for, if any."""
    known = users.by_slack_id(session, workspace.id, slack_id)
    if known is not None:
        return known
    if zone is not None and not slots.is_zone(zone):
        raise BadZone(zone)
    return users.enrol(session, workspace.id, slack_id, zone=zone or workspace.zone, now=now)


def _give(session: Session, user: User, role: str, now: datetime) -> None:
    if user.role == role:
        return
    if user.role == ADMIN and user.active and users.count_admins(session, user.workspace_id) == 1:
        raise LastAdmin
    facts = {"role": role, "was": user.role}
    user.role = role
    audit.note(
        session, user.workspace_id, None, "role_given", "user", user.id, now=now, facts=facts
    )


def _put_under(
    session: Session, workspace: Workspace, user: User, manager_id: str, now: datetime
) -> None:
    manager = _person(session, workspace, manager_id, None, now)
    if user.manager_id == manager.id:
        return
    facts = {"manager": manager.id, "was": user.manager_id}
    users.put_under(session, user, manager)
    audit.note(
        session, workspace.id, None, "manager_changed", "user", user.id, now=now, facts=facts
    )


def _know_by(session: Session, user: User, email: str) -> None:
    theirs = email.strip().casefold()
    other = users.by_email(session, user.workspace_id, theirs)
    if other is not None and other.id != user.id:
        raise EmailTaken(other.slack_id)
    user.email = theirs
    session.flush()
