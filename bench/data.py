"""One dataset for benchmarks: 1,000 reps in 100 teams, 200,000 accounts, and so many touches, with
a referral for every fifth and a deal closed for every 25th; each rep has eight open deals and each
team a goal.

    python -m bench.data [--full]   make the files: 50,000 and 500,000 touches (and 5 million)

Every rep logs 20 touches a week, one account after another, so more touches are a longer history:
a week, a team and a rep's list are as large in 50,000 as in 5 million. On TODAY 1 % of the
accounts are past their cadence; after six days in which nobody logged anything, on LATER, 25 %.

The SQLite files are kept in the user's cache folder, named by a hash of the schema, of this file
and of the size; PostgreSQL is loaded from them with COPY. The same rows in every run.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import platformdirs
import psycopg
from sqlalchemy import Table, create_engine, make_url

from bench import names
from models import cadence, goals, migrate, stages, workspaces
from models.accounts import Account
from models.db import open_engine, sessions_for
from models.goals import Goal
from models.opportunities import FORECASTS, Move, Opportunity
from models.referrals import Referral
from models.text import name_key
from models.touches import Touch
from models.users import User
from tests import databases

REPS, TEAM, ACCOUNTS_EACH = 1_000, 10, 200
SMALL, MIDDLE, LARGE = 50_000, 500_000, 5_000_000
A_WEEK = 20
"""Touches of one rep."""

TODAY = date(2026, 11, 16)
LATER = TODAY + timedelta(days=6)
MONDAY = TODAY - timedelta(weeks=1)
"""The Monday of the last whole week."""

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
WORKSPACE = 1

_OPEN_DEALS, _A_DEAL = 8, 25  # of a rep; touches to one closed deal
_OVERDUE_NOW, _OVERDUE_LATER = 2, 50  # of a rep's 200 accounts
_LONG_OWNED = date(2021, 1, 4)
_ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
_STATUSES = ("new", "accepted", "admitted", "declined")
_LARGE_TABLES = (Account, Touch, Referral, Opportunity, Move)
_LAST_RANK = 197
"""A rep's accounts by how lately they were touched, the latest 0; ranks from here are long past."""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--full", action="store_true")
    for size in (SMALL, MIDDLE, LARGE) if asked.parse_args().full else (SMALL, MIDDLE):
        began = time.perf_counter()
        file = kept(size)
        print(f"{size:>9,} touches: {file} ({file.stat().st_size / 1e6:.0f} MB,"
              f" {time.perf_counter() - began:.1f} s)")  # fmt: skip


def kept(touches: int) -> Path:
    """The kept SQLite file with so many touches, made when it is not there. Not to be written."""
    folder = platformdirs.user_cache_path("touchbase-bench", ensure_exists=True)
    file = folder / f"{touches}-{_key()}.db"
    if not file.exists():
        for old in folder.glob(f"{touches}-*"):
            old.unlink()
        made = file.with_suffix(".making")
        _make(made, touches)
        made.rename(file)
    return file


def sqlite_copy(touches: int, folder: Path) -> str:
    """The URL of a copy that may be written."""
    copy = folder / f"{touches}.db"
    shutil.copyfile(kept(touches), copy)
    return f"sqlite:///{copy}"


def postgres_copy(touches: int, server: str) -> str:
    """The URL of a new database on `server` with the same rows, its statistics up to date."""
    name = f"bench_{touches}"
    with closing(psycopg.connect(_plain(server), autocommit=True)) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    migrate.upgrade(url)
    with _without_indexes(url), closing(sqlite3.connect(kept(touches))) as source:
        _copy(source, url)
    with closing(psycopg.connect(_plain(url), autocommit=True)) as connection:
        connection.execute("VACUUM ANALYZE")
    return url


