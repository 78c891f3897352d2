"""Bringing a database to the present schema. Alembic is imported only when there is work."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, make_url, text

from models.db import open_engine

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0011"
"""The newest step in `migrations/versions`; a contract test holds it to Alembic's own answer."""


class NewerDatabase(Exception):
    """The database was brought further by a newer Touchbase; this one must not touch it."""


def version(engine: Engine) -> str | None:
    """The step the database is at; None for an empty one."""
    with engine.connect() as connection:
        return _version(connection)


def is_at_head(engine: Engine) -> bool:
    """Whether the database has the schema this code wants."""
    return version(engine) == HEAD


def upgrade(url: str) -> str | None:
    """Bring the database at `url` to head, an older SQLite file after copying it beside itself.

    Returns the copy's path, or None when none was made.
    """
    engine = open_engine(url, statement=300)
    try:
        at = version(engine)
        if at == HEAD:
            return None
        if at is not None and at > HEAD:
            raise NewerDatabase(at)
        copy = _copy(url, at)
        with engine.begin() as connection:
            _to_head(connection)
        return copy
    finally:
        engine.dispose()


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration for our steps, on a given connection."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.attributes["connection"] = connection
    return made


def _to_head(connection: Connection) -> None:
    from alembic import command

    if connection.dialect.name == "postgresql":
        # Two hosts starting at once: the second waits here, then finds nothing to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(84120071)"))
    command.upgrade(config(connection), "head")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _copy(url: str, at: str | None) -> str | None:
    file = make_url(url).database
    if at is None or make_url(url).get_backend_name() != "sqlite" or not file:
        return None
    copy = f"{file}.before-{HEAD}"
    # SQLite's own copying waits for a writer in mid transaction; a plain file copy would not.
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy
