"""What the simulator's tests share: quiet logs, clean databases, and the sum of all figures."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from _pytest.terminal import TerminalReporter

from tests import databases
from tests.simulator.databases import Clean

FIGURES = "simulated"
"""The property under which a test hands in its figures."""


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """Thousands of failures on purpose are not worth a line each."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
    structlog.reset_defaults()


@pytest.fixture
def clean_sqlite(tmp_path: Path, sqlite_template: Path) -> Iterator[Clean]:
    clean = Clean.sqlite(tmp_path, databases.sqlite_at_head(tmp_path, sqlite_template))
    yield clean
    clean.close()


@pytest.fixture
def clean_postgres(postgres_url: str) -> Iterator[Clean]:
    clean = Clean.postgres(postgres_url)
    yield clean
    clean.close()


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """One line for all seeds, whichever process ran them."""
    total: Counter[str] = Counter()
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        if report.when == "call":
            for name, figures in report.user_properties:
                if name == FIGURES:
                    total += Counter(figures)
    if total:
        told = ", ".join(f"{name} {count:,}" for name, count in sorted(total.items()))
        terminalreporter.write_line(f"simulated: {told}; lost {total['lost']}")
