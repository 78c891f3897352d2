"""A database of an older Touchbase, with rows in it, comes to the present schema and keeps them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import MetaData, insert, select

from models import (
    lists,
    many_accounts,
    migrate,
    receipts,
    report_schedules,
    subscriptions,
    users,
    workspaces,
)
from models.accounts import Account
from models.contacts import Contact
from models.db import open_engine, sessions_for
from models.follow_ups import FollowUp
from models.goals import Goal
from models.many_accounts import Change, Which
from tests import databases

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)

FIRST = "0001"
"""The step of the first release."""


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'touchbase.db'}"
        return
    server: str = request.getfixturevalue("postgres")
    url = databases.empty_postgres(server)
    yield url
    databases.drop_postgres(server, url)


def an_older_database(url: str) -> None:
    """The first release's tables, with a workspace, a rep, an account and a visit as it wrote
    them: through the tables as they were then, not as the code declares them now."""
    engine = open_engine(url, statement=30)
    try:
        with engine.begin() as connection:
            command.upgrade(migrate.config(connection), FIRST)
        as_then = MetaData()
        as_then.reflect(engine)
        with engine.begin() as connection:
            for name, row in ROWS:
                connection.execute(insert(as_then.tables[name]).values(row))
            assert "redacted_at" not in as_then.tables["touch"].c
    finally:
        engine.dispose()


ROWS: list[tuple[str, dict[str, Any]]] = [
    (
        "workspace",
        {
            "id": 1, "slack_team_id": "T1", "name": "Acme Rehab", "zone": "America/Chicago",
            "industry_profile": "healthcare", "status": "active", "names_version": 2,
            "names_removed": 0, "created_at": NOW,
        },
    ),
    *(
        (
            "cadence_rule",
            {"workspace_id": 1, "tier": tier, "ideal_days": 7, "max_days": 10},
        )
        for tier in ("A", "C")
    ),
    (
        "user",
        {
            "id": 1, "workspace_id": 1, "slack_id": "U1", "name": "Dana Reyes", "role": "admin",
            "zone": "America/Chicago", "zone_source": "slack", "profile_read_at": NOW,
            "remind_at": time(7, 30), "work_days": 31,
            "reminders_on": True, "enrolled_on": date(2026, 3, 1), "active": True,
            "created_at": NOW,
        },
    ),
    (
        "account",
        {
            "id": 7, "workspace_id": 1, "name": "Oak Clinic", "name_key": "oak clinic",
            "tier": "A", "status": "active", "owner_id": 1, "owned_since": date(2026, 3, 1),
            "address": "", "city": "Oakfield", "state": "", "zip": "", "phone": "",
            "website": "", "territory": "", "last_touch_on": date(2026, 3, 9),
            "due_on": date(2026, 3, 19), "names_version": 1, "created_at": NOW,
        },
    ),
    (
        "contact",
        {
            "id": 3, "workspace_id": 1, "account_id": 7, "name": "Priya Patel",
            "name_key": "priya patel", "credentials": "", "title": "", "email": "",
            "phone": "", "status": "active", "names_version": 2, "created_at": NOW,
        },
    ),
    (
        "touch",
        {
            "id": 5, "workspace_id": 1, "account_id": 7, "user_id": 1, "type": "visit",
            "occurred_on": date(2026, 3, 9), "logged_at": NOW, "qualifying": True,
            "note": "Wants the outcomes flyer", "source": "command", "submission": "V1",
            "edits": 0, "made_account": False, "made_owner": False,
        },
    ),
    (
        "follow_up",
        {
            "workspace_id": 1, "kind": "promise", "account_id": 7, "user_id": 1, "touch_id": 5,
            "text": "Bring the flyer", "due_on": date(2026, 3, 12), "status": "done",
            "created_at": NOW,
        },
    ),
    (
        "touch_contact",
        {"workspace_id": 1, "touch_id": 5, "contact_id": 3, "made": False},
    ),
    (
        "subscription",
        {
            "workspace_id": 1, "channel_id": "C1", "user_id": 1, "scope": "everyone",
            "zone": "America/Chicago", "active": True, "created_at": NOW,
        },
    ),
]  # fmt: skip


def holds_the_visit(url: str) -> None:
    """The code of today reads what was written then."""
    engine = open_engine(url, statement=30)
    try:
        with sessions_for(engine)() as session:
            workspace = workspaces.only(session)
            assert workspace is not None and workspace.name == "Acme Rehab"
            assert users.actor(session, workspace.id, "U1") is not None
            digest = subscriptions.of_channel(session, workspace.id, "C1")
            assert digest is not None and digest.active and not digest.short
            shown = receipts.visit(session, workspace.id, 5, NOW)
            assert shown is not None
            assert (shown.account, shown.note) == ("Oak Clinic", "Wants the outcomes flyer")
            assert (shown.met, shown.due_on) == (("Priya Patel",), date(2026, 3, 19))
            assert (shown.headcount, shown.redacted_on) == (None, None)
            promise = session.scalars(select(FollowUp)).one()
            assert (promise.status, promise.done_on) == ("done", None)
            assert session.scalars(select(Contact.last_touch_on)).all() == [date(2026, 3, 9)]
            roles = lists.entries(session, workspace.id, lists.BUYING_ROLE)[lists.BUYING_ROLE]
            assert ", ".join(role.key for role in roles) == (
                "economic buyer, decision maker, champion, influencer, user, gatekeeper, "
                "technical, legal, blocker, unknown"
            )
            name = lists.DEAL_LOST_REASON
            reasons = lists.entries(session, workspace.id, name)[name]
            assert ", ".join(reason.key for reason in reasons) == (
                "pricing, competition, budget constraints, missing features, long sales cycle, "
                "no decision maker, unresponsive prospect, poor fit, other"
            )
            admin = users.actor(session, workspace.id, "U1")
            assert admin is not None
            made = report_schedules.ask(session, admin, "pipeline", None, "week", NOW)
            assert made.next_on == date(2026, 3, 16)
            wanted = Change(tier="B")
            many_accounts.make(session, admin, Which(), wanted, submission="B1", now=NOW)
            assert session.scalars(select(Account.tier)).all() == ["B"]
    finally:
        engine.dispose()


def step_of(url: str) -> str | None:
    engine = open_engine(url, statement=30)
    try:
        return migrate.version(engine)
    finally:
        engine.dispose()


def test_rows_of_the_first_release_are_kept(empty_url: str) -> None:
    an_older_database(empty_url)
    assert step_of(empty_url) == FIRST
    migrate.upgrade(empty_url)
    assert step_of(empty_url) == migrate.HEAD != FIRST
    holds_the_visit(empty_url)


def test_goals_stay_and_go_on_being_numbered(empty_url: str) -> None:
    an_older_database(empty_url)
    engine = open_engine(empty_url, statement=30)
    goal = {
        "workspace_id": 1, "kind": "visits", "period": "week", "scope": "person", "scope_id": 1,
        "since": date(2026, 3, 9), "target": 25, "set_at": NOW,
    }  # fmt: skip
    try:
        with engine.begin() as connection:
            command.upgrade(migrate.config(connection), "0007")
        as_then = MetaData()
        as_then.reflect(engine)
        with engine.begin() as connection:
            connection.execute(insert(as_then.tables["goal"]).values(by_id=1, **goal))
    finally:
        engine.dispose()
    migrate.upgrade(empty_url)
    engine = open_engine(empty_url, statement=30)
    try:
        with sessions_for(engine).begin() as session:
            (kept,) = session.scalars(select(Goal))
            assert (kept.target, kept.by_id) == (25, 1)
            session.delete(kept)
            session.flush()
            session.add(Goal(**goal))
        with sessions_for(engine)() as session:
            (new,) = session.scalars(select(Goal))
            assert new.by_id is None and new.id > kept.id
    finally:
        engine.dispose()


def test_an_older_file_is_copied_beside_itself_first_and_the_copy_opens(tmp_path: Path) -> None:
    file = tmp_path / "touchbase.db"
    url = f"sqlite:///{file}"
    an_older_database(url)
    copy = migrate.upgrade(url)
    assert copy == f"{file}.before-{migrate.HEAD}"
    assert step_of(f"sqlite:///{copy}") == FIRST
    with closing(sqlite3.connect(copy)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert opened.execute("SELECT note FROM touch").fetchall() == [
            ("Wants the outcomes flyer",)
        ]
    assert migrate.upgrade(url) is None  # at head there is nothing to do, and nothing to copy
    # Going back is putting the copy in the file's place; from there the way up is open again.
    file.unlink()
    Path(copy).rename(file)
    assert migrate.upgrade(url) == copy
    holds_the_visit(url)


def test_postgresql_is_not_copied(postgres: str) -> None:
    url = databases.empty_postgres(postgres)
    try:
        an_older_database(url)
        assert migrate.upgrade(url) is None
        engine = open_engine(url, statement=30)
        with engine.connect() as connection:
            touch = MetaData()
            touch.reflect(connection, only=["touch"])
            rows = connection.execute(select(touch.tables["touch"])).all()
        engine.dispose()
        assert [row.id for row in rows] == [5]
    finally:
        databases.drop_postgres(postgres, url)
