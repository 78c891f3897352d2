"""How deals stand: what is open and what of it is likely, what was won and lost, and which deals
want a word. Formulas: domain.md D3, docs/pipeline.md."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from statistics import median
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    and_,
    bindparam,
    case,
    distinct,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from models import slots
from models.accounts import Account
from models.contacts import Contact
from models.db import scan
from models.opportunities import FORECASTS, OMITTED, Move, Opportunity
from models.stages import OPEN, WON, Stage
from models.touches import Touch, TouchContact
from models.users import User

People = Collection[int] | None
"""Ids of the owners; None: everyone's deals, those without an owner included."""

_PIPELINE, _BEST, _COMMIT, _ = FORECASTS

USUAL_STAY = 30
"""Days in a stage, until it was left so often that its own median says it better."""

ENOUGH_MOVES = 5
LOOKED_AT = 50  # deals that left a stage, the latest
STALE_AFTER = 2  # medians
LOOKED_BACK = 90  # days in which somebody at the account must have been met


@dataclass(frozen=True, slots=True)
class Deal:
    """One open deal.

    quiet      days since it came to its stage, or since its account was last touched.
    stale      quiet for more than twice as long as deals usually stay in that stage.
    slipped    its close date has passed, or was put off.
    one_voice  at most one person at its account was met in 90 days.
    """

    id: int
    name: str
    account: str
    owner_id: int | None
    owner: str
    pipeline: str
    stage_id: int
    stage: str
    probability: int
    amount_cents: int | None
    forecast: str
    close_date: date | None
    pushes: int
    next_step: str
    next_step_due: date | None
    quiet: int
    stale: bool
    slipped: bool
    one_voice: bool

    @property
    def wants_a_word(self) -> bool:
        """Whether its owner is asked to say how it stands."""
        return self.stale or self.slipped or not self.next_step


@dataclass(frozen=True)
class Money:
    """So many deals, and their amounts together."""

    count: int = 0
    cents: int = 0


@dataclass(frozen=True)
class Summary:
    """The figures of some people's deals, and of a stretch of days.

    weighted   the open amounts, each times its stage's probability; without those left out of the
               forecast.
    commit     won in the stretch, and open ones due in it of which their owners are sure.
    best_case  that, and those that may come.
    likely     won in the stretch, and the weighted amounts of the open ones due in it.
    cycle      median days from opening to winning; None where nothing was won.
    """

    first: date
    last: date
    open: Money
    without_amount: int
    weighted: int
    won: Money
    lost: Money
    commit: int
    best_case: int
    likely: int
    cycle: float | None
    stale: int
    slipped: int
    one_voice: int

    @property
    def win_rate(self) -> float | None:
        """The share of the closed ones that was won; None while none is closed."""
        closed = self.won.count + self.lost.count
        return self.won.count / closed if closed else None

    @property
    def win_rate_by_value(self) -> float | None:
        """The same of their amounts."""
        closed = self.won.cents + self.lost.cents
        return self.won.cents / closed if closed else None


_SHOWN = (  # as the fields of Deal stand, up to `quiet`
    Opportunity.id,
    Opportunity.name,
    func.coalesce(Account.name, ""),
    Opportunity.owner_id,
    func.coalesce(User.name, ""),
    Stage.pipeline,
    Opportunity.stage_id,
    Stage.label,
    Stage.probability,
    Opportunity.amount_cents,
    Opportunity.forecast,
    Opportunity.close_date,
    Opportunity.pushes,
    Opportunity.next_step,
    Opportunity.next_step_due,
)
_RECKONED_FROM = (
    Opportunity.account_id,
    Opportunity.staged_at,
    Opportunity.stage_id,
    Opportunity.pushes,
    Opportunity.close_date,
)


