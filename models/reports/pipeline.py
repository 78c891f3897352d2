"""The pipeline: what stands in each stage, what came, moved, was put off or has gone stale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from models import stages
from models.accounts import Account
from models.deal_figures import (
    ENOUGH_MOVES,
    LOOKED_AT,
    STALE_AFTER,
    USUAL_STAY,
    usual_stays,
    weighted_sum,
)
from models.opportunities import OMITTED, Move, Opportunity
from models.reports import deals, periods
from models.reports.deals import Outcome, whole
from models.reports.guard import guarded
from models.reports.people import Owner, called, header
from models.reports.report import (
    COUNT,
    DAY,
    MONEY,
    NOBODY,
    Asked,
    Chart,
    Column,
    Fact,
    Report,
    Row,
    Table,
)
from models.stages import LOST, OPEN, WON, Stage
from models.touches import Touch

NAME = "pipeline"

COLUMNS = (
    Column("Stage"),
    Column("Count", COUNT),
    Column("Amount", MONEY),
    Column("Weighted", MONEY),
    Column("New", COUNT),
    Column("Moved up", COUNT),
    Column("Pushed", COUNT),
    Column("Stale", COUNT),
)
TOP = (
    Column("Opportunity"),
    Column("Account"),
    Column("Stage"),
    Column("Amount", MONEY),
    Column("Weighted", MONEY),
    Column("Expected close", DAY),
    Column("Owner"),
    Column("Next step"),
    Column("Due", DAY),
)
LARGEST = 10

NOTES = (
    "Won and Lost count what was closed within the period, by the day of closing. "
    "Stages of the same name in several pipelines are one row.",
    "Amount is the sum of what is known; an opportunity without an amount counts, and adds 0.",
    "Weighted = amount x the probability of its stage, without those left out of the forecast. "
    "Won counts whole, Lost not at all.",
    "Win rate = won / (won + lost) closed within the period; open ones are left out.",
    "New = opened within the period; one without a day of opening is never new.",
    "Moved up = came within the period from an earlier stage of its pipeline to the one it is in; "
    "one that was imported or entered there did not move.",
    "Pushed = its expected close was put off at least once, whenever that was.",
    "Slippage = closed, or now expected to, after the period / first expected to close within it.",
    "Stale = neither moved nor its account touched for more than twice the days that deals "
    f"usually stay in its stage: the median of the last {LOOKED_AT}, {USUAL_STAY} days before "
    f"there are {ENOUGH_MOVES}.",
)

_Key = tuple[str, str]  # a stage's kind and key, whichever pipeline it is of


@dataclass
class _Sums:
    """The figures of a row; weighted in hundredths of cents."""

    count: int = 0
    cents: int = 0
    weighted: int = 0
    new: int = 0
    moved: int = 0
    pushed: int = 0
    stale: int = 0

    def add(self, more: Iterable[Any]) -> None:
        """Take the figures of one more stage of that name."""
        names = ("count", "cents", "weighted", "new", "moved", "pushed", "stale")
        for name, figure in zip(names, more, strict=True):
            setattr(self, name, getattr(self, name) + int(figure))

    def cells(self) -> Row:
        """The figures in the order of the columns."""
        weighted = whole(self.weighted)
        return (self.count, self.cents, weighted, self.new, self.moved, self.pushed, self.stale)


def make(session: Session, asked: Asked) -> Report:
    """A row for each stage, or for each group and stage; won and lost of the period, open ones as
    they stand now. A handful of reads, each over the opportunities once."""
    known = stages.of(session, asked.workspace_id)
    names, found = _sums(session, asked, known)
    labels = _labels(session, asked.workspace_id, known, {key for _, key in found})
    total = deals.outcomes(session, asked)[0]
    main = _table(asked.by, names, labels, found)
    largest = Table(f"Top {LARGEST}", TOP, _largest(session, asked))
    tables = [main, largest]
    if asked.by is not None:
        tables.append(deals.by_group(deals.outcomes(session, asked, asked.by), asked.by))
    return Report(
        name=NAME,
        title="Pipeline",
        period=asked.period,
        as_of=asked.today,
        tables=tables,
        facts=[
            *deals.facts(total),
            *_open(total),
            deals.slippage(session, asked),
            *_of_stages(labels, found),
        ],
        notes=[_standing(asked), *NOTES],
        charts=_charts(asked.by),
    )


def _sums(
    session: Session, asked: Asked, known: Sequence[Stage]
) -> tuple[dict[int | None, str], dict[tuple[int | None, _Key], _Sums]]:
    """The groups' names in order, and the figures of each group and stage."""
    group_id, name = deals.group(asked.by)
    up = _moved_up(asked)
    worth = func.coalesce(Opportunity.amount_cents, 0)
    is_new = Opportunity.opened_on.is_not(None) & asked.period.covers(Opportunity.opened_on)
    query = (
        deals.with_groups(
            select(
                Opportunity.stage_id,
                group_id.label("group_id"),
                name.label("group_name"),
                func.count(),
                func.sum(worth),
                weighted_sum(true()),
                deals.count(is_new),
                func.count(up.c.opportunity_id),
                deals.count(Opportunity.pushes > 0),
                deals.count(_stale(session, asked)),
            )
        )
        .outerjoin(
            up, and_(up.c.opportunity_id == Opportunity.id, up.c.to_id == Opportunity.stage_id)
        )
        .where(deals.mine(asked), deals.shown(asked))
        .group_by(Opportunity.stage_id)
    )
    if asked.by is not None:
        query = query.group_by(group_id, name).order_by(name, group_id)
    keys = {stage.id: (stage.kind, stage.key) for stage in known}
    names: dict[int | None, str] = {}
    found: dict[tuple[int | None, _Key], _Sums] = defaultdict(_Sums)
    for stage_id, group_key, group_name, *figures in session.execute(query):
        names[group_key] = group_name or NOBODY
        found[group_key, keys[stage_id]].add(figures)
    return names, found


