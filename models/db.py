"""The database: engine, sessions, column types, and the few things that differ between engines."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, ClassVar, cast

from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Executable,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Table,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError as DBAPIError  # passed on, as `Session` is
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, sessionmaker
from sqlalchemy.orm import Session as Session  # passed on: the scheduler names it, and no SQL
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

Sessions = sessionmaker[Session]

WAL_IS_SAFE_FROM = (3, 51, 3)
"""Below it a WAL reset can corrupt the file: sqlite.org/wal.html, "walresetbug"."""

Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only for a plain INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC. A naive one is refused; SQLite would hand it back naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table's base: constraints get names that Alembic can find again."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, int: Id}


@event.listens_for(Table, "after_parent_attach")
def _never_reuse_ids(table: Table, _parent: object) -> None:
    """SQLite gives a deleted row's number out again unless told not to; buttons in old messages
    hold ids, so a number must stay that one row's."""
    if table.metadata is Base.metadata:
        table.dialect_options["sqlite"]["autoincrement"] = True


class DaysAfter(FunctionElement[date]):
    """The day so many days after another: `DaysAfter(day, count)`."""

    type = Date()
    inherit_cache = True


class Earlier(FunctionElement[date]):
    """The earlier of two days, neither of them null."""

    type = Date()
    inherit_cache = True


class UtcDay(FunctionElement[date]):
    """The day of an instant, by UTC."""

    type = Date()
    inherit_cache = True


_ON_SQLITE = {
    DaysAfter: "date({}, '+' || {} || ' days')",
    Earlier: "min({}, {})",
    UtcDay: "date({})",
}
_ON_POSTGRES = {
    DaysAfter: "({} + {})",
    Earlier: "least({}, {})",
    UtcDay: "CAST({} AT TIME ZONE 'UTC' AS date)",
}


def _written(element: Any, compiler: Any, **told: Any) -> str:
    ways = _ON_SQLITE if compiler.dialect.name == "sqlite" else _ON_POSTGRES
    parts = [compiler.process(part, **told) for part in element.clauses]
    return ways[type(element)].format(*parts)


for _kind in _ON_SQLITE:
    compiles(_kind)(_written)


def within_workspace(table: str, column: str) -> ForeignKeyConstraint:
    """A foreign key over (workspace_id, column): a row can never point into another workspace."""
    return ForeignKeyConstraint(["workspace_id", column], [f"{table}.workspace_id", f"{table}.id"])


def open_engine(url: str, *, statement: float = 1.5, pool_wait: float = 1.0) -> Engine:
    """An engine for `url` with the time budget of its use.

    statement  seconds one statement (SQLite: one wait for the lock) may take: 1.5 within an
               interaction, 30 in a job (SQLite 5).
    pool_wait  seconds to wait for a free connection.
    Source of the figures: architecture section 8, reliability B7.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url, busy=min(statement, 5.0), pool_wait=pool_wait)
    waits = f"-c statement_timeout={int(statement * 1000)} -c lock_timeout={_lock_wait(statement)}"
    return create_engine(
        url,
        pool_size=10,
        max_overflow=5,
        pool_timeout=pool_wait,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 2,
            **_until_given_up(statement),
            "application_name": f"touchbase/{os.getpid()}",
            "options": f"{waits} -c idle_in_transaction_session_timeout=10000",
        },
    )


def sessions_for(engine: Engine) -> Sessions:
    """The factory whose `begin()` is the one way to a transaction. Rows outlive their session."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def reading(sessions: Sessions, *, steady: bool = False) -> Iterator[Session]:
    """A session that only reads: on SQLite it takes no write lock, so nobody waits for it.

    steady  every read sees what the first one saw, whatever is written meanwhile. On SQLite that
            is so anyway.
    """
    with sessions() as session:
        options: dict[str, Any] = {"only_reads": True}
        if steady and not is_sqlite(session):
            options["isolation_level"] = "REPEATABLE READ"
        session.connection(execution_options=options)
        yield session


