"""`touchbase parse`: what Touchbase understands of a line, for people and for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from models.db import Sessions
    from models.name_index import Index
    from models.users import User
    from models.workspaces import Workspace


@click.command()
@click.argument("line", required=False)
@click.option("--jsonl", is_flag=True, help="Read lines {id, text, now, tz} from stdin.")
@click.option("--user", metavar="SLACK_ID", help="Whose accounts come first.")
@click.option("--workspace", metavar="TEAM_ID", help="Which workspace, on an empty database.")
def parse(line: str | None, jsonl: bool, user: str | None, workspace: str | None) -> None:
    """Show what is understood of LINE, or of each line of JSON on stdin. Stores no touch."""
    from bot import opening, settings
    from bot.workspace_of import team_of
    from models.clock import system

    if jsonl == bool(line):
        raise click.UsageError('Give a line to read, as in "st marys yday 2 refs", or --jsonl.')
    read = settings.read()
    with opening.database(read) as sessions:
        team = team_of(sessions, read, workspace)
        with sessions.begin() as session:
            here = team.row(session, system())
        reader = Reader(sessions, here)
        if line:
            click.echo(reader.explain(line, user, system()))
            return
        for answer in reader.predictions(sys.stdin.buffer):
            sys.stdout.write(json.dumps(answer) + "\n")


@dataclass(frozen=True)
class Line:
    """One line of the input: what was typed, when, and on whose clock."""

    id: Any
    text: str
    now: datetime
    zone: str
    user: str | None


class Reader:
    """Reads lines against one workspace's names, which are indexed once.

    Whoever types the lines may take their time, so no transaction waits for them.
    """

    def __init__(self, sessions: Sessions, workspace: Workspace) -> None:
        from models.db import reading
        from models.lookup import Lookups

        self._sessions, self._workspace = sessions, workspace
        self._people: dict[str, User | None] = {}
        with reading(sessions) as session:
            self._index: Index = Lookups().get(session, workspace.id)

    def predictions(self, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        """One prediction a line, in order (capture-examples.md 2). Blank lines are skipped.

        Raises SettingsError, with its number, at the first line that is not as it should be.
        """
        from bot.settings import SettingsError
        from handlers.reading import line as reading

        for number, raw in enumerate(lines, start=1):
            if not raw.strip():
                continue
            try:
                given = read_line(raw)
            except ValueError as wrong:
                raise SettingsError(f"line {number}: {wrong}.") from None
            draft = reading.draft(
                given.text,
                now=given.now,
                zone=given.zone,
                index=self._index,
                user_id=self._id_of(given.user),
            )
            yield reading.prediction(draft, given.id)

    def explain(self, text: str, slack_id: str | None, now: datetime) -> str:
        """What was understood, in a few lines, as if the person typed it now."""
        from handlers.reading import line as reading
        from handlers.views import reading as views

        user = self._person(slack_id)
        draft = reading.draft(
            text,
            now=now,
            zone=user.zone if user else self._workspace.zone,
            index=self._index,
            user_id=user.id if user else None,
        )
        return views.explain(draft)

    def _id_of(self, slack_id: str | None) -> int | None:
        user = self._person(slack_id)
        return user.id if user else None

    def _person(self, slack_id: str | None) -> User | None:
        from models import users
        from models.db import reading

        if slack_id is None:
            return None
        if slack_id not in self._people:
            with reading(self._sessions) as session:
                found = users.by_slack_id(session, self._workspace.id, slack_id)
            self._people[slack_id] = found
        return self._people[slack_id]


def read_line(raw: bytes) -> Line:
    """A line of JSON as what it tells; other keys are left alone.

    Raises ValueError whose text says what is wrong, after "line 3: ".
    """
    from models import slots

    try:
        told = json.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise ValueError("not JSON") from None
    if not isinstance(told, dict):
        raise ValueError("not an object with id, text, now and tz")
    for key in ("id", "text", "now", "tz"):
        if key not in told:
            raise ValueError(f"no {key}")
    for key in ("text", "now", "tz"):
        if not isinstance(told[key], str):
            raise ValueError(f"{key} is not a string")
    if not slots.is_zone(told["tz"]):
        raise ValueError("tz is no time zone such as America/Chicago")
    user = told.get("user")
    if user is not None and not isinstance(user, str):
        raise ValueError("user is not a Slack id")
    return Line(told["id"], told["text"], _moment(told["now"], told["tz"]), told["tz"], user)


def _moment(text: str, zone: str) -> datetime:
    """An instant; one without an offset is on the clock of `zone`."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("now is no time such as 2026-03-09T13:00:00-05:00") from None
