"""The clock beside its floors, on SQLite and on PostgreSQL: who is overdue, a team's digest,
storing touches, planning, sending, idling.

    python -m bench.clock [--full] [--on SQLite] [--rounds 7] [--users 100000] [--messages 10000]

Every figure stands beside a floor measured in the same run, round about: hand-written SQL through
SQLAlchemy Core for what is read, the ORM's bare rows for what is stored. Medians over the rounds;
the ratio is what counts. Growth is the exponent, by least squares, over 50,000 and 500,000
touches (and 5 million with --full). Goals: performance.md section 0.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import structlog
from sqlalchemy import Date, text

from bench import bare, by_hand, data, fan_out, planned
from bench.capture import resident
from bench.measuring import compared, grown, timed
from models import accounts, capture, pipeline, users
from models.capture import Visit
from models.clock import fixed, system
from models.contacts import Contact
from models.db import Sessions, open_engine, reading, sessions_for
from models.phi import Clean
from models.users import Actor
from scheduler import deliver
from scheduler.loop import start
from scheduler.road import Road

SOME_REPS = range(1, 101)

# What a person would write by hand to get the same facts.
DUE = text("""
SELECT a.id, a.name, a.tier, a.type, a.city, a.last_touch_on, a.due_on, a.owned_since
FROM account a
LEFT JOIN snooze s ON s.workspace_id = a.workspace_id AND s.account_id = a.id AND s.user_id = :rep
WHERE a.workspace_id = :workspace AND a.owner_id = :rep AND a.due_on < :today
  AND a.archived_at IS NULL
  AND a.status NOT IN ('dormant', 'inactive', 'do_not_call', 'on_hold', 'not_engaged')
  AND (s.hidden_until IS NULL OR s.hidden_until <= :today)
""").columns(last_touch_on=Date, due_on=Date, owned_since=Date)
SENT = text("""
SELECT account_id, SUM(CASE WHEN received_on > :turn THEN 1 ELSE 0 END),
       SUM(CASE WHEN received_on > :turn THEN 0 ELSE 1 END)
FROM referral
WHERE workspace_id = :workspace AND received_on > :before AND received_on <= :today
  AND direction = 'in' AND account_id IN (
    SELECT a.id FROM account a
    WHERE a.workspace_id = :workspace AND a.owner_id = :rep AND a.due_on < :today
      AND a.archived_at IS NULL
      AND a.status NOT IN ('dormant', 'inactive', 'do_not_call', 'on_hold', 'not_engaged'))
GROUP BY account_id
""")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--full", action="store_true")
    asked.add_argument("--rounds", type=int, default=7)
    asked.add_argument("--users", type=int, default=100_000)
    asked.add_argument("--messages", type=int, default=10_000)
    asked.add_argument("--on", choices=("SQLite", "PostgreSQL"))
    given = asked.parse_args()
    if given.on is None:  # each in a process of its own, whose memory is nobody else's
        for name in ("SQLite", "PostgreSQL"):
            subprocess.run(
                [sys.executable, "-m", "bench.clock", *sys.argv[1:], "--on", name], check=True
            )
        return
    quiet = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=quiet)
    with data.on(given.on, full=given.full) as (urls, fresh):
        measure(given.on, urls, fresh, given)


def measure(
    name: str, urls: Mapping[int, str], fresh: Iterator[str], given: argparse.Namespace
) -> None:
    by_size = {size: sessions_for(open_engine(url, statement=30)) for size, url in urls.items()}
    print(f"{name}: {data.REPS:,} reps, {data.REPS * data.ACCOUNTS_EACH:,} accounts,"
          f" {max(urls):,} touches")  # fmt: skip
    overdue(by_size, given.rounds)
    week(by_size, given.rounds)
    stored(by_size[data.MIDDLE], given.rounds)
    idle(by_size[data.MIDDLE])
    planned.measure(next(fresh), given.users)
    fan_out.measure(next(fresh), given.messages)
    fan_out.measure_killed(next(fresh), given.messages // 10)
    fan_out.measure_real(next(fresh))


def overdue(by_size: Mapping[int, Sessions], rounds: int) -> None:
    """Every rep's morning list, one after another as they are sent; then how one's grows."""
    largest = by_size[max(by_size)]
    for today, share in ((data.TODAY, "1 %"), (data.LATER, "25 %")):
        ours, floor = _lists(largest, today), _lists_by_hand(largest, today)
        assert [len(one) for one in ours()] == [len(one) for one in floor()]
        compared(f"100 reps' lists, {share} overdue", ours, floor, rounds, goal=1.2)
    grown("one rep's list", {size: _lists(at, data.LATER) for size, at in by_size.items()}, 0.2)


def _lists(sessions: Sessions, today: date) -> Callable[[], Sequence[Sequence[Any]]]:
    def read() -> Sequence[Sequence[Any]]:
        with reading(sessions) as session:
            return [accounts.overdue(session, data.WORKSPACE, rep, today) for rep in SOME_REPS]

    return read


def _lists_by_hand(sessions: Sessions, today: date) -> Callable[[], Sequence[Sequence[Any]]]:
    days = {"today": today, "turn": today - timedelta(90), "before": today - timedelta(180)}

    def read() -> Sequence[Sequence[Any]]:
        found = []
        with reading(sessions) as session:
            run = session.connection().execute
            for rep in SOME_REPS:
                told = by_hand.days(sessions, {**days, "rep": rep})
                run(by_hand.RULES, told).all()
                run(SENT, told).all()
                found.append(run(DUE, told).all())
        return found

    return read


def week(by_size: Mapping[int, Sessions], rounds: int) -> None:
    """One team's week and the one before it, with who kept their cadence."""
    largest = by_size[max(by_size)]
    ours = _summary(largest)
    compared("a team's week", ours, by_hand.week(largest), rounds, goal=1.3)
    two = by_hand.week(largest, adherence=False)
    compared("  beside its two covering-index queries alone", ours, two, rounds)
    grown("a team's week", {size: _summary(at) for size, at in by_size.items()}, 0.2)


