"""Rows for tests, with sensible defaults: each function stores one thing and returns it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models import accounts, cadence, capture, users, workspaces
from models.accounts import Account
from models.capture import Visit
from models.contacts import Contact
from models.text import name_key
from models.users import Actor, Profile, User
from models.workspaces import Workspace

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
"""A Tuesday, ten in the morning in Chicago."""

ZONE = "America/Chicago"


def at(moment: str) -> datetime:
    """An instant from its ISO form, "2026-03-09T13:00Z"."""
    return datetime.fromisoformat(moment)


def a_workspace(session: Session, team: str = "T1", zone: str = ZONE) -> Workspace:
    """A workspace with the default lists and cadence."""
    return workspaces.ensure(session, team, name="Acme Rehab", zone=zone, now=NOW)


def a_user(
    session: Session,
    workspace: Workspace,
    slack_id: str = "U1",
    *,
    name: str = "Dana Reyes",
    zone: str = ZONE,
    role: str = users.REP,
    now: datetime = NOW,
    email: str | None = None,
) -> User:
    """Somebody who has used Touchbase before."""
    user = users.enrol(
        session,
        workspace.id,
        slack_id,
        zone=workspace.zone,
        now=now,
        profile=Profile(name=name, zone=zone, email=email),
    )
    user.role = role
    session.flush()
    return user


def an_actor(user: User) -> Actor:
    """The person as the one who asks."""
    return Actor(user.workspace_id, user.id, user.slack_id or "", user.role, user.zone)


def a_rep(session: Session, slack_id: str = "U1", **told: Any) -> Actor:
    """A rep of the workspace T1, which is made if need be."""
    return an_actor(a_user(session, a_workspace(session), slack_id, **told))


def an_account(
    session: Session,
    workspace_id: int,
    name: str = "St. Mary's Medical Center",
    *,
    owner: Actor | None = None,
    tier: str = "A",
    owned_since: date | None = None,
    **columns: Any,
) -> Account:
    """An account; one with an owner has had it since `owned_since`, else since NOW."""
    since = (owned_since or NOW.date()) if owner else None
    account = Account(
        workspace_id=workspace_id,
        name=name,
        name_key=name_key(name),
        tier=tier,
        status="active",
        owner_id=owner.user_id if owner else None,
        owned_since=since,
        names_version=workspaces.next_names_version(session, workspace_id),
        created_at=NOW - timedelta(days=400),
        **columns,
    )
    session.add(account)
    session.flush()
    accounts.reckon(session, account)
    return account


def a_contact(
    session: Session, account: Account, name: str = "Priya Patel", **columns: Any
) -> Contact:
    """A person at the account."""
    columns.setdefault("created_at", NOW)
    contact = Contact(
        workspace_id=account.workspace_id,
        account_id=account.id,
        name=name,
        name_key=name_key(name),
        names_version=workspaces.next_names_version(session, account.workspace_id),
        **columns,
    )
    session.add(contact)
    session.flush()
    return contact


def a_visit(account: Account | int | None, **told: Any) -> Visit:
    """What a rep says of a visit today, by the calendar of Chicago."""
    account_id = account.id if isinstance(account, Account) else account
    told.setdefault("type", "visit")
    told.setdefault("occurred_on", NOW.date())
    return Visit(account=account_id, **told)


def a_touch(
    session: Session,
    actor: Actor,
    account: Account | int | None,
    *,
    days_ago: int = 0,
    now: datetime = NOW,
    submission: str | None = None,
    **told: Any,
) -> int:
    """A stored touch of `days_ago`; its id."""
    day = actor.today(now) - timedelta(days=days_ago)
    key = submission or f"V{account.id if isinstance(account, Account) else account}-{day}-{told}"
    capture.store(
        session,
        actor,
        a_visit(account, occurred_on=day, **told),
        submission=key[:64],
        now=now,
    )
    touch = capture.touches.by_submission(session, actor.workspace_id, key[:64])
    assert touch is not None
    return touch.id


LONGEST = {tier: longest for tier, (_, longest) in cadence.DEFAULT_DAYS.items()}
"""The default longest gaps in days, by tier."""
