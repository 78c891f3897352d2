"""A file's products into the table, and those that opportunities name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.exchange.broken import BadRow
from models.exchange.products import ProductRow
from models.imports import writing
from models.imports.report import Once, Reject, Report
from models.products import Product
from models.text import fold
from models.workspaces import Workspace

_NEAR = 70.0
"""Per cent of letters two names share, from which on one may be meant for the other."""


def store(
    session: Session, workspace: Workspace, rows: Sequence[ProductRow], report: Report
) -> None:
    """Take the rows over: make what is new, change what differs, count in `report`.

    A product is known by its name as written.
    """
    writing.hold(session, workspace.id)
    once = Once()
    kept: list[ProductRow] = []
    for row in rows:
        try:
            once.see(row.told["name"], row.line, has_id=False)
        except BadRow as reason:
            report.rejects.append(Reject(row.line, reason))
        else:
            kept.append(row)
    query = select(Product.id, Product.name, Product.family, Product.price_cents).where(
        Product.workspace_id == workspace.id
    )
    names = [str(row.told["name"]) for row in kept]
    known = {
        record.name: record._asdict()
        for record in writing.found(session, query, Product.name, names)
    }
    new = [row for row in kept if row.told["name"] not in known]
    present = {record["id"]: record for record in known.values()}
    changes: dict[int, dict[str, Any]] = {}
    for row in kept:
        record = known.get(str(row.told["name"]))
        if record is not None:
            differ = {name: told for name, told in row.told.items() if record[name] != told}
            if differ:
                changes[record["id"]] = differ
    report.new, report.changed = len(new), len(changes)
    report.unchanged = len(kept) - len(new) - len(changes)
    writing.change(session, Product, changes, present, None)
    report.trail.change_all("product", changes, present)
    fixed = {"workspace_id": workspace.id, "family": "", "price_cents": None}
    made = writing.put_for_ids(session, Product, [{**fixed, **row.told} for row in new])
    report.trail.make("product", made)


def named(
    session: Session, workspace_id: int, names: Iterable[str], report: Report
) -> dict[str, int]:
    """The id of each product; one that is not there is made, and reported with its nearest."""
    asked = sorted(set(names))
    if not asked:
        return {}
    known: dict[str, int] = {
        row.name: row.id
        for row in session.execute(
            select(Product.id, Product.name).where(Product.workspace_id == workspace_id)
        )
    }
    new = [name for name in asked if name not in known]
    for name in new:
        report.new_products.append((name, _nearest(name, known)))
    rows = [
        {"workspace_id": workspace_id, "name": name, "family": "", "price_cents": None}
        for name in new
    ]
    ids = writing.put_for_ids(session, Product, rows)
    report.trail.make("product", ids)
    return {**known, **dict(zip(new, ids, strict=True))}


def _nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like this one, if any does; spaces do not count."""
    plain = fold(name).replace(" ", "")
    likeness = [(fuzz.ratio(plain, fold(one).replace(" ", "")), one) for one in known]
    best = max(likeness, key=lambda pair: (pair[0], pair[1]), default=(0.0, ""))
    return best[1] if best[0] >= _NEAR else None
