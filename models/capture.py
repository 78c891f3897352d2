"""A visit and all that comes with it, in the caller's one transaction. Every way in ends here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models import (
    accounts,
    audit,
    competitors,
    contacts,
    deliveries,
    follow_ups,
    permissions,
    redaction,
    referral_steps,
    referrals,
    requests,
    touches,
)
from models.accounts import Account, NewAccount
from models.contacts import NewContact
from models.deliveries import Delivery
from models.errors import AlreadyLogged, DayAhead, TooManyReferrals
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
    promise: Clean = Clean("")
    promise_on: date | None = None
    headcount: int | None = None
    source: str = "command"
    # Rules of the patient guard that held and were answered "This is not about a patient".
    not_patients: tuple[str, ...] = ()


TWINS = timedelta(minutes=2)
"""Two touches of one account by one person on one day within this time are probably one."""


def store(
    session: Session,
    actor: Actor,
    visit: Visit,
    *,
    submission: str,
    now: datetime,
    twin: bool = True,
    card: Delivery | None = None,
) -> bool:
    """Write the touch, its contacts, referrals, next step and promise, the account's next due
    day, the audit row and the receipt (none for what is only brought in). False when this form
    was stored before: then nothing is written.

    twin  whether the same again within `TWINS` is meant.
    card  a message already owed or sent that is to become the receipt.

    Raises DayAhead, NoSuchAccount, NoSuchContact, TooManyReferrals, AlreadyLogged; the caller's
    transaction then ends with nothing written.
    """
    _check(actor, visit, now)
    if not requests.first_time(session, actor.workspace_id, f"visit:{submission}", now):
        return False
    account, made_account = account_of(session, actor, visit.account, now)
    if account is not None and not twin:
        _refuse_twin(session, actor, account.id, visit.occurred_on, now)
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
    # In this order few reads find rows to write before them: each such stop costs a journey.
    _referrals(session, actor, touch, visit, now)
    people = _met(session, actor, touch, account, visit.met, now)
    _agreed(session, actor, touch, visit, now)
    log(session, actor, "touch.log", touch, now)
    _audit_tick(session, actor, touch, visit, now)
    if account is not None:
        if _is_free_for(account, actor):
            accounts.give(session, account, actor.user_id, actor.today(now))
            touch.made_owner = True
        _touched(session, account, touch)
    elsewhere = [one for one, place in people.items() if place != touch.account_id]
    reckon_homes(session, actor.workspace_id, elsewhere)
    if card is not None:
        _becomes_receipt(session, card, touch, now)
    elif visit.source != IMPORTED:
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
    touch = touches.own(session, actor, touch_id, hold=True)
    redaction.must_be_whole(touch)
    permissions.must_edit(touch.logged_at, now)
    before, met_before = touch.account_id, touches.met_ids(session, actor.workspace_id, touch.id)
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
    people = _met(session, actor, touch, account, visit.met, now)
    _referrals(session, actor, touch, visit, now)
    _agreed(session, actor, touch, visit, now)
    touches.recount_people(session, actor.workspace_id, {*met_before, *people})
    for changed in {before, touch.account_id} - {None}:
        recount(session, actor.workspace_id, changed)
    reckon_homes(session, actor.workspace_id, {*met_before, *people})
    log(session, actor, "touch.edit", touch, now)
    _audit_tick(session, actor, touch, visit, now)
    new_receipt(session, actor, touch.id, f"edit{touch.edits}", now)
    return True


def referral_count(session: Session, touch: Touch) -> int:
    """How many referrals were logged with the touch."""
    return len(referrals.of_touch(session, touch.workspace_id, touch.id))


def _check(actor: Actor, visit: Visit, now: datetime) -> None:
    today = actor.today(now)
    if visit.occurred_on > today:
        raise DayAhead(visit.occurred_on, today)
    if visit.referrals > referrals.MOST_AT_ONCE:
        raise TooManyReferrals(referrals.MOST_AT_ONCE)


def _refuse_twin(session: Session, actor: Actor, account_id: int, day: date, now: datetime) -> None:
    twin = touches.latest_logged(session, actor, account_id, day)
    if twin is None:
        return
    touch_id, logged_at = twin
    if timedelta() <= now - logged_at <= TWINS:
        raise AlreadyLogged(touch_id, int((now - logged_at).total_seconds()))


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
    touch.headcount = visit.headcount
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
) -> Mapping[int, int]:
    """Store who was met, and in a new touch that counts on which day; by id, where each is."""
    made: dict[int, bool] = {}
    if account is not None:
        for new in met:
            if isinstance(new, NewContact):
                contact, is_new = contacts.add(session, actor, account.id, new, now)
                made.setdefault(contact.id, is_new)
    ids = [*(one for one in met if isinstance(one, int)), *made]
    if touch.qualifying and not touch.edits:
        people = contacts.meet(session, actor.workspace_id, ids, touch.occurred_on)
    else:
        found = contacts.get_all(session, actor.workspace_id, ids)
        people = {contact.id: contact.account_id for contact in found}
    session.add_all(
        TouchContact(
            workspace_id=actor.workspace_id,
            touch_id=touch.id,
            contact_id=contact_id,
            made=made.get(contact_id, False),
        )
        for contact_id in people
    )
    return people


def _referrals(session: Session, actor: Actor, touch: Touch, visit: Visit, now: datetime) -> None:
    """Make the touch's referrals as many as told, leaving alone those that have moved on."""
    there = list(referrals.of_touch(session, actor.workspace_id, touch.id)) if touch.edits else []
    if touch.account_id is not None:
        for row in there:
            row.account_id, row.received_on = touch.account_id, touch.occurred_on
    for row in reversed(there):
        if len(there) <= visit.referrals:
            break
        if row.status == referral_steps.NEW:
            referrals.remove(session, [row])
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


