"""`touchbase import`: accounts, contacts and competitors from a CSV file."""

from __future__ import annotations

from pathlib import Path

import click

KINDS = ["users", "accounts", "contacts", "competitors", "products", "opportunities"]
"""Here too, so that `--help` needs no table; the tests see that the two lists are one."""


@click.command("import")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.csv")
@click.option(
    "--map", "maps", multiple=True, metavar="COLUMN=FIELD", help="Take a column for a field."
)
@click.option("--set", "sets", multiple=True, metavar="FIELD=VALUE", help="Give every row a value.")
@click.option("--delimiter", default=",", show_default=True, help="What separates the columns.")
@click.option("--encoding", help="Such as cp1252. Default: UTF-8, or UTF-16 with its mark.")
@click.option(
    "--dates",
    type=click.Choice(["iso", "mdy", "dmy"]),
    default="iso",
    show_default=True,
    help="How the file writes days: 2026-03-31, 3/31/2026 or 31/3/2026.",
)
@click.option("--skip-bad", is_flag=True, help="Take the good rows of a file with bad ones.")
@click.option(
    "--not-patients",
    is_flag=True,
    help="Take rows whose words only may describe a patient: none of them does.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and store nothing.")
@click.option("--workspace", metavar="TEAM_ID", help="Which workspace, on an empty database.")
def import_(
    kind: str,
    file: Path,
    maps: tuple[str, ...],
    sets: tuple[str, ...],
    delimiter: str,
    encoding: str | None,
    dates: str,
    skip_bad: bool,
    not_patients: bool,
    dry_run: bool,
    workspace: str | None,
) -> None:
    """Take accounts, contacts or competitors over from a CSV file; again and again if need be.

    The last line on stdout is new=… changed=… unchanged=… rejected=….
    """
    # Imported here: the other commands start without the tables of an import.
    from bot import imports
    from models.imports.run import Order

    order = Order(kind, file, maps, sets, delimiter, encoding, dates, skip_bad, not_patients)
    imports.do(order, team_id=workspace, dry_run=dry_run)
