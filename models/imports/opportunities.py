"""A file's opportunities into the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import insert, literal, null, select
from sqlalchemy.orm import Session

from models import lists, slots, stages
from models.exchange.broken import BadRow, ClosedButOpen, DayToCome
from models.exchange.opportunities import OpportunityRow
from models.imports import people, products, writing
from models.imports.homes import Homes
from models.imports.people import Owner
from models.imports.report import Reject, Report
from models.imports.writing import Values
from models.opportunities import FORECASTS, Move, Opportunity
from models.stages import LOST, NEW_BUSINESS, OPEN, WON
from models.text import name_key
from models.workspaces import Workspace

_COLUMNS = (
    "id",
    "external_id",
    "name",
    "account_id",
    "owner_id",
    "product_id",
    "stage_id",
    "staged_at",
    "amount_cents",
    "forecast",
    "opened_on",
    "close_date",
    "first_close_date",
    "pushes",
    "closed_on",
    "lost_reason",
)
_NEW: Mapping[str, Any] = {
    **dict.fromkeys(_COLUMNS[1:]),
    "name": "",
    "forecast": FORECASTS[0],
    "pushes": 0,
    "next_step": "",
}
_FORECAST_OF = {WON: "closed", LOST: "omitted"}
_LOST_REASON = lists.DEAL_LOST_REASON
_ENDS = {
    "won": WON,
    "closed won": WON,
    "closedwon": WON,
    "lost": LOST,
    "closed lost": LOST,
    "closedlost": LOST,
}
"""What the last stages are called in one system or another."""


class _Place(NamedTuple):
    """A stage."""

    id: int
    pipeline: str
    kind: str


def store(
    session: Session,
    workspace: Workspace,
    rows: Sequence[OpportunityRow],
    now: datetime,
    report: Report,
) -> None:
    """Take the rows over: make what is new, change what differs, count in `report`."""
    writing.hold(session, workspace.id)
    known = _known(session, workspace.id, rows)
    rows = people.with_known_owners(session, workspace, rows, report)
    asked = ((row.by, row.account) for row in rows if row.account)
    homes = Homes(session, workspace.id, asked)
    teller = _Teller(workspace, now)
    rows = _possible(rows, homes, teller, report)
    places = _Places(session, workspace.id, report)
    kept: list[OpportunityRow] = []
    for row in rows:
        try:
            teller.place(row, places.find(row, known.get(row.external_id)))
        except BadRow as reason:
            report.rejects.append(Reject(row.line, reason))
        else:
            kept.append(row)
    teller.owners = people.owners(
        session, workspace, (row.owner for row in kept if row.owner), now, report
    )
    teller.products = products.named(
        session, workspace.id, (row.product for row in kept if row.product), report
    )
    teller.reasons = people.entries(
        session,
        workspace.id,
        _LOST_REASON,
        (row.lost_reason for row in kept if row.lost_reason),
        report,
    )
    teller.homes = homes
    new = [row for row in kept if row.external_id not in known]
    matched = [(known[row.external_id], row) for row in kept if row.external_id in known]
    changes = {
        record["id"]: differ for record, row in matched if (differ := teller.changes(record, row))
    }
    report.new, report.changed = len(new), len(changes)
    report.unchanged = len(matched) - len(changes)
    report.without_account = sum(not row.account for row in new)
    _change(session, workspace.id, changes, {record["id"]: record for record, _ in matched}, now)
    report.trail.change_all("opportunity", changes, {record["id"]: record for record, _ in matched})
    _add(session, workspace.id, [teller.new(row) for row in new], now, report)


class _Teller:
    """Turns what a row says into column values."""

    owners: Mapping[str, Owner]
    products: Mapping[str, int]
    reasons: Mapping[str, str]
    homes: Homes

    def __init__(self, workspace: Workspace, now: datetime) -> None:
        self._now, self._zone = now, workspace.zone
        self.today = slots.local_day(now, workspace.zone)
        self._places: dict[int, _Place] = {}

    def place(self, row: OpportunityRow, place: _Place) -> None:
        """The row's stage. Raises ClosedButOpen."""
        if place.kind == OPEN and "closed_on" in row.told:
            raise ClosedButOpen(row.stage)
        self._places[row.line] = place

    def new(self, row: OpportunityRow) -> dict[str, Any]:
        """The columns of an opportunity nobody knew."""
        columns = {**_NEW, **self.changes(_NEW, row)}
        columns["name"] = columns["name"] or self._name(row, columns["account_id"])
        return columns

    def changes(self, record: Values, row: OpportunityRow) -> dict[str, Any]:
        """The columns in which the row differs from the record, and what follows from them."""
        place = self._places[row.line]
        told: dict[str, Any] = {**row.told, "stage_id": place.id}
        if row.account:
            told["account_id"] = self.homes.find(row.by, row.account)
        if row.owner:
            told["owner_id"] = self.owners[row.owner].user_id
        if row.product:
            told["product_id"] = self.products[row.product]
        if row.forecast and place.kind == OPEN:
            told["forecast"] = row.forecast
        if row.lost_reason and place.kind == LOST:
            told["lost_reason"] = self.reasons[row.lost_reason]
        if place.kind == OPEN:
            told["closed_on"] = None
            if record["closed_on"] is not None:  # it was won or lost, and is not
                told.setdefault("forecast", FORECASTS[0])
        else:
            told["forecast"] = _FORECAST_OF[place.kind]
            if "closed_on" not in told:
                told["closed_on"] = record["closed_on"] or self._closing(record, told)
        if place.kind != LOST:
            told["lost_reason"] = None
        differ = {name: value for name, value in told.items() if record[name] != value}
        if "stage_id" in differ:
            differ["staged_at"] = self._moment(told["closed_on"])
        if "close_date" in differ:
            differ |= _pushed(record, differ["close_date"])
        return differ

    def _closing(self, record: Values, told: Values) -> date:
        """When it ended, if no column says: on the expected day, unless that is still to come."""
        expected: date | None = told.get("close_date") or record["close_date"]
        return expected if expected is not None and expected <= self.today else self.today

    def _moment(self, closed_on: date | None) -> datetime:
        """When it came to its stage: at noon of the day it ended; an open one now."""
        if closed_on is None or closed_on >= self.today:
            return self._now
        return slots.instant(closed_on, time(12), self._zone) or datetime.combine(
            closed_on, time(12), UTC
        )

    def _name(self, row: OpportunityRow, account_id: int | None) -> str:
        account = self.homes.names.get(account_id, "") if account_id is not None else ""
        if row.product and account:
            return f"{row.product} for {account}"[:200]
        return row.product or account or row.external_id


