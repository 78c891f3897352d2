"""A file's goals into the table."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import goals, slots, territories
from models.exchange.broken import BadRow, NobodyKnown, UnknownTerritory
from models.exchange.goals import GoalRow
from models.goals import Goal, Whose
from models.imports import people, writing
from models.imports.report import Once, Reject, Report
from models.text import name_key
from models.workspaces import Workspace

_Aim = tuple[Whose, str, str]
"""Whose, of what, how often."""


@dataclass(frozen=True, order=True)
class _Held:
    """A row of the table, or of the file once it is to become one (its id is then 0)."""

    since: date
    id: int
    target: int | None


def store(
    session: Session, workspace: Workspace, rows: Sequence[GoalRow], now: datetime, report: Report
) -> None:
    """Take the rows over: a goal that holds already is left alone, another target from the same
    day on takes its place, and one from another day on stands beside it; count in `report`."""
    writing.hold(session, workspace.id)
    rows = people.with_known_owners(session, workspace, rows, report)
    told = {row.owner for row in rows if row.owner is not None}
    ids = people.owners(session, workspace, sorted(told), now, report)
    places = {one.name_key: one.id for one in territories.every(session, workspace.id)}
    today = slots.local_day(now, workspace.zone)
    aims: list[tuple[date, GoalRow, _Aim]] = []
    once = Once()
    for row in rows:
        try:
            aim = (_whose(row, ids, places), row.kind, row.period)
            since, _ = goals.bounds(row.period, row.since or today)
            once.see((aim, since), row.line, has_id=False)
        except BadRow as reason:
            report.rejects.append(Reject(row.line, reason))
        else:
            aims.append((since, row, aim))
    held = _held(session, workspace.id)
    new: list[dict[str, Any]] = []
    changes: dict[int, dict[str, Any]] = {}
    present: dict[int, dict[str, Any]] = {}
    for since, row, aim in sorted(aims, key=lambda one: (one[0], one[1].line)):
        others = held.setdefault(aim, [])
        before = next((one for one in reversed(others) if one.since <= since), None)
        if before is not None and before.target == row.target:
            report.unchanged += 1
            continue
        if before is not None and before.since == since:
            changes[before.id] = {"target": row.target}
            present[before.id] = {"id": before.id, "target": before.target}
            others.remove(before)
        else:
            new.append(_row(workspace.id, aim, since, row.target, now))
        insort(others, _Held(since, 0, row.target))
        if before is None or before.target is None:
            report.new += 1
        else:
            report.changed += 1
    writing.change(session, Goal, changes, present, None)
    report.trail.change_all("goal", changes, present)
    report.trail.make("goal", writing.put_for_ids(session, Goal, new))


def _whose(row: GoalRow, ids: Mapping[str, people.Owner], places: Mapping[str, int]) -> Whose:
    if row.territory is not None:
        place = places.get(name_key(row.territory))
        if place is None:
            raise UnknownTerritory(row.territory)
        return Whose(row.scope, place)
    told = row.owner or ""
    user_id = ids[told].user_id
    if user_id is None:
        raise NobodyKnown("owner", told)
    return Whose(row.scope, user_id)


def _held(session: Session, workspace_id: int) -> dict[_Aim, list[_Held]]:
    """What is aimed at, the latest last; of several rows from one day on the last one holds."""
    found: dict[_Aim, dict[date, _Held]] = {}
    query = select(Goal).where(Goal.workspace_id == workspace_id).order_by(Goal.since, Goal.id)
    for one in session.scalars(query):
        aim = (Whose(one.scope, one.scope_id), one.kind, one.period)
        found.setdefault(aim, {})[one.since] = _Held(one.since, one.id, one.target)
    return {aim: list(of.values()) for aim, of in found.items()}


def _row(workspace_id: int, aim: _Aim, since: date, target: int, now: datetime) -> dict[str, Any]:
    whose, kind, period = aim
    return {
        "workspace_id": workspace_id,
        "scope": whose.scope,
        "scope_id": whose.scope_id,
        "kind": kind,
        "period": period,
        "since": since,
        "target": target,
        "by_id": None,
        "set_at": now,
    }
