"""Referrals logged on their own: their rows, audit and receipt, in the caller's one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import (
    audit,
    contacts,
    deliveries,
    permissions,
    referral_alerts,
    referral_moves,
    referrals,
    requests,
)
from models.accounts import NewAccount
from models.capture import account_of
from models.contacts import NewContact
from models.errors import AlreadyUndone, NoSuchAccount, NotYours
from models.referrals import Referral
from models.users import Actor


@dataclass(frozen=True)
class Referred:
    """What a rep says of one or several referrals, in or out."""

    account: int | NewAccount
    received_on: date
    count: int
    direction: str
    contact: int | NewContact | None = None
    service_line: str | None = None
    payer_type: str | None = None
    urgency: str = referrals.URGENCIES[0]
    branch: str | None = None
    promised: bool = False


def refer(
    session: Session, actor: Actor, told: Referred, *, submission: str, now: datetime
) -> bool:
    """Write a row per referral, the audit row and the receipt. False when this form was stored
    before: then nothing is written.

    Raises NoSuchAccount, NoSuchContact, TooManyReferrals.
    """
    if not requests.first_time(session, actor.workspace_id, f"referral:{submission}", now):
        return False
    account, _ = account_of(session, actor, told.account, now)
    if account is None:
        raise NoSuchAccount
    contact_id = None
    if isinstance(told.contact, NewContact):
        contact_id = contacts.add(session, actor, account.id, told.contact, now)[0].id
    elif told.contact is not None:
        contact_id = contacts.get_all(session, actor.workspace_id, [told.contact])[0].id
    received = referrals.Received(
        account_id=account.id,
        received_on=told.received_on,
        count=told.count,
        direction=told.direction,
        contact_id=contact_id,
        service_line=told.service_line,
        payer_type=told.payer_type,
        urgency=told.urgency,
        branch=told.branch,
        promised=told.promised,
    )
    rows = referrals.add(session, actor, received, submission=submission, now=now)
    for row in rows:
        _audit_referral(session, actor, "referral.log", row, now)
    deliveries.owe(
        session,
        actor.workspace_id,
        deliveries.Owed(
            key=f"referrals:{submission}",
            kind=deliveries.REFERRAL_RECEIPT,
            target=actor.slack_id,
            user_id=actor.user_id,
            facts={"submission": submission},
            not_before=now,
            priority=deliveries.ANSWER_FIRST,
        ),
        now,
    )
    return True


def move_referral(
    session: Session,
    actor: Actor,
    referral_id: int,
    status: str,
    now: datetime,
    *,
    reason: str | None = None,
) -> None:
    """Move a referral on, and have what shows it show that.

    Raises NotYours, ClosedReferral, BadChoice, ReasonNeeded.
    """
    made = referral_moves.move(session, actor, referral_id, status, now, reason=reason)
    if made is not None:
        row = referrals.get(session, actor.workspace_id, referral_id)
        _changed(session, actor, "referral.move", row, now)


def undo_move(session: Session, actor: Actor, move_id: int, now: datetime) -> Referral:
    """Take the latest move back. Raises NotYours, TooLate, AlreadyUndone, MovedSince."""
    row = referral_moves.undo_move(session, actor, move_id, now)
    _changed(session, actor, "referral.move_undone", row, now)
    return row


def reopen(session: Session, actor: Actor, referral_id: int, now: datetime) -> None:
    """Open a closed referral again. Raises NotYours."""
    if referral_moves.reopen(session, actor, referral_id, now) is not None:
        row = referrals.get(session, actor.workspace_id, referral_id)
        _changed(session, actor, "referral.reopen", row, now)


def told_referrer(session: Session, actor: Actor, referral_id: int, now: datetime) -> None:
    """The referrer was told how it stands. Raises NotYours."""
    row = referral_moves.told_referrer(session, actor, referral_id, now)
    _changed(session, actor, "referral.told", row, now)


def not_told(session: Session, actor: Actor, referral_id: int, now: datetime) -> None:
    """They were not told after all. Raises NotYours."""
    row = referral_moves.not_told(session, actor, referral_id)
    _changed(session, actor, "referral.not_told", row, now)


def undo_referrals(session: Session, actor: Actor, submission: str, now: datetime) -> None:
    """Take back all referrals of one form, within 24 hours. Raises AlreadyUndone, TooLate,
    NotYours."""
    rows = referrals.of_submission(session, actor.workspace_id, submission)
    if not rows:
        raise AlreadyUndone
    if any(row.owner_id != actor.user_id for row in rows):
        raise NotYours
    permissions.must_undo(rows[0].logged_at, now)
    for row in rows:
        _audit_referral(session, actor, "referral.undo", row, now)
    _show_alerts(session, actor.workspace_id, submission, "undo", now)
    referrals.remove(session, rows)
    session.flush()
    _new_referral_receipt(session, actor, submission, "undo", now)


def _show_alerts(
    session: Session, workspace_id: int, submission: str, why: str, now: datetime
) -> None:
    """Have the messages that said some are late show what became of them."""
    for turn in (referral_alerts.OWNER, referral_alerts.NEXT):
        sent = deliveries.by_key(session, workspace_id, f"late:{submission}:{turn}")
        if sent is not None:
            key = f"{sent.dedupe_key}:{why}"
            deliveries.owe_change(session, workspace_id, sent, key=key, now=now)


def _changed(session: Session, actor: Actor, action: str, row: Referral, now: datetime) -> None:
    _audit_referral(session, actor, action, row, now)
    why = f"{row.id}:{now.isoformat()}"
    _new_referral_receipt(session, actor, row.submission, why, now)
    _show_alerts(session, actor.workspace_id, row.submission, f"{now.timestamp()}", now)


def _audit_referral(
    session: Session, actor: Actor, action: str, row: Referral, now: datetime
) -> None:
    audit.note(
        session,
        actor.workspace_id,
        actor.user_id,
        action,
        "referral",
        row.id,
        now=now,
        facts={"account": row.account_id, "status": row.status},
    )


def _new_referral_receipt(
    session: Session, actor: Actor, submission: str, why: str, now: datetime
) -> None:
    first = deliveries.by_key(session, actor.workspace_id, f"referrals:{submission}")
    if first is not None:
        deliveries.owe_change(
            session, actor.workspace_id, first, key=f"referrals:{submission}:{why}", now=now
        )