def _summary(sessions: Sessions) -> Callable[[], object]:
    def read() -> object:
        with reading(sessions) as session:
            return pipeline.summary(
                session, data.WORKSPACE, set(by_hand.team()), monday=data.MONDAY
            )

    return read


def stored(sessions: Sessions, rounds: int, count: int = 100) -> None:
    """Visits with a person met, two referrals and a next step, each committed by itself."""
    with sessions.begin() as session:
        rep = users.get(session, data.WORKSPACE, 1)
        actor = Actor(rep.workspace_id, rep.id, rep.slack_id or "", rep.role, rep.zone)
        met = Contact(
            workspace_id=data.WORKSPACE,
            account_id=1,
            name="Priya Patel",
            name_key="priya patel",
            names_version=1,
            created_at=data.NOW,
        )
        session.add(met)
        session.flush()
    numbers = iter(range(10**9))
    visit = Visit(
        account=1,
        type="visit",
        occurred_on=actor.today(system()),
        met=(met.id,),
        referrals=2,
        note=Clean("Wants the flyer"),
        next_step=Clean("Bring flyers"),
        follow_up_on=actor.today(system()),
    )

    def ours() -> None:
        for _ in range(count):
            with sessions.begin() as session:
                form = f"ours-{next(numbers)}"
                assert capture.store(session, actor, visit, submission=form, now=system())

    def floor() -> None:
        for _ in range(count):
            with sessions.begin() as session:
                bare.write(session, f"floor-{next(numbers)}", system())

    took, least = compared(f"{count} visits stored", ours, floor, rounds, quiet=True)
    print(f"  {'visits stored a second':46} {count / took:8.0f}    floor {count / least:8.0f}"
          f"    {least / took:5.2f} x  (goal at least 0.8)")  # fmt: skip


def idle(sessions: Sessions) -> None:
    """What a second without anything due costs, and the memory of a process with the loop."""
    road = Road(sessions, _no_slack, fixed(data.NOW), system)
    took = statistics.median(timed(lambda: deliver.send_due(road)) for _ in range(100))
    print(f"  {'a send step with nothing due':46} {1000 * took:8.2f} ms a second")
    url = sessions.kw["bind"].url.render_as_string(hide_password=False)
    asked = "from bench.clock import looping; looping()"
    told = subprocess.run(
        [sys.executable, "-c", asked, url], check=True, capture_output=True, text=True
    )
    print(f"  {'resident memory of a process that runs the loop':46} {told.stdout.strip():>8} MB")


def looping() -> None:
    """Run the loop for two seconds and print this process's memory in MB."""
    sessions = sessions_for(open_engine(sys.argv[1], statement=30))
    handle = start(sessions, _no_slack, fixed(data.NOW))
    time.sleep(2)
    print(f"{resident() / 1e6:.0f}")
    handle.stop()


def _no_slack(_workspace_id: int) -> Any:
    raise AssertionError("nothing is due")


if __name__ == "__main__":
    main()
