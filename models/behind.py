"""A number of Home or of the pipeline: the rows behind it, as they stand now.

A figure goes by its key: "touches", "touches:last", "reached", "in", "in:last", "in:month",
"waiting:0", "kept", "kept:A", "overdue", "far", "people", "pace", "goal:visits:week", and of deals
"open", "won", "weighted", "commit", "best", "rate", "closing", "no_amount", "stale", "slipped",
"one_voice", "cycle". What its rows add makes the number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from models import (
    boards,
    cadence,
    deal_figures,
    figures,
    goals,
    people_due,
    permissions,
    reassigning,
    referral_steps,
    tallies,
    users,
)
from models.accounts import Account
from models.boards import Person
from models.errors import NotAllowed
from models.figures import Row
from models.referrals import IN
from models.stages import LOST, OPEN, WON
from models.tallies import (
    BEST,
    CLOSING,
    COMMIT,
    FAR,
    KEPT,
    NO_AMOUNT,
    OVERDUE,
    RATE,
    WEIGHTED,
    People,
    Piece,
    Tally,
)
from models.users import MANAGER, Actor, User

TOUCHES, REACHED, WAITING = figures.TOUCHES, figures.REACHED, "waiting"
PEOPLE, PACE, GOAL = "people", "pace", "goal"
STALE, SLIPPED, ONE_VOICE, CYCLE = "stale", "slipped", "one_voice", "cycle"
WEEK, LAST, MONTH = "", "last", "month"

OF_DEALS = (OPEN, WON, LOST, WEIGHTED, COMMIT, BEST, RATE, CLOSING, NO_AMOUNT)
FLAGS = (STALE, SLIPPED, ONE_VOICE)

MINE, TEAM, ALL = "mine", "team", "all"
"""Whose rows: the reader's own, with those of everyone below, all they may see; or "p12"."""

PAGE = 40


@dataclass(frozen=True)
class Line:
    """One row, and what it adds to the number; of a person how they do."""

    row: Row
    adds: int
    person: Person | None = None


@dataclass(frozen=True)
class Behind:
    """Some of a figure's rows.

    adds    what all of its rows add up to: the number.
    count   how many rows there are.
    middle  of days, the median.
    days    of which it tells; None where it tells of now.
    """

    figure: str
    whose: str
    adds: int
    count: int
    start: int
    lines: Sequence[Line]
    days: tuple[date, date] | None
    middle: float | None = None


def people_of(session: Session, actor: Actor, whose: str) -> People:
    """The ids of those whose rows are asked for. Raises NotAllowed or NotYours."""
    match whose:
        case "mine":
            return {actor.user_id}
        case "all":
            return figures.visible(session, actor)
        case "team":
            if not permissions.leads(actor.role):
                raise NotAllowed(MANAGER)
            return users.team(session, actor.workspace_id, actor.user_id)
        case _:
            person_id = int(whose.removeprefix("p"))
            reassigning.must_reach(session, actor, person_id)
            return {person_id}


def page(
    session: Session, actor: Actor, whose: str, figure: str, now: datetime, start: int = 0
) -> Behind:
    """The rows from `start` on. Raises NotAllowed or NotYours where they are not the reader's to
    see, ValueError where there is no such figure."""
    today = actor.today(now)
    people = people_of(session, actor, whose)
    kind, _, part = figure.partition(":")
    days = stretch(kind, part, today)
    shown = Behind(figure, whose, 0, 0, start, (), days)
    if kind in (PEOPLE, PACE):
        return _persons(session, actor, shown, today, now)
    if kind in FLAGS or kind == CYCLE:
        pieces = _flagged(session, actor, people, kind, today)
        some = pieces[start : start + PAGE]
        lines = _lines(session, actor, kind, some, today)
        adds = sum(one.adds for one in pieces)
        middle = median(one.adds for one in pieces) if pieces and kind == CYCLE else None
        return replace(shown, adds=adds, count=len(pieces), lines=lines, middle=middle)
    found = tally(session, actor, people, figure, today)
    whole = tallies.total(session, found)
    some = tallies.page(session, found, start, PAGE)
    lines = _lines(session, actor, _rows_of(kind, part), some, today)
    return replace(shown, adds=whole.adds, count=whole.rows, lines=lines)


def stretch(kind: str, part: str, today: date) -> tuple[date, date] | None:
    """The days of which a figure tells; None where it tells of now."""
    monday = today - timedelta(days=today.weekday())
    if kind == GOAL:
        return goals.bounds(part.partition(":")[2], today)[0], today
    if kind in (TOUCHES, REACHED, IN):
        if part == MONTH:
            return goals.bounds(goals.MONTH, today)
        if part == LAST:
            monday -= timedelta(weeks=1)
        return monday, monday + timedelta(days=6)
    if kind == CLOSING:
        return monday, monday + timedelta(days=6)
    if kind in (WON, LOST, COMMIT, BEST, RATE, CYCLE):
        return deal_figures.quarter(today)
    return None