class _Places:
    """The stages that rows name; new ones are made."""

    def __init__(self, session: Session, workspace_id: int, report: Report) -> None:
        self._session, self._workspace_id, self._report = session, workspace_id, report
        self._pipelines = {name_key(name): name for name in stages.pipelines(session, workspace_id)}
        self._of_id: dict[int, _Place] = {}
        self._by_key: dict[tuple[str, str], _Place] = {}
        self._ends: dict[tuple[str, str], _Place] = {}
        for stage in stages.of(session, workspace_id):
            self._know(stage)

    def _know(self, stage: stages.Stage) -> _Place:
        place = _Place(stage.id, stage.pipeline, stage.kind)
        self._of_id[stage.id] = place
        self._by_key[stage.pipeline, stage.key] = place
        self._by_key.setdefault((stage.pipeline, name_key(stage.label)), place)
        self._ends.setdefault((stage.pipeline, stage.kind), place)
        return place

    def find(self, row: OpportunityRow, record: Values | None) -> _Place:
        """The row's stage in its pipeline: the one it names, that the record is in, or new
        business."""
        pipeline = NEW_BUSINESS
        if record is not None:
            pipeline = self._of_id[record["stage_id"]].pipeline
        if row.pipeline:
            pipeline = self._pipelines.get(name_key(row.pipeline), row.pipeline)
        key = name_key(row.stage)[:60]
        found = self._by_key.get((pipeline, key))
        if found is not None:
            return found
        if key in _ENDS:
            if (end := self._ends.get((pipeline, _ENDS[key]))) is None:
                self._add_ends(pipeline)
                end = self._ends[pipeline, _ENDS[key]]
            return end
        if (pipeline, WON) not in self._ends:
            self._add_ends(pipeline)
        made = stages.add_open(self._session, self._workspace_id, pipeline, row.stage)
        self._report.new_stages.append((made.label, pipeline))
        self._report.trail.make("stage", [made.id])
        return self._know(made)

    def _add_ends(self, pipeline: str) -> None:
        self._report.new_entries.setdefault("pipeline", []).append(pipeline)
        self._pipelines[name_key(pipeline)] = pipeline
        for stage in stages.add_ends(self._session, self._workspace_id, pipeline):
            self._know(stage)
            self._report.trail.make("stage", [stage.id])


