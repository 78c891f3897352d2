"""`touchbase tick` and `touchbase run` as processes: one reminder, one digest, whoever sends it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli import main
from bot.sandbox import faults
from models.clock import system
from tests.conftest import Database
from tests.end_to_end.forked import Forked
from tests.end_to_end.running import Running, a_bot

KEYS = ["at", "planned", "sent", "settled", "uncertain", "expired", "cancelled", "failed"]


@pytest.fixture
def bot(sqlite_url: str, tmp_path: Path) -> Iterator[Running]:
    """A database with one rep, whose one account has just been given to them; nothing runs."""
    with a_bot(sqlite_url, start=False) as running:
        accounts = tmp_path / "accounts.csv"
        with accounts.open("w", newline="") as file:
            csv.writer(file).writerows([["name", "owner", "tier"], ["Oak Clinic", "U1", "A"]])
        running.cli("import", "accounts", str(accounts))
        running.work_all_year()
        yield running


def a_morning(weeks: int = 4) -> datetime:
    """Eight in Chicago, whatever the season, on a Wednesday so many weeks from now."""
    day = system().date() + timedelta(weeks=weeks)
    day += timedelta(days=(2 - day.weekday()) % 7)
    return datetime(day.year, day.month, day.day, 14, 0, tzinfo=UTC)


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_a_tick_prints_one_line_and_an_overdue_account_reminds_once(bot: Running) -> None:
    morning = a_morning()
    first = bot.cli("tick", "--at", iso(morning))
    (line,) = first.stdout.splitlines()
    told = json.loads(line)
    assert list(told) == KEYS
    assert (told["at"], told["sent"], told["failed"]) == (iso(morning), 1, 0)
    for minutes in (1, 30):
        again = bot.tick(iso(morning + timedelta(minutes=minutes)))
        assert (again["planned"], again["sent"]) == (0, 0)
    (message,) = bot.dms("U1")
    assert "Oak Clinic" in message.words
    assert " of 10 days" in message.words
    assert bot.value("SELECT zone FROM \"user\" WHERE slack_id = 'U1'") == "America/Chicago"


def test_ticks_beside_a_running_bot_send_each_reminder_once(each_database: Database) -> None:
    with a_bot(each_database.url, scheduler=True) as bot:
        for person in ("U1", "U2", "U3"):
            bot.cli("user", person, "--remind-at", "07:00")
        accounts = "name,owner,tier\n" + "".join(f"Clinic {n},U{1 + n % 3},A\n" for n in range(6))
        done = bot.cli("import", "accounts", "/dev/stdin", stdin=accounts, check=False)
        assert done.returncode == 0, done.stderr
        bot.work_all_year()
        # Half past two in the afternoon in New York is half past eleven in Phoenix.
        morning = a_morning() + timedelta(minutes=30)
        ticks = [Forked("tick", "--at", iso(morning), env=bot.env) for _ in range(2)]
        told = []
        for tick in ticks:
            out, err = tick.communicate(timeout=100)
            assert tick.returncode == 0, err
            told.append(json.loads(out))
        assert sum(one["sent"] for one in told) == 3
        assert [len(bot.dms(person)) for person in ("U1", "U2", "U3")] == [1, 1, 1]
        # A tick years ahead moves nobody's clock: what the bot owes now it still sends now.
        bot.tick("2040-01-04T14:00:00Z")
        bot.slack.command("U1", "/logvisit")
        form = bot.slack.form("U1")
        form.fill("Account", "Clinic 0")
        assert form.save(), form.errors
        assert bot.dm("U1", "Logged")
        assert bot.stop() == 0


def test_the_mondays_digest_counts_the_week_before_it(bot: Running) -> None:
    bot.cli("user", "U3", "--role", "admin")
    with bot.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO subscription (workspace_id, channel_id, user_id, scope, zone, active,"
            " next_local_date, next_due_at, planned_at, created_at)"
            " SELECT workspace_id, 'C1', id, 'everyone', 'America/Chicago', TRUE,"
            ' next_local_date, next_due_at, planned_at, created_at FROM "user"'
            " WHERE slack_id = 'U3'"
        )
    monday = a_morning() + timedelta(days=5)
    for minutes in (5, 10, 60):
        bot.tick(iso(monday + timedelta(minutes=minutes)))
    weeks = [message for message in bot.slack.messages("C1") if "in cadence" in message.words]
    assert len(weeks) == 1
    week = (monday - timedelta(weeks=1)).isocalendar().week
    assert f"Week {week} ·" in weeks[0].words
    assert "0 touches" in weeks[0].words


def test_a_tick_says_what_slack_did_not_take(bot: Running) -> None:
    bot.slack.faults.always("chat.postMessage", faults.says("channel_not_found"))
    done = bot.cli("tick", "--at", iso(a_morning()))
    assert json.loads(done.stdout)["failed"] == 1
    assert "Oak Clinic" not in done.stderr


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("tomorrow", "write it like 2026-03-09T13:00:00Z"),
        ("2026-03-09T13:00:00", "say the zone too"),
        ("2026-03-09", "say the zone too"),
        ("9999-12-31T23:59:59Z", "too far away"),
        ("", "write it like"),
    ],
)
def test_an_hour_that_is_none_is_refused_in_a_sentence(
    at: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["tick", "--at", at])
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert why in told.err.splitlines()[-1]


def test_without_a_token_a_tick_says_which_setting_is_missing(sqlite_url: str) -> None:
    with a_bot(sqlite_url, start=False) as bot:
        del bot.env["SLACK_BOT_TOKEN"]
        done = bot.cli("tick", check=False)
    assert done.returncode == 2
    assert "SLACK_BOT_TOKEN" in done.stderr
