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
from models.exchange.broken import BadConstant, BadFile, BadRow, NoRows, SameId
from models.exchange.columns import Plan, Shape
from models.exchange.csv_source import Cells
from models.exchange.guard import refuse_patients
from models.imports import accounts, competitors, contacts
from models.imports.report import Reject, Report, RowsRefused
from models.workspaces import Workspace

ACCOUNTS, CONTACTS, COMPETITORS = "accounts", "contacts", "competitors"


@dataclass(frozen=True)
class Order:
    """What was asked for.

    maps       "column=field", as typed; sets "field=value".
    skip_bad   take the good rows of a file with bad ones.
    not_patients  words that may describe a patient do not, the person says: take those rows.
    """

    kind: str
    file: Path
    maps: Sequence[str] = ()
    sets: Sequence[str] = ()
    delimiter: str = ","
    encoding: str | None = None
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
    shape, read_row, check = _KINDS[order.kind]
    delimiter = csv_source.delimiter(order.delimiter)
    wanted = columns.asked(shape, order.maps, order.sets)
    for field, value in wanted.sets.items():
        try:
            check({field: value})
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
            doubts = refuse_patients(shape.free_text, values, allow=order.not_patients)
            if "external_id" in values:
                _refuse_second(ids, values["external_id"], cells)
            rows.append(read_row(cells.line, values))
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
    if kind == ACCOUNTS:
        accounts.store(session, workspace, parsed.rows, parsed.plan.fields, now, report)
    elif kind == CONTACTS:
        contacts.store(session, workspace, parsed.rows, now, report)
    else:
        competitors.store(session, workspace, parsed.rows, report)
    report.rejects.sort(key=lambda reject: reject.line)
    if report.rejects and not parsed.order.skip_bad:
        raise RowsRefused(report.rejects)
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


def _nothing_to_check(values: Mapping[str, str]) -> None:
    """A competitor has no field that `--set` may give."""


_Kind = tuple[Shape, Callable[[int, Mapping[str, str]], Any], Callable[[Mapping[str, str]], None]]
_KINDS: Mapping[str, _Kind] = {
    ACCOUNTS: (account_rows.SHAPE, account_rows.row, account_rows.check),
    CONTACTS: (contact_rows.SHAPE, contact_rows.row, contact_rows.check),
    COMPETITORS: (competitor_rows.SHAPE, competitor_rows.row, _nothing_to_check),
}

__all__ = ["ACCOUNTS", "COMPETITORS", "CONTACTS", "BadFile", "Order", "Parsed", "parse", "store"]
