"""A file's touches and referrals into the tables: what has happened is stored once, and a file
never rewrites it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import capture, lists, referrals, slots, touches
from models.capture import Visit
from models.contacts import Contact, NewContact
from models.exchange.broken import BadRow, DayToCome, NotOneOf
from models.exchange.referrals import ReferralRow
from models.exchange.touches import TouchRow
from models.imports import people, writing
from models.imports.homes import Homes
from models.imports.report import Reject, Report
from models.phi import Clean
from models.referral_steps import NEW, PROMISED
from models.referrals import Received, Referral
from models.text import name_key
from models.touches import Touch
from models.users import Actor, User
from models.workspaces import Workspace

_Row = TypeVar("_Row", TouchRow, ReferralRow)


def store_touches(
    session: Session,
    workspace: Workspace,
    rows: Sequence[TouchRow],
    now: datetime,
    report: Report,
) -> None:
    """Log what is new, as if its owner had, but with no receipt; count in `report`."""
    writing.hold(session, workspace.id)
    here = _Lists(session, workspace.id, lists.TOUCH_TYPE, lists.OUTCOME)

    def wrong(row: TouchRow) -> None:
        here.key(lists.TOUCH_TYPE, "type", row.type)
        if row.outcome:
            here.key(lists.OUTCOME, "outcome", row.outcome)

    new, homes = _new(session, workspace, rows, Touch.submission, now, report, wrong)
    actors = _actors(session, workspace, [row.owner for row in new], now, report)
    lines = _entries(session, workspace, lists.SERVICE_LINE, "service_line", new, report)
    before = writing.highest(session, Contact)
    made: list[int] = []
    for row in new:
        visit = Visit(
            account=homes.find(row.by, row.account),
            type=here.key(lists.TOUCH_TYPE, "type", row.type),
            occurred_on=row.occurred_on,
            met=tuple(NewContact(name) for name in row.contacts),
            outcome=here.key(lists.OUTCOME, "outcome", row.outcome) if row.outcome else None,
            service_line=lines[row.service_line] if row.service_line else None,
            headcount=row.headcount,
            note=Clean(row.note),  # the guard has read it with the row
            source=capture.IMPORTED,
        )
        submission = submission_of(row.external_id)
        capture.store(session, actors[row.owner], visit, submission=submission, now=now)
        touch = touches.by_submission(session, workspace.id, submission)
        if touch is not None:
            made.append(touch.id)
    report.trail.make("touch", made)
    if writing.highest(session, Contact) > before:
        report.trail.came_after("contact", before)


def store_referrals(
    session: Session,
    workspace: Workspace,
    rows: Sequence[ReferralRow],
    now: datetime,
    report: Report,
) -> None:
    """Log what is new, each with a code of its own; count in `report`."""
    writing.hold(session, workspace.id)
    here = _Lists(session, workspace.id, lists.REFERRAL_STATUS)

    def wrong(row: ReferralRow) -> None:
        if row.status:
            here.key(lists.REFERRAL_STATUS, "status", row.status)

    new, homes = _new(session, workspace, rows, Referral.submission, now, report, wrong)
    actors = _actors(session, workspace, [row.owner for row in new], now, report)
    lines = _entries(session, workspace, lists.SERVICE_LINE, "service_line", new, report)
    payers = _entries(session, workspace, lists.PAYER_TYPE, "payer_type", new, report)
    made: list[int] = []
    for row in new:
        status = here.key(lists.REFERRAL_STATUS, "status", row.status) if row.status else NEW
        told = Received(
            account_id=homes.find(row.by, row.account),
            received_on=row.received_on,
            count=1,
            direction=row.direction,
            service_line=lines[row.service_line] if row.service_line else None,
            payer_type=payers[row.payer_type] if row.payer_type else None,
            urgency=row.urgency,
            promised=status == PROMISED,
        )
        actor = actors[row.owner]
        (referral,) = referrals.add(
            session, actor, told, submission=submission_of(row.external_id), now=now
        )
        referral.status = status
        if status != NEW:  # answered by now, nobody knows when
            referral.answer_by = referral.alert_at = None
        made.append(referral.id)
    session.flush()
    report.trail.make("referral", made)


def submission_of(external_id: str) -> str:
    """What stands where Slack's id of a form would: one for each external id."""
    return f"imp:{hashlib.sha256(external_id.encode()).hexdigest()[:56]}"


def _new(
    session: Session,
    workspace: Workspace,
    rows: Sequence[_Row],
    column: Any,
    now: datetime,
    report: Report,
    wrong: Callable[[_Row], None],
) -> tuple[list[_Row], Homes]:
    """The rows that are new and can be taken; the others are counted or rejected."""
    rows = people.with_known_owners(session, workspace, rows, report)
    homes = Homes(session, workspace.id, ((row.by, row.account) for row in rows))
    query = select(column.label("key")).where(column.class_.workspace_id == workspace.id)
    keys = (submission_of(row.external_id) for row in rows)
    known = {found.key for found in writing.found(session, query, column, keys)}
    today = slots.local_day(now, workspace.zone)
    new: list[_Row] = []
    for row in rows:
        try:
            homes.find(row.by, row.account)
            field, day = _day(row)
            if day > today:
                raise DayToCome(field)
            wrong(row)
        except BadRow as reason:
            report.rejects.append(Reject(row.line, reason))
            continue
        if submission_of(row.external_id) in known:
            report.unchanged += 1
        else:
            new.append(row)
    report.new = len(new)
    return new, homes


def _day(row: TouchRow | ReferralRow) -> tuple[str, date]:
    if isinstance(row, TouchRow):
        return "occurred_on", row.occurred_on
    return "received_on", row.received_on


def _actors(
    session: Session, workspace: Workspace, owners: Iterable[str], now: datetime, report: Report
) -> dict[str, Actor]:
    """The people behind the owners, as those who act. None is ahead of the workspace's day."""
    found = people.owners(session, workspace, owners, now, report)
    ids = {told: owner.user_id for told, owner in found.items() if owner.user_id is not None}
    query = select(User.id, User.slack_id, User.role).where(User.workspace_id == workspace.id)
    known = {row.id: row for row in writing.found(session, query, User.id, ids.values())}
    return {
        told: Actor(
            workspace.id,
            user_id,
            known[user_id].slack_id or "",
            known[user_id].role,
            workspace.zone,
        )
        for told, user_id in ids.items()
    }


def _entries(
    session: Session,
    workspace: Workspace,
    list_name: str,
    column: str,
    rows: Sequence[TouchRow] | Sequence[ReferralRow],
    report: Report,
) -> Mapping[str, str]:
    labels = (label for row in rows if (label := getattr(row, column)))
    return people.entries(session, workspace.id, list_name, labels, report)


class _Lists:
    """Lists whose entries mean something to the rules, so that a file adds none."""

    def __init__(self, session: Session, workspace_id: int, *names: str) -> None:
        self._keys: dict[str, dict[str, str]] = {}
        self._labels: dict[str, tuple[str, ...]] = {}
        for name, known in lists.entries(session, workspace_id, *names).items():
            self._labels[name] = tuple(entry.label for entry in known)
            keys = {name_key(entry.key): entry.key for entry in known}
            self._keys[name] = {**keys, **{name_key(entry.label): entry.key for entry in known}}

    def key(self, name: str, field: str, told: str) -> str:
        """The key of the entry. Raises NotOneOf."""
        key = self._keys[name].get(name_key(told))
        if key is None:
            raise NotOneOf(field, told, self._labels[name])
        return key
