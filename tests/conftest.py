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

from models.db import Sessions, open_engine, sessions_for
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


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A SQLite file at the present schema."""
    return databases.sqlite_at_head(tmp_path, sqlite_template)


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A PostgreSQL database at the present schema."""
    url = databases.postgres_at_head(postgres)
    yield url
    databases.drop_postgres(postgres, url)


@pytest.fixture
def sessions(sqlite_url: str) -> Iterator[Sessions]:
    """Sessions on a fresh SQLite file."""
    engine = open_engine(sqlite_url)
    yield sessions_for(engine)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def each_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The test runs on SQLite and again on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    engine = open_engine(url, statement=30)
    yield Database(url, sessions_for(engine))
    engine.dispose()


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
