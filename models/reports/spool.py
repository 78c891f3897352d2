"""Rows set aside in a file without a name, so that the database is let go of before they are
written: on SQLite whoever reads for long keeps others from saving."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from models.reports.report import ONE_BATCH, Report, Row, Table


@contextmanager
def holding() -> Iterator[Callable[[Report], Report]]:
    """A function that reads all rows of a report; what it returns lasts as long as the block."""
    with ExitStack() as files:
        yield lambda report: replace(
            report, tables=[_held(files, table) for table in report.tables]
        )


def _held(files: ExitStack, table: Table) -> Table:
    if isinstance(table.rows, list):
        return table
    file = files.enter_context(TemporaryFile(prefix="touchbase-"))  # noqa: SIM115 - it is one
    rows = iter(table.rows)
    while batch := list(islice(rows, ONE_BATCH)):
        pickle.dump(batch, file)
    return replace(table, rows=_read(file))


def _read(file: IO[bytes]) -> Iterator[Row]:
    end = file.tell()
    file.seek(0)
    while file.tell() < end:
        yield from pickle.load(file)  # noqa: S301 - written above, and nobody else can open it
