"""Copy a SQLite file of a running Touchbase, and see that the copy is whole.

    python backup_sqlite.py touchbase.db backups/touchbase-monday.db

SQLite's own copying waits for writers in mid transaction; a plain file copy would not. Exit 1,
with a sentence, when there is no good copy.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

PAGES, PAUSE = 2_000, 0.01
"""So many pages at a time, and so many seconds between, in which the bot gets to write."""


def main(words: list[str]) -> str | None:
    """Make the copy; what went wrong, if anything did."""
    if len(words) != 2:
        return "usage: backup_sqlite.py FILE COPY"
    file, copy = map(Path, words)
    if not file.is_file():
        return f"{file} is not there."
    if copy.exists():
        return f"{copy} is there already; it was left as it is."
    unfinished = copy.with_name(f"{copy.name}.part")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(unfinished)) as target,
        ):
            source.backup(target, pages=PAGES, sleep=PAUSE)
            found = target.execute("PRAGMA integrity_check").fetchone()[0]
    except (sqlite3.Error, OSError) as fault:
        return f"{file} could not be copied ({fault})."
    if found != "ok":
        return f"The copy of {file} is not whole ({found})."
    unfinished.rename(copy)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
