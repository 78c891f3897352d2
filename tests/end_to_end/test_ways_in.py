"""Every way to log a visit, from a person's act in Slack to the row: over HTTP and Socket Mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from sqlalchemy import text

from bot.sandbox.world import Identity
from models.clock import system
from models.db import open_engine, sessions_for
from tests.end_to_end.running import Running, a_bot, until
from tests.make import a_user, a_workspace, an_account, an_actor


@pytest.fixture
def bot(request: pytest.FixtureRequest) -> Iterator[Running]:
    """The bot, and Dana with one account."""
    transport, database = request.param.split()
    url: str = request.getfixturevalue(f"{database}_url")
    engine = open_engine(url)
    with sessions_for(engine).begin() as session:
        workspace = a_workspace(session, Identity().team_id)
        rep = an_actor(a_user(session, workspace, "U1", now=system()))
        an_account(session, workspace.id, "Oakfield Memorial Hospital", owner=rep)
    engine.dispose()
    with a_bot(url, socket_mode=transport == "socket") as running:
        yield running


def by_command(bot: Running) -> None:
    bot.slack.command("U1", "/logvisit", "oakfield memorial, in-service")
    assert bot.slack.form("U1").save()


def by_line(bot: Running) -> None:
    bot.slack.say("U1", "oakfield memorial, in-service")
    bot.slack.press("U1", bot.dm("U1", "Not saved yet"), "Save")


def by_clip(bot: Running) -> None:
    bot.slack.say_clip("U1", "oakfield memorial in service " + "and they liked it " * 12)
    bot.slack.press("U1", bot.dm("U1", "Not saved yet"), "Save")


def by_clip_heard_later(bot: Running) -> None:
    file = bot.slack.say_clip("U1", status="processing")
    bot.dm("U1", "still writing down")
    bot.slack.finish_transcript(file, "oakfield memorial in service")
    bot.slack.press("U1", bot.dm("U1", "Not saved yet"), "Save")


def by_shortcut(bot: Running) -> None:
    bot.slack.shortcut("U1", "log_visit")
    form = bot.slack.form("U1")
    form.fill("Account", "oakfield")
    form.pick("Type", "In-service")
    assert form.save()


def by_message(bot: Running) -> None:
    bot.slack.say("U2", "oakfield memorial, in-service", channel="C1")
    bot.slack.message_shortcut("U1", bot.slack.messages("C1")[-1], "log_message")
    assert bot.slack.form("U1").save()


def by_form_closed_and_taken_up(bot: Running) -> None:
    bot.slack.command("U1", "/logvisit", "oakfield memorial, in-service")
    bot.slack.form("U1").cancel()
    bot.slack.press("U1", bot.dm("U1", "Not saved yet"), "Save")


def by_home(bot: Running) -> None:
    bot.slack.open_home("U1")
    bot.slack.home("U1").press("+ Log a visit")
    form = bot.slack.form("U1")
    form.fill("Account", "oakfield")
    form.pick("Type", "In-service")
    assert form.save()


WAYS = (
    by_command,
    by_line,
    by_clip,
    by_clip_heard_later,
    by_shortcut,
    by_message,
    by_form_closed_and_taken_up,
    by_home,
)


@pytest.mark.parametrize(
    ("bot", "ways"),
    [
        ("http sqlite", WAYS),
        ("http postgres", (by_line, by_clip, by_form_closed_and_taken_up)),
        ("socket sqlite", (by_line,)),
    ],
    indirect=["bot"],
)
def test_each_way_in_ends_with_a_touch_and_its_receipt(
    bot: Running, ways: Sequence[Callable[[Running], None]]
) -> None:
    for number, way in enumerate(ways, start=1):
        _one_visit(bot, way, number)
    assert bot.value("SELECT count(*) FROM touch WHERE type = 'in-service'") == len(ways)


def _one_visit(bot: Running, way: Callable[[Running], None], number: int) -> None:
    way(bot)
    until(lambda: bot.value("SELECT count(*) FROM touch") == number, f"a touch {way.__name__}")
    until(lambda: receipts(bot) == number, f"a receipt {way.__name__}")
    with bot.engine.begin() as connection:  # long ago, or the twin check would rightly ask
        connection.execute(text("UPDATE touch SET logged_at = '2026-01-01 00:00:00.000000'"))


def receipts(bot: Running) -> int:
    wanted = "Logged: In-service · Oakfield Memorial Hospital"
    return sum(wanted in message.text for message in bot.dms("U1"))
