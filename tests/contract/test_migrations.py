"""The steps of Alembic lead to the tables the code declares, and back, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from models import migrate
from models.db import open_engine
from models.tables import metadata
from tests import databases
from tests.conftest import Database

OURS = set(metadata.tables)


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = open_engine(url, statement=30)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: str = request.getfixturevalue("postgres")
    url = databases.empty_postgres(server)
    yield url
    databases.drop_postgres(server, url)


def tables_in(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def described(engine: Engine) -> dict[str, Any]:
    """Every table as the database has it. Alembic's own comparison leaves out checks and keys."""
    inspector = inspect(engine)

    def of(table: str) -> dict[str, Any]:
        columns = inspector.get_columns(table)
        return {
            "columns": sorted(
                (one["name"], str(one["type"]), one["nullable"], one["default"]) for one in columns
            ),
            "primary": inspector.get_pk_constraint(table)["constrained_columns"],
            "unique": by_name(inspector.get_unique_constraints(table), "column_names"),
            "checks": by_name(inspector.get_check_constraints(table), "sqltext"),
            "indexes": by_name(inspector.get_indexes(table), "column_names", "unique"),
            "foreign": sorted(
                (one["constrained_columns"], one["referred_table"], one["referred_columns"])
                for one in inspector.get_foreign_keys(table)
            ),
        }

    return {table: of(table) for table in OURS}


def by_name(found: Any, *facts: str) -> list[Any]:
    return sorted((one["name"], *(one[fact] for fact in facts)) for one in found)


def test_a_migrated_database_has_the_tables_the_code_declares(each_database: Database) -> None:
    with opened(each_database.url) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_migrated_database_has_every_key_and_check_the_code_declares(empty_url: str) -> None:
    with opened(empty_url) as engine:
        metadata.create_all(engine)
        declared = described(engine)
        metadata.drop_all(engine)
        assert not tables_in(engine) & OURS
        migrate.upgrade(empty_url)
        engine.dispose()  # the inspector of a connection would remember what was there
        assert described(engine) == declared


def test_head_is_alembics_own(sqlite_url: str) -> None:
    assert ScriptDirectory.from_config(migrate.config()).get_current_head() == migrate.HEAD
    with opened(sqlite_url) as engine:
        assert migrate.version(engine) == migrate.HEAD
        assert migrate.is_at_head(engine)


def test_down_to_nothing_and_up_again(empty_url: str) -> None:
    assert migrate.upgrade(empty_url) is None  # nothing there to be copied first
    with opened(empty_url) as engine:
        before = described(engine)
        with engine.begin() as connection:
            command.downgrade(migrate.config(connection), "base")
        assert tables_in(engine) == {"alembic_version"}
        assert migrate.version(engine) is None
        migrate.upgrade(empty_url)
        assert described(engine) == before


def test_a_second_time_changes_nothing(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    with opened(empty_url) as engine:
        before = described(engine)
        assert migrate.upgrade(empty_url) is None
        assert described(engine) == before


def test_sqlite_never_gives_a_deleted_rows_number_to_another(sqlite_url: str) -> None:
    with opened(sqlite_url) as engine, engine.connect() as connection:
        made = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
        ).all()
    numbered = {name for name, sql in made if "AUTOINCREMENT" in sql}
    assert numbered == {name for name, table in metadata.tables.items() if "id" in table.c}
