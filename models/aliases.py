"""Other names for an account, a contact or a competitor."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    bindparam,
    delete,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import accounts, audit, phi
from models.accounts import Account
from models.db import Base, within_workspace
from models.name_words import GENERIC
from models.text import name_key, tidy
from models.users import Actor


class Alias(Base):
    """A name people use for something that has another one."""

    __tablename__ = "alias"
    __table_args__ = (
        within_workspace("account", "account_id"),
        within_workspace("contact", "contact_id"),
        within_workspace("competitor", "competitor_id"),
        within_workspace("user", "user_id"),
        CheckConstraint(
            "(CASE WHEN account_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN contact_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN competitor_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="alias_of_one_thing",
        ),
        Index("alias_of_account", "workspace_id", "account_id"),
        Index("alias_of_competitor", "workspace_id", "competitor_id"),
        Index("alias_of_contact", "workspace_id", "contact_id"),
        Index("alias_of_user", "workspace_id", "user_id"),
        Index("alias_changed", "workspace_id", "names_version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    account_id: Mapped[int | None]
    contact_id: Mapped[int | None]
    competitor_id: Mapped[int | None]
    user_id: Mapped[int | None]  # one rep's own word; None: everybody's
    text: Mapped[str] = mapped_column(String(120))
    names_version: Mapped[int]


@dataclass(frozen=True)
class Taught:
    """A rep's own word for an account."""

    alias_id: int
    text: str
    account: str


def teach(session: Session, actor: Actor, text: str, account_id: int, now: datetime) -> int | None:
    """Remember that the actor calls the account so; of two meanings the later one holds. The new
    row's id, None when nothing new is remembered.

    The word is the actor's alone and in no shared index, so `names_version` stays. Nothing is
    remembered of a word that half the accounts share ("hospital"), of one that looks like a
    patient, or of an account's own name. Raises NoSuchAccount.
    """
    name = tidy(text, 120)
    key = name_key(name)
    account = accounts.get(session, actor.workspace_id, account_id)
    if len(key) < 2 or GENERIC.issuperset(key.split()) or phi.findings(name):
        return None
    before = [one for one in _rows(session, actor) if name_key(one.text) == key]
    if before and before[-1].account_id == account_id:
        return None
    forget(session, actor, [one.id for one in before])
    if key == account.name_key:
        return None  # all that was wrong is gone
    taught = Alias(
        workspace_id=actor.workspace_id,
        account_id=account_id,
        user_id=actor.user_id,
        text=name,
        names_version=0,
    )
    session.add(taught)
    session.flush()
    audit.note(
        session,
        actor.workspace_id,
        actor.user_id,
        "alias_taught",
        "account",
        account_id,
        now=now,
        facts={"alias": taught.id},
    )
    return taught.id


def words(session: Session, workspace_id: int, alias_id: int) -> str | None:
    """The words of an alias that still holds."""
    return session.scalar(
        select(Alias.text).where(Alias.workspace_id == workspace_id, Alias.id == alias_id)
    )


def own(session: Session, actor: Actor) -> dict[str, int]:
    """The accounts the actor has words of their own for, by the words' name_key."""
    rows = session.execute(_OWN, {"workspace": actor.workspace_id, "user": actor.user_id})
    return {name_key(text): account_id for text, account_id in rows if account_id is not None}


# Built once: it runs while a person waits.
_OWN = (
    select(Alias.text, Alias.account_id)
    .where(
        Alias.workspace_id == bindparam("workspace"),
        Alias.user_id == bindparam("user"),
        Alias.account_id.is_not(None),
    )
    .order_by(Alias.id)
)


def of_user(session: Session, actor: Actor, most: int = 100) -> list[Taught]:
    """The actor's own words with the names of their accounts, the latest first."""
    rows = session.execute(
        select(Alias.id, Alias.text, Account.name)
        .join(
            Account,
            (Account.workspace_id == Alias.workspace_id) & (Account.id == Alias.account_id),
        )
        .where(Alias.workspace_id == actor.workspace_id, Alias.user_id == actor.user_id)
        .order_by(Alias.id.desc())
        .limit(most)
    )
    return [Taught(*row) for row in rows]


def forget(session: Session, actor: Actor, alias_ids: Collection[int]) -> None:
    """Remove those of the actor's own words; others' are left alone."""
    session.execute(
        delete(Alias).where(
            Alias.workspace_id == actor.workspace_id,
            Alias.user_id == actor.user_id,
            Alias.id.in_(alias_ids),
        )
    )


def _rows(session: Session, actor: Actor) -> Sequence[Alias]:
    return session.scalars(
        select(Alias)
        .where(
            Alias.workspace_id == actor.workspace_id,
            Alias.user_id == actor.user_id,
            Alias.account_id.is_not(None),
        )
        .order_by(Alias.id)
    ).all()


def of_account(session: Session, workspace_id: int, account_id: int) -> Sequence[str]:
    """Everybody's other names for the account, by age."""
    return session.scalars(
        select(Alias.text)
        .where(
            Alias.workspace_id == workspace_id,
            Alias.account_id == account_id,
            Alias.user_id.is_(None),
        )
        .order_by(Alias.id)
    ).all()


def cleaned(texts: Iterable[str]) -> list[str]:
    """Names fit to store, each once."""
    found: dict[str, str] = {}
    for text in texts:
        name = tidy(text, 120)
        if name:
            found.setdefault(name_key(name), name)
    return list(found.values())


def forget_account(session: Session, workspace_id: int, account_id: int) -> None:
    """Remove every alias of an account that is itself going away."""
    session.execute(
        delete(Alias).where(Alias.workspace_id == workspace_id, Alias.account_id == account_id)
    )


def forget_contact(session: Session, workspace_id: int, contact_id: int) -> None:
    """Remove every alias of a person who is going away."""
    session.execute(
        delete(Alias).where(Alias.workspace_id == workspace_id, Alias.contact_id == contact_id)
    )
