"""What a receipt says, read anew each time it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    accounts,
    cadence,
    follow_ups,
    lists,
    permissions,
    referral_moves,
    referral_steps,
    referrals,
    slots,
    touches,
    users,
)
from models.accounts import Account
from models.cadence import PersonDue
from models.competitors import Competitor
from models.contacts import Contact
from models.referrals import Move, Referral
from models.touches import Touch


@dataclass(frozen=True)
class VisitReceipt:
    """One touch as its receipt shows it; labels, not keys."""

    touch_id: int
    type: str
    account: str | None
    occurred_on: date
    occurred_at: str | None
    today: date  # the rep's
    met: tuple[str, ...]
    referrals: tuple[str, ...]  # their codes
    outcome: str | None
    service_line: str | None
    competitor: str | None
    note: str
    next_step: str
    follow_up_on: date | None
    promise: str
    promise_on: date | None
    headcount: int | None
    due_on: date | None
    tier: str
    max_days: int
    qualifying: bool
    new_account: bool
    made_owner: bool
    edits: int
    may_edit: bool
    may_undo: bool
    redacted_on: date | None = None  # by the rep's calendar
    due_for: PersonDue | None = None  # who has to be met by then, before the account's own day


@dataclass(frozen=True)
class ReferralLine:
    """One referral as its receipt shows it."""

    referral_id: int
    code: str
    status: str
    status_key: str
    closed: bool
    reason: str | None = None
    undo: int | None = None  # its latest move, while that may be taken back


@dataclass(frozen=True)
class ReferralReceipt:
    """The referrals of one form as their receipt shows them."""

    account: str
    contact: str | None
    direction: str
    received_on: date
    today: date
    service_line: str | None
    payer_type: str | None
    urgency: str
    branch: str | None
    lines: tuple[ReferralLine, ...]
    statuses: tuple[lists.Entry, ...]  # where a referral may move
    submission: str
    may_undo: bool


def visit(session: Session, workspace_id: int, touch_id: int, now: datetime) -> VisitReceipt | None:
    """What the receipt of a touch shows now; None when the touch was undone."""
    touch = session.scalar(
        select(Touch).where(Touch.workspace_id == workspace_id, Touch.id == touch_id)
    )
    if touch is None:
        return None
    owner = users.get(session, workspace_id, touch.user_id)
    account = _account(session, touch)
    agreed = follow_ups.of_touch(session, workspace_id, touch.id)
    step, promise = agreed.get(follow_ups.NEXT_STEP), agreed.get(follow_ups.PROMISE)
    labels = _labels(session, workspace_id, lists.TOUCH_TYPE, lists.OUTCOME, lists.SERVICE_LINE)
    rule = cadence.rules(session, workspace_id).of_account(
        account.tier if account else "unrated", account.type if account else None
    )
    return VisitReceipt(
        touch_id=touch.id,
        type=labels[lists.TOUCH_TYPE].get(touch.type, touch.type),
        account=account.name if account else None,
        occurred_on=touch.occurred_on,
        occurred_at=touch.occurred_at,
        today=slots.local_day(now, owner.zone),
        met=tuple(contact.name for contact in touches.met(session, workspace_id, touch.id)),
        referrals=tuple(row.code for row in referrals.of_touch(session, workspace_id, touch.id)),
        outcome=labels[lists.OUTCOME].get(touch.outcome or ""),
        service_line=labels[lists.SERVICE_LINE].get(touch.service_line or ""),
        competitor=_competitor(session, touch),
        note=touch.note,
        next_step=step.text if step else "",
        follow_up_on=step.due_on if step else None,
        promise=promise.text if promise else "",
        promise_on=promise.due_on if promise else None,
        headcount=touch.headcount,
        due_on=account.due_on if account else None,
        tier=account.tier if account else "unrated",
        max_days=rule.max_days,
        qualifying=touch.qualifying,
        new_account=touch.made_account,
        made_owner=touch.made_owner and account is not None and account.owner_id == touch.user_id,
        edits=touch.edits,
        may_edit=touch.redacted_at is None and permissions.may_edit(touch.logged_at, now),
        may_undo=permissions.may_undo(touch.logged_at, now),
        redacted_on=slots.local_day(touch.redacted_at, owner.zone) if touch.redacted_at else None,
        due_for=_due_for(session, account, rule.max_days) if account else None,
    )


def referrals_of(
    session: Session, workspace_id: int, submission: str, now: datetime
) -> ReferralReceipt | None:
    """What the receipt of a referral form shows now; None when it was undone."""
    rows = referrals.of_submission(session, workspace_id, submission)
    if not rows:
        return None
    first = rows[0]
    owner = users.get(session, workspace_id, first.owner_id)
    account = session.scalar(
        select(Account.name).where(
            Account.workspace_id == workspace_id, Account.id == first.account_id
        )
    )
    steps = referral_steps.of(session, workspace_id)
    moves = referral_moves.last_moves(session, workspace_id, [row.id for row in rows])
    labels = _labels(session, workspace_id, lists.SERVICE_LINE, lists.PAYER_TYPE)
    return ReferralReceipt(
        account=account or "",
        contact=_contact(session, first),
        direction=first.direction,
        received_on=first.received_on,
        today=slots.local_day(now, owner.zone),
        service_line=labels[lists.SERVICE_LINE].get(first.service_line or ""),
        payer_type=labels[lists.PAYER_TYPE].get(first.payer_type or ""),
        urgency=first.urgency,
        branch=first.branch,
        lines=tuple(
            ReferralLine(
                referral_id=row.id,
                code=row.code,
                status=steps.label(row.status),
                status_key=row.status,
                closed=steps.is_end(row.status),
                reason=steps.reason(row.status, row.reason),
                undo=_undoable(moves.get(row.id), now),
            )
            for row in rows
        ),
        statuses=steps.entries,
        submission=submission,
        may_undo=permissions.may_undo(first.logged_at, now),
    )


def _undoable(move: Move | None, now: datetime) -> int | None:
    return move.id if move is not None and permissions.may_undo(move.moved_at, now) else None


def _account(session: Session, touch: Touch) -> Account | None:
    return session.scalar(
        select(Account).where(
            Account.workspace_id == touch.workspace_id, Account.id == touch.account_id
        )
    )


def _due_for(session: Session, account: Account, max_days: int) -> PersonDue | None:
    """The person there who is due first, if that is before the account itself is."""
    own = cadence.due_on(account.last_touch_on, account.owned_since, max_days)
    people = accounts.people_to_meet(session, account)
    return people[0] if people and own is not None and people[0].due_on < own else None


def _competitor(session: Session, touch: Touch) -> str | None:
    return session.scalar(
        select(Competitor.name).where(
            Competitor.workspace_id == touch.workspace_id, Competitor.id == touch.competitor_id
        )
    )


def _contact(session: Session, row: Referral) -> str | None:
    return session.scalar(
        select(Contact.name).where(
            Contact.workspace_id == row.workspace_id, Contact.id == row.contact_id
        )
    )


def _labels(session: Session, workspace_id: int, *names: str) -> dict[str, dict[str, str]]:
    found = lists.entries(session, workspace_id, *names)
    return {name: {entry.key: entry.label for entry in group} for name, group in found.items()}
