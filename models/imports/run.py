"""An import from the file to the tables: read all of it first, then one short transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from models import audit
from models.exchange import accounts as account_rows
from models.exchange import columns, csv_source
from models.exchange import competitors as competitor_rows
from models.exchange import contacts as contact_rows
from models.exchange import goals as goal_rows
from models.exchange import opportunities as opportunity_rows
from models.exchange import products as product_rows
from models.exchange import referrals as referral_rows
from models.exchange import touches as touch_rows
from models.exchange import users as user_rows
from models.exchange import values as reading
from models.exchange.accounts import is_email, is_slack_id
from models.exchange.broken import BadConstant, BadFile, BadRow, NoRows, SameId
from models.exchange.columns import Plan, Shape
from models.exchange.csv_source import Cells
from models.exchange.guard import refuse_patients
from models.imports import (
    accounts,
    competitors,
    contacts,
    goals,
    happened,
    opportunities,
    products,
    runs,
    users,
)
from models.imports.report import Reject, Report, RowsRefused
from models.workspaces import Workspace

ACCOUNTS, CONTACTS, COMPETITORS = "accounts", "contacts", "competitors"
TOUCHES, REFERRALS, GOALS = "touches", "referrals", "goals"
USERS, PRODUCTS, OPPORTUNITIES = "users", "products", "opportunities"


@dataclass(frozen=True)
class Order:
    """What was asked for.

    maps       "column=field", as typed; sets "field=value".
    skip_bad   take the good rows of a file with bad ones.
    dates      how the file writes its days: iso, mdy or dmy.
    not_patients  words that may describe a patient do not, the person says: take those rows.
    """

    kind: str
    file: Path
    maps: Sequence[str] = ()
    sets: Sequence[str] = ()
    delimiter: str = ","
    encoding: str | None = None
    dates: str = reading.ISO
    skip_bad: bool = False
    not_patients: bool = False


@dataclass(frozen=True)
class Parsed:
    """A file whose every row has been read, and nothing stored yet.

    not_patients  rules of the patient guard that were answered, in how many fields.
    """

    order: Order
    plan: Plan
    rows: Sequence[Any]
    rejects: Sequence[Reject]
    sha256: str
    not_patients: Mapping[str, int]


def parse(order: Order) -> Parsed:
    """Read the whole file.

    Raises OSError, a BadOrder, a BadFile, or RowsRefused unless bad rows are skipped.
    """
    kind = _KINDS[order.kind]
    shape = kind.shape
    delimiter = csv_source.delimiter(order.delimiter)
    wanted = columns.asked(shape, order.maps, order.sets)
    for field, value in wanted.sets.items():
        try:
            kind.check({field: value}, order.dates)
        except BadRow as reason:
            raise BadConstant(field, reason) from None
    source = csv_source.read(order.file, order.encoding)
    columns.expect_delimiter(shape, source.first_line(), delimiter, wanted)
    lines = source.rows(delimiter)
    header = next(lines)
    plan = columns.plan(shape, header, wanted)
    rows: list[Any] = []
    rejects: list[Reject] = []
    ids: dict[str, int] = {}
    answered: Counter[str] = Counter()
    for cells in lines:
        try:
            values = plan.values(cells)
            doubts = refuse_patients(_words(shape, values), values, allow=order.not_patients)
            if "external_id" in values:
                _refuse_second(ids, values["external_id"], cells)
            rows.append(kind.row(cells.line, values, order.dates))
            answered.update(doubts)
        except BadRow as reason:
            rejects.append(Reject(cells.line, reason))
    if not (rows or rejects):
        raise NoRows(header.line)
    if rejects and not order.skip_bad:
        raise RowsRefused(rejects)
    return Parsed(order, plan, rows, rejects, source.sha256, answered)


def store(session: Session, workspace: Workspace, parsed: Parsed, now: datetime) -> Report:
    """Take the parsed rows over in the caller's transaction.

    Raises RowsRefused, unless bad rows are skipped, for rows that only the tables could show to
    be bad: an unknown account, a name that fits several.
    """
    kind = parsed.order.kind
    report = Report(
        rejects=list(parsed.rejects),
        ignored=parsed.plan.ignored,
        not_patients=parsed.not_patients,
    )
    _KINDS[kind].store(Task(session, workspace, parsed.rows, parsed.plan.fields, now, report))
    report.rejects.sort(key=lambda reject: reject.line)
    if report.rejects and not parsed.order.skip_bad:
        raise RowsRefused(report.rejects)
    report.run_id = runs.keep(session, workspace.id, kind, parsed.sha256, report.trail, now)
    audit.note(
        session,
        workspace.id,
        None,
        "import",
        kind,
        None,
        now=now,
        facts={
            "new": report.new,
            "changed": report.changed,
            "unchanged": report.unchanged,
            "rejected": len(report.rejects),
            "sha256": parsed.sha256,
        },
    )
    if parsed.not_patients:
        audit.note(
            session,
            workspace.id,
            None,
            "phi.not_a_patient",
            kind,
            None,
            now=now,
            facts={"sha256": parsed.sha256, **parsed.not_patients},
        )
    return report


def _refuse_second(ids: dict[str, int], external_id: str, cells: Cells) -> None:
    first = ids.setdefault(external_id, cells.line)
    if first != cells.line:
        raise SameId(external_id, first)


def _words(shape: Shape, values: Mapping[str, str]) -> Sequence[str]:
    """The fields that the patient guard reads in this row."""
    named = [
        field
        for field in shape.people
        if field in values and not is_slack_id(values[field]) and not is_email(values[field])
    ]
    return (*shape.free_text, *named) if named else shape.free_text


@dataclass(frozen=True)
class Task:
    """What is to be stored, by when, and where to say how it went."""

    session: Session
    workspace: Workspace
    rows: Sequence[Any]
    fields: frozenset[str]
    now: datetime
    report: Report


@dataclass(frozen=True)
class _Kind:
    """One kind of file.

    row    turns a line's fields into a row; it is told how days are written. Raises BadRow.
    check  whether every row may have these values. Raises BadRow.
    """

    shape: Shape
    row: Callable[[int, Mapping[str, str], str], Any]
    check: Callable[[Mapping[str, str], str], object]
    store: Callable[[Task], None]


_KINDS: Mapping[str, _Kind] = {
    USERS: _Kind(
        user_rows.SHAPE,
        lambda line, values, _: user_rows.row(line, values),
        lambda values, _: user_rows.check(values),
        lambda task: users.store(task.session, task.workspace, task.rows, task.now, task.report),
    ),
    ACCOUNTS: _Kind(
        account_rows.SHAPE,
        lambda line, values, _: account_rows.row(line, values),
        lambda values, _: account_rows.check(values),
        lambda task: accounts.store(
            task.session, task.workspace, task.rows, task.fields, task.now, task.report
        ),
    ),
    CONTACTS: _Kind(
        contact_rows.SHAPE,
        lambda line, values, _: contact_rows.row(line, values),
        lambda values, _: contact_rows.check(values),
        lambda task: contacts.store(task.session, task.workspace, task.rows, task.now, task.report),
    ),
    COMPETITORS: _Kind(
        competitor_rows.SHAPE,
        lambda line, values, _: competitor_rows.row(line, values),
        lambda _values, _dates: None,  # no field that `--set` may give
        lambda task: competitors.store(task.session, task.workspace, task.rows, task.report),
    ),
    PRODUCTS: _Kind(
        product_rows.SHAPE,
        lambda line, values, _: product_rows.row(line, values),
        lambda values, _: product_rows.check(values),
        lambda task: products.store(task.session, task.workspace, task.rows, task.report),
    ),
    OPPORTUNITIES: _Kind(
        opportunity_rows.SHAPE,
        opportunity_rows.row,
        opportunity_rows.check,
        lambda task: opportunities.store(
            task.session, task.workspace, task.rows, task.now, task.report
        ),
    ),
    TOUCHES: _Kind(
        touch_rows.SHAPE,
        touch_rows.row,
        touch_rows.check,
        lambda task: happened.store_touches(
            task.session, task.workspace, task.rows, task.now, task.report
        ),
    ),
    REFERRALS: _Kind(
        referral_rows.SHAPE,
        referral_rows.row,
        referral_rows.check,
        lambda task: happened.store_referrals(
            task.session, task.workspace, task.rows, task.now, task.report
        ),
    ),
    GOALS: _Kind(
        goal_rows.SHAPE,
        goal_rows.row,
        goal_rows.check,
        lambda task: goals.store(task.session, task.workspace, task.rows, task.now, task.report),
    ),
}

KINDS = tuple(_KINDS)
"""What may be imported, in the order in which one file needs another."""

__all__ = ["KINDS", "BadFile", "Order", "Parsed", "parse", "store"]
