"""Imports go one way, and the contracts that say so would notice one that does not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "handlers", "models", "scheduler")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the checkout, or on a copy of it."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four packages and their contracts, for a test to break."""
    folder = tmp_path_factory.mktemp("checkout")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_every_import_goes_the_way_it_should() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("models/text.py", "import handlers.parsing", "Imports go one way"),
        ("handlers/parsing.py", "import scheduler.loop", "Imports go one way"),
        ("models/text.py", "import slack_sdk", "models knows no Slack"),
        ("models/text.py", "import urllib.request", "models knows no Slack"),
        ("handlers/parsing.py", "import sqlalchemy", "handlers and scheduler know no SQL"),
        ("scheduler/timing.py", "import sqlalchemy", "handlers and scheduler know no SQL"),
        ("handlers/views/words.py", "import models.clock", "views are pure"),
        ("scheduler/timing.py", "import handlers.people", "scheduler takes only views"),
        ("bot/sandbox/world.py", "import models.accounts", "the sandbox speaks"),
        ("models/text.py", "import models.capture", "the subjects of models form no circle"),
    ],
)
def test_one_that_does_not_is_named(copy: Path, module: str, line: str, contract: str) -> None:
    file = copy / module
    before = file.read_text(encoding="utf-8")
    file.write_text(f"{before}\n{line}\n", encoding="utf-8")
    try:
        done = lint(copy)
    finally:
        file.write_text(before, encoding="utf-8")
    broken = [row for row in done.stdout.splitlines() if " BROKEN" in row]
    assert any(row.startswith(contract) for row in broken), done.stdout
