"""`touchbase tick`: one pass of the clock, for hosts that only have cron."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

_YEARS = range(2000, 2100)


class Instant(click.ParamType[datetime]):
    """An instant with its zone, such as 2026-03-09T13:00:00Z."""

    name = "instant"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The instant in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail("write it like 2026-03-09T13:00:00Z.", param, ctx)
        if moment.tzinfo is None:
            self.fail("say the zone too, like 2026-03-09T13:00:00Z.", param, ctx)
        if moment.year not in _YEARS:
            self.fail("that year is too far away.", param, ctx)
        return moment.astimezone(UTC)


@click.command()
@click.option("--at", type=Instant(), help="What counts as now. Default: the present.")
def tick(at: datetime | None) -> None:
    """Plan, send and settle what is due, once, and print what was done as one JSON line."""
    # Imported here: the other commands start without the scheduler.
    from bot import logs, opening, settings
    from bot.slack import POSTING, web_client
    from models.clock import fixed, system
    from scheduler import tick as one_pass

    read = settings.read()
    settings.need(read, "SLACK_BOT_TOKEN")
    logs.set_up()
    moment = at or system().replace(microsecond=0)
    with opening.database(read) as sessions:
        opening.serve(sessions, read, fixed(moment))
        client = web_client(read, POSTING)
        tally = one_pass.tick(sessions, lambda _workspace: client, moment)
    click.echo(json.dumps(tally.as_row()))
