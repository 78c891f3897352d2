"""How long an import takes beside its floor: reading the file with `csv` and one Core bulk insert
of the very rows the import stores. Both in this run, each round on an empty database.

    python -m bench.import_ ../shared/data/cms-hospital-general-information.csv
"""

from __future__ import annotations

import argparse
import csv
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select

from models import workspaces
from models.accounts import Account
from models.clock import system
from models.db import Sessions, open_engine, sessions_for
from models.import_runs import ImportChange
from models.imports import run
from models.imports.run import Order
from tests import databases

MAPS = (
    "Facility ID=external_id",
    "Facility Name=name",
    "City/Town=city",
    "ZIP Code=zip",
    "Telephone Number=phone",
    "Hospital Type=type",
)
PUBLIC = Path(__file__).parents[2] / "shared/data/cms-hospital-general-information.csv"
HOSPITALS = Order("accounts", Path(), maps=MAPS, sets=("owner=U0BENCH", "tier=A"))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("file", type=Path, nargs="?", default=PUBLIC)
    asked.add_argument("--rounds", type=int, default=7)
    given = asked.parse_args()
    if not given.file.exists():
        print(f"import: {given.file.name} is absent, so it is not measured")
        return
    with tempfile.TemporaryDirectory() as folder:
        url = databases.sqlite_at_head(Path(folder), Path(folder) / "template.db")
        measure("SQLite", url, given.file, given.rounds)
    with databases.postgres_server() as server:
        measure("PostgreSQL", databases.postgres_at_head(server), given.file, given.rounds)


def measure(name: str, url: str, file: Path, rounds: int) -> None:
    """Print the median of each, in milliseconds, and the ratio."""
    engine = open_engine(url, statement=30)
    sessions = sessions_for(engine)
    order = replace(HOSPITALS, file=file)
    with sessions.begin() as session:
        workspaces.ensure(session, "T1", name="Bench", zone="America/Chicago", now=system())
    first_import(sessions, order)
    rows = stored(sessions)
    floors, firsts, seconds = [], [], []
    for _ in range(rounds):
        empty(sessions)
        floors.append(timed(lambda: floor(sessions, file, rows)))
        empty(sessions)
        firsts.append(timed(lambda: first_import(sessions, order)))
        seconds.append(timed(lambda: first_import(sessions, order)))
    engine.dispose()
    least, first, second = map(statistics.median, (floors, firsts, seconds))
    print(
        f"{name}: {len(rows):,} rows; floor {least:.0f} ms; import {first:.0f} ms "
        f"({first / least:.2f} x); again, unchanged {second:.0f} ms ({second / least:.2f} x)"
    )


def floor(sessions: Sessions, file: Path, rows: list[dict[str, Any]]) -> None:
    with file.open(newline="", encoding="utf-8") as opened:
        read = list(csv.reader(opened, strict=True))
    assert len(read) > len(rows)
    with sessions.begin() as session:
        session.connection().execute(insert(Account.__table__), rows)


def first_import(sessions: Sessions, order: Order) -> None:
    parsed = run.parse(order)
    with sessions.begin() as session:
        workspace = workspaces.only(session)
        assert workspace is not None
        run.store(session, workspace, parsed, system())


def stored(sessions: Sessions) -> list[dict[str, Any]]:
    with sessions() as session:
        found = session.execute(select(Account.__table__).order_by(Account.id)).mappings()
        return [{name: value for name, value in row.items() if name != "id"} for row in found]


def empty(sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.execute(delete(ImportChange))
        session.execute(delete(Account))


def timed(act: Callable[[], None]) -> float:
    gc.collect()
    gc.freeze()  # as the command does: only what the act itself makes is looked through
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
