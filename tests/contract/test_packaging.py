"""What is shipped: the four packages whole, the manifest, one command, and no name of another's."""

from __future__ import annotations

import email
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "handlers", "models", "scheduler")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (file,) = folder.glob("touchbase_slack-*.whl")
    return zipfile.ZipFile(file)


def test_the_wheel_has_every_file_of_the_four_packages_and_the_manifest(
    wheel: zipfile.ZipFile,
) -> None:
    ours = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert shipped == ours | {"bot/manifest.yml"}
    for needed in ("models/migrations/script.py.mako", "bot/sandbox/page/index.html"):
        assert needed in shipped
    assert wheel.read("bot/manifest.yml") == (ROOT / "manifest.yml").read_bytes()


def test_the_wheel_brings_one_command_and_its_licence(wheel: zipfile.ZipFile) -> None:
    info = next(name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name)
    commands = wheel.read(f"{info}/entry_points.txt").decode()
    assert "touchbase = bot.cli:main" in commands
    told = email.message_from_string(wheel.read(f"{info}/METADATA").decode())
    assert told["Name"] == "touchbase-slack"
    assert told["License-Expression"] == "Apache-2.0"
    assert "Apache License" in wheel.read(f"{info}/licenses/LICENSE").decode()


def test_nothing_we_depend_on_takes_one_of_our_four_names() -> None:
    taken = metadata.packages_distributions()
    for package in PACKAGES:
        assert set(taken.get(package, [])) <= {"touchbase-slack"}, package


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_every_version_by_its_hash_and_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"^(?=[\w-]+==)", text, flags=re.MULTILINE) if entry]
    assert len(entries) > len(PROJECT["dependencies"])
    for entry in entries:
        assert "--hash=sha256:" in entry, entry
    assert not re.search(r"://|--(extra-)?index-url|--find-links|file:", text)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_has_all_that_the_project_asks_for(lock: str) -> None:
    pins = re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
    asked = {re.split(r"[\[<>=~!; ]", line)[0].lower() for line in PROJECT["dependencies"]}
    assert asked <= {pin.lower() for pin in pins}


def test_both_locks_pin_the_same_versions() -> None:
    run, dev = (
        dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert {name: dev.get(name) for name in run} == run


def test_what_this_runs_on_is_what_the_lock_pins() -> None:
    pins = re.findall(r"^([\w.-]+)==(\S+)(.*)$", (ROOT / "requirements.lock").read_text(), re.M)
    for name, version, rest in pins:
        if ";" not in rest:  # a marker may leave it out on this machine
            assert metadata.version(name) == version, name


def ours_and_new() -> list[Path]:
    """Every file that is, or is about to be, committed."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a clone: there is nothing to be committed")
    found = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    return [ROOT / name for name in found if name and (ROOT / name).is_file()]


def hosts_of_this_machines_index() -> set[str]:
    """Where pip looks on this machine. Not the public index, which anybody may name."""
    said = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True
    ).stdout
    said += " ".join(
        value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))
    )
    urls = re.findall(r"https?://[^\s'\",]+", said)
    hosts = {urlsplit(url).hostname or "" for url in urls}
    return hosts - {"", "localhost", "127.0.0.1", "pypi.org", "files.pythonhosted.org"}


def test_no_file_names_a_folder_or_an_index_of_the_machine_it_was_made_on() -> None:
    # In pieces, or this very file would be found.
    folders = "|".join(("work", "tmp", "home", "root", "opt", "Users"))
    told = [rf"(?<![\w.~}}])/(?:{folders})/", *map(re.escape, hosts_of_this_machines_index())]
    wanted = re.compile("|".join(told).encode())
    files = ours_and_new()
    assert len(files) > 50
    found = []
    for file in files:
        content = file.read_bytes()
        if match := wanted.search(content):
            line = content.count(b"\n", 0, match.start()) + 1
            found.append(f"{file.relative_to(ROOT)}:{line}")
    assert found == []
