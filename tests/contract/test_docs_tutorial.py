"""Whoever follows docs/developers.md to the letter has a command that works."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import pages
from tests.pages import ROOT

PAGE = "docs/developers.md"
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is here, and everything done that the page says to do."""
    if any((ROOT / new).exists() for new in pages.new_files(PAGE)):
        pytest.skip("somebody is following the page right here")
    folder = tmp_path_factory.mktemp("clone")
    away = shutil.ignore_patterns(".git", ".venv", "__pycache__", "*.db", ".*_cache")
    shutil.copytree(ROOT, folder, ignore=away, dirs_exist_ok=True)
    for fence in pages.fences(PAGE):
        if fence.info == "python":
            (new,) = re.findall(r"A new file, `([\w/]+\.py)`", fence.before)
            (folder / new).write_text(fence.text, encoding="utf-8")
        elif fence.info == "diff":
            (changed,) = re.findall(r"`([\w/]+\.(?:py|yml))`", fence.before)
            apply(fence.text, folder / changed)
    return folder


def apply(diff: str, file: Path) -> None:
    """Change the one place that looks as the diff says."""
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{file.name} has not one place for\n{diff}"
    file.write_text(text.replace(before, after), encoding="utf-8")


def run(clone: Path, *words: str) -> str:
    """Run a command there; what it says. It must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=clone,
        env={"PATH": f"{BIN}:/usr/bin:/bin", "PYTHONPATH": str(clone), "HOME": str(clone)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_command_passes_its_own_test_and_the_manifests(clone: Path) -> None:
    (line,) = [each for each in pages.for_a_shell(PAGE) if "pytest" in each]
    said = run(clone, *shlex.split(line)[2:])
    assert "passed" in said


def test_its_code_is_in_the_house_style(clone: Path) -> None:
    new = pages.new_files(PAGE)
    assert new
    run(clone, "ruff", "check", "--no-cache", "--quiet", "handlers/routes.py", *new)
    run(clone, "ruff", "format", "--no-cache", "--check", "handlers/routes.py", *new)
