"""Stores the deals of the sandbox's year through the models, step by step."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot import sample_past
from bot.sample_past import Cast, Touches
from bot.sample_year import Calendar
from bot.sandbox import sample, sample_deals
from bot.sandbox.sample import SampleDeal
from models import deals, stages
from models.deals import Told
from models.products import Product
from models.stages import Stage
from models.users import Actor

_PARTS = ("decision maker", "champion", "influencer")
_STANDS_FOR = timedelta(days=60)  # a proposal
_NOON = 12 * 60


def store(session: Session, cast: Cast, touches: Touches, now: datetime) -> None:
    """Each deal from the visit it came from to where it stands, with its people."""
    products = {
        name: Product(workspace_id=cast.workspace_id, name=name) for name in sample_deals.PRODUCTS
    }
    session.add_all(products.values())
    session.flush()
    ways = stages.by_pipeline(session, cast.workspace_id)
    owners = {
        account.name: cast.people[account.owner] for account in sample.ACCOUNTS if account.owner
    }
    for number, told in enumerate(sample_deals.DEALS):
        owner = owners[told.account]
        way = _way(told, ways[told.pipeline])
        touched = {
            day: touch_id for (place, day), touch_id in touches.items() if place == told.account
        }
        _deal(session, cast, owner, told, way, products[told.product].id, touched, number, now)


def _way(told: SampleDeal, known: Sequence[Stage]) -> list[Stage]:
    """The stages it went through: all the open ones before where it stands; it is lost halfway."""
    opens = [stage for stage in known if stage.kind == stages.OPEN]
    last = next(stage for stage in known if stage.label == told.stage)
    if last.kind == stages.LOST:
        opens = opens[:-1]
    return [*(stage for stage in opens if stage.position < last.position), last]


def _deal(
    session: Session,
    cast: Cast,
    owner: Actor,
    told: SampleDeal,
    way: Sequence[Stage],
    product_id: int,
    touched: Mapping[date, int],
    number: int,
    now: datetime,
) -> None:
    calendar = Calendar(owner.today(now))
    proposed = None if told.proposed is None else calendar.back(told.proposed)
    close = _close(told, calendar)
    first = Told(
        account=cast.places[told.account],
        stage_id=way[0].id,
        product_id=product_id,
        amount_cents=told.dollars * 100,
        close_date=close - timedelta(days=told.pushed),
        forecast=told.forecast,
        next_step=told.next_step,
        next_step_due=calendar.after(calendar.today, 1 + number % 9) if told.next_step else None,
        proposed_on=proposed,
        proposal_expires_on=proposed + _STANDS_FOR if proposed else None,
    )
    days = _days(told, len(way))
    opened = calendar.back(days[0])
    made = deals.create(
        session,
        owner,
        first,
        submission=f"sample-deal-{number}",
        now=sample_past.at(owner, opened, _NOON),
        touch_id=touched.get(max((day for day in touched if day <= opened), default=opened)),
        receipt=False,
    )
    if made is None:
        return
    for stage, ago in zip(way[1:], days[1:], strict=True):
        when = sample_past.at(owner, calendar.back(ago), _NOON)
        deals.move(session, owner, made.id, stage.id, when, reason=told.reason)
    if told.pushed:
        put_off = replace(first, stage_id=way[-1].id, close_date=close)
        when = sample_past.at(owner, calendar.back(told.moved - 7), _NOON)
        deals.edit(session, owner, made.id, put_off, submission=f"sample-push-{number}", now=when)
    for person, part in zip(cast.met[told.account][: told.people], _PARTS, strict=False):
        deals.give_role(session, owner, made.id, person, part, made.updated_at)


def _days(told: SampleDeal, stops: int) -> list[int]:
    """How many days ago it came to each stage."""
    if stops == 1:
        return [told.opened]
    span = told.opened - told.moved
    return [told.opened - span * place // (stops - 1) for place in range(stops)]


def _close(told: SampleDeal, calendar: Calendar) -> date:
    if told.close_in is None:
        return calendar.today.replace(day=monthrange(calendar.today.year, calendar.today.month)[1])
    if told.close_in < 0:
        return calendar.back(-told.close_in)
    return calendar.after(calendar.today, told.close_in)
