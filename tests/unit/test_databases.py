"""The tests' own PostgreSQL, also without the one from pip; and what a connection to it is told."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, text

from models.db import open_engine
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


def test_a_postgresql_that_falls_silent_is_given_up_while_a_person_waits(postgres_url: str) -> None:
    for statement, given_up in ((1.5, "1500"), (30, "5000")):
        engine = open_engine(postgres_url, statement=statement)
        with engine.connect() as connection:
            told = connection.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]
        engine.dispose()
        assert told["tcp_user_timeout"] == given_up
        assert told["keepalives_idle"] == "5"
