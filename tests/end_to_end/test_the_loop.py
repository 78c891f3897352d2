"""The whole loop on real hospitals: a visit, its receipt, the next morning, Monday's digest.

On SQLite and PostgreSQL, over HTTP and over Socket Mode. The hospitals are a public file that is
not part of this project; without it an invented handful stands in, and the test says so.
"""

from __future__ import annotations

import csv
import warnings
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models.clock import system
from tests.end_to_end.running import Running, a_bot

HOSPITALS = Path(__file__).parents[3] / "shared/data/cms-hospital-general-information.csv"
MAPPED = (
    "Facility ID=external_id",
    "Facility Name=name",
    "City/Town=city",
    "ZIP Code=zip",
    "Telephone Number=phone",
    "Hospital Type=type",
)
CHICAGO = ZoneInfo("America/Chicago")


def a_file_of_hospitals(folder: Path) -> tuple[Path, int]:
    """The public file, or an invented one of the same shape; how many rows it has."""
    if HOSPITALS.exists():
        return HOSPITALS, 5396
    warnings.warn(f"{HOSPITALS.name} is absent: invented hospitals stand in", stacklevel=2)
    file = folder / "hospitals.csv"
    head = ["Facility ID", "Facility Name", "City/Town", "State", "ZIP Code"]
    head += ["Telephone Number", "Hospital Type"]
    rows = [
        ["1", "NORTHWESTERN MEMORIAL HOSPITAL", "CHICAGO", "IL", "60611", "", "Acute Care"],
        ["2", "OAKFIELD GENERAL HOSPITAL", "OAKFIELD", "IL", "60001", "", "Acute Care"],
    ]
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([head, *rows])
    return file, len(rows)


def in_chicago(day: date, at: time) -> str:
    """An instant for `touchbase tick --at`."""
    moment = datetime.combine(day, at, tzinfo=CHICAGO).astimezone(ZoneInfo("UTC"))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def next_on(day: date, weekday: int) -> date:
    """The first such weekday after `day`."""
    return day + timedelta(days=(weekday - day.weekday() - 1) % 7 + 1)


@pytest.mark.filterwarnings("default:cms-hospital:UserWarning")
@pytest.mark.parametrize(
    ("database", "transport", "passes"),
    [
        ("sqlite", "socket", 4),
        ("postgres", "http", 4),
        *(
            pytest.param(
                database, transport, 50, marks=[pytest.mark.soak, pytest.mark.timeout(900)]
            )
            for database in ("sqlite", "postgres")
            for transport in ("http", "socket")
        ),
    ],
)
def test_visit_receipt_reminder_digest(
    request: pytest.FixtureRequest, database: str, transport: str, passes: int, tmp_path: Path
) -> None:
    """`passes`: how often the reminder's morning is ticked, each time by a process of its own."""
    url: str = request.getfixturevalue(f"{database}_url")
    with a_bot(url, socket_mode=transport == "socket") as bot:
        hospitals, count = a_file_of_hospitals(tmp_path)
        maps = [word for each in MAPPED for word in ("--map", each)]
        words = (
            "import",
            "accounts",
            str(hospitals),
            *maps,
            "--set",
            "owner=U1",
            "--set",
            "tier=A",
        )
        last = bot.cli(*words).stdout.splitlines()[-1]
        assert last == f"new={count} changed=0 unchanged=0 rejected=0"
        again = bot.cli(*words).stdout.splitlines()[-1]
        assert again == f"new=0 changed=0 unchanged={count} rejected=0"

        bot.slack.command("U1", "/logvisit", "northwestern memorial, in-service, back next tues")
        form = bot.slack.form("U1")
        assert form.value("Account") == "NORTHWESTERN MEMORIAL HOSPITAL · CHICAGO, IL"
        assert form.value("Type") == "In-service"
        assert date.fromisoformat(form.value("Follow up on")).weekday() == 1
        assert form.save(), form.errors
        receipt = bot.dm("U1", "Logged: In-service")
        assert "NORTHWESTERN MEMORIAL HOSPITAL" in receipt.words
        assert bot.value("SELECT count(*) FROM touch") == 1

        today = system().astimezone(CHICAGO).date()
        # A second account was last seen 19 days ago, so it is past the ten days of tier A.
        overdue = an_overdue_account(bot, today)
        reminded_on = next_on(today, 0) if today.weekday() >= 4 else today + timedelta(days=1)
        bot.work_all_year()
        ticks = [bot.tick(in_chicago(reminded_on, time(7, 31))) for _ in range(passes)]
        assert sum(tick["sent"] for tick in ticks) == 1
        reminders = [m for m in bot.dms("U1") if "overdue for a touch" in m.words]
        assert len(reminders) == 1
        assert overdue in reminders[0].words
        assert "A account · " in reminders[0].words
        assert "NORTHWESTERN MEMORIAL" not in reminders[0].words

        assert (
            "only a manager"
            in str(
                bot.slack.command("U1", "/touchbase", "digest here", channel="C1").body
            ).casefold()
        )
        bot.cli("user", "U3", "--role", "admin")
        here = bot.slack.command("U3", "/touchbase", "digest here", channel="C1")
        assert "First one" in str(here.body), here.body
        monday = next_on(today, 0)
        sent = [
            bot.tick(
                datetime.combine(monday, time(8, 1), tzinfo=ZoneInfo("America/New_York"))
                .astimezone(ZoneInfo("UTC"))
                .isoformat()
            )
            for _ in range(3)
        ]
        assert sum(tick["sent"] for tick in sent) >= 1
        digests = bot.slack.messages("C1")
        assert len(digests) == 1
        assert f"Week {today.isocalendar().week}" in digests[0].words
        assert "1 touch" in digests[0].words
        assert bot.stop() == 0
        assert bot.slack.complaints == []


def an_overdue_account(bot: Running, today: date) -> str:
    """A hospital whose last visit was logged late, 19 days after it took place; its name."""
    name = str(
        bot.value("SELECT name FROM account WHERE name NOT LIKE 'NORTHWESTERN MEM%' ORDER BY id")
    )
    bot.slack.command("U1", "/logvisit", "")
    form = bot.slack.form("U1")
    form.fill("Account", name)
    form.date("Date", (today - timedelta(days=19)).isoformat())
    assert form.save(), form.errors
    bot.dm("U1", name)
    return name
