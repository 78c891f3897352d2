"""A visit and all that comes with it, in the caller's one transaction. Every way in ends here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import (
    accounts,
    aliases,
    audit,
    competitors,
    contacts,
    deliveries,
    follow_ups,
    permissions,
    referrals,
    requests,
    touches,
)
from models.accounts import Account, NewAccount
from models.contacts import Contact, NewContact
from models.errors import AlreadyUndone, DayAhead, NotYours, TooManyReferrals
from models.follow_ups import FollowUp
from models.phi import Clean
from models.touches import Touch, TouchContact
from models.users import Actor

IMPORTED = "import"
"""The source of touches that somebody brings in: nobody waits for a receipt of those."""


@dataclass(frozen=True)
class Visit:
    """What a rep says of one touch. Lists are keys of `models.lists`, people and places are ids
    or new names."""

    account: int | NewAccount | None
    type: str
    occurred_on: date
    met: tuple[int | NewContact, ...] = ()
    occurred_at: str | None = None
    outcome: str | None = None
    service_line: str | None = None
    competitor: int | str | None = None
    referrals: int = 0
    note: Clean = Clean("")
    next_step: Clean = Clean("")
    follow_up_on: date | None = None
    source: str = "command"


def store(session: Session, actor: Actor, visit: Visit, *, submission: str, now: datetime) -> bool:
    """Write the touch, its contacts, referrals and follow-up, the account's next due day, the
    audit row and the receipt (none for what is only brought in). False when this form was
    stored before: then nothing is written.

    Raises DayAhead, NoSuchAccount, NoSuchContact, TooManyReferrals; then nothing is written.
    """
    _check(actor, visit, now)
    if not requests.first_time(session, actor.workspace_id, f"visit:{submission}", now):
        return False
    account, made_account = account_of(session, actor, visit.account, now)
    touch = Touch(
        workspace_id=actor.workspace_id,
        user_id=actor.user_id,
        logged_at=now,
        submission=submission,
        source=visit.source,
        made_account=made_account,
        edits=0,
        made_owner=False,
    )
    _fill(session, touch, visit, account)
    session.add(touch)
    session.flush()
    _met(session, actor, touch, account, visit.met, now)
    _referrals(session, actor, touch, visit, now)
    _next_step(session, actor, touch, visit, now)
    if account is not None:
        if _is_free_for(account, actor):
            accounts.give(session, account, actor.user_id, actor.today(now))
            touch.made_owner = True
        _touched(session, account, touch)
    _audit(session, actor, "touch.log", touch, now)
    if visit.source != IMPORTED:
        _receipt(session, actor, touch, now)
    return True


def amend(
    session: Session, actor: Actor, touch_id: int, visit: Visit, *, submission: str, now: datetime
) -> bool:
    """Rewrite the actor's own touch, within seven days of its logging, and its receipt.

    Referrals that have moved on stay; of those still new as many are taken away or added as the
    number asks. False when this form was stored before.
    """
    _check(actor, visit, now)
    if not requests.first_time(session, actor.workspace_id, f"edit:{submission}", now):
        return False
    touch = touches.own(session, actor, touch_id)
    permissions.must_edit(touch.logged_at, now)
    before = touch.account_id
    account, made_account = account_of(session, actor, visit.account, now)
    session.execute(
        delete(TouchContact).where(
            TouchContact.workspace_id == actor.workspace_id, TouchContact.touch_id == touch.id
        )
    )
    _fill(session, touch, visit, account)
    touch.edits += 1
    touch.made_account = touch.made_account or made_account
    session.flush()
    _met(session, actor, touch, account, visit.met, now)
    _referrals(session, actor, touch, visit, now)
    _next_step(session, actor, touch, visit, now)
    for changed in {before, touch.account_id} - {None}:
        _recount(session, actor.workspace_id, changed)
    _audit(session, actor, "touch.edit", touch, now)
    _new_receipt(session, actor, touch.id, f"edit{touch.edits}", now)
    return True


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
    made = [met.contact_id for met in _made_contacts(session, touch)]
    for referral in referrals.of_touch(session, actor.workspace_id, touch.id):
        session.delete(referral)
    step = follow_ups.of_touch(session, actor.workspace_id, touch.id)
    if step is not None:
        session.delete(step)
    session.flush()
    account_id, made_account, made_owner = touch.account_id, touch.made_account, touch.made_owner
    _audit(session, actor, "touch.undo", touch, now)
    touches.remove(session, touch)
    for contact in contacts.get_all(session, actor.workspace_id, made):
        _drop_contact(session, contact)
    session.flush()
    if account_id is not None:
        _recount(session, actor.workspace_id, account_id)
        account = accounts.get(session, actor.workspace_id, account_id)
        if made_account and _is_unused(session, account):
            _drop_account(session, account)
        elif made_owner and account.owner_id == actor.user_id:
            accounts.give(session, account, None, actor.today(now))
    _new_receipt(session, actor, touch_id, "undo", now)


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
    _audit(session, actor, "account.decline", touch, now)
    _new_receipt(session, actor, touch.id, "notmine", now)


def referral_count(session: Session, touch: Touch) -> int:
    """How many referrals were logged with the touch."""
    return len(referrals.of_touch(session, touch.workspace_id, touch.id))


def _check(actor: Actor, visit: Visit, now: datetime) -> None:
    today = actor.today(now)
    if visit.occurred_on > today:
        raise DayAhead(visit.occurred_on, today)
    if visit.referrals > referrals.MOST_AT_ONCE:
        raise TooManyReferrals(referrals.MOST_AT_ONCE)


def account_of(
    session: Session, actor: Actor, told: int | NewAccount | None, now: datetime
) -> tuple[Account | None, bool]:
    """The account told of, held until the transaction ends, and whether it was made just now."""
    if told is None:
        return None, False
    if isinstance(told, int):
        return accounts.hold(session, actor.workspace_id, told), False
    account = accounts.add(session, actor, told, now)
    return account, account.created_at == now and account.created_by_id == actor.user_id


def _fill(session: Session, touch: Touch, visit: Visit, account: Account | None) -> None:
    touch.account_id = None if account is None else account.id
    touch.type = visit.type
    touch.occurred_on = visit.occurred_on
    touch.occurred_at = visit.occurred_at
    touch.outcome = visit.outcome
    touch.service_line = visit.service_line
    touch.note = visit.note
    touch.qualifying = touches.qualifies(session, touch.workspace_id, visit.type, visit.outcome)
    competitor = visit.competitor
    if isinstance(competitor, str):
        competitor = competitors.named(session, touch.workspace_id, competitor).id
    touch.competitor_id = competitor


def _met(
    session: Session,
    actor: Actor,
    touch: Touch,
    account: Account | None,
    met: Sequence[int | NewContact],
    now: datetime,
) -> None:
    known = contacts.get_all(session, actor.workspace_id, [m for m in met if isinstance(m, int)])
    people: dict[int, bool] = {contact.id: False for contact in known}
    if account is not None:
        for new in met:
            if isinstance(new, NewContact):
                contact, made = contacts.add(session, actor, account.id, new, now)
                people.setdefault(contact.id, made)
    session.add_all(
        TouchContact(
            workspace_id=actor.workspace_id, touch_id=touch.id, contact_id=contact_id, made=made
        )
        for contact_id, made in people.items()
    )


def _referrals(session: Session, actor: Actor, touch: Touch, visit: Visit, now: datetime) -> None:
    """Make the touch's referrals as many as told, leaving alone those that have moved on."""
    there = list(referrals.of_touch(session, actor.workspace_id, touch.id)) if touch.edits else []
    if touch.account_id is not None:
        for row in there:
            row.account_id, row.received_on = touch.account_id, touch.occurred_on
    for row in reversed(there):
        if len(there) <= visit.referrals:
            break
        if row.status == referrals.NEW:
            session.delete(row)
            there.remove(row)
    missing = visit.referrals - len(there)
    if missing > 0 and touch.account_id is not None:
        told = referrals.Received(
            account_id=touch.account_id,
            received_on=touch.occurred_on,
            count=missing,
            touch_id=touch.id,
            service_line=visit.service_line,
        )
        place = max((row.place for row in there), default=-1) + 1
        session.flush()
        referrals.add(session, actor, told, submission=touch.submission, now=now, first=place)


