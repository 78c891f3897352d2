"""Planning a morning for many people, beside the bare SQL that writes the same rows."""

from __future__ import annotations

import gc
import statistics
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from models import users, workspaces
from models.clock import fixed
from models.db import Sessions, insert_all_if_absent, open_engine, sessions_for
from models.deliveries import Delivery, Lane
from models.users import User
from scheduler import planning, reminders

MORNING = datetime(2026, 11, 17, 12, 45, tzinfo=UTC)
"""A quarter to eight in New York, on a Tuesday."""

ZONE = "America/New_York"
ROUNDS = 3


def measure(url: str, count: int, rounds: int = ROUNDS) -> None:
    """Print both in people a second, and the ratio."""
    sessions = sessions_for(open_engine(url, statement=30))
    people(sessions, count)
    ours, floor = [], []
    for _ in range(rounds):
        before = _places(sessions)
        gc.collect()
        began = time.perf_counter()
        planning.plan_all(sessions, fixed(MORNING), [reminders.plan])
        ours.append(time.perf_counter() - began)
        owed, after = _owed(sessions), _places(sessions)
        assert len(owed) == count
        _put_back(sessions, before)
        gc.collect()
        began = time.perf_counter()
        by_hand(sessions, owed, after)
        floor.append(time.perf_counter() - began)
        assert len(_owed(sessions)) == count
        _put_back(sessions, before)
    took, least = statistics.median(ours), statistics.median(floor)
    print(f"  {f'{count:,} people planned, a second':46} {count / took:8.0f}    floor"
          f" {count / least:8.0f}    {took / least:5.2f} x as long")  # fmt: skip


def people(sessions: Sessions, count: int) -> int:
    """A workspace with so many reps whose morning message of MORNING is due; its id."""
    with sessions.begin() as session:
        workspace = workspaces.ensure(session, "T1", name="Bench", zone=ZONE, now=MORNING)
        day = MORNING.date()
        shared = {
            "workspace_id": workspace.id,
            "role": users.REP,
            "zone": ZONE,
            "zone_source": users.ZONE_OF_SLACK,
            "profile_read_at": MORNING,
            "remind_at": clock_time(7, 30),
            "enrolled_on": day - timedelta(days=30),
            "greeted_at": MORNING - timedelta(days=29),
            "next_local_date": day,
            "next_due_at": MORNING - timedelta(minutes=15),
            "planned_at": MORNING - timedelta(days=1),
            "created_at": MORNING - timedelta(days=30),
        }
        session.execute(
            insert(User),
            [{"slack_id": f"U{n:06d}", "name": f"Person {n}", **shared} for n in range(count)],
        )
        return workspace.id


def by_hand(
    sessions: Sessions, owed: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]
) -> None:
    """The same rows in the same batches, their values known beforehand."""
    places = {row["user"]: row for row in after}
    messages = {row["user_id"]: row for row in owed}
    move = (
        update(User.__table__)
        .where(User.id == bindparam("user"))
        .values({name: bindparam(name) for name in _PLACE})
    )
    due = (
        select(User.id)
        .where(User.next_due_at <= MORNING, User.active)
        .order_by(User.next_due_at, User.id)
        .limit(planning.BATCH)
        .with_for_update(of=User, key_share=True, skip_locked=True)
    )
    while True:
        with sessions.begin() as session:
            connection = session.connection()
            ids = connection.execute(due).scalars().all()
            if not ids:
                return
            insert_all_if_absent(session, Delivery, [messages[one] for one in ids])
            connection.execute(move, [places[one] for one in ids])
            connection.execute(update(Lane.__table__).values(next_at=MORNING))


_PLACE = ("next_local_date", "next_due_at", "planned_at")


def _places(sessions: Sessions) -> list[dict[str, Any]]:
    """Everybody's place in the plan."""
    columns = [User.id.label("user"), *(getattr(User, name).label(name) for name in _PLACE)]
    with sessions() as session:
        return [dict(row) for row in session.execute(select(*columns)).mappings()]


def _owed(sessions: Sessions) -> list[dict[str, Any]]:
    with sessions() as session:
        rows = session.execute(select(Delivery.__table__)).mappings()
        return [
            {**{k: v for k, v in row.items() if k != "id"}, "nid": str(uuid.uuid4())}
            for row in rows
        ]


def _put_back(sessions: Sessions, places: Sequence[dict[str, Any]]) -> None:
    first = places[0]
    with sessions.begin() as session:
        session.execute(delete(Delivery))
        session.execute(update(User).values({name: first[name] for name in _PLACE}))
        session.execute(update(Lane).values(next_at=None))
