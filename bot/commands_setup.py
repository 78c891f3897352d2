"""`touchbase migrate`, `doctor` and `manifest`: what an admin needs before the first run."""

from __future__ import annotations

import click
from sqlalchemy.exc import DBAPIError

from bot import doctor as checks
from bot import manifest as manifests
from bot import opening
from bot import settings as environment
from bot.settings import SettingsError
from models import migrate as migrations


@click.command()
def migrate() -> None:
    """Bring the database to the present schema."""
    settings = environment.read()
    try:
        copy = migrations.upgrade(settings.database_url)
    except DBAPIError as fault:
        raise SettingsError(opening.no_database(settings, fault)) from fault
    except migrations.NewerDatabase:
        raise SettingsError(opening.NEWER) from None
    if copy:
        click.echo(f"The database as it was is in {copy}")
    click.echo(f"The database is at {migrations.HEAD}.")


@click.command()
def doctor() -> None:
    """Check settings, token, scopes and database, and say what to fix."""
    found = checks.examine(environment.read())
    for line in found:
        click.echo(f"{'✓' if line.well else '✗'} {line.text}")
    if not all(line.well for line in found):
        raise SystemExit(1)


@click.command()
@click.option(
    "--url", help="Where Slack reaches the bot over HTTP, such as https://bot.example.com."
)
def manifest(url: str | None) -> None:
    """Print the app manifest: for Socket Mode, or with --url for HTTP."""
    if url is not None and not url.startswith("https://"):
        raise click.BadParameter("must begin with https://", param_hint="--url")
    click.echo(manifests.text(url), nl=False)