def _moved_up(asked: Asked) -> Any:
    """Opportunities that came to a stage from an earlier one of its pipeline in the period."""
    before, after = aliased(Stage), aliased(Stage)
    return (
        select(Move.opportunity_id, Move.to_id)
        .join(before, and_(before.workspace_id == Move.workspace_id, before.id == Move.from_id))
        .join(after, and_(after.workspace_id == Move.workspace_id, after.id == Move.to_id))
        .where(
            Move.workspace_id == asked.workspace_id,
            before.pipeline == after.pipeline,
            before.position < after.position,
            after.kind != LOST,
            asked.period.holds(Move.moved_at, asked.zone),
        )
        .distinct()
        .subquery()
    )


def _stale(session: Session, asked: Asked) -> ColumnElement[bool]:
    """Open, and neither moved nor touched for too long: as `deal_figures` has it of one."""
    opens = [one.id for one in stages.of(session, asked.workspace_id) if one.kind == OPEN]
    usual = usual_stays(session, asked.workspace_id, opens)
    longest = {one: int(STALE_AFTER * usual.get(one, USUAL_STAY)) for one in opens}
    quiet_since = {one: asked.today - timedelta(days=days) for one, days in longest.items()}
    return or_(
        false(),  # there may be no open stage
        *(
            and_(
                Opportunity.stage_id == stage_id,
                Opportunity.staged_at < periods.midnight(first, asked.zone),
                ~exists(
                    select(Touch.id).where(
                        Touch.workspace_id == Opportunity.workspace_id,
                        Touch.account_id == Opportunity.account_id,
                        Touch.occurred_on >= first,
                    )
                ),
            )
            for stage_id, first in quiet_since.items()
        ),
    )


def _labels(
    session: Session, workspace_id: int, known: Sequence[Stage], met: set[_Key]
) -> dict[_Key, str]:
    """The stages that have rows, in order, Won and Lost last: those of each pipeline that anything
    is in, else of the first."""
    order = list(stages.pipelines(session, workspace_id))
    opens = {key for key in met if key[0] == OPEN}
    used = {stage.pipeline for stage in known if (stage.kind, stage.key) in opens}
    used = used & set(order) or set(order[:1])
    # A name that several pipelines share needs one of them only, the earliest.
    needed: list[str] = []
    for pipeline in order:
        theirs = {
            (stage.kind, stage.key)
            for stage in known
            if stage.pipeline == pipeline and stage.kind == OPEN
        }
        if pipeline in used and (not needed or theirs & opens):
            needed.append(pipeline)
            opens -= theirs
    found: dict[_Key, str] = {}
    for kind in (OPEN, WON, LOST):
        for pipeline in needed:
            for stage in known:
                if stage.pipeline == pipeline and stage.kind == kind:
                    found.setdefault((kind, stage.key), stage.label)
        for stage in known:
            if stage.kind == kind and (kind, stage.key) in met:
                found.setdefault((kind, stage.key), stage.label)
    return found


