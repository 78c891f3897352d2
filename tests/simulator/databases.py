"""A database that is empty again for each seed, with everything SQLAlchemy has learnt kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, event, inspect, text

from models import migrate
from models.db import open_engine


@dataclass
class Clean:
    """`engine()` empties the database and returns its engine."""

    _engine: Engine
    _empty: Callable[[Engine], None]

    def engine(self) -> Engine:
        """The engine of a database with a schema and no rows."""
        self._empty(self._engine)
        return self._engine

    def close(self) -> None:
        """No more seeds."""
        self._engine.dispose()

    @classmethod
    def sqlite(cls, folder: Path, url: str | None = None) -> Clean:
        """A file, whose writes need not outlive this machine."""
        if url is None:
            url = f"sqlite:///{folder / 'simulated.db'}"
            migrate.upgrade(url)
        pristine = sqlite3.connect(":memory:")
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            file.backup(pristine)
        file.close()
        engine = open_engine(url, statement=30)

        @event.listens_for(engine, "connect")
        def _hurry(connection: sqlite3.Connection, _entry: object) -> None:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA journal_mode=MEMORY")

        def empty(engine: Engine) -> None:
            raw = engine.raw_connection()
            pristine.backup(raw.driver_connection)
            raw.close()

        return cls(engine, empty)

    @classmethod
    def postgres(cls, url: str) -> Clean:
        """A database at the present schema, all of whose rows are thrown away."""
        engine = open_engine(url, statement=30)
        tables = set(inspect(engine).get_table_names()) - {"alembic_version"}
        named = ", ".join(f'"{table}"' for table in sorted(tables))

        def empty(engine: Engine) -> None:
            with engine.begin() as connection:
                connection.execute(text(f"TRUNCATE {named} RESTART IDENTITY CASCADE"))

        return cls(engine, empty)