def tally(session: Session, actor: Actor, people: People, figure: str, today: date) -> Tally:
    """The rows of a figure that one query finds. Raises ValueError for another."""
    workspace_id = actor.workspace_id
    kind, _, part = figure.partition(":")
    days = stretch(kind, part, today) or (today, today)
    match kind:
        case "touches":
            return tallies.touches(workspace_id, people, *days)
        case "reached":
            return tallies.reached(workspace_id, people, *days)
        case "in":
            return tallies.referrals(workspace_id, people, IN, first=days[0], last=days[1])
        case "waiting":
            first, last = boards.waiting_since(int(part), today)
            still_open = boards.is_open(referral_steps.of(session, workspace_id))
            return tallies.referrals(workspace_id, people, IN, still_open, first=first, last=last)
        case "kept" | "overdue" | "far":
            rules = cadence.rules(session, workspace_id)
            return tallies.accounts(workspace_id, people, rules, today, kind, tier=part)
        case "goal":
            what = part.partition(":")[0]
            return goals.tally(session, workspace_id, people or (), what, *days)
        case _ if kind in OF_DEALS:
            return tallies.deals(workspace_id, people, kind, *days)
    raise ValueError("no such figure")


def _flagged(
    session: Session, actor: Actor, people: People, kind: str, today: date
) -> Sequence[Piece]:
    """The deals that want a look, or those won with the days that took."""
    if kind == CYCLE:
        won = deal_figures.cycles(session, actor.workspace_id, people, *deal_figures.quarter(today))
        return [Piece(*one) for one in won]
    found = deal_figures.open_deals(session, actor.workspace_id, people, today, actor.zone)
    return [Piece(one.id, one.owner_id, 1) for one in found if getattr(one, kind)]


def _persons(session: Session, actor: Actor, shown: Behind, today: date, now: datetime) -> Behind:
    """The people of the reader's team, or those of their goals that lag."""
    board = boards.of(session, actor, today, now)
    people = board.people if board else ()
    lines = [Line(Row(one.name), 1, one) for one in people]
    if shown.figure == PACE:
        lines = [Line(Row(one.name, goal=goal), 1) for one in people for goal in one.behind]
    some = lines[shown.start : shown.start + PAGE]
    return replace(shown, adds=len(lines), count=len(lines), lines=some)


def _rows_of(kind: str, part: str) -> str:
    """What the rows of a figure are."""
    if kind == GOAL:
        made_of = {
            goals.VISIT: TOUCHES,
            goals.NEW_ACCOUNT: REACHED,
            goals.REVENUE: WON,
            goals.ADHERENCE: KEPT,
        }
        return made_of.get(part.partition(":")[0], IN)
    return IN if kind == WAITING else kind


def _lines(
    session: Session, actor: Actor, kind: str, pieces: Sequence[Piece], today: date
) -> list[Line]:
    workspace_id, ids = actor.workspace_id, [one.id for one in pieces]
    if kind == TOUCHES:
        rows = figures.touch_rows(session, workspace_id, ids)
    elif kind == IN:
        rows = figures.referral_rows(session, workspace_id, ids)
    elif kind in (REACHED, KEPT, OVERDUE, FAR):
        rows = _account_rows(session, workspace_id, ids, today)
    else:
        rows = figures.deal_rows(session, workspace_id, ids)
    return [Line(rows[one.id], one.adds) for one in pieces if one.id in rows]


def _account_rows(
    session: Session, workspace_id: int, ids: Collection[int], today: date
) -> dict[int, Row]:
    """Accounts with the days since their last touch, or those of whoever there is the most times
    past theirs, and the longest gap."""
    rules = cadence.rules(session, workspace_id)
    rows = session.execute(
        select(
            Account.id,
            Account.name,
            Account.tier,
            Account.type,
            Account.last_touch_on,
            Account.owned_since,
            User.name.label("who"),
        )
        .outerjoin(
            User, and_(User.workspace_id == Account.workspace_id, User.id == Account.owner_id)
        )
        .where(Account.workspace_id == workspace_id, Account.id.in_(list(ids)))
    ).all()
    places = {row.id: (row.tier, row.type, row.owned_since) for row in rows if row.owned_since}
    met = people_due.at(session, workspace_id, rules, places, which=list(places))
    found = {}
    for row in rows:
        days = None
        since = row.last_touch_on or row.owned_since
        if since is not None:
            own = ((today - since).days, rules.of_account(row.tier, row.type))
            gap, rule = cadence.worst_gap(own, met.get(row.id, ()), today)
            days = (gap, rule.max_days)
        found[row.id] = Row(row.name, row.who or "", label=row.tier, days=days)
    return found