def _next_step(session: Session, actor: Actor, touch: Touch, visit: Visit, now: datetime) -> None:
    step = follow_ups.of_touch(session, actor.workspace_id, touch.id) if touch.edits else None
    if not visit.next_step and visit.follow_up_on is None:
        if step is not None:
            session.delete(step)
        return
    if step is None:
        step = FollowUp(
            workspace_id=actor.workspace_id,
            kind=follow_ups.NEXT_STEP,
            user_id=actor.user_id,
            touch_id=touch.id,
            status="open",
            created_at=now,
        )
        session.add(step)
    step.account_id = touch.account_id
    step.text = visit.next_step
    step.due_on = visit.follow_up_on


def _is_free_for(account: Account, actor: Actor) -> bool:
    return (
        account.owner_id is None
        and account.owner_email is None
        and account.declined_by_id != actor.user_id
    )


def _touched(session: Session, account: Account, touch: Touch) -> None:
    if touch.qualifying and (
        account.last_touch_on is None or account.last_touch_on < touch.occurred_on
    ):
        account.last_touch_on = touch.occurred_on
    accounts.reckon(session, account)


def _recount(session: Session, workspace_id: int, account_id: int | None) -> None:
    """Set the account's last touch and due day from its touches, after one went or changed."""
    if account_id is None:
        return
    account = accounts.hold(session, workspace_id, account_id)
    account.last_touch_on = touches.last_qualifying_on(session, workspace_id, account_id)
    accounts.reckon(session, account)
    session.flush()


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
    if used is None and not referrals.of_contact(session, contact.workspace_id, contact.id):
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


def _audit(session: Session, actor: Actor, action: str, touch: Touch, now: datetime) -> None:
    audit.note(
        session,
        actor.workspace_id,
        actor.user_id,
        action,
        "touch",
        touch.id,
        now=now,
        facts={"account": touch.account_id, "type": touch.type},
    )


def _receipt(session: Session, actor: Actor, touch: Touch, now: datetime) -> None:
    deliveries.owe(
        session,
        actor.workspace_id,
        deliveries.Owed(
            key=f"receipt:{touch.id}",
            kind=deliveries.RECEIPT,
            target=actor.slack_id,
            user_id=actor.user_id,
            subject_id=touch.id,
            not_before=now,
            priority=deliveries.ANSWER_FIRST,
        ),
        now,
    )


def _new_receipt(session: Session, actor: Actor, touch_id: int, why: str, now: datetime) -> None:
    """The receipt already sent is to show what is true now."""
    first = deliveries.by_key(session, actor.workspace_id, f"receipt:{touch_id}")
    if first is not None:
        deliveries.owe_change(
            session, actor.workspace_id, first, key=f"receipt:{touch_id}:{why}", now=now
        )