def scan(session: Session, statement: Executable, told: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of a statement built once, read by Core: half of what the ORM's own way takes. As
    there, what the session has not yet written is written first."""
    session.flush()
    return session.connection().execute(statement, told).all()


def insert_if_absent(session: Session, table: type[Base], values: Mapping[str, Any]) -> int | None:
    """Insert a row unless one of the table's unique keys holds it already.

    Returns the new row's id, or None when the row was there. The unique key decides, so two
    processes at once end with one row.
    """
    statement = _insert_absent(table, session.get_bind().dialect.name)
    return session.execute(statement, dict(values)).scalar_one_or_none()


def insert_many_if_absent(
    session: Session,
    table: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *told: InstrumentedAttribute[Any],
) -> set[tuple[Any, ...]]:
    """Insert those rows that no unique key of the table holds already, hundreds in one statement.

    All rows name the same columns. Returns, of those that were new, the columns `told`.
    """
    if not rows:
        return set()
    names = tuple(one.key for one in told)
    statement = _insert_absent(table, session.get_bind().dialect.name, names)
    session.flush()
    new = session.connection().execute(statement, [dict(row) for row in rows])
    return {tuple(row) for row in new}


def insert_all_if_absent(
    session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert those rows that no unique key of the table holds already, thousands at a time: the
    driver runs one statement over and over. All rows name the same columns."""
    if rows:
        statement = _insert_absent_untold(table, session.get_bind().dialect.name)
        session.connection().execute(statement, [dict(row) for row in rows])


def insert_or_update(
    session: Session,
    table: type[Base],
    values: Mapping[str, Any],
    *,
    on: Sequence[str],
    changes: Callable[[Any], Mapping[str, Any]],
) -> None:
    """Insert a row, or where the unique key over `on` holds one already, change that.

    changes  the new values of an existing row, by column; it is handed the row refused.
    """
    dialect = session.get_bind().dialect.name
    statement = inserting_or_updating(dialect, table, on=on, changes=changes)
    session.flush()
    session.connection().execute(statement, dict(values))


def inserting_or_updating(
    dialect: str,
    table: type[Base],
    *,
    on: Sequence[str],
    changes: Callable[[Any], Mapping[str, Any]],
) -> postgresql.Insert | sqlite.Insert:
    """The statement of `insert_or_update`, for who keeps it."""
    statement = _insert(dialect, cast(Table, table.__table__))
    return statement.on_conflict_do_update(
        index_elements=list(on), set_=dict(changes(statement.excluded))
    )


def was_cut_off(fault: BaseException) -> bool:
    """Whether the database ended the connection while it was in use, as in a failover. Nothing of
    the transaction is left, or all of it; the pool has let go of its other connections too."""
    return isinstance(fault, DBAPIError) and fault.connection_invalidated


def clock_of(session: Session) -> datetime | None:
    """What time the database's own machine has; None for SQLite, which has none of its own."""
    if is_sqlite(session):
        return None
    return session.execute(select(func.clock_timestamp(type_=UtcDateTime))).scalar_one()


def is_sqlite(session: Session) -> bool:
    """Whether this is SQLite, where one writer at a time makes row locks needless."""
    return session.get_bind().dialect.name == "sqlite"


def _insert(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _insert_absent(
    table: type[Base], dialect: str, told: tuple[str, ...] = ("id",)
) -> ReturningInsert[Any]:
    """Made once: building it anew took as long as running it, or with many rows far longer."""
    rows = cast(Table, table.__table__)
    return (
        _insert(dialect, rows).on_conflict_do_nothing().returning(*(rows.c[name] for name in told))
    )


@cache
def _insert_absent_untold(table: type[Base], dialect: str) -> postgresql.Insert | sqlite.Insert:
    return _insert(dialect, cast(Table, table.__table__)).on_conflict_do_nothing()


def _until_given_up(statement: float) -> dict[str, int]:
    """When a connection counts as lost whose other side has fallen silent (a host that died, a
    firewall): by themselves the kernels wait a quarter of an hour. libpq ignores these settings
    on a Unix socket. Source: postgresql.org/docs/current/libpq-connect.html."""
    return {
        "tcp_user_timeout": int(min(statement, 5.0) * 1000),  # for what was sent, milliseconds
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
    }


def _lock_wait(statement: float) -> int:
    return 500 if statement <= 2 else 5000


def _sqlite(url: str, *, busy: float, pool_wait: float) -> Engine:
    engine = create_engine(
        url,
        pool_size=10,
        max_overflow=30,
        pool_timeout=pool_wait,
        connect_args={"timeout": busy, "check_same_thread": False},
    )
    wal = sqlite3.sqlite_version_info >= WAL_IS_SAFE_FROM

    @event.listens_for(engine, "connect")
    def _open(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        connection.execute(f"PRAGMA journal_mode={'WAL' if wal else 'DELETE'}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # IMMEDIATE: reading and then writing must not meet a stale snapshot (SQLITE_BUSY).
        reads = connection.get_execution_options().get("only_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
