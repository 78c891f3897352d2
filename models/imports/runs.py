"""Keeping what an import did, and taking it back within a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    Table,
    and_,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.orm import Session

from models import audit, capture, permissions, reckoning, touches, users
from models.accounts import Account
from models.aliases import Alias
from models.competitors import Competitor
from models.contacts import Contact
from models.db import Base, is_sqlite
from models.errors import AlreadyUndone, LastAdmin, Refused
from models.goals import TERRITORY, Goal
from models.import_runs import ImportChange, ImportRun
from models.imports import writing
from models.imports.trail import Trail
from models.merges import Merge
from models.opportunities import Move, Opportunity
from models.pointers import pointers_to
from models.products import Product
from models.referrals import Referral
from models.requests import SeenRequest
from models.stages import Stage
from models.territories import Territory
from models.touches import Touch, TouchContact
from models.users import User

_MODELS: Mapping[str, type[Base]] = {
    "goal": Goal,
    "referral": Referral,
    "touch": Touch,
    "opportunity": Opportunity,
    "contact": Contact,
    "competitor": Competitor,
    "account": Account,
    "product": Product,
    "stage": Stage,
    "user": User,
    "territory": Territory,
}
"""The tables imports write, those that point at others first."""

_TOLD: Mapping[str, tuple[str, ...]] = {
    "opportunity": (
        *("name", "account_id", "owner_id", "product_id", "stage_id", "amount_cents", "forecast"),
        *("opened_on", "close_date", "closed_on", "lost_reason", "next_step", "next_step_due"),
    ),
    "contact": (
        *("account_id", "external_id", "name", "credentials", "title", "role", "buying_role"),
        *("email", "phone", "status"),
    ),
    "competitor": ("name",),
    "account": (
        *("external_id", "name", "type", "tier", "status", "owner_id", "owner_email", "address"),
        *("city", "state", "zip", "phone", "website", "territory"),
    ),
    "referral": (
        *("account_id", "contact_id", "owner_id", "received_on", "direction", "status"),
        *("service_line", "payer_type", "urgency"),
    ),
    "touch": (
        *("account_id", "user_id", "type", "occurred_on", "outcome", "service_line", "headcount"),
        "edits",
    ),
    "goal": ("target",),
    "product": ("name", "family", "price_cents"),
    "stage": ("label", "kind"),
    "user": ("slack_id", "name", "email", "role", "manager_id", "territory_id"),
    "territory": ("name",),
}
"""What somebody may change of a row that an import made: the row then stays."""

_FOLLOWS = {
    "name_key": "name",
    "owned_since": "owner_id",
    "first_close_date": "close_date",
    "pushes": "close_date",
    "staged_at": "stage_id",
}
"""Columns that go back with another, whatever has become of them."""

_RECKONED = frozenset({"due_on"})
"""Columns that follow from others and from touches: reckoned anew."""

_ALIASES = "aliases"


@dataclass
class NoSuchImport(Refused):
    """No import of this number stored anything here."""

    run_id: int


@dataclass
class Undone:
    """What became of an import's rows: gone, put back as they were, or kept because somebody has
    changed or used them since."""

    removed: int = 0
    put_back: int = 0
    kept: int = 0
    accounts: set[int] = field(default_factory=set)


def keep(
    session: Session, workspace_id: int, kind: str, sha256: str, trail: Trail, now: datetime
) -> int:
    """Write down what the import did, be it nothing; the number by which it is undone."""
    run = ImportRun(workspace_id=workspace_id, kind=kind, sha256=sha256, run_at=now)
    session.add(run)
    session.flush()
    changed = [
        {
            "workspace_id": workspace_id,
            "run_id": run.id,
            "entity": one.entity,
            "entity_id": one.row_id,
            "before": {name: _plain(one.before[name]) for name in one.after if _is_told(name)},
            "after": {name: _plain(told) for name, told in one.after.items() if _is_told(name)},
        }
        for one in trail.changed
    ]
    writing.put(session, ImportChange, changed)
    for entity, (before, version) in trail.since.items():
        table = _table(entity)
        which = [table.c.id > before]
        if version is not None:
            which.append(table.c.names_version == version)
        _note_made(session, run, entity, and_(*which))
    for entity, ids in trail.made.items():
        for start in range(0, len(ids), writing.AT_ONCE):
            some = ids[start : start + writing.AT_ONCE]
            _note_made(session, run, entity, _table(entity).c.id.in_(some))
    return run.id


def undo(session: Session, workspace_id: int, run_id: int, now: datetime) -> Undone:
    """Take back the rows that an import made and the columns that it changed, within 24 hours.

    What somebody has changed since stays as it is, and so does a row that something else points
    at. Entries of lists stay too.

    Raises NoSuchImport, AlreadyUndone, TooLate, or LastAdmin.
    """
    writing.hold(session, workspace_id)
    run = session.scalar(
        select(ImportRun).where(ImportRun.workspace_id == workspace_id, ImportRun.id == run_id)
    )
    if run is None:
        raise NoSuchImport(run_id)
    if run.undone_at is not None:
        raise AlreadyUndone
    permissions.must_undo(run.run_at, now)
    changed: dict[str, list[ImportChange]] = defaultdict(list)
    made: dict[str, list[ImportChange]] = defaultdict(list)
    told = select(ImportChange).where(
        ImportChange.workspace_id == workspace_id, ImportChange.run_id == run_id
    )
    for change in session.scalars(told.order_by(ImportChange.id)):
        (made if change.before is None else changed)[change.entity].append(change)
    done = Undone()
    admins = users.count_admins(session, workspace_id)
    version = writing.version_for(session, workspace_id, removed=True)
    for entity in _MODELS:
        _put_back(session, workspace_id, entity, changed[entity], version, done)
    for entity in _MODELS:
        _remove(session, workspace_id, entity, made[entity], done)
    if admins and not users.count_admins(session, workspace_id):
        raise LastAdmin
    reckoning.bring_up(session, workspace_id, sorted(done.accounts))
    run.undone_at = now
    audit.note(
        session,
        workspace_id,
        None,
        "import_undone",
        run.kind,
        run.id,
        now=now,
        facts={"removed": done.removed, "put_back": done.put_back, "kept": done.kept},
    )
    session.flush()
    return done


def _note_made(session: Session, run: ImportRun, entity: str, which: ColumnElement[bool]) -> None:
    """One row for each that the import made, with what it looks like now, in one statement."""
    table = _table(entity)
    pairs: list[Any] = []
    for name in _TOLD[entity]:
        pairs += [literal(name), table.c[name]]
    together = func.json_object if is_sqlite(session) else func.json_build_object
    rows = select(
        literal(run.workspace_id),
        literal(run.id),
        literal(entity),
        table.c.id,
        null(),
        together(*pairs),
    ).where(table.c.workspace_id == run.workspace_id, which)
    columns = ["workspace_id", "run_id", "entity", "entity_id", "before", "after"]
    session.connection().execute(insert(ImportChange).from_select(columns, rows))


def _put_back(
    session: Session,
    workspace_id: int,
    entity: str,
    changes: Sequence[ImportChange],
    version: int,
    done: Undone,
) -> None:
    """Give rows their former columns, the latest change first, unless they differ by now."""
    if not changes:
        return
    table = _table(entity)
    present = _present(session, workspace_id, table, [one.entity_id for one in changes])
    aliases = _aliases(session, workspace_id, entity, changes)
    back: dict[int, dict[str, Any]] = defaultdict(dict)
    moved: list[dict[str, Any]] = []
    touched: set[int] = set()
    for change in reversed(changes):
        row = present.get(change.entity_id)
        before, after = change.before or {}, change.after or {}
        if row is None:
            done.kept += 1
            continue
        same = {name for name in after if name in row and _plain(row[name]) == after[name]}
        whole = True
        for name in after:
            if name == _ALIASES:
                known = aliases.known(change.entity_id) if aliases else ()
                if aliases is None or sorted(known) != sorted(after[name]):
                    whole = False
                elif aliases.want(change.entity_id, before[name]):
                    touched.add(change.entity_id)
                continue
            leads = _FOLLOWS.get(name, name)
            if (leads if leads in after else name) in same:
                back[change.entity_id][name] = _read(table, name, before[name])
            elif name not in _FOLLOWS:
                whole = False
        if "stage_id" in same and entity == "opportunity":
            moved.append(_move(workspace_id, change))
        done.kept += not whole
    touched |= {row_id for row_id, told in back.items() if told}
    done.put_back += len(touched)
    has_names = "names_version" in table.c
    changed = {row_id: told for row_id, told in back.items() if told}
    if has_names:
        changed |= {row_id: {} for row_id in touched if row_id not in changed}
    writing.change(session, _MODELS[entity], changed, present, version if has_names else None)
    if aliases is not None:
        aliases.write(version)
    for which in moved:
        session.execute(delete(Move).filter_by(**which))
    if entity == "account":
        done.accounts |= touched
    elif entity == "contact":
        done.accounts |= {present[row_id]["account_id"] for row_id in touched}
        done.accounts |= {
            told["account_id"] for told in changed.values() if told.get("account_id") is not None
        }
    elif entity == "user":
        _reschedule(session, workspace_id, touched)


def _remove(
    session: Session, workspace_id: int, entity: str, made: Sequence[ImportChange], done: Undone
) -> None:
    """Delete the rows that are as the import left them and that nothing else points at."""
    if not made:
        return
    table = _table(entity)
    after = {one.entity_id: one.after or {} for one in made}
    present = _present(session, workspace_id, table, list(after))
    free = {
        row_id
        for row_id, row in present.items()
        if all(_plain(row[name]) == told for name, told in after[row_id].items())
    }
    while used := _used(session, workspace_id, entity, free):
        free -= used
    done.kept += len(present) - len(free)
    done.removed += len(free)
    if entity == "contact":
        done.accounts |= {present[row_id]["account_id"] for row_id in free}
    elif entity == "account":
        done.accounts -= free
    met = _unlog(session, workspace_id, sorted(free)) if entity == "touch" else set()
    for some in _parts(sorted(free)):
        for own, column, which in _own(entity):
            within = own.c.workspace_id == workspace_id
            session.execute(delete(own).where(within, own.c[column].in_(some), which))
        if entity == "user":
            apart = update(User).where(User.workspace_id == workspace_id, User.id.in_(some))
            session.execute(apart.values(manager_id=None))
        session.execute(
            delete(table).where(table.c.workspace_id == workspace_id, table.c.id.in_(some))
        )
    session.expire_all()
    if entity == "touch":
        touches.recount_people(session, workspace_id, met)
        homes = {present[row_id]["account_id"] for row_id in free}
        for account_id in sorted(home for home in homes if home is not None):
            capture.recount(session, workspace_id, account_id)


def _unlog(session: Session, workspace_id: int, ids: Sequence[int]) -> set[int]:
    """What is to be done before touches go: they may be brought in again, and accounts that
    became somebody's with them are nobody's. Returns who was met."""
    met: set[int] = set()
    for some in _parts(ids):
        told = select(Touch).where(Touch.workspace_id == workspace_id, Touch.id.in_(some))
        gone = session.scalars(told).all()
        keys = [f"visit:{touch.submission}" for touch in gone]
        seen = delete(SeenRequest).where(SeenRequest.workspace_id == workspace_id)
        session.execute(seen.where(SeenRequest.key.in_(keys)))
        met |= set(
            session.scalars(
                select(TouchContact.contact_id).where(
                    TouchContact.workspace_id == workspace_id, TouchContact.touch_id.in_(some)
                )
            )
        )
        for touch in gone:
            if touch.made_owner and touch.account_id is not None:
                session.execute(
                    update(Account)
                    .where(
                        Account.workspace_id == workspace_id,
                        Account.id == touch.account_id,
                        Account.owner_id == touch.user_id,
                    )
                    .values(owner_id=None, owned_since=None)
                )
    return met


def _used(session: Session, workspace_id: int, entity: str, ids: set[int]) -> set[int]:
    """Those of the rows that something else points at."""
    own = {table.name: which for table, _, which in _own(entity)}
    places: list[tuple[Table, str, ColumnElement[bool] | None]] = [
        (one.table, one.column.name, own.get(one.table.name)) for one in pointers_to(entity)
    ]
    # No foreign keys: see the tables.
    if entity == "territory":
        places.append((_table("user"), "territory_id", None))
    if entity in ("territory", "user"):
        goal = _table("goal")
        of_territory = goal.c.scope == TERRITORY
        which = of_territory if entity == "user" else ~of_territory
        places.append((goal, "scope_id", which))
    if entity in ("account", "contact"):
        merge = cast(Table, Merge.__table__)
        which = merge.c.entity != entity
        places += [(merge, "kept_id", which), (merge, "gone_id", which)]
    used: set[int] = set()
    for some in _parts(sorted(ids)):
        for table, column, except_ in places:
            points = select(table.c[column]).where(
                table.c.workspace_id == workspace_id, table.c[column].in_(some)
            )
            if except_ is not None:
                points = points.where(~except_)
            if table.name == entity:
                points = points.where(table.c.id.not_in(some))
            used |= set(session.scalars(points))
    return used


def _own(entity: str) -> list[tuple[Table, str, ColumnElement[bool]]]:
    """Rows that go with a row of the table: everybody's other names, the stages it came to by
    imports, who was met."""
    alias, move = cast(Table, Alias.__table__), cast(Table, Move.__table__)
    if entity == "account":
        return [(alias, "account_id", alias.c.user_id.is_(None))]
    if entity == "competitor":
        return [(alias, "competitor_id", alias.c.user_id.is_(None))]
    if entity == "opportunity":
        return [(move, "opportunity_id", move.c.user_id.is_(None))]
    if entity == "touch":
        met = cast(Table, TouchContact.__table__)
        return [(met, "touch_id", met.c.id.is_not(None))]
    return []


def _aliases(
    session: Session, workspace_id: int, entity: str, changes: Iterable[ImportChange]
) -> writing.AliasChanges | None:
    if entity not in ("account", "competitor"):
        return None
    ids = [one.entity_id for one in changes if _ALIASES in (one.after or {})]
    return writing.AliasChanges(session, workspace_id, f"{entity}_id", ids)


def _move(workspace_id: int, change: ImportChange) -> dict[str, Any]:
    """What tells the row that says the import moved the opportunity."""
    before, after = change.before or {}, change.after or {}
    return {
        "workspace_id": workspace_id,
        "opportunity_id": change.entity_id,
        "from_id": before["stage_id"],
        "to_id": after["stage_id"],
        "user_id": None,
        "moved_at": datetime.fromisoformat(after["staged_at"]),
    }


def _reschedule(session: Session, workspace_id: int, ids: Iterable[int]) -> None:
    """Those who have no Slack id any more are sent nothing."""
    session.execute(
        update(User)
        .where(User.workspace_id == workspace_id, User.id.in_(list(ids)), User.slack_id.is_(None))
        .values(next_local_date=None, next_due_at=None)
    )
    session.expire_all()


def _present(
    session: Session, workspace_id: int, table: Table, ids: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """The rows as they are, held until the transaction ends."""
    query: Select[Any] = (
        select(table).where(table.c.workspace_id == workspace_id).with_for_update(key_share=True)
    )
    return {row.id: dict(row._mapping) for row in writing.found(session, query, table.c.id, ids)}


def _plain(value: Any) -> Any:
    """The value as JSON has it."""
    return value.isoformat() if isinstance(value, date) else value


def _read(table: Table, name: str, value: Any) -> Any:
    """The value of a column from its JSON."""
    kind = table.c[name].type
    if value is None or not isinstance(value, str):
        return value
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    is_moment = isinstance(getattr(kind, "impl", kind), DateTime)
    return datetime.fromisoformat(value) if is_moment else value


def _is_told(name: str) -> bool:
    return name not in _RECKONED


def _table(entity: str) -> Table:
    return cast(Table, _MODELS[entity].__table__)


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + writing.AT_ONCE] for start in range(0, len(ids), writing.AT_ONCE))