def quarter(day: date) -> tuple[date, date]:
    """The first and the last day of the day's calendar quarter."""
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    after = date(first.year + first.month // 10, (first.month + 3 - 1) % 12 + 1, 1)
    return first, after - timedelta(days=1)


def open_deals(
    session: Session, workspace_id: int, people: People, today: date, zone: str
) -> list[Deal]:
    """The open deals, the largest first; those without an amount last.

    today, zone  of whoever looks.

    Four reads and one a stage, whatever the number of deals.
    """
    mine = _of(workspace_id, people)
    everyones = people is None
    rows = scan(session, _open(everyones), mine)
    if not rows:
        return []
    touched = dict(scan(session, _last_touches(everyones), mine))
    met = dict(
        scan(session, _met(everyones), {**mine, "since": today - timedelta(days=LOOKED_BACK)})
    )
    stays = usual_stays(session, workspace_id, {row.stage_id for row in rows})
    found = []
    for *told, account_id, staged_at, stage_id, pushes, close_date in rows:
        since = slots.local_day(staged_at, zone)
        since = max(since, touched.get(account_id, since))
        quiet = max((today - since).days, 0)
        judged = (
            quiet,
            quiet > STALE_AFTER * stays.get(stage_id, USUAL_STAY),
            pushes > 0 or (close_date is not None and close_date < today),
            account_id is not None and met.get(account_id, 0) <= 1,
        )
        found.append(Deal(*(*told, *judged)))
    return found


def summary(
    session: Session,
    workspace_id: int,
    people: People,
    deals: Sequence[Deal],
    first: date,
    last: date,
) -> Summary:
    """The figures of the open deals given, and of what these people closed from `first` to
    `last`: one read."""
    due = [one for one in deals if one.close_date and first <= one.close_date <= last]
    won, lost, cycle = _closed(session, workspace_id, people, first, last)
    commit = won.cents + _sum(one for one in due if one.forecast == _COMMIT)
    return Summary(
        first=first,
        last=last,
        open=money(deals),
        without_amount=sum(one.amount_cents is None for one in deals),
        weighted=weighted(deals),
        won=won,
        lost=lost,
        commit=commit,
        best_case=commit + _sum(one for one in due if one.forecast == _BEST),
        likely=won.cents + weighted(due),
        cycle=cycle,
        stale=sum(one.stale for one in deals),
        slipped=sum(one.slipped for one in deals),
        one_voice=sum(one.one_voice for one in deals),
    )


def usual_stays(session: Session, workspace_id: int, of: Collection[int]) -> Mapping[int, float]:
    """By stage, of those asked for, the median days that the last LOOKED_AT deals to leave it had
    been in it, for those that were left five times. One indexed read a stage, however many moves
    there are."""
    return {
        stage_id: median(stays)
        for stage_id in of
        if len(stays := _stays(session, workspace_id, stage_id)) >= ENOUGH_MOVES
    }


def _stays(session: Session, workspace_id: int, stage_id: int) -> list[float]:
    rows = scan(session, _LEFT, {"workspace": workspace_id, "stage": stage_id})
    return [(left - since) / timedelta(days=1) for left, since in rows if since]


_CAME = aliased(Move)

# Built once: it runs while a person waits.
_LEFT = (
    select(
        Move.moved_at,
        select(func.max(_CAME.moved_at))
        .where(
            _CAME.workspace_id == Move.workspace_id,
            _CAME.opportunity_id == Move.opportunity_id,
            _CAME.moved_at <= Move.moved_at,
            _CAME.to_id == Move.from_id,
        )
        .scalar_subquery(),
    )
    .where(
        Move.workspace_id == bindparam("workspace"),
        Move.from_id == bindparam("stage"),
    )
    .order_by(Move.moved_at.desc(), Move.id.desc())
    .limit(LOOKED_AT)
)


def weighted_sum(of: ColumnElement[bool]) -> ColumnElement[int]:
    """Hundredths of cents of the opportunities that are so, each times its stage's chance; open
    ones left out of the forecast are left out."""
    counted = and_(of, or_(Stage.kind != OPEN, Opportunity.forecast != OMITTED))
    return func.coalesce(
        func.sum(case((counted, Opportunity.amount_cents * Stage.probability), else_=0)), 0
    )


def cycles(
    session: Session, workspace_id: int, people: People, first: date, last: date
) -> list[tuple[int, int | None, int]]:
    """The deals won from `first` to `last`, the slowest first: id, owner, days from opening."""
    told = {**_of(workspace_id, people), "first": first, "last": last}
    rows = scan(session, _closed_deals(people is None), told)
    found = [(row.id, row.owner_id, _took(row)) for row in rows if row.kind == WON]
    return sorted(found, key=lambda one: (-one[2], one[0]))


def _took(won: Any) -> int:
    """Days from opening to winning."""
    days: timedelta = won.closed_on - (won.opened_on or won.created_at.date())
    return days.days


def _sum(deals: Iterable[Deal]) -> int:
    return sum(one.amount_cents or 0 for one in deals)


def money(deals: Sequence[Deal]) -> Money:
    """How many they are, and their amounts."""
    return Money(len(deals), _sum(deals))


def weighted(deals: Iterable[Deal]) -> int:
    """The amounts, each times its stage's probability, together in whole cents, half a cent up."""
    parts = ((one.amount_cents or 0) * one.probability for one in deals if one.forecast != OMITTED)
    return (sum(parts) + 50) // 100


def _closed(
    session: Session, workspace_id: int, people: People, first: date, last: date
) -> tuple[Money, Money, float | None]:
    """What was won, what was lost, and the median days from opening to winning."""
    told = {**_of(workspace_id, people), "first": first, "last": last}
    rows = scan(session, _closed_deals(people is None), told)
    won = [row for row in rows if row.kind == WON]
    lost = [row for row in rows if row.kind != WON]
    took = [_took(row) for row in won]
    return (
        Money(len(won), sum(row.amount_cents or 0 for row in won)),
        Money(len(lost), sum(row.amount_cents or 0 for row in lost)),
        median(took) if took else None,
    )


def _of(workspace_id: int, people: People) -> dict[str, Any]:
    """What each statement below is told: whose deals."""
    whose = {} if people is None else {"people": sorted(people)}
    return {"workspace": workspace_id, **whose}


def _mine(*, everyones: bool) -> ColumnElement[bool]:
    mine = Opportunity.workspace_id == bindparam("workspace")
    if everyones:
        return mine
    return and_(mine, Opportunity.owner_id.in_(bindparam("people", expanding=True)))


def _same(table: type[Stage] | type[Account] | type[User], column: object) -> ColumnElement[bool]:
    return and_(table.workspace_id == Opportunity.workspace_id, table.id == column)


# Built once: they run while a person waits.


@cache
def _open(everyones: bool) -> Executable:
    """The open deals; columns, for thousands of whole rows would take a second."""
    return (
        select(*_SHOWN, *_RECKONED_FROM)
        .join(Stage, _same(Stage, Opportunity.stage_id))
        .outerjoin(Account, _same(Account, Opportunity.account_id))
        .outerjoin(User, _same(User, Opportunity.owner_id))
        .where(_mine(everyones=everyones), Stage.kind == OPEN)
        .order_by(Opportunity.amount_cents.desc().nulls_last(), Opportunity.id)
    )


def _at(*, everyones: bool) -> Select[int | None]:
    """The accounts of open deals."""
    return select(Opportunity.account_id).where(
        _mine(everyones=everyones), Opportunity.closed_on.is_(None)
    )


@cache
def _last_touches(everyones: bool) -> Executable:
    """By account the day of its last touch, of any type and by anybody."""
    return (
        select(Touch.account_id, func.max(Touch.occurred_on))
        .where(
            Touch.workspace_id == bindparam("workspace"),
            Touch.account_id.in_(_at(everyones=everyones)),
        )
        .group_by(Touch.account_id)
    )


@cache
def _met(everyones: bool) -> Executable:
    """By account how many people who are there were met since a day."""
    return (
        select(Contact.account_id, func.count(distinct(Contact.id)))
        .join(
            TouchContact,
            and_(
                TouchContact.workspace_id == Contact.workspace_id,
                TouchContact.contact_id == Contact.id,
            ),
        )
        .join(
            Touch,
            and_(Touch.workspace_id == Contact.workspace_id, Touch.id == TouchContact.touch_id),
        )
        .where(
            Contact.workspace_id == bindparam("workspace"),
            Contact.account_id.in_(_at(everyones=everyones)),
            Contact.status != "left",
            Contact.archived_at.is_(None),
            Touch.occurred_on >= bindparam("since"),
        )
        .group_by(Contact.account_id)
    )


@cache
def _closed_deals(everyones: bool) -> Executable:
    return (
        select(
            Opportunity.id,
            Opportunity.owner_id,
            Stage.kind,
            Opportunity.amount_cents,
            Opportunity.opened_on,
            Opportunity.created_at,
            Opportunity.closed_on,
        )
        .join(Stage, _same(Stage, Opportunity.stage_id))
        .where(
            _mine(everyones=everyones),
            Stage.kind != OPEN,
            Opportunity.closed_on.between(bindparam("first"), bindparam("last")),
        )
    )
