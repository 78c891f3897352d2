"""A workspace as somebody at the command line wants it: its field of work, its zone, its hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import audit, lists, profiles, slots
from models.accounts import Account
from models.cadence import CadenceRule
from models.errors import BadZone
from models.lists import Choice, Entry
from models.referrals import Move, Referral
from models.touches import Touch
from models.workspaces import Workspace


@dataclass(frozen=True)
class Wish:
    """What is to be set; None leaves a thing as it is. `hours` from and until; both alike: round
    the clock."""

    profile: str | None = None
    zone: str | None = None
    hours: tuple[time, time] | None = None
    work_days: int | None = None
    answer_minutes: int | None = None


def grant(session: Session, workspace: Workspace, wish: Wish, now: datetime) -> None:
    """Do as wished. Nobody is asked whether they may: whoever has the command line has the
    database. Raises BadZone."""
    if wish.zone is not None:
        if not slots.is_zone(wish.zone):
            raise BadZone(wish.zone)
        workspace.zone = wish.zone
    if wish.hours is not None:
        workspace.opens_at, workspace.closes_at = wish.hours
    if wish.work_days is not None:
        workspace.work_days = wish.work_days
    if wish.answer_minutes is not None:
        workspace.answer_minutes = wish.answer_minutes
    if wish.profile is not None and wish.profile != workspace.industry_profile:
        was, workspace.industry_profile = workspace.industry_profile, wish.profile
        _change_lists(session, workspace.id, was, wish.profile)
        facts = {"profile": wish.profile, "was": was}
        audit.note(
            session,
            workspace.id,
            None,
            "profile_changed",
            "workspace",
            workspace.id,
            now=now,
            facts=facts,
        )
    session.flush()


# Where the keys of each list that differs by field are held.
_HELD: dict[str, Sequence[InstrumentedAttribute[str] | InstrumentedAttribute[str | None]]] = {
    lists.ACCOUNT_TYPE: (Account.type, CadenceRule.account_type),
    lists.SERVICE_LINE: (Touch.service_line, Referral.service_line),
    lists.PAYER_TYPE: (Referral.payer_type,),
    lists.REFERRAL_STATUS: (Referral.status, Move.from_status, Move.to_status),
    lists.DECLINE_REASON: (Referral.reason, Move.reason),
    lists.LOST_REASON: (Referral.reason, Move.reason),
    lists.CANCEL_REASON: (Referral.reason, Move.reason),
}


def _change_lists(session: Session, workspace_id: int, was: str, profile: str) -> None:
    """The lists of the new field come first. Of the old one's entries those in use stay, after
    them; so does what an admin added or renamed."""
    for name, wanted in profiles.of(profile).lists.items():
        there = session.scalars(
            select(Choice)
            .where(Choice.workspace_id == workspace_id, Choice.list == name)
            .order_by(Choice.position, Choice.key)
        ).all()
        by_key = {row.key: row for row in there}
        old = {entry.key: entry for entry in profiles.lists_of(was)[name]}
        for place, entry in enumerate(wanted, start=1):
            row = by_key.pop(entry.key, None)
            if row is None:
                session.add(_row(workspace_id, name, entry, place))
                continue
            if entry.key in old and row.label == old[entry.key].label:
                row.label = entry.label
            row.meaning, row.position = entry.meaning, place
        held = used(session, workspace_id, name)
        place = len(wanted)
        for key, row in by_key.items():
            if key in old and row.label == old[key].label and key not in held:
                session.delete(row)
                continue
            place += 1
            row.position = place


def used(session: Session, workspace_id: int, list_name: str) -> set[str]:
    """The keys of the list that some row of the workspace holds."""
    found: set[str] = set()
    for column in _HELD[list_name]:
        keys = session.scalars(
            select(column).where(column.class_.workspace_id == workspace_id).distinct()
        )
        found.update(key for key in keys if key)
    return found


def _row(workspace_id: int, list_name: str, entry: Entry, place: int) -> Choice:
    return Choice(
        workspace_id=workspace_id,
        list=list_name,
        key=entry.key,
        label=entry.label,
        meaning=entry.meaning,
        position=place,
    )