@contextmanager
def on(engine: str, *, full: bool) -> Iterator[tuple[dict[int, str], Iterator[str]]]:
    """The URLs by size, and as many empty databases as are asked for; `engine`: SQLite or
    PostgreSQL."""
    sizes = (SMALL, MIDDLE, LARGE) if full else (SMALL, MIDDLE)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if engine == "SQLite":
            yield {size: sqlite_copy(size, place) for size in sizes}, _fresh_sqlite(place)
            return
        with databases.postgres_server() as server:
            urls = {size: postgres_copy(size, server) for size in sizes}
            yield urls, _fresh_postgres(server)


def _fresh_sqlite(place: Path) -> Iterator[str]:
    while True:
        folder = Path(tempfile.mkdtemp(dir=place))
        yield databases.sqlite_at_head(folder, place / "template.db")


def _fresh_postgres(server: str) -> Iterator[str]:
    while True:
        yield databases.postgres_at_head(server)


def _key() -> str:
    sources = [*sorted(Path(migrate.__file__).parent.glob("migrations/versions/*.py"))]
    sources += [Path(__file__), Path(names.__file__)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()[:12]


def _make(file: Path, touches: int) -> None:
    file.unlink(missing_ok=True)
    url = f"sqlite:///{file}"
    migrate.upgrade(url)
    engine = open_engine(url)
    with sessions_for(engine).begin() as session:
        workspace = workspaces.ensure(session, "T1", name="Bench", zone=_ZONES[1], now=NOW)
        workspace.names_version = 1
        assert workspace.id == WORKSPACE
        way = [stage.id for stage in stages.of(session, WORKSPACE, stages.NEW_BUSINESS)]
    engine.dispose()
    with _without_indexes(url), closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for table, rows in (
            (User, _users()),
            (Account, _accounts(touches // REPS)),
            (Touch, _touches(touches // REPS)),
            (Referral, _referrals(touches // REPS)),
            (Opportunity, _deals(touches // REPS, way)),
            (Move, _moves(touches // REPS, way)),
            (Goal, _goals()),
        ):
            _insert(connection, table.__table__, rows)
        connection.commit()


def _insert(connection: sqlite3.Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows)
    columns = [each for each in first if each in table.columns]
    assert len(columns) == len(first)
    filled = {
        each.name: each.default.arg
        for each in table.columns
        if each.name not in first and each.default is not None and each.default.is_scalar
    }
    words = ", ".join(f'"{name}"' for name in (*columns, *filled))
    marks = ", ".join("?" for _ in (*columns, *filled))
    rest = tuple(_stored(value) for value in filled.values())
    connection.executemany(
        f'INSERT INTO "{table.name}" ({words}) VALUES ({marks})',
        ((*row.values(), *rest) for row in _all(first, rows)),
    )


def _all(first: dict[str, Any], rest: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rest


def _stored(value: Any) -> Any:
    """As SQLAlchemy stores it on SQLite."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.strftime("%H:%M:%S.%f") if hasattr(value, "tzinfo") else value


def _users() -> Iterator[dict[str, Any]]:
    """The reps, then the teams' managers."""
    for number in range(REPS + REPS // TEAM):
        is_rep = number < REPS
        yield {
            "id": number + 1,
            "workspace_id": WORKSPACE,
            "slack_id": f"U{number + 1:05d}",
            "name": f"Person {number + 1}",
            "role": "rep" if is_rep else "manager",
            "manager_id": manager_of(number + 1) if is_rep else None,
            "zone": _ZONES[number % len(_ZONES)],
            "zone_source": "slack",
            "profile_read_at": _stored(NOW),
            "enrolled_on": str(_LONG_OWNED),
            "created_at": _stored(NOW),
        }


def manager_of(rep: int) -> int:
    """The id of a rep's manager."""
    return REPS + (rep - 1) // TEAM + 1


def _ids() -> list[int]:
    """The ids of the reps' accounts, rep by rep and by rank: a rep's lie apart, as in life."""
    ids = list(range(1, REPS * ACCOUNTS_EACH + 1))
    random.Random(21).shuffle(ids)  # noqa: S311 - the same in every run
    return ids


def _day(turn: int) -> date:
    """The day of a rep's touch, counted back from the latest, 0."""
    return TODAY - timedelta(days=1 + turn * 7 // A_WEEK)


def tiers() -> list[str]:
    """By rank, tiers such that the shares of overdue accounts come true."""
    longest = {tier: days for tier, (_ideal, days) in cadence.DEFAULT_DAYS.items()}
    soon = _OVERDUE_LATER - _OVERDUE_NOW
    found = []
    for rank in range(ACCOUNTS_EACH):
        ago = (TODAY - _day(rank)).days
        fit = [tier for tier, days in longest.items() if days >= ago]
        if _LAST_RANK <= rank < _LAST_RANK + _OVERDUE_NOW:
            found.append("B")
        elif soon and longest[fit[0]] - ago < (LATER - TODAY).days:
            found.append(fit[0])
            soon -= 1
        else:
            found.append(next(t for t in fit if longest[t] - ago >= (LATER - TODAY).days))
    assert not soon
    return found


def _accounts(touches_each: int) -> Iterator[dict[str, Any]]:
    ids, by_rank = _ids(), tiers()
    named = names.varied_accounts(len(ids))
    owners = {account: place for place, account in enumerate(ids)}
    for account, (name, city, state) in enumerate(named, start=1):
        rep, rank = divmod(owners[account], ACCOUNTS_EACH)
        last, touched = _day(rank), rank < touches_each
        days = cadence.DEFAULT_DAYS[by_rank[rank]][1]
        yield {
            "id": account,
            "workspace_id": WORKSPACE,
            "name": name,
            "name_key": name_key(name),
            "city": city,
            "state": state,
            "tier": by_rank[rank],
            "owner_id": rep + 1,
            "owned_since": str(_LONG_OWNED if touched else last),
            "last_touch_on": str(last) if touched else None,
            "due_on": str(last + timedelta(days=days)),
            "names_version": 1,
            "created_at": _stored(NOW),
        }


def _turns(touches_each: int) -> Iterator[tuple[int, int, int, str]]:
    """The touches as they came, the oldest first: (id, turn, rep, day)."""
    number = 0
    for turn in reversed(range(touches_each)):
        day = str(_day(turn))
        for rep in range(REPS):
            number += 1
            yield number, turn, rep, day


def _touches(touches_each: int) -> Iterator[dict[str, Any]]:
    ids = _ids()
    for number, turn, rep, day in _turns(touches_each):
        yield {
            "id": number,
            "workspace_id": WORKSPACE,
            "account_id": ids[rep * ACCOUNTS_EACH + turn % ACCOUNTS_EACH],
            "user_id": rep + 1,
            "type": "call" if turn % 3 else "visit",
            "occurred_on": day,
            "logged_at": f"{day} 16:00:00.000000",
            "qualifying": turn < ACCOUNTS_EACH or (turn + rep) % 7 > 0,
            "note": "Left the new brochure, asked about the stroke unit",
            "source": "command",
            "submission": f"bench-{number}",
        }


def _referrals(touches_each: int) -> Iterator[dict[str, Any]]:
    ids, made = _ids(), 0
    for number, turn, rep, day in _turns(touches_each):
        if (turn + rep) % 5:
            continue
        made += 1
        yield {
            "id": made,
            "workspace_id": WORKSPACE,
            "code": f"R-{made:08d}",
            "direction": "in",
            "received_on": day,
            "logged_at": f"{day} 16:00:00.000000",
            "account_id": ids[rep * ACCOUNTS_EACH + turn % ACCOUNTS_EACH],
            "owner_id": rep + 1,
            "touch_id": number,
            "urgency": "routine",
            "status": _STATUSES[made % len(_STATUSES)],
            "status_changed_at": f"{day} 16:00:00.000000",
            "submission": f"bench-{number}",
            "place": 0,
        }


def _courses(touches_each: int) -> Iterator[tuple[int, int, list[date]]]:
    """Of each deal its rep, its place among theirs and the days it came to a stage, the last one
    to Won or Lost unless its place is below _OPEN_DEALS."""
    for rep in range(REPS):
        for place in range(_OPEN_DEALS + touches_each // _A_DEAL):
            is_open, closed = place < _OPEN_DEALS, _day((place - _OPEN_DEALS) * _A_DEAL)
            last = TODAY - timedelta(days=10 + 7 * place) if is_open else closed
            steps = place % 4 + 1 if is_open else 5
            yield rep, place, [last - timedelta(days=20 * back) for back in reversed(range(steps))]


def _stages_of(place: int, count: int, way: Sequence[int]) -> Sequence[int]:
    """The stages that a deal came to; `way`: four open ones, Won and Lost."""
    if place < _OPEN_DEALS:
        return way[:count]
    return [*way[:4], way[4 if place % 3 else 5]]


def _deals(touches_each: int, way: Sequence[int]) -> Iterator[dict[str, Any]]:
    ids = _ids()
    for number, (rep, place, days) in enumerate(_courses(touches_each), start=1):
        closed = place >= _OPEN_DEALS
        yield {
            "id": number,
            "workspace_id": WORKSPACE,
            "submission": f"bench-{number}",
            "name": f"Agreement {number}",
            "account_id": ids[rep * ACCOUNTS_EACH + place % ACCOUNTS_EACH],
            "owner_id": rep + 1,
            "stage_id": _stages_of(place, len(days), way)[-1],
            "staged_at": f"{days[-1]} 16:00:00.000000",
            "amount_cents": 100_000 + number % 997 * 1_000,
            "forecast": FORECASTS[place % 3],
            "opened_on": str(days[0]),
            "close_date": str(days[-1] + timedelta(days=30)),
            "closed_on": str(days[-1]) if closed else None,
            "created_at": f"{days[0]} 16:00:00.000000",
            "updated_at": f"{days[-1]} 16:00:00.000000",
        }


def _moves(touches_each: int, way: Sequence[int]) -> Iterator[dict[str, Any]]:
    made = 0
    for number, (rep, place, days) in enumerate(_courses(touches_each), start=1):
        came_from: int | None = None
        for to, day in zip(_stages_of(place, len(days), way), days, strict=True):
            made += 1
            yield {
                "id": made,
                "workspace_id": WORKSPACE,
                "opportunity_id": number,
                "from_id": came_from,
                "to_id": to,
                "user_id": rep + 1,
                "moved_at": f"{day} 16:00:00.000000",
            }
            came_from = to


def _goals() -> Iterator[dict[str, Any]]:
    """Each team's: 200 visits a week."""
    for manager in range(REPS + 1, REPS + REPS // TEAM + 1):
        yield {
            "id": manager,
            "workspace_id": WORKSPACE,
            "kind": goals.VISIT,
            "period": goals.WEEK,
            "scope": goals.TEAM,
            "scope_id": manager,
            "since": str(_LONG_OWNED),
            "target": 200,
            "by_id": manager,
            "set_at": _stored(NOW),
        }


@contextmanager
def _without_indexes(url: str) -> Iterator[None]:
    """Without the large tables' plain indexes, which are made whole at the end."""
    engine = create_engine(url)
    indexes = [index for one in _LARGE_TABLES for index in one.__table__.indexes]
    for index in indexes:
        index.drop(engine)
    yield
    for index in indexes:
        index.create(engine)
    engine.dispose()


def _copy(source: sqlite3.Connection, url: str) -> None:
    with closing(psycopg.connect(_plain(url))) as target:
        target.execute("SET session_replication_role = replica")  # the rows are known to fit
        target.execute("SET TIME ZONE 'UTC'")
        tables = source.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
        ).fetchall()
        for (table,) in tables:
            _copy_table(source, target, table)
        target.commit()


def _copy_table(source: sqlite3.Connection, target: psycopg.Connection, table: str) -> None:
    rows = source.execute(f'SELECT * FROM "{table}"')
    columns = ", ".join(f'"{each[0]}"' for each in rows.description)
    with target.cursor().copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
    target.execute(
        f"""SELECT setval(pg_get_serial_sequence('"{table}"', 'id'), max(id)) FROM "{table}"
            HAVING max(id) IS NOT NULL"""
    )


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


if __name__ == "__main__":
    main()
