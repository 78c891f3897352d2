"""Stores the touches and referrals of the sandbox's year, many rows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.sample_year import Sent, Touched, Year
from models import capture, follow_ups, offices, phi, referral_steps, referrals
from models.follow_ups import FollowUp
from models.offices import Office
from models.referral_steps import Steps
from models.referrals import Move, Referral
from models.touches import Touch, TouchContact
from models.users import Actor

Touches = Mapping[tuple[str, date], int]
"""The ids of the touches that count, by account and day."""

_clean = cache(phi.clean)


@dataclass(frozen=True)
class Cast:
    """Who and what the year is about: people by Slack id, accounts by name, with the ids of those
    who work there, and the rivals in the order of the sample."""

    workspace_id: int
    people: Mapping[str, Actor]
    places: Mapping[str, int]
    met: Mapping[str, Sequence[int]]
    rivals: Sequence[int]


def store(
    session: Session, cast: Cast, year: Year, now: datetime, *, name: str = "sample"
) -> Touches:
    """The year's touches with who was met and what was agreed, its referrals with their moves.

    name  of this stretch, told in the keys of its rows.
    """
    chance = Random(len(year.touches))  # noqa: S311
    rows = [
        _touch(cast, told, f"{name}-{number}", now, chance)
        for number, told in enumerate(year.touches)
    ]
    session.add_all(rows)
    session.flush()
    by_day: dict[tuple[str, date], Touch] = {}
    for told, row in zip(year.touches, rows, strict=True):
        there = cast.met[told.account.name]
        session.add_all(
            TouchContact(workspace_id=cast.workspace_id, touch_id=row.id, contact_id=there[seat])
            for seat in dict.fromkeys(seat % len(there) for seat in told.met)
        )
        session.add_all(_agreed(told, row, cast.people[told.account.owner].today(now), chance))
        if told.counts:
            by_day[told.account.name, told.on] = row
    _referrals(session, cast, year.referrals, by_day, now, name)
    return {place: row.id for place, row in by_day.items()}


def _touch(cast: Cast, told: Touched, submission: str, now: datetime, chance: Random) -> Touch:
    by = cast.people[told.account.owner]
    saved = at(by, told.on + timedelta(days=told.logged_after), 16 * 60 + chance.randrange(120))
    if saved >= now:
        saved = at(by, told.on, 16 * 60)
    return Touch(
        workspace_id=cast.workspace_id,
        account_id=cast.places[told.account.name],
        user_id=by.user_id,
        type=told.type,
        occurred_on=told.on,
        logged_at=saved,
        qualifying=told.counts,
        outcome=told.outcome,
        service_line=told.line,
        competitor_id=None if told.rival is None else cast.rivals[told.rival],
        headcount=told.headcount,
        note=_clean(told.note),
        source=capture.IMPORTED,
        submission=submission,
        edits=0,
    )


def _agreed(told: Touched, row: Touch, today: date, chance: Random) -> list[FollowUp]:
    """The next step and the promise. What was due is done, but for a little of the last days."""
    found = []
    for kind, agreed in (
        (follow_ups.NEXT_STEP, told.next_step),
        (follow_ups.PROMISE, told.promise),
    ):
        if agreed is None:
            continue
        words, due = agreed
        stays = due >= today or (today - due < timedelta(days=14) and chance.random() < 0.3)
        found.append(
            FollowUp(
                workspace_id=row.workspace_id,
                kind=kind,
                account_id=row.account_id,
                user_id=row.user_id,
                touch_id=row.id,
                text=_clean(words),
                due_on=due,
                status=follow_ups.OPEN if stays else follow_ups.DONE,
                created_at=row.logged_at,
            )
        )
    return found


def _referrals(
    session: Session,
    cast: Cast,
    year: Sequence[Sent],
    by_day: Mapping[tuple[str, date], Touch],
    now: datetime,
    name: str,
) -> None:
    """Those of a day with a visit were logged with it. Nobody is to be alerted of what is late."""
    steps = referral_steps.of(session, cast.workspace_id)
    office = offices.of(session, cast.workspace_id, now)
    chance = Random(len(year))  # noqa: S311
    places: dict[str, int] = {}
    rows, moved = [], []
    for number, told in enumerate(year):
        touch = None if told.promised else by_day.get((told.account.name, told.on))
        row = _referral(cast, told, touch, office, chance)
        if touch is None or told.direction == referrals.OUT:
            row.submission, row.touch_id = f"{name}-referral-{number}", None
        row.place = places.get(row.submission, 0)
        places[row.submission] = row.place + 1
        rows.append(row)
        moved.append(_walked(row, told, cast.people[told.account.owner], steps))
    session.add_all(rows)
    session.flush()
    for row, moves in zip(rows, moved, strict=True):
        for move in moves:
            move.referral_id = row.id
        session.add_all(moves)
    session.flush()


def _referral(
    cast: Cast, told: Sent, touch: Touch | None, office: Office, chance: Random
) -> Referral:
    by, there = cast.people[told.account.owner], cast.met[told.account.name]
    came = at(by, told.on, 8 * 60 + chance.randrange(5 * 60))
    answered = told.direction == referrals.IN and not told.promised
    return Referral(
        workspace_id=cast.workspace_id,
        code=referrals.new_code(chance.choice),
        direction=told.direction,
        received_on=told.on,
        logged_at=came,
        account_id=cast.places[told.account.name],
        contact_id=there[told.sender % len(there)],
        owner_id=by.user_id,
        touch_id=touch.id if touch else None,
        service_line=told.line,
        payer_type=told.payer,
        urgency=referrals.URGENCIES[told.urgent],
        status=referral_steps.PROMISED if told.promised else referral_steps.NEW,
        status_changed_at=came,
        submission=touch.submission if touch else "",
        received_at=None if told.promised else came,
        answer_by=office.after(came, office.answer) if answered else None,
        alerts=0,
    )


def _walked(row: Referral, told: Sent, by: Actor, steps: Steps) -> list[Move]:
    """Take a referral through its statuses; the moves, without its id."""
    found: list[Move] = []
    moved = row.logged_at
    for place, (status, day) in enumerate(told.steps):
        wait = timedelta(minutes=45 if place else told.answered_after)
        moved = max(moved + wait, at(by, day, 9 * 60))
        reason = told.reason if steps.reasons(status) else None
        found.append(
            Move(
                workspace_id=row.workspace_id,
                from_status=row.status,
                to_status=status,
                reason=reason,
                user_id=row.owner_id,
                moved_at=moved,
                before={},
            )
        )
        row.status, row.status_changed_at, row.reason = status, moved, reason
        row.first_response_at = row.first_response_at or moved
        if steps.decides(status) and (row.decided_at is None or reason):
            row.decided_at = moved
    if told.told:
        row.loop_closed_at = moved
    return found


def at(actor: Actor, day: date, minute: int) -> datetime:
    """The instant at so many minutes past midnight of somebody's day."""
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=ZoneInfo(actor.zone))
