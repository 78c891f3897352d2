"""The territory review: a person's scorecard of a month, and why deals were lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import and_, case, distinct, func, or_, select
from sqlalchemy.orm import Session

from models import cadence, follow_ups, lists, reckoning, slots
from models.accounts import Account
from models.follow_ups import FollowUp
from models.opportunities import Opportunity
from models.referrals import IN, Referral, was_received
from models.reports import deals, people, scorecard, yields
from models.reports.people import Boss, Owner, called, header
from models.reports.report import (
    COUNT,
    MONEY,
    NOBODY,
    NUMBER,
    ONE_BATCH,
    SHARE,
    Asked,
    Cell,
    Chart,
    Column,
    Fact,
    Report,
    Row,
    Table,
)
from models.stages import LOST, WON, Stage
from models.territories import Territory
from models.touches import Touch

NAME = "territory-review"

COLUMNS = (
    Column("Person"),
    Column("Region"),
    Column("Touches", COUNT),
    Column("Unique accounts", COUNT),
    Column("In-person share", SHARE),
    Column("Adherence A", SHARE),
    Column("Adherence B", SHARE),
    Column("Adherence C", SHARE),
    Column("Referrals", COUNT),
    Column("Starts", COUNT),
    Column("Conversion", SHARE),
    Column("New accounts", COUNT),
    Column("Promises kept", SHARE),
    Column("Median days to log", NUMBER),
    Column("Won", COUNT),
    Column("Won amount", MONEY),
    Column("Lost", COUNT),
)

NOTES = (
    "A row for each person with anything to tell. A share of nothing is empty.",
    "In person = visits, lunch and learns, in-services, events and drop-offs / all touches.",
    "Adherence = accounts within the longest gap of their rule / owned accounts of that tier, at "
    "the end of the period, or today if that is earlier.",
    "Conversion = started / received, cancelled ones left out; of the referrals received within "
    "the period, under the status they have now.",
    "New accounts = entered by the person within the period.",
    "Promises kept = done by the day they were due / due within the period, by today. One done "
    "before Touchbase noted the day counts as kept.",
    "Days to log = the day a touch was saved - the day it happened, by the person's calendar.",
)

BYS = ("manager", "region")
_IN_PERSON = ("visit", "lunch and learn", "in-service", "event", "drop-off")
_TIERS = ("A", "B", "C")

_Figures = Mapping[int, Mapping[str, Any]]


def make(session: Session, asked: Asked) -> Report:
    """A row for each person, by name; within groups where they are asked for. A dozen reads,
    whatever the number of people."""
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    _touches(session, asked, found)
    _adherence(session, asked, found)
    _referrals(session, asked, found)
    _accounts(session, asked, found)
    _promises(session, asked, found)
    _deals(session, asked, found)
    logged = _days_to_log(session, asked)
    for user_id, days in logged.items():
        found[user_id]["days"] = deals.median(days)
    columns = COLUMNS if asked.by is None else (Column(header(asked.by)), *COLUMNS)
    sums = {name: sum(each.get(name, 0) for each in found.values()) for name in _SUMMED}
    return Report(
        name=NAME,
        title="Territory review",
        period=asked.period,
        as_of=asked.today,
        tables=[
            Table("Territory review", columns, _rows(session, asked, found)),
            yields.table(session, asked),
            Table(
                "Lost reasons",
                (Column("Person"), Column("Reason"), Column("Lost", COUNT)),
                _reasons(session, asked),
            ),
        ],
        facts=[
            Fact("Touches", [(COUNT, sums["touches"])]),
            Fact("Referrals", [(COUNT, sums["received"])]),
            Fact("Starts", [(COUNT, sums["started"])]),
            Fact("Won", [(COUNT, sums["won"]), (MONEY, sums["cents"])]),
            Fact("Lost", [(COUNT, sums["lost"])]),
            *scorecard.facts(session, asked, logged.values()),
        ],
        notes=(*NOTES, *scorecard.NOTES, *yields.NOTES),
        charts=[
            Chart(
                "Touches and accounts", "Territory review", "Person", ("Touches", "Unique accounts")
            )
        ],
    )


_SUMMED = ("touches", "received", "started", "won", "cents", "lost")


def _take(found: dict[int, dict[str, Any]], rows: Iterable[Any], *names: str) -> None:
    """Note the figures of each person, told as (person, figures)."""
    for user_id, *figures in rows:
        if user_id is not None:
            found[user_id].update(
                {name: int(each or 0) for name, each in zip(names, figures, strict=True)}
            )


def _touches(session: Session, asked: Asked, found: dict[int, dict[str, Any]]) -> None:
    rows = session.execute(
        select(
            Touch.user_id,
            func.count(),
            func.count(distinct(Touch.account_id)),
            deals.count(Touch.type.in_(_IN_PERSON)),
        )
        .where(
            Touch.workspace_id == asked.workspace_id,
            people.theirs(asked, Touch.user_id),
            asked.period.covers(Touch.occurred_on),
        )
        .group_by(Touch.user_id)
    )
    _take(found, rows, "touches", "reached", "in_person")


def _adherence(session: Session, asked: Asked, found: dict[int, dict[str, Any]]) -> None:
    day = min(asked.today, asked.period.last or asked.today)
    rules = cadence.rules(session, asked.workspace_id)
    past = reckoning.past(rules, day, ended=True)
    rows = session.execute(
        select(Account.owner_id, Account.tier, func.count(), func.sum(case((past, 0), else_=1)))
        .where(
            Account.workspace_id == asked.workspace_id,
            people.theirs(asked, Account.owner_id),
            Account.owner_id.is_not(None),
            Account.owned_since <= day,
            Account.archived_at.is_(None),
            Account.status.not_in(cadence.EXEMPT),
            Account.tier.in_(_TIERS),
        )
        .group_by(Account.owner_id, Account.tier)
    )
    for user_id, tier, count, within in rows:
        if user_id is not None:
            found[user_id][f"adherence {tier}"] = int(within) / count


def _referrals(session: Session, asked: Asked, found: dict[int, dict[str, Any]]) -> None:
    entries = lists.entries(session, asked.workspace_id, lists.REFERRAL_STATUS)
    ways = {
        meaning: [one.key for one in entries[lists.REFERRAL_STATUS] if one.meaning == meaning]
        for meaning in ("won", "cancelled")
    }
    rows = session.execute(
        select(
            Referral.owner_id,
            func.count(),
            deals.count(Referral.status.in_(ways["won"])),
            deals.count(Referral.status.not_in(ways["cancelled"])),
        )
        .where(
            Referral.workspace_id == asked.workspace_id,
            Referral.direction == IN,
            was_received(),
            people.theirs(asked, Referral.owner_id),
            asked.period.covers(Referral.received_on),
        )
        .group_by(Referral.owner_id)
    )
    _take(found, rows, "received", "started", "standing")


def _accounts(session: Session, asked: Asked, found: dict[int, dict[str, Any]]) -> None:
    rows = session.execute(
        select(Account.created_by_id, func.count())
        .where(
            Account.workspace_id == asked.workspace_id,
            Account.created_by_id.is_not(None),
            Account.archived_at.is_(None),
            people.theirs(asked, Account.created_by_id),
            asked.period.holds(Account.created_at, asked.zone),
        )
        .group_by(Account.created_by_id)
    )
    _take(found, rows, "accounts")


def _promises(session: Session, asked: Asked, found: dict[int, dict[str, Any]]) -> None:
    in_time = or_(FollowUp.done_on.is_(None), FollowUp.done_on <= FollowUp.due_on)
    kept = and_(FollowUp.status == follow_ups.DONE, in_time)
    rows = session.execute(
        select(FollowUp.user_id, func.count(), deals.count(kept))
        .where(
            FollowUp.workspace_id == asked.workspace_id,
            FollowUp.kind == follow_ups.PROMISE,
            FollowUp.status != follow_ups.DROPPED,
            FollowUp.due_on <= asked.today,
            people.theirs(asked, FollowUp.user_id),
            asked.period.covers(FollowUp.due_on),
        )
        .group_by(FollowUp.user_id)
    )
    _take(found, rows, "promises", "kept")


def _deals(session: Session, asked: Asked, found: dict[int, dict[str, Any]]) -> None:
    rows = session.execute(
        deals.with_groups(
            select(
                Opportunity.owner_id,
                deals.count(Stage.kind == WON),
                deals.cents(Stage.kind == WON),
                deals.count(Stage.kind == LOST),
            )
        )
        .where(deals.mine(asked), deals.closed(asked))
        .group_by(Opportunity.owner_id)
    )
    _take(found, rows, "won", "cents", "lost")


def _days_to_log(session: Session, asked: Asked) -> dict[int, Counter[int]]:
    rows = session.execute(
        select(Touch.user_id, Touch.occurred_on, Touch.logged_at, Owner.zone)
        .join(Owner, and_(Owner.workspace_id == Touch.workspace_id, Owner.id == Touch.user_id))
        .where(
            Touch.workspace_id == asked.workspace_id,
            people.theirs(asked, Touch.user_id),
            asked.period.covers(Touch.occurred_on),
        ),
        execution_options={"yield_per": ONE_BATCH},
    )
    found: dict[int, Counter[int]] = defaultdict(Counter)
    for user_id, day, logged, zone in rows:
        found[user_id][max((slots.local_day(logged, zone) - day).days, 0)] += 1
    return found


def _rows(session: Session, asked: Asked, found: _Figures) -> list[Row]:
    query = people.with_people(
        select(
            Owner.id,
            called(Owner).label("name"),
            Territory.name.label("region"),
            called(Boss).label("boss"),
        ).select_from(people.Person),
        people.Person.workspace_id,
        people.Person.id,
    ).where(
        people.Person.workspace_id == asked.workspace_id, people.theirs(asked, people.Person.id)
    )
    group = {"manager": "boss", "region": "region"}.get(asked.by or "", "")
    told: list[tuple[str, str, int, Row]] = []
    for row in session.execute(query):
        if row.id in found:
            cells: Row = (row.name, row.region, *_cells(found[row.id]))
            name = (getattr(row, group) or NOBODY) if group else ""
            told.append((name, row.name, row.id, (name, *cells) if group else cells))
    return [each[-1] for each in sorted(told, key=lambda each: each[:3])]


def _cells(of: Mapping[str, Any]) -> list[Cell]:
    def part(some: str, whole: str) -> float | None:
        return of.get(some, 0) / of[whole] if of.get(whole) else None

    return [
        of.get("touches", 0),
        of.get("reached", 0),
        part("in_person", "touches"),
        *(of.get(f"adherence {tier}") for tier in _TIERS),
        of.get("received", 0),
        of.get("started", 0),
        part("started", "standing"),
        of.get("accounts", 0),
        part("kept", "promises"),
        of.get("days"),
        *(of.get(name, 0) for name in ("won", "cents", "lost")),
    ]


def _reasons(session: Session, asked: Asked) -> list[Row]:
    name, reason = called(Owner), func.coalesce(Opportunity.lost_reason, "")
    rows = session.execute(
        deals.with_groups(select(name.label("who"), reason.label("why"), func.count()))
        .where(deals.mine(asked), deals.closed(asked), Stage.kind == LOST)
        .group_by(Owner.id, name, reason)
        .order_by(name, Owner.id, func.count().desc(), reason)
    )
    return [(who or NOBODY, why or NOBODY, count) for who, why, count in rows]