def _table(
    by: str | None,
    names: dict[int | None, str],
    labels: dict[_Key, str],
    found: dict[tuple[int | None, _Key], _Sums],
) -> Table:
    empty = _Sums()
    if by is None:
        rows: list[Row] = [
            (label, *found.get((None, key), empty).cells()) for key, label in labels.items()
        ]
        return Table("Pipeline", COLUMNS, rows)
    rows = [
        (name, label, *found.get((group_id, key), empty).cells())
        for group_id, name in names.items()
        for key, label in labels.items()
    ]
    return Table("Pipeline", (Column(header(by)), *COLUMNS), rows)


def _largest(session: Session, asked: Asked) -> list[Row]:
    worth = func.coalesce(Opportunity.amount_cents, 0)
    rows = session.execute(
        deals.with_groups(
            select(
                Opportunity.name,
                Account.name.label("account"),
                Stage.label,
                Opportunity.amount_cents,
                Stage.probability,
                Opportunity.forecast,
                Opportunity.close_date,
                called(Owner).label("owner"),
                Opportunity.next_step,
                Opportunity.next_step_due,
            )
        )
        .outerjoin(
            Account,
            and_(
                Account.workspace_id == Opportunity.workspace_id,
                Account.id == Opportunity.account_id,
            ),
        )
        .where(deals.mine(asked), Stage.kind == OPEN)
        .order_by(worth.desc(), Opportunity.id)
        .limit(LARGEST)
    )
    return [
        (
            *(row.name, row.account, row.label, row.amount_cents),
            _weighted(row),
            *(row.close_date, row.owner, guarded(row.next_step), row.next_step_due),
        )
        for row in rows
    ]


def _weighted(row: Any) -> int | None:
    if row.amount_cents is None:
        return None
    return 0 if row.forecast == OMITTED else whole(row.amount_cents * row.probability)


def _open(total: Outcome) -> list[Fact]:
    return [
        Fact("Open", [(COUNT, total.open), (MONEY, total.open_cents)]),
        Fact("Open, weighted", [(MONEY, total.weighted_cents)]),
        Fact("Open, expected to close in the period", [(MONEY, total.due_cents)]),
    ]


def _of_stages(labels: dict[_Key, str], found: dict[tuple[int | None, _Key], _Sums]) -> list[Fact]:
    """How many stand in each open stage, over all groups."""
    each: dict[_Key, _Sums] = defaultdict(_Sums)
    for (_, key), sums in found.items():
        each[key].count += sums.count
        each[key].cents += sums.cents
    return [
        Fact(f"Open: {label}", [(COUNT, each[key].count), (MONEY, each[key].cents)])
        for key, label in labels.items()
        if key[0] == OPEN
    ]


def _charts(by: str | None) -> list[Chart]:
    if by is None:
        return [
            Chart("Amount by stage", "Pipeline", "Stage", ("Amount", "Weighted")),
            Chart("Count by stage", "Pipeline", "Stage", ("Count",)),
        ]
    told, name = f"By {by}", header(by)
    return [
        Chart(f"Won and open amount by {by}", told, name, ("Won amount", "Open amount")),
        Chart(f"Won and lost by {by}", told, name, ("Won", "Lost")),
    ]


def _standing(asked: Asked) -> str:
    """As of when the open ones are counted."""
    if asked.period.last is None or asked.period.last >= asked.today:
        return f"Open opportunities are counted as they stand on {asked.today}."
    return (
        f"Open opportunities are counted as of today, {asked.today}: how they stood at the end of "
        "the period is not kept."
    )
