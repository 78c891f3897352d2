"""`touchbase import`: people, accounts and what else a CSV file holds; and taking it back."""

from __future__ import annotations

from pathlib import Path

import click

KINDS = [
    *("users", "accounts", "contacts", "competitors", "products", "opportunities"),
    *("touches", "referrals", "goals"),
]
"""Here too, so that `--help` needs no table; the tests see that the two lists are one."""

UNDO = "undo"


@click.command("import")
@click.argument("kind", type=click.Choice([*KINDS, UNDO]))
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.csv|NUMBER")
@click.option(
    "--map", "maps", multiple=True, metavar="COLUMN=FIELD", help="Use a column for a field."
)
@click.option("--set", "sets", multiple=True, metavar="FIELD=VALUE", help="Give every row a value.")
@click.option("--delimiter", help="What separates the columns. Default: a comma.")
@click.option("--encoding", help="Such as cp1252. Default: UTF-8, or UTF-16 with its mark.")
@click.option(
    "--dates",
    type=click.Choice(["iso", "mdy", "dmy"]),
    help="How the file writes days: 2026-03-31 (the default), 3/31/2026 or 31/3/2026.",
)
@click.option(
    "--save-mapping", "save_as", metavar="NAME", help="Save these five options under a name."
)
@click.option("--mapping", metavar="NAME", help="Use the options saved under this name.")
@click.option("--skip-bad", is_flag=True, help="Import the good rows and leave out the bad ones.")
@click.option(
    "--not-patients",
    is_flag=True,
    help="Import rows that only might describe a patient: none of them does.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and store nothing.")
@click.option("--workspace", metavar="TEAM_ID", help="Which workspace, on an empty database.")
def import_(
    kind: str,
    file: Path,
    maps: tuple[str, ...],
    sets: tuple[str, ...],
    delimiter: str | None,
    encoding: str | None,
    dates: str | None,
    save_as: str | None,
    mapping: str | None,
    skip_bad: bool,
    not_patients: bool,
    dry_run: bool,
    workspace: str | None,
) -> None:
    """Take users, accounts, contacts, competitors, products, opportunities, touches, referrals or
    goals over from a CSV file; again and again if need be. The last line on stdout is
    new=… changed=… unchanged=… rejected=….

    `touchbase import undo 17` takes import 17 back, within 24 hours.
    """
    # Imported here: the other commands start without the tables of an import.
    from bot import imports
    from models.imports.mappings import Options

    if kind == UNDO:
        imports.undo(str(file), team_id=workspace)
        return
    asked = imports.Asked(
        kind,
        file,
        Options(maps, sets, delimiter, encoding, dates),
        mapping=mapping,
        save_as=save_as,
        skip_bad=skip_bad,
        not_patients=not_patients,
    )
    imports.do(asked, team_id=workspace, dry_run=dry_run)
