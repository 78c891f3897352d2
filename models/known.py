"""Whose phone or e-mail it is: contacts, accounts and colleagues are known, nobody else is."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import phi
from models.accounts import Account
from models.contacts import Contact
from models.users import User


def channels(
    session: Session, workspace_id: int, account_id: int | None, told: Collection[str]
) -> frozenset[str]:
    """Of phones and e-mails in a text (`phi.channels`), those that belong to the account or its
    people, and e-mails of anybody's contact or of a colleague.

    Nothing is read when `told` is empty, as it nearly always is.
    """
    if not told:
        return frozenset()
    emails = [one for one in told if "@" in one]
    rows = session.execute(
        select(Contact.phone, Contact.email).where(
            Contact.workspace_id == workspace_id,
            or_(Contact.account_id == account_id, Contact.email.in_(emails)),
        )
    ).all()
    found = {email.casefold() for _, email in rows}
    found.update(number for phone, _ in rows for number in phi.channels(phone))
    account = session.scalar(
        select(Account.phone).where(Account.workspace_id == workspace_id, Account.id == account_id)
    )
    found |= phi.channels(account or "")
    found.update(
        session.scalars(
            select(User.email).where(User.workspace_id == workspace_id, User.email.in_(emails))
        )
    )
    # A number told without its area code is the account's when it ends one of theirs.
    found.update(
        one for one in told if len(one) == 7 and any(number.endswith(one) for number in found)
    )
    return frozenset(found & set(told))
