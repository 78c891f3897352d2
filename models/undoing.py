"""Taking back what one save wrote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import (
    accounts,
    aliases,
    audit,
    capture,
    contacts,
    follow_ups,
    opportunities,
    permissions,
    referrals,
    touches,
)
from models.accounts import Account
from models.contacts import Contact
from models.errors import AlreadyUndone, NotYours
from models.follow_ups import FollowUp
from models.touches import Touch, TouchContact
from models.users import Actor


def undo(session: Session, actor: Actor, touch_id: int, now: datetime) -> None:
    """Take back all that one save wrote, within 24 hours; a new account or contact too if
    nothing else uses it. The receipt then says so.

    Raises AlreadyUndone, TooLate, NotYours.
    """
    try:
        touch = touches.own(session, actor, touch_id)
    except NotYours:
        if _was_undone(session, actor, touch_id):
            raise AlreadyUndone from None
        raise
    permissions.must_undo(touch.logged_at, now)
    met = touches.met_ids(session, actor.workspace_id, touch.id)
    made = [met.contact_id for met in _made_contacts(session, touch)]
    referrals.remove(session, referrals.of_touch(session, actor.workspace_id, touch.id))
    for step in follow_ups.of_touch(session, actor.workspace_id, touch.id).values():
        session.delete(step)
    session.flush()
    account_id, made_account, made_owner = touch.account_id, touch.made_account, touch.made_owner
    capture.log(session, actor, "touch.undo", touch, now)
    opportunities.forget_touch(session, actor.workspace_id, touch.id)
    touches.remove(session, touch)
    for contact in contacts.get_all(session, actor.workspace_id, made):
        _drop_contact(session, contact)
    session.flush()
    touches.recount_people(session, actor.workspace_id, met)
    if account_id is not None:
        capture.recount(session, actor.workspace_id, account_id)
        account = accounts.get(session, actor.workspace_id, account_id)
        if made_account and _is_unused(session, account):
            _drop_account(session, account)
        elif made_owner and account.owner_id == actor.user_id:
            accounts.give(session, account, None, actor.today(now))
    capture.reckon_homes(session, actor.workspace_id, met)
    capture.new_receipt(session, actor, touch_id, "undo", now)


def decline(session: Session, actor: Actor, touch_id: int, now: datetime) -> None:
    """ "Not mine": the account that became the actor's with this touch is nobody's again."""
    touch = touches.own(session, actor, touch_id)
    if touch.account_id is None:
        raise NotYours
    account = accounts.hold(session, actor.workspace_id, touch.account_id)
    if not touch.made_owner or account.owner_id != actor.user_id:
        raise AlreadyUndone
    accounts.give(session, account, None, actor.today(now))
    account.declined_by_id = actor.user_id
    touch.made_owner = False
    capture.log(session, actor, "account.decline", touch, now)
    capture.new_receipt(session, actor, touch.id, "notmine", now)


def _made_contacts(session: Session, touch: Touch) -> Sequence[TouchContact]:
    return session.scalars(
        select(TouchContact).where(
            TouchContact.workspace_id == touch.workspace_id,
            TouchContact.touch_id == touch.id,
            TouchContact.made,
        )
    ).all()


def _drop_contact(session: Session, contact: Contact) -> None:
    """Delete a contact first entered with the undone touch, unless something else names it."""
    used = session.scalar(
        select(TouchContact.id)
        .where(
            TouchContact.workspace_id == contact.workspace_id,
            TouchContact.contact_id == contact.id,
        )
        .limit(1)
    )
    workspace_id = contact.workspace_id
    if (
        used is None
        and not referrals.of_contact(session, workspace_id, contact.id)
        and not opportunities.of_contact(session, workspace_id, contact.id)
    ):
        aliases.forget_contact(session, contact.workspace_id, contact.id)
        contacts.remove(session, contact)


def _is_unused(session: Session, account: Account) -> bool:
    workspace_id = account.workspace_id
    people = session.scalar(
        select(Contact.id)
        .where(Contact.workspace_id == workspace_id, Contact.account_id == account.id)
        .limit(1)
    )
    steps = session.scalar(
        select(FollowUp.id)
        .where(FollowUp.workspace_id == workspace_id, FollowUp.account_id == account.id)
        .limit(1)
    )
    return (
        people is None
        and steps is None
        and not touches.any_at(session, workspace_id, account.id)
        and not referrals.any_at(session, workspace_id, account.id)
        and not opportunities.any_at(session, workspace_id, account.id)
    )


def _drop_account(session: Session, account: Account) -> None:
    aliases.forget_account(session, account.workspace_id, account.id)
    session.execute(
        delete(accounts.Snooze).where(
            accounts.Snooze.workspace_id == account.workspace_id,
            accounts.Snooze.account_id == account.id,
        )
    )
    accounts.remove(session, account)


def _was_undone(session: Session, actor: Actor, touch_id: int) -> bool:
    return (
        session.scalar(
            select(audit.Audit.id).where(
                audit.Audit.workspace_id == actor.workspace_id,
                audit.Audit.entity == "touch",
                audit.Audit.entity_id == touch_id,
                audit.Audit.action == "touch.undo",
                audit.Audit.actor_id == actor.user_id,
            )
        )
        is not None
    )
