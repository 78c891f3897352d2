"""How deals stand: what is open and what of it is likely, what was won and lost, and which deals
want a word. Formulas: domain.md D3, docs/pipeline.md."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from sqlalchemy import ColumnElement, Select, and_, distinct, func, select
from sqlalchemy.orm import Session, aliased

from models import slots
from models.accounts import Account
from models.contacts import Contact
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
LOOKED_AT = 200  # deals that left a stage, the latest
STALE_AFTER = 2  # medians
LOOKED_BACK = 90  # days in which somebody at the account must have been met


@dataclass(frozen=True)
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


_SHOWN = (
    Opportunity.id,
    Opportunity.name,
    Opportunity.account_id,
    Opportunity.owner_id,
    Opportunity.stage_id,
    Opportunity.staged_at,
    Opportunity.amount_cents,
    Opportunity.forecast,
    Opportunity.close_date,
    Opportunity.pushes,
    Opportunity.next_step,
    Opportunity.next_step_due,
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
    mine = _whose(workspace_id, people)
    rows = session.execute(
        select(
            *_SHOWN,  # columns: thousands of whole rows would take a second
            Stage.pipeline,
            Stage.label,
            Stage.probability,
            Account.name.label("account"),
            User.name.label("owner"),
        )
        .join(Stage, _same(Stage, Opportunity.stage_id))
        .outerjoin(Account, _same(Account, Opportunity.account_id))
        .outerjoin(User, _same(User, Opportunity.owner_id))
        .where(mine, Stage.kind == OPEN)
        .order_by(Opportunity.amount_cents.desc().nulls_last(), Opportunity.id)
    ).all()
    if not rows:
        return []
    at = select(Opportunity.account_id).where(mine, Opportunity.closed_on.is_(None))
    touched, met = _last_touches(session, workspace_id, at), _met(session, workspace_id, at, today)
    stays = usual_stays(session, workspace_id, {row.stage_id for row in rows})
    found = []
    for row in rows:
        since = slots.local_day(row.staged_at, zone)
        since = max(since, touched.get(row.account_id, since))
        quiet = max((today - since).days, 0)
        found.append(
            Deal(
                id=row.id,
                name=row.name,
                account=row.account or "",
                owner_id=row.owner_id,
                owner=row.owner or "",
                pipeline=row.pipeline,
                stage_id=row.stage_id,
                stage=row.label,
                probability=row.probability,
                amount_cents=row.amount_cents,
                forecast=row.forecast,
                close_date=row.close_date,
                pushes=row.pushes,
                next_step=row.next_step,
                next_step_due=row.next_step_due,
                quiet=quiet,
                stale=quiet > STALE_AFTER * stays.get(row.stage_id, USUAL_STAY),
                slipped=row.pushes > 0 or (row.close_date is not None and row.close_date < today),
                one_voice=row.account_id is not None and met.get(row.account_id, 0) <= 1,
            )
        )
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
        open=Money(len(deals), _sum(deals)),
        without_amount=sum(one.amount_cents is None for one in deals),
        weighted=_weighted(deals),
        won=won,
        lost=lost,
        commit=commit,
        best_case=commit + _sum(one for one in due if one.forecast == _BEST),
        likely=won.cents + _weighted(due),
        cycle=cycle,
        stale=sum(one.stale for one in deals),
        slipped=sum(one.slipped for one in deals),
        one_voice=sum(one.one_voice for one in deals),
    )


def usual_stays(
    session: Session, workspace_id: int, of: Collection[int]
) -> Mapping[int, float]:
    """By stage, of those asked for, the median days that the last LOOKED_AT deals to leave it had
    been in it, for those that were left five times. One indexed read a stage, however many moves
    there are."""
    return {
        stage_id: median(stays)
        for stage_id in of
        if len(stays := _stays(session, workspace_id, stage_id)) >= ENOUGH_MOVES
    }


def _stays(session: Session, workspace_id: int, stage_id: int) -> list[float]:
    came = aliased(Move)
    rows = session.execute(
        select(
            Move.moved_at,
            select(func.max(came.moved_at))
            .where(
                came.workspace_id == workspace_id,
                came.opportunity_id == Move.opportunity_id,
                came.moved_at <= Move.moved_at,
                came.to_id == stage_id,
            )
            .scalar_subquery(),
        )
        .where(Move.workspace_id == workspace_id, Move.from_id == stage_id)
        .order_by(Move.moved_at.desc(), Move.id.desc())
        .limit(LOOKED_AT)
    )
    return [(left - since) / timedelta(days=1) for left, since in rows if since]


def _sum(deals: Iterable[Deal]) -> int:
    return sum(one.amount_cents or 0 for one in deals)


def _weighted(deals: Iterable[Deal]) -> int:
    """In whole cents, half a cent up."""
    parts = ((one.amount_cents or 0) * one.probability for one in deals if one.forecast != OMITTED)
    return (sum(parts) + 50) // 100


def _whose(workspace_id: int, people: People) -> ColumnElement[bool]:
    mine = Opportunity.workspace_id == workspace_id
    if people is None:
        return mine
    return and_(mine, Opportunity.owner_id.in_(sorted(people)))


def _same(table: type[Stage] | type[Account] | type[User], column: object) -> ColumnElement[bool]:
    return and_(table.workspace_id == Opportunity.workspace_id, table.id == column)


def _last_touches(
    session: Session, workspace_id: int, at: Select[int | None]
) -> Mapping[int, date]:
    """By account the day of its last touch, of any type and by anybody."""
    rows = session.execute(
        select(Touch.account_id, func.max(Touch.occurred_on))
        .where(Touch.workspace_id == workspace_id, Touch.account_id.in_(at))
        .group_by(Touch.account_id)
    )
    return {account_id: day for account_id, day in rows if account_id is not None}


def _met(
    session: Session, workspace_id: int, at: Select[int | None], today: date
) -> Mapping[int, int]:
    """By account how many people who are there were met in the last 90 days."""
    rows = session.execute(
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
            Contact.workspace_id == workspace_id,
            Contact.account_id.in_(at),
            Contact.status != "left",
            Contact.archived_at.is_(None),
            Touch.occurred_on >= today - timedelta(days=LOOKED_BACK),
        )
        .group_by(Contact.account_id)
    )
    return {row[0]: row[1] for row in rows}


def _closed(
    session: Session, workspace_id: int, people: People, first: date, last: date
) -> tuple[Money, Money, float | None]:
    """What was won, what was lost, and the median days from opening to winning."""
    rows = session.execute(
        select(
            Stage.kind,
            Opportunity.amount_cents,
            Opportunity.opened_on,
            Opportunity.created_at,
            Opportunity.closed_on,
        )
        .join(Stage, _same(Stage, Opportunity.stage_id))
        .where(
            _whose(workspace_id, people),
            Stage.kind != OPEN,
            Opportunity.closed_on.between(first, last),
        )
    ).all()
    won = [row for row in rows if row.kind == WON]
    lost = [row for row in rows if row.kind != WON]
    took = [(row.closed_on - (row.opened_on or row.created_at.date())).days for row in won]
    return (
        Money(len(won), sum(row.amount_cents or 0 for row in won)),
        Money(len(lost), sum(row.amount_cents or 0 for row in lost)),
        median(took) if took else None,
    )
