"""`touchbase report`: a report's totals on the screen, its rows in a workbook or a CSV file."""

from __future__ import annotations

from pathlib import Path

import click

NAMES = (
    *("activity", "closings", "follow-up", "goal-adherence", "pipeline", "referral-log"),
    "territory-review",
)
BYS = ("agent", "manager", "region", "product")


@click.command()
@click.argument("name", type=click.Choice(NAMES, case_sensitive=False))
@click.option(
    "--period",
    metavar="PERIOD",
    help="2026-Q1, 2026-03, 2026-W10, 2016-10-01..2017-12-31 or all. Default: this month.",
)
@click.option("--by", type=click.Choice(BYS, case_sensitive=False), help="How to group the rows.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="A file: .xlsx or .csv."
)
@click.option("--workspace", metavar="TEAM_ID", help="Which workspace, on an empty database.")
def report(
    name: str, period: str | None, by: str | None, out: Path | None, workspace: str | None
) -> None:
    """Make a report about everybody; prints its totals."""
    # Imported here: the other commands start without the tables.
    from bot import reports

    for line in reports.do(name, period, by, out, team_id=workspace):
        click.echo(line)
