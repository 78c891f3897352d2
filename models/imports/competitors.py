"""A file's competitors into the table."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.competitors import Competitor
from models.exchange.broken import BadRow
from models.exchange.competitors import CompetitorRow
from models.imports import writing
from models.imports.report import Once, Reject, Report
from models.workspaces import Workspace


def store(
    session: Session, workspace: Workspace, rows: Sequence[CompetitorRow], report: Report
) -> None:
    """Take the rows over: make what is new, change what differs, count in `report`."""
    writing.hold(session, workspace.id)
    kept = _each_once(rows, report)
    query = select(Competitor.id, Competitor.name, Competitor.name_key).where(
        Competitor.workspace_id == workspace.id
    )
    present = {
        record.name_key: record._asdict()
        for record in writing.found(session, query, Competitor.name_key, (row.key for row in kept))
    }
    matched = [(present[row.key], row) for row in kept if row.key in present]
    new = [row for row in kept if row.key not in present]
    changes = {
        record["id"]: {"name": row.name} for record, row in matched if record["name"] != row.name
    }
    aliases = writing.AliasChanges(
        session, workspace.id, "competitor_id", (record["id"] for record, _ in matched)
    )
    for record, row in matched:
        if row.aliases and aliases.want(record["id"], row.aliases):
            changes.setdefault(record["id"], {})
    report.new, report.changed = len(new), len(changes)
    report.unchanged = len(matched) - len(changes)
    if not (new or changes):
        return
    version = writing.version_for(session, workspace.id, removed=aliases.removes)
    records = {record["id"]: record for record, _ in matched}
    writing.change(session, Competitor, changes, records, version)
    report.trail.change_all("competitor", changes, records, aliases.changed)
    ids = writing.put_for_ids(
        session,
        Competitor,
        [
            {
                "workspace_id": workspace.id,
                "name": row.name,
                "name_key": row.key,
                "names_version": version,
            }
            for row in new
        ],
    )
    report.trail.make("competitor", ids)
    for competitor_id, row in zip(ids, new, strict=True):
        aliases.want(competitor_id, row.aliases or ())
    aliases.write(version)


def _each_once(rows: Sequence[CompetitorRow], report: Report) -> list[CompetitorRow]:
    once = Once()
    kept: list[CompetitorRow] = []
    for row in rows:
        try:
            once.see(row.key, row.line, has_id=False)
        except BadRow as reason:
            report.rejects.append(Reject(row.line, reason))
        else:
            kept.append(row)
    return kept