def _agreed(session: Session, actor: Actor, touch: Touch, visit: Visit, now: datetime) -> None:
    """The next step and the promise, as told; what is no longer told of goes."""
    there = follow_ups.of_touch(session, actor.workspace_id, touch.id) if touch.edits else {}
    for kind, words, day in (
        (follow_ups.NEXT_STEP, visit.next_step, visit.follow_up_on),
        (follow_ups.PROMISE, visit.promise, visit.promise_on),
    ):
        row = there.get(kind)
        if not words and day is None:
            if row is not None:
                session.delete(row)
            continue
        if row is None:
            row = FollowUp(
                workspace_id=actor.workspace_id,
                kind=kind,
                user_id=actor.user_id,
                touch_id=touch.id,
                status=follow_ups.OPEN,
                created_at=now,
            )
            session.add(row)
        row.account_id = touch.account_id
        row.text = words
        row.due_on = day


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


def recount(session: Session, workspace_id: int, account_id: int | None) -> None:
    """Set the account's last touch and due day from its touches, after one went or changed, and
    after `touches.recount_people`."""
    if account_id is None:
        return
    account = accounts.hold(session, workspace_id, account_id)
    account.last_touch_on = touches.last_qualifying_on(session, workspace_id, account_id)
    accounts.reckon(session, account)
    session.flush()


def reckon_homes(session: Session, workspace_id: int, people: Collection[int]) -> None:
    """Bring up to date the due days where these people are: one may be met anywhere."""
    if people:
        session.flush()
        accounts.reckon_where(session, workspace_id, accounts.of_people(workspace_id, people))


def log(session: Session, actor: Actor, action: str, touch: Touch, now: datetime) -> None:
    """Who did what to a touch."""
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


def _audit_tick(session: Session, actor: Actor, touch: Touch, visit: Visit, now: datetime) -> None:
    """Who said of which rules that what they found is no patient."""
    if visit.not_patients:
        audit.note(
            session,
            actor.workspace_id,
            actor.user_id,
            "phi.not_a_patient",
            "touch",
            touch.id,
            now=now,
            facts={"rules": list(visit.not_patients)},
        )


def _becomes_receipt(session: Session, card: Delivery, touch: Touch, now: datetime) -> None:
    """What the message said so far it says no more: from now on it is the touch's receipt."""
    card.kind, card.subject_id = deliveries.RECEIPT, touch.id
    key = f"receipt:{touch.id}:card"
    deliveries.owe_change(session, card.workspace_id, card, key=key, now=now)


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


def new_receipt(session: Session, actor: Actor, touch_id: int, why: str, now: datetime) -> None:
    """The receipt already sent is to show what is true now."""
    first = deliveries.about(session, actor.workspace_id, deliveries.RECEIPT, touch_id)
    if first is not None:
        deliveries.owe_change(
            session, actor.workspace_id, first, key=f"receipt:{touch_id}:{why}", now=now
        )
