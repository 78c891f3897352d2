"""`touchbase list`: the entries people choose from, shown and changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from models.choosing import Wish
    from models.clock import Clock


@click.command("list")
@click.argument("name", metavar="LIST")
@click.option("--add", metavar="LABEL", help="A new entry.")
@click.option("--meaning", default="open", help="Of a new status: open, waiting, won, …")
@click.option("--after", metavar="ENTRY", help="Where the new one comes; else at the end.")
@click.option(
    "--rename", nargs=2, metavar="ENTRY LABEL", help="What an entry is called from now on."
)
@click.option("--remove", metavar="ENTRY", help="Remove one that nothing uses.")
@click.option("--workspace", "team_id", metavar="TEAM_ID", help="Which, on an empty database.")
def list_(
    name: str,
    add: str | None,
    meaning: str,
    after: str | None,
    rename: tuple[str, str] | None,
    remove: str | None,
    team_id: str | None,
) -> None:
    """Show a list, such as referral_status or lost_reason, a JSON line an entry; or change it."""
    # Imported here: the other commands start without the tables.
    from handlers.views import workspaces as views
    from models import choosing
    from models.clock import system

    if name not in choosing.LISTS:
        raise click.BadParameter(views.bad_list(name), param_hint="LIST")
    if meaning not in choosing.MEANINGS:
        raise click.BadParameter(views.bad_meaning(meaning), param_hint="--meaning")
    for option, words in (("--add", add), ("--rename", rename[1] if rename else None)):
        if words is not None and not any(letter.isalnum() for letter in words):
            raise click.BadParameter(views.bad_label(), param_hint=option)
    wish = choosing.Wish(
        add=add.strip() if add else None,
        meaning=meaning,
        after=after,
        rename=rename[0] if rename else None,
        label=rename[1].strip() if rename else "",
        remove=remove,
    )
    for row in _change(name, wish, team_id, system):
        click.echo(json.dumps(row, ensure_ascii=False))


def _change(name: str, wish: Wish, team_id: str | None, clock: Clock) -> list[dict[str, object]]:
    from bot import opening, settings
    from bot.cli import Refused
    from bot.workspace_of import team_of
    from handlers.views import problems
    from handlers.views import workspaces as views
    from models import choosing
    from models.phi import LooksLikePatient

    read = settings.read()
    with opening.database(read) as sessions:
        team = team_of(sessions, read, team_id)
        now = clock()
        try:
            with sessions.begin() as session:
                rows = choosing.change(session, team.row(session, now), name, wish, now)
                return [views.entry(row) for row in rows]
        except choosing.NoSuchEntry:
            raise Refused(views.no_such_entry(name)) from None
        except choosing.StillUsed:
            raise Refused(views.still_used()) from None
        except choosing.NameTaken:
            raise Refused(views.name_taken()) from None
        except LooksLikePatient as patient:
            raise Refused(problems.sentence(patient)) from None
