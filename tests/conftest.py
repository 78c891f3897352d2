"""Fixtures every test may ask for: databases at the present schema, and the browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, expect, sync_playwright

from models.db import Sessions, sessions_for
from tests import databases, sandbox

hypothesis_settings.register_profile("touchbase", deadline=None, derandomize=True)
hypothesis_settings.load_profile("touchbase")


@dataclass(frozen=True)
class Database:
    """A fresh database: its URL for a process, its sessions for a test."""

    url: str
    sessions: Sessions


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("template") / "touchbase.db"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of this test process's own PostgreSQL server."""
    with databases.postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this test process has its SQLite file, one after the other."""
    return tmp_path_factory.mktemp("sqlite") / "file"


@pytest.fixture
def sqlite_url(sqlite_folder: Path, sqlite_template: Path) -> str:
    """A fresh SQLite file at the present schema."""
    return databases.sqlite_again(sqlite_folder, sqlite_template)


@pytest.fixture(scope="session")
def reused_postgres(postgres: str) -> databases.Reused:
    """This test process's one database, for all tests in turn."""
    return databases.Reused(postgres)


@pytest.fixture
def postgres_url(reused_postgres: databases.Reused) -> Iterator[str]:
    """A PostgreSQL database at the present schema, without a row."""
    yield reused_postgres.url
    reused_postgres.clear()


@pytest.fixture(scope="session")
def engines() -> databases.Engines:
    """The engines of this test process."""
    return databases.Engines()


@pytest.fixture
def sessions(sqlite_url: str, engines: databases.Engines) -> Iterator[Sessions]:
    """Sessions on a fresh SQLite file."""
    with engines.on(sqlite_url) as engine:
        yield sessions_for(engine)


@pytest.fixture(params=["sqlite", "postgres"])
def each_database(request: pytest.FixtureRequest, engines: databases.Engines) -> Iterator[Database]:
    """The test runs on SQLite and again on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    with engines.on(url, statement=30) as engine:
        yield Database(url, sessions_for(engine))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser. Without one its tests are skipped, except in CI."""
    with sync_playwright() as playwright:
        try:
            browser = sandbox.chromium(playwright)
        except sandbox.NoChromium as hint:
            if os.environ.get("CI") == "true":
                pytest.fail(str(hint))
            pytest.skip(str(hint))
        expect.set_options(timeout=sandbox.PATIENCE)
        yield browser
        browser.close()
