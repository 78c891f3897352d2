"""The people at an account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, bindparam, case, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import merges, workspaces
from models.db import Base, within_workspace
from models.errors import NoSuchContact
from models.text import name_key
from models.users import Actor


class Contact(Base):
    """A professional at an account: never a patient, never a family."""

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id", name="contact_in_workspace"),
        UniqueConstraint("workspace_id", "external_id", name="contact_external_id_once"),
        within_workspace("account", "account_id"),
        within_workspace("user", "created_by_id"),
        Index("contact_of_account", "workspace_id", "account_id", "name_key"),
        Index("contact_names_changed", "workspace_id", "names_version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
    account_id: Mapped[int]
    external_id: Mapped[str | None] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(120))
    credentials: Mapped[str] = mapped_column(String(60), default="")
    title: Mapped[str] = mapped_column(String(120), default="")
    role: Mapped[str | None] = mapped_column(String(60))  # key of the list contact_role
    buying_role: Mapped[str | None] = mapped_column(String(60))  # key of the list buying_role
    last_touch_on: Mapped[date | None]  # of the last qualifying touch with this person
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    status: Mapped[str] = mapped_column(String(8), default="active")  # active, left, unknown
    names_version: Mapped[int]
    created_by_id: Mapped[int | None]
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]  # merged into another


@dataclass(frozen=True)
class NewContact:
    """A person the rep named who is not on the account's list yet."""

    name: str


def get_all(session: Session, workspace_id: int, ids: Iterable[int]) -> Sequence[Contact]:
    """The contacts with these ids, in that order, each once; for one that was merged into
    another, that one. Raises NoSuchContact when one is missing."""
    wanted = list(dict.fromkeys(ids))
    found = {
        contact.id: contact
        for contact in session.scalars(_WITH_IDS, {"workspace": workspace_id, "ids": wanted})
    }
    if len(found) < len(wanted):
        raise NoSuchContact
    if all(contact.archived_at is None for contact in found.values()):
        return [found[contact_id] for contact_id in wanted]
    return get_all(
        session, workspace_id, [_stands_for(session, found[contact_id]) for contact_id in wanted]
    )


# Built once: they run while a person waits.
_THESE = (
    Contact.workspace_id == bindparam("workspace"),
    Contact.id.in_(bindparam("ids", expanding=True)),
)
_WITH_IDS = select(Contact).where(*_THESE)
_MEET = (
    update(Contact)
    .where(*_THESE, Contact.archived_at.is_(None))
    .values(
        last_touch_on=case(
            (Contact.last_touch_on > bindparam("day"), Contact.last_touch_on),
            else_=bindparam("day"),
        )
    )
    .returning(Contact.id, Contact.account_id)
)


def add(
    session: Session, actor: Actor, account_id: int, new: NewContact, now: datetime
) -> tuple[Contact, bool]:
    """A person at the account, and whether they are new: one of the same name is returned."""
    key = name_key(new.name)
    known = session.scalar(
        select(Contact)
        .where(
            Contact.workspace_id == actor.workspace_id,
            Contact.account_id == account_id,
            Contact.name_key == key,
        )
        .order_by(Contact.archived_at.is_not(None), Contact.id)
        .limit(1)
    )
    if known is not None:
        return get_all(session, actor.workspace_id, [known.id])[0], False
    contact = Contact(
        workspace_id=actor.workspace_id,
        account_id=account_id,
        name=new.name,
        name_key=key,
        names_version=workspaces.next_names_version(session, actor.workspace_id),
        created_by_id=actor.user_id,
        created_at=now,
    )
    session.add(contact)
    session.flush()
    return contact, True


def _stands_for(session: Session, contact: Contact) -> int:
    """The id of the contact, or of the one it was merged into."""
    if contact.archived_at is None:
        return contact.id
    survivor = merges.survivor(session, contact.workspace_id, merges.CONTACT, contact.id)
    if survivor == contact.id:
        raise NoSuchContact
    return survivor


def meet(session: Session, workspace_id: int, ids: Iterable[int], day: date) -> dict[int, int]:
    """These people, found as `get_all` does, were met that day, in a touch that counts; by id the
    account where each is. One statement, so that of two visits at once the later day stands; rows
    in memory stay as they were. Raises NoSuchContact."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    session.flush()
    told = {"workspace": workspace_id, "ids": wanted, "day": day}
    places = {met.id: met.account_id for met in session.connection().execute(_MEET, told)}
    if len(places) < len(wanted):  # some were merged into others, or are not there
        living = get_all(session, workspace_id, wanted)
        return meet(session, workspace_id, [contact.id for contact in living], day)
    return {contact_id: places[contact_id] for contact_id in wanted}


def remove(session: Session, contact: Contact) -> None:
    """Delete a contact that nothing points at any more."""
    workspaces.next_names_version(session, contact.workspace_id, removed=True)
    session.delete(contact)
