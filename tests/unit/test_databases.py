"""The tests' own PostgreSQL: also without the one from pip."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, text

from tests import databases


def test_a_server_found_on_the_machine_stands_in_for_the_one_from_pip() -> None:
    programs = databases.programs_of_this_machine()
    if programs is None:
        pytest.skip("this machine has no PostgreSQL of its own")
    # Not tmp_path: its name is too long for a socket, and closed to others.
    with (
        TemporaryDirectory(prefix="touchbase-pg-") as folder,
        databases.from_this_machine(programs, Path(folder)) as server,
    ):
        url = databases.postgres_at_head(server)
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM touch")).scalar() == 0
        engine.dispose()
        databases.drop_postgres(server, url)
