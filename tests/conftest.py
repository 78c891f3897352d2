"""Fixtures every test may ask for: databases at the present schema, and the browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright

from models.db import Sessions, sessions_for
from tests import databases

hypothesis_settings.register_profile("touchbase", deadline=None, derandomize=True)
hypothesis_settings.load_profile("touchbase")

CHROMIUM = next(
    (
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)


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


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path. Without one the browser's tests are skipped, except in CI."""
    if CHROMIUM is None:
        hint = "no Chromium found: install the package `chromium` to run the browser tests"
        if os.environ.get("CI") == "true":
            pytest.fail(hint)
        pytest.skip(hint)
    return CHROMIUM


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """The browser, without a window."""
    quiet = ("gpu", "quic", "background-networking", "component-update", "sync")
    args = ["--no-sandbox", "--no-first-run", *[f"--disable-{each}" for each in quiet]]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=args)
        yield browser
        browser.close()
