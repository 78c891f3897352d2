"""The sandbox as a process, for tests that look at its page."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.running import ROOT


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[str]:
    """`touchbase sandbox` with its sample data; its address."""
    env = {name: value for name, value in os.environ.items() if "SLACK" not in name}
    env.update(PYTHONPATH=str(ROOT), XDG_CACHE_HOME=str(tmp_path))
    env.pop("DATABASE_URL", None)
    words = ["sandbox", "--port", "0", "--no-open"]
    with subprocess.Popen(
        [sys.executable, "-m", "bot.cli", *words],
        cwd=ROOT,
        env=env,
        stdout=-1,
        stderr=-1,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = iter(process.stdout.readline, "")
        yield next(line for line in told if line.startswith("Open ")).split()[1]
        process.terminate()
