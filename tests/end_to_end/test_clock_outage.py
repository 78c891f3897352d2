"""The database goes away while messages go out and people press Save, and comes back.

The real `touchbase run` over signed HTTP, with its own waits: PostgreSQL ends every connection and
takes no new one; on SQLite somebody holds the file for themselves.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import create_engine, make_url, text

from bot.sandbox.form import Form
from bot.sandbox.world import Identity
from models.clock import system
from models.db import Sessions, open_engine, sessions_for
from tests.by_the_clock import an_answer
from tests.conftest import Database
from tests.end_to_end.running import Running, a_bot, until
from tests.make import a_user, a_workspace, an_account, an_actor

RESUMED_WITHIN = 10.0
"""Seconds after the database is back."""


def sql(server: str, statement: str) -> None:
    """One statement on PostgreSQL's maintenance database."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def end_connections(server: str, url: str) -> None:
    """What a failover does to everybody who is connected."""
    name = make_url(url).database
    sql(server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


@contextmanager
def gone(bot: Running, server: str | None) -> Iterator[None]:
    """There is no database for the bot."""
    bot.engine.dispose()
    if server is None:
        with closing(sqlite3.connect(str(make_url(bot.database_url).database), timeout=30)) as it:
            it.execute("BEGIN EXCLUSIVE")
            yield
        return
    name = make_url(bot.database_url).database
    sql(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    end_connections(server, bot.database_url)
    yield
    sql(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@dataclass(frozen=True)
class Size:
    """How many press Save, how many are written to, and for how many seconds nothing works."""

    writers: int
    readers: int
    seconds: float


@contextmanager
def a_field(database: Database, size: Size) -> Iterator[Running]:
    """The bot, writers with an account each, and readers."""
    with database.sessions.begin() as session:
        workspace = a_workspace(session, Identity().team_id)
        for who in writers(size):
            rep = an_actor(a_user(session, workspace, who, now=system()))
            an_account(session, workspace.id, f"Clinic {who}", owner=rep)
        for who in readers(size):
            a_user(session, workspace, who, now=system())
    with a_bot(database.url) as bot:
        for who in [*writers(size), *readers(size)]:
            bot.slack.add_person(who, who, "America/Chicago", f"{who}@rehab.example")
        assert bot.process is not None and bot.process.stderr is not None
        # A pipe that nobody empties would hold the bot up once it is full.
        drain = threading.Thread(target=bot.log.extend, args=(bot.process.stderr,), daemon=True)
        drain.start()
        yield bot
        bot.process.terminate()
        drain.join(30)
        bot.process.stderr.close()


def writers(size: Size) -> list[str]:
    return [f"UW{number:03}" for number in range(size.writers)]


def readers(size: Size) -> list[str]:
    return [f"UR{number:03}" for number in range(size.readers)]


def filled_in(bot: Running, who: str) -> Form:
    """Somebody's form, complete and not yet saved."""
    bot.slack.command(who, "/logvisit", f"clinic {who}, in-service")
    form = bot.slack.form(who)
    form.fill("Notes", note_of(who))
    return form


def note_of(who: str) -> str:
    return f"spoke of {who} and the new ward"


def owe_everybody(sessions: Sessions, size: Size) -> None:
    """A message for each reader, due now."""
    with sessions.begin() as session:
        workspace = a_workspace(session, Identity().team_id)
        for who in readers(size):
            user = a_user(session, workspace, who, now=system())
            an_answer(session, user, f"receipt:of {who}", system())


def ended(bot: Running) -> int:
    """The bot's exit code when it is told to stop."""
    assert bot.process is not None
    bot.process.terminate()
    return bot.process.wait(30)


def posts(bot: Running) -> int:
    return len(bot.slack.calls_of("chat.postMessage"))


def save(bot: Running, form: Form) -> bool:
    """Press Save; False when the form stayed, as it must: with its words, and saying so."""
    note = form.value("Notes")
    saved = form.save()
    assert form.trouble == "", form.trouble
    assert form.answer is not None and form.answer.status == 200
    if not saved:
        assert form.answer.body["response_action"] == "errors"
        assert "could not save just now" in form.errors["Notes"]
        assert form.value("Notes") == note
    return saved


@pytest.mark.parametrize(
    "size",
    [
        Size(writers=8, readers=6, seconds=2),
        pytest.param(
            Size(writers=50, readers=250, seconds=60),
            marks=[pytest.mark.soak, pytest.mark.timeout(600)],
        ),
    ],
    ids=["short", "a minute"],
)
def test_a_database_gone_and_back_loses_no_word_and_no_message(
    request: pytest.FixtureRequest, each_database: Database, size: Size
) -> None:
    on_postgres = each_database.url.startswith("postgresql")
    server = request.getfixturevalue("postgres") if on_postgres else None
    with a_field(each_database, size) as bot, ThreadPoolExecutor(8) as pool:
        forms = {who: filled_in(bot, who) for who in writers(size)}
        before = posts(bot)
        owe_everybody(each_database.sessions, size)
        until(lambda: posts(bot) >= before + 3, "the first messages")
        early = [pool.submit(save, bot, forms[who]) for who in writers(size)[: size.writers // 4]]
        with gone(bot, server):
            end = time.monotonic() + size.seconds
            late = [pool.submit(save, bot, forms[who]) for who in writers(size)[len(early) :]]
            assert not any(each.result() for each in late)
            saved = {who for who, each in zip(writers(size), early, strict=False) if each.result()}
            time.sleep(max(0.0, end - time.monotonic()))
            sent = posts(bot)
        back_at = time.monotonic()
        until(lambda: posts(bot) > sent, "the next message", RESUMED_WITHIN)
        resumed = time.monotonic() - back_at
        stored = {note for (note,) in bot.rows("SELECT note FROM touch")}
        assert {note_of(who) for who in saved} <= stored
        for who in writers(size):
            assert who in saved or save(bot, forms[who]), forms[who].errors
        kept = Counter(note for (note,) in bot.rows("SELECT note FROM touch"))
        assert kept == {note_of(who): 1 for who in writers(size)}
        everybody = [*writers(size), *readers(size)]
        until(lambda: all(bot.dms(who) for who in everybody), "everybody's message", 120)
        until(lambda: bot.value(NOT_SENT) == 0, "what is known of each")
        assert [len(bot.dms(who)) for who in everybody] == [1] * len(everybody)
        assert bot.slack.calls_of("conversations.history") == []  # nothing was in doubt
        assert ended(bot) == 0
    assert "spoke of" not in "".join(bot.log)
    print(
        f"\n{'PostgreSQL' if server else 'SQLite'} gone for {size.seconds:.0f} s: "
        f"{size.writers - len(saved)} of {size.writers} saves refused, each kept its words; "
        f"{sent - before} of {len(everybody)} messages sent before, the next {resumed:.1f} s after"
    )


NOT_SENT = "SELECT count(*) FROM delivery WHERE state != 'sent'"


@pytest.mark.parametrize(
    ("size", "failovers"),
    [
        (Size(writers=8, readers=3, seconds=0), 1),
        pytest.param(
            Size(writers=50, readers=20, seconds=0),
            4,
            marks=[pytest.mark.soak, pytest.mark.timeout(600)],
        ),
    ],
    ids=["one", "four"],
)
def test_a_failover_asks_one_person_at_most_to_press_save_again(
    postgres: str, postgres_url: str, size: Size, failovers: int
) -> None:
    engine = open_engine(postgres_url, statement=30)
    database = Database(postgres_url, sessions_for(engine))
    with a_field(database, size) as bot, ThreadPoolExecutor(4) as pool:
        forms = {who: filled_in(bot, who) for who in writers(size)}
        owe_everybody(database.sessions, size)
        bot.engine.dispose()
        engine.dispose()
        pressed = {who: pool.submit(save, bot, form) for who, form in forms.items()}
        for number in range(1, failovers + 1):
            so_many = size.writers * number // (failovers + 2)
            until(lambda n=so_many: sum(one.done() for one in pressed.values()) >= n, "saves")
            end_connections(postgres, postgres_url)
        refused = [who for who, saved in pressed.items() if not saved.result()]
        assert len(refused) <= failovers
        assert all(save(bot, forms[who]) for who in refused)
        everybody = [*writers(size), *readers(size)]
        until(lambda: all(bot.dms(who) for who in everybody), "everybody's message", 60)
        assert bot.value("SELECT count(*) FROM touch") == size.writers
        assert ended(bot) == 0
    print(f"\n{failovers} failovers: {len(refused)} of {size.writers} saves refused, all stored")
