"""What forms about one referral show: the reasons to choose from, the words for its referrer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from models import referral_steps, referrals, users
from models.accounts import Account
from models.contacts import Contact
from models.errors import NotYours
from models.lists import Entry
from models.profiles import OPEN, WAITING
from models.referral_steps import ACCEPTED
from models.referrals import Referral
from models.users import Actor
from models.workspaces import Workspace


@dataclass(frozen=True)
class Asked:
    """A referral that is to go to a status with a reason."""

    code: str
    account: str
    status: str
    reasons: Sequence[Entry]


@dataclass(frozen=True)
class Telling:
    """What a referrer may be told, and by whom.

    how  what the status means: "accepted" from there on, "open" before.
    """

    referral_id: int
    code: str
    how: str
    contact: str | None
    email: str | None
    sender: str
    company: str


def asked(session: Session, actor: Actor, referral_id: int, status: str) -> Asked:
    """What to ask before a referral comes to this status. Raises NotYours."""
    row, account = _found(session, actor, referral_id)
    steps = referral_steps.of(session, actor.workspace_id)
    return Asked(row.code, account, steps.label(status), steps.reasons(status))


def telling(session: Session, actor: Actor, referral_id: int) -> Telling:
    """What the referrer may be told as it stands. Raises NotYours."""
    row, _account = _found(session, actor, referral_id)
    steps = referral_steps.of(session, actor.workspace_id)
    how = steps.meaning(row.status)
    if how in (OPEN, WAITING) and row.decided_at is not None:
        how = ACCEPTED
    person = session.execute(
        select(Contact.name, Contact.email).where(
            Contact.workspace_id == row.workspace_id, Contact.id == row.contact_id
        )
    ).one_or_none()
    company = session.scalar(select(Workspace.name).where(Workspace.id == row.workspace_id))
    return Telling(
        referral_id=row.id,
        code=row.code,
        how=how,
        contact=person.name if person else None,
        email=(person.email or None) if person else None,
        sender=users.get(session, row.workspace_id, actor.user_id).name,
        company=company or "",
    )


def _found(session: Session, actor: Actor, referral_id: int) -> tuple[Referral, str]:
    found = session.execute(
        select(Referral, Account.name)
        .join(
            Account,
            and_(Account.workspace_id == Referral.workspace_id, Account.id == Referral.account_id),
        )
        .where(Referral.workspace_id == actor.workspace_id, Referral.id == referral_id)
    ).one_or_none()
    if found is None or not referrals.reaches(session, actor, found[0].owner_id):
        raise NotYours
    return found[0], found[1]
