"""`touchbase export`: everything, as CSV files in a folder or as one workbook."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER|FILE.xlsx",
    help="Where to: a folder for a CSV file per table, or a workbook with a sheet each.",
)
@click.option("--workspace", metavar="TEAM_ID", help="Which workspace, if you want to be sure.")
def export(out: Path, workspace: str | None) -> None:
    """Write out everything Touchbase keeps. The last line on stdout is tables=… rows=….

    Files of the same names are replaced; only you can read the new ones.
    """
    # Imported here: the other commands start without the tables.
    from bot import exports

    exports.do(out, team_id=workspace)
