"""`touchbase run` as an operator meets it: how it starts, what it says, how it bears faults and
ends. What a rep sees while something is broken belongs here too."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import make_url, text

from bot.sandbox import faults
from models.clock import system
from models.db import open_engine, sessions_for
from tests import databases
from tests.conftest import Database
from tests.end_to_end.forked import Forked
from tests.end_to_end.running import Running, a_bot, until
from tests.make import a_user, a_workspace, an_account, an_actor

LISTENING = re.compile(r"Touchbase is listening on (http://127\.0\.0\.1:[1-9]\d+)\n")
WELL = {"database": True, "scheduler": True}


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Running]:
    """One bot for the file, over HTTP on SQLite. Each test brings people of its own."""
    url = databases.sqlite_at_head(tmp_path_factory.mktemp("run"), sqlite_template)
    with a_bot(url) as running:
        yield running


@pytest.fixture(autouse=True)
def all_is_well_again(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "bot" in request.fixturenames:
        request.getfixturevalue("bot").slack.faults.clear()


def begin(bot: Running, *words: str) -> str:
    """Start `touchbase run` and leave it running; where it listens. Its first line on stderr is
    bare: no level, no time, nothing before it."""
    process = bot.process = Forked("run", *words, env=bot.env)
    first = process.stderr.readline()
    said = LISTENING.fullmatch(first)
    assert said, first
    bot.slack.app_url = f"{said[1]}/slack/events"
    return said[1]


def refused(bot: Running, code: int, *words: str) -> str:
    """The one sentence with which a command refuses to start."""
    done = bot.cli(*(words or ("run",)), check=False)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert sentence.endswith(".")
    return str(sentence)


def ask(url: str, path: str) -> tuple[int, str]:
    where = urlsplit(url)
    with closing(http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)) as line:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read().decode()


def address(bot: Running) -> str:
    where = urlsplit(bot.slack.app_url or "")
    return f"{where.scheme}://{where.netloc}"


def person(bot: Running, slack_id: str) -> Any:
    """What is stored of somebody; None when nothing is."""
    found = bot.rows('SELECT * FROM "user" WHERE slack_id = :slack_id', slack_id=slack_id)
    return found[0] if found else None


def touches(bot: Running) -> int:
    return int(bot.value("SELECT count(*) FROM touch"))


def an_account_of(bot: Running, slack_id: str, name: str) -> None:
    """Give somebody, who has used Touchbase before, an account of tier A."""
    engine = open_engine(bot.database_url, statement=30)
    with sessions_for(engine).begin() as session:
        workspace = a_workspace(session, bot.slack.identity.team_id)
        rep = an_actor(a_user(session, workspace, slack_id))
        an_account(session, workspace.id, name, owner=rep)
    engine.dispose()


# Starting


def test_slacks_oauth_variables_change_nothing(bot: Running) -> None:
    assert bot.env["SLACK_CLIENT_ID"] and bot.env["SLACK_CLIENT_SECRET"]
    assert bot.slack.command("U1", "/logvisit", "").ok
    assert bot.slack.form("U1").title == "Log a visit"
    assert ask(address(bot), "/slack/install")[0] == 404
    assert ask(address(bot), "/slack/oauth_redirect")[0] == 404


def test_over_http_it_says_that_it_lives_and_is_ready(bot: Running) -> None:
    assert ask(address(bot), "/healthz") == (200, "ok\n")
    status, body = ask(address(bot), "/readyz")
    assert (status, json.loads(body)) == (200, WELL)


def test_a_port_in_use_is_said_in_one_sentence(sqlite_url: str) -> None:
    with a_bot(sqlite_url, start=False) as bot, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        bot.env["PORT"] = str(port)
        assert refused(bot, 2).startswith(f"Cannot listen on 127.0.0.1:{port} ")


def test_a_second_run_on_one_file_is_refused_and_a_tick_works_beside_it(bot: Running) -> None:
    assert "running on" in refused(bot, 1)
    assert bot.tick("2026-03-09T13:00:00Z")["failed"] == 0
    assert bot.slack.command("U1", "/logvisit", "").ok  # the first one did not mind


def test_the_file_is_free_again_after_a_crash(sqlite_url: str) -> None:
    with a_bot(sqlite_url, start=False) as bot:
        begin(bot)
        assert bot.process is not None
        bot.process.kill()
        bot.process.communicate(timeout=30)
        begin(bot)
        assert bot.slack.command("U1", "/logvisit", "").ok
        assert bot.stop() == 0


def test_an_empty_postgresql_is_to_be_migrated_first(postgres: str) -> None:
    url = databases.empty_postgres(postgres)
    with a_bot(url, start=False) as bot:
        assert "run `touchbase migrate`" in refused(bot, 2)
        assert "run `touchbase migrate`" in refused(bot, 2, "tick")
    databases.drop_postgres(postgres, url)


@pytest.mark.parametrize("missing", ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"])
def test_without_what_it_needs_it_says_what_is_not_set(sqlite_url: str, missing: str) -> None:
    with a_bot(sqlite_url, start=False) as bot:
        del bot.env[missing]
        assert refused(bot, 2).startswith(f"{missing} is not set.")
        assert bot.slack.calls == []


def test_a_token_that_slack_refuses_is_said_and_not_shown(sqlite_url: str) -> None:
    with a_bot(sqlite_url, start=False) as bot:
        bot.env["SLACK_BOT_TOKEN"] = "xoxb-of-another"
        assert refused(bot, 2) == "Slack refused SLACK_BOT_TOKEN (invalid_auth)."


def test_a_token_of_another_workspace_does_not_open_this_database(sqlite_url: str) -> None:
    with a_bot(sqlite_url, start=False) as bot:
        bot.cli("user", "U9", "--workspace", "TELSEWHERE")
        sentence = refused(bot, 2)
    assert "TELSEWHERE" in sentence
    assert bot.slack.identity.team_id in sentence


def test_a_slack_out_of_reach_keeps_a_known_workspace_from_nothing(sqlite_url: str) -> None:
    with a_bot(sqlite_url, start=False) as bot:
        bot.slack.faults.next("auth.test", faults.reset(), times=2)
        assert "Slack cannot be reached" in refused(bot, 2)
        bot.cli("user", "U1", "--workspace", bot.slack.identity.team_id)
        begin(bot)
        assert bot.slack.command("U1", "/logvisit", "").ok
        assert bot.stop() == 0


# Ending


@pytest.mark.parametrize("transport", ["http", "socket"])
def test_told_to_stop_it_answers_what_is_in_hand_first(sqlite_url: str, transport: str) -> None:
    with a_bot(sqlite_url, start=False) as bot:
        if transport == "socket":
            bot.env["SLACK_APP_TOKEN"] = bot.slack.app_token
        url = begin(bot)
        checks = WELL | ({"socket": True} if transport == "socket" else {})
        until(lambda: ask(url, "/readyz")[0] == 200, "readiness")
        assert json.loads(ask(url, "/readyz")[1]) == checks
        assert ask(url, "/healthz") == (200, "ok\n")
        bot.slack.command("U1", "/touchbase", "")  # from now on they are known
        # The form is open at once, but Slack says so only just within our two seconds.
        bot.slack.faults.next("views.open", faults.late(1.6, after=True))
        with ThreadPoolExecutor(1) as rep:
            answer = rep.submit(bot.slack.command, "U1", "/logvisit", "")
            until(lambda: bot.slack.view_of("U1"), "the form")
            assert not answer.done()
            assert bot.stop() == 0
            assert (answer.result(5).status, answer.result(5).body) == (200, None)
        assert "Traceback" not in "\n".join(bot.log)
        assert not any("level='error'" in line for line in bot.log), bot.log


def test_ctrl_c_ends_it_as_well(sqlite_url: str) -> None:
    with a_bot(sqlite_url, start=False) as bot:
        begin(bot)
        assert bot.process is not None
        bot.process.send_signal(signal.SIGINT)
        _, err = bot.process.communicate(timeout=30)
        assert (bot.process.returncode, err) == (0, "")


# Faults around it


@contextmanager
def held(database_url: str) -> Iterator[None]:
    """Nobody else gets to a touch: the database is there, and does not answer in time."""
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(str(make_url(database_url).database))) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
        return
    engine = open_engine(database_url, statement=30)
    with engine.begin() as other:
        other.execute(text("LOCK TABLE touch IN ACCESS EXCLUSIVE MODE"))
        yield
    engine.dispose()


def test_a_save_without_a_database_keeps_the_form_and_every_word(each_database: Database) -> None:
    with a_bot(each_database.url) as bot:
        bot.slack.command("U1", "/logvisit", "")
        form = bot.slack.form("U1")
        form.fill("Account", "Brand New Clinic")
        form.fill("Notes", "talked about zebra crossings")
        with held(bot.database_url):
            assert not form.save()
        assert list(form.errors) == ["Notes"]
        assert "could not save just now" in form.errors["Notes"]
        assert re.search(r"\(Ref TB-[0-9A-F]{6}\)", form.errors["Notes"])
        assert form.answer is not None and form.answer.seconds < 3
        assert form.value("Notes") == "talked about zebra crossings"
        assert form.value("Account").startswith("Add “Brand New Clinic”")
        assert touches(bot) == 0
        assert form.save(), form.errors
        assert bot.rows("SELECT note FROM touch") == [("talked about zebra crossings",)]
        bot.dm("U1", "Brand New Clinic")
        assert len(bot.dms("U1")) == 1
        assert bot.stop() == 0
    reference = re.search(r"TB-[0-9A-F]{6}", "\n".join(bot.log))
    assert reference  # what the rep reads out is found in the log
    assert "zebra" not in "\n".join(bot.log)


def test_not_ready_while_the_database_is_gone_and_ready_after_it(bot: Running) -> None:
    with held(bot.database_url):
        status, body = ask(address(bot), "/readyz")
        assert (status, json.loads(body)) == (503, {**WELL, "database": False})
        assert ask(address(bot), "/healthz")[0] == 200
    assert ask(address(bot), "/readyz")[0] == 200


@pytest.mark.parametrize(
    "fault",
    [faults.says("expired_trigger_id"), faults.reset(), faults.late(2.5), faults.limited()],
    ids=["expired", "reset", "late", "limited"],
)
def test_a_form_that_slack_does_not_open_is_answered_with_the_line(
    bot: Running, fault: faults.Fault
) -> None:
    bot.slack.command("U2", "/touchbase", "")
    bot.slack.faults.next("views.open", fault)
    answer = bot.slack.command("U2", "/logvisit", "oakfield, talked <b>flyers</b>")
    assert answer.ok, answer
    said = bot.slack.ephemerals("U2")[-1].text
    assert said.startswith("Sorry, something broke on our side. Try again in a minute. (Ref TB-")
    assert said.endswith(">/logvisit oakfield, talked &lt;b&gt;flyers&lt;/b&gt;")


def test_somebody_slack_does_not_describe_in_time_is_served_and_learns_their_zone_later(
    bot: Running,
) -> None:
    bot.slack.add_person("U20", "Noor Vale", "America/Denver", "noor@rehab.example")
    bot.slack.faults.next("users.info", faults.late(2.0))
    assert bot.slack.command("U20", "/logvisit", "").ok
    assert bot.slack.form("U20").title == "Log a visit"
    zone_of_workspace = bot.value("SELECT zone FROM workspace")
    assert zone_of_workspace != "America/Denver"
    first = person(bot, "U20")
    assert (first.zone, first.role, first.profile_read_at) == (zone_of_workspace, "rep", None)
    assert bot.slack.command("U20", "/logvisit", "").ok
    second = person(bot, "U20")
    assert (second.id, second.zone, second.name) == (first.id, "America/Denver", "Noor Vale")


# What Slack tells of people


def test_somebody_who_moves_is_reminded_by_the_zone_they_moved_to(bot: Running) -> None:
    bot.slack.add_person("U21", "Ira Holm", "America/Chicago", "ira@rehab.example")
    bot.slack.command("U21", "/touchbase", "")
    before = person(bot, "U21")
    assert before.zone == "America/Chicago"
    assert bot.slack.change_person("U21", tz="Pacific/Honolulu").ok
    after = person(bot, "U21")
    assert after.zone == "Pacific/Honolulu"
    assert str(after.next_due_at) > str(before.next_due_at)


def test_a_zone_somebody_chose_is_kept_when_slacks_changes(bot: Running) -> None:
    bot.slack.add_person("U22", "Sam Dorn", "America/Chicago", "sam@rehab.example")
    bot.cli("user", "U22", "--zone", "America/Denver")
    bot.slack.command("U22", "/touchbase", "")
    assert bot.slack.change_person("U22", tz="Pacific/Honolulu").ok
    assert person(bot, "U22").zone == "America/Denver"


def test_a_change_of_somebody_who_never_used_touchbase_stores_nothing(bot: Running) -> None:
    bot.slack.add_person("U23", "Kit Moss", "America/Chicago", "kit@rehab.example")
    assert bot.slack.change_person("U23", tz="Pacific/Honolulu").ok
    assert person(bot, "U23") is None


def test_somebody_who_left_gets_no_reminder_and_a_colleague_gets_theirs(bot: Running) -> None:
    for slack_id in ("U24", "U25"):
        bot.slack.add_person(slack_id, slack_id, "America/Chicago", f"{slack_id}@rehab.example")
        an_account_of(bot, slack_id, f"Clinic of {slack_id}")
    assert bot.slack.change_person("U24", deleted=True).ok
    assert not person(bot, "U24").active
    # A Wednesday four weeks on, at eight in Chicago or nine, when both would be overdue.
    day = system().date() + timedelta(weeks=4)
    day += timedelta(days=(2 - day.weekday()) % 7)
    bot.tick(datetime.combine(day, time(14), tzinfo=UTC).isoformat())
    assert len(bot.dms("U25")) == 1
    assert "Clinic of U25" in bot.dms("U25")[0].words
    assert bot.dms("U24") == []


# Who is speaking


def test_another_workspace_stores_nothing_and_sees_nothing(bot: Running) -> None:
    bot.slack.add_person("U26", "Lou Penn", "America/Chicago", "lou@rehab.example")
    answer = bot.slack.command("U26", "/logvisit", "")
    assert (answer.status, answer.body) == (200, None)
    form = bot.slack.form("U26")
    form.fill("Account", "Clinic Elsewhere")
    payload = form.submission()
    forms, before = len(bot.slack.calls_of("views.open")), touches(bot)
    theirs = {
        **payload,
        "team": {**payload["team"], "id": "TELSEWHERE"},
        "user": {**payload["user"], "team_id": "TELSEWHERE"},
    }
    stranger = {**payload, "user": {**payload["user"], "team_id": "TELSEWHERE"}}
    as_a_form = {"Content-Type": "application/x-www-form-urlencoded"}
    for sent in (theirs, stranger):
        answer = bot.slack.deliver(urlencode({"payload": json.dumps(sent)}), as_a_form)
        assert answer.status == 200, answer  # signed, so it came past the gate
    line = {
        "command": "/logvisit",
        "text": "oakfield",
        "team_id": "TELSEWHERE",
        "user_id": "U99",
        "channel_id": "C9",
        "trigger_id": bot.slack.trigger_id("U26"),
    }
    answer = bot.slack.deliver(urlencode(line), as_a_form)
    assert answer.status == 200, answer
    assert touches(bot) == before
    assert bot.value("SELECT count(*) FROM account WHERE name = 'Clinic Elsewhere'") == 0
    assert person(bot, "U99") is None
    assert bot.value("SELECT count(*) FROM workspace") == 1
    assert len(bot.slack.calls_of("views.open")) == forms
    assert form.save(), form.errors  # the same form from the right workspace is taken
    assert touches(bot) == before + 1
