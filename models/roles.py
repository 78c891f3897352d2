"""Who becomes what: roles, and who reports to whom. One change at a time in a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import accounts, audit, slots, users
from models.errors import AdminTaken, BadRole, LastAdmin, NoSuchPerson
from models.users import ADMIN, ROLES, Actor, Profile, User
from models.workspaces import Workspace


@dataclass(frozen=True)
class RoleGiven:
    """What a person was and now is; the two are alike when nothing changed."""

    slack_id: str
    role: str
    was: str


@dataclass(frozen=True)
class PutUnder:
    """Whom a person now reports to, and whom before (None: nobody), all as Slack ids."""

    slack_id: str
    manager: str
    manager_role: str
    was: str | None


def become_first_admin(session: Session, actor: Actor, now: datetime) -> None:
    """Make the actor admin of a workspace that has none. Their second tap changes nothing.

    Raises AdminTaken when somebody else was quicker.
    """
    _hold(session, actor.workspace_id)
    user = _fresh(session, actor.workspace_id, actor.slack_id)
    if user is None:
        raise NoSuchPerson
    if user.role == ADMIN:
        return
    if users.has_admin(session, actor.workspace_id):
        raise AdminTaken
    _give(session, actor, user, ADMIN, now)


def give(
    session: Session,
    actor: Actor,
    slack_id: str,
    role: str,
    now: datetime,
    profile: Profile | None = None,
) -> RoleGiven:
    """Give a person a role. Whether the actor may is for the caller to ask `permissions`.

    profile  what Slack says of somebody Touchbase does not know yet: their row is made.

    Raises BadRole, LastAdmin, and NoSuchPerson for somebody unknown without a profile.
    """
    if role not in ROLES:
        raise BadRole(role)
    workspace = _hold(session, actor.workspace_id)
    user = _person(session, workspace, slack_id, profile, now)
    was = user.role
    if was == role:
        return RoleGiven(slack_id, role, was)
    if was == ADMIN and user.active and users.count_admins(session, workspace.id) == 1:
        raise LastAdmin
    _give(session, actor, user, role, now)
    return RoleGiven(slack_id, role, was)


def put_under(
    session: Session,
    actor: Actor,
    slack_id: str,
    manager_id: str,
    now: datetime,
    profiles: dict[str, Profile],
) -> PutUnder:
    """Make one person report to another.

    profiles  what Slack says of those whom Touchbase does not know yet, by Slack id.

    Raises ManagerLoop, and NoSuchPerson for somebody unknown without a profile.
    """
    workspace = _hold(session, actor.workspace_id)
    user = _person(session, workspace, slack_id, profiles.get(slack_id), now)
    manager = _person(session, workspace, manager_id, profiles.get(manager_id), now)
    before = users.get(session, workspace.id, user.manager_id) if user.manager_id else None
    if user.manager_id != manager.id:
        users.put_under(session, user, manager)
        audit.note(
            session,
            workspace.id,
            actor.user_id,
            "manager_changed",
            "user",
            user.id,
            now=now,
            facts={"manager": manager.id, "was": before.id if before else None},
        )
    return PutUnder(slack_id, manager_id, manager.role, before.slack_id if before else None)


def _hold(session: Session, workspace_id: int) -> Workspace:
    """The workspace's row, nobody else's until the transaction ends: two people who become the
    first admin, or two admins who demote each other, do so one after the other."""
    return session.execute(
        select(Workspace).where(Workspace.id == workspace_id).with_for_update(key_share=True)
    ).scalar_one()


def _fresh(session: Session, workspace_id: int, slack_id: str) -> User | None:
    return session.scalar(
        select(User)
        .where(User.workspace_id == workspace_id, User.slack_id == slack_id)
        .execution_options(populate_existing=True)
    )


def _person(
    session: Session, workspace: Workspace, slack_id: str, profile: Profile | None, now: datetime
) -> User:
    if profile is None:
        known = _fresh(session, workspace.id, slack_id)
        if known is None:
            raise NoSuchPerson
        return known
    user = users.enrol(
        session, workspace.id, slack_id, zone=workspace.zone, now=now, profile=profile
    )
    accounts.claim_by_email(session, user, slots.local_day(now, user.zone))
    return user


def _give(session: Session, actor: Actor, user: User, role: str, now: datetime) -> None:
    facts = {"role": role, "was": user.role}
    user.role = role
    audit.note(
        session,
        actor.workspace_id,
        actor.user_id,
        "role_given",
        "user",
        user.id,
        now=now,
        facts=facts,
    )
    session.flush()