def _possible(
    rows: Sequence[OpportunityRow], homes: Homes, teller: _Teller, report: Report
) -> list[OpportunityRow]:
    """The rows less those of an unknown account, and those that closed in days to come."""
    kept: list[OpportunityRow] = []
    for row in rows:
        try:
            if row.account:
                homes.find(row.by, row.account)
            for field in ("opened_on", "closed_on"):
                told = row.told.get(field)
                if isinstance(told, date) and told > teller.today:
                    raise DayToCome(field)
        except BadRow as reason:
            report.rejects.append(Reject(row.line, reason))
        else:
            kept.append(row)
    return kept


def _known(
    session: Session, workspace_id: int, rows: Iterable[OpportunityRow]
) -> dict[str, Values]:
    """The opportunities of these external ids, held until the transaction ends."""
    query = (
        select(*(getattr(Opportunity, name) for name in _COLUMNS))
        .where(Opportunity.workspace_id == workspace_id)
        .with_for_update(key_share=True)
    )
    ids = (row.external_id for row in rows)
    return {
        record.external_id: record._asdict()
        for record in writing.found(session, query, Opportunity.external_id, ids)
    }


def _pushed(record: Values, close_date: date) -> dict[str, Any]:
    """What a new expected day says of the first one, and of how often it was put off."""
    before: date | None = record["close_date"]
    if before is None:
        return {"first_close_date": record["first_close_date"] or close_date}
    return {"pushes": record["pushes"] + 1} if close_date > before else {}


def _change(
    session: Session,
    workspace_id: int,
    changes: Mapping[int, Values],
    present: Mapping[int, Values],
    now: datetime,
) -> None:
    if not changes:
        return
    updated = {row_id: {**told, "updated_at": now} for row_id, told in changes.items()}
    writing.change(session, Opportunity, updated, present, None)
    moves = [
        {
            "workspace_id": workspace_id,
            "opportunity_id": row_id,
            "from_id": present[row_id]["stage_id"],
            "to_id": told["stage_id"],
            "user_id": None,
            "moved_at": told["staged_at"],
        }
        for row_id, told in changes.items()
        if "stage_id" in told
    ]
    writing.put(session, Move, moves)


def _add(
    session: Session,
    workspace_id: int,
    rows: Sequence[Values],
    now: datetime,
    report: Report,
) -> None:
    """Insert the new ones, and with one more statement that each came to its stage."""
    if not rows:
        return
    before = writing.highest(session, Opportunity)
    fixed = {"workspace_id": workspace_id, "created_at": now, "updated_at": now}
    writing.put(session, Opportunity, [{**row, **fixed} for row in rows])
    new = select(
        Opportunity.workspace_id,
        Opportunity.id,
        null(),
        Opportunity.stage_id,
        null(),
        Opportunity.staged_at,
    ).where(
        Opportunity.workspace_id == workspace_id,
        Opportunity.id > before,
        Opportunity.created_at == literal(now, Opportunity.created_at.type),
        Opportunity.submission.is_(None),
    )
    columns = ["workspace_id", "opportunity_id", "from_id", "to_id", "user_id", "moved_at"]
    session.execute(insert(Move).from_select(columns, new))
    report.trail.came_after("opportunity", before)
