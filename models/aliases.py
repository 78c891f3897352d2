"""Other names for an account, a contact or a competitor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base, within_workspace
from models.text import name_key, tidy


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
