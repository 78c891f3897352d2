"""The public CRM sales opportunities, put into the tables row for row, and read by plain SQL."""

from __future__ import annotations

import csv
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from models import stages
from models.accounts import Account
from models.opportunities import Opportunity
from models.products import Product
from models.stages import NEW_BUSINESS
from models.territories import Territory
from models.text import name_key
from models.users import MANAGER, REP, User
from tests.deals import a_stage
from tests.make import NOW, ZONE, a_workspace

FOLDER = Path(__file__).resolve().parents[2] / "shared/data/crm-sales-opportunities"


def must_be_there() -> None:
    """Skips the test where the files are not."""
    if not FOLDER.is_dir():
        pytest.skip("the public sales opportunities (../shared/data) are not on this machine")


def read(name: str) -> list[dict[str, str]]:
    """The rows of one of the files."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain_sql() -> sqlite3.Connection:
    """The files as tables of their own: `deal` and `team`."""
    base = sqlite3.connect(":memory:")
    base.execute("create table deal (id, agent, product, account, stage, engaged, closed, value)")
    base.executemany(
        "insert into deal values (?,?,?,?,?,?,?,?)", map(_values, read("sales_pipeline"))
    )
    base.execute("create table team (agent, manager, region)")
    base.executemany("insert into team values (?,?,?)", map(_values, read("sales_teams")))
    return base


def store(session: Session) -> None:
    """All of it into the workspace T1: agents and managers as people without Slack."""
    workspace = a_workspace(session).id
    teams, deals = read("sales_teams"), read("sales_pipeline")
    regions = _ids(session, Territory, workspace, {row["regional_office"] for row in teams})
    managers = _people(session, workspace, {row["manager"]: {"role": MANAGER} for row in teams})
    agents = _people(
        session,
        workspace,
        {
            row["sales_agent"]: {
                "role": REP,
                "manager_id": managers[row["manager"]],
                "territory_id": regions[row["regional_office"]],
            }
            for row in teams
        },
    )
    products = _ids(session, Product, workspace, {row["product"] for row in deals})
    accounts = _ids(session, Account, workspace, {row["account"] for row in deals} - {""})
    stages.add_open(session, workspace, NEW_BUSINESS, "Engaging")
    stage = {
        name: a_stage(session, workspace, name).id
        for name in ("Prospecting", "Engaging", "Won", "Lost")
    }
    session.execute(
        insert(Opportunity),
        [
            {
                "workspace_id": workspace,
                "external_id": row["opportunity_id"],
                "name": row["opportunity_id"],
                "account_id": accounts.get(row["account"]),
                "owner_id": agents[row["sales_agent"]],
                "product_id": products[row["product"]],
                "stage_id": stage[row["deal_stage"]],
                "staged_at": NOW,
                "amount_cents": 100 * int(row["close_value"]) if row["close_value"] else None,
                "forecast": "pipeline",
                "opened_on": _day(row["engage_date"]),
                "closed_on": _day(row["close_date"]),
                "created_at": NOW,
                "updated_at": NOW,
            }
            for row in deals
        ],
    )


def _values(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row.values())


def _day(words: str) -> date | None:
    if not words:
        return None
    return datetime.strptime(words, "%m/%d/%Y").replace(tzinfo=UTC).date()


def _people(session: Session, workspace_id: int, told: dict[str, dict[str, Any]]) -> dict[str, int]:
    made = [
        User(
            workspace_id=workspace_id,
            name=name,
            zone=ZONE,
            zone_source="workspace",
            reminders_on=False,
            enrolled_on=NOW.date(),
            created_at=NOW,
            **columns,
        )
        for name, columns in sorted(told.items())
    ]
    session.add_all(made)
    session.flush()
    return {person.name: person.id for person in made}


def _ids(session: Session, table: Any, workspace_id: int, names: set[str]) -> dict[str, int]:
    """Rows of these names, and their ids."""
    more: dict[str, Any] = {}
    if table is Account:
        more = {"names_version": 0, "created_at": NOW}
    made = [
        table(
            workspace_id=workspace_id,
            name=name,
            **more,
            **({} if table is Product else {"name_key": name_key(name)}),
        )
        for name in sorted(names)
    ]
    session.add_all(made)
    session.flush()
    return {row.name: row.id for row in made}
