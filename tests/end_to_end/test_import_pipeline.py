"""The public CRM export, taken over by the command as an operator would."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.accounts import Account
from models.db import open_engine, sessions_for
from models.opportunities import Move, Opportunity
from models.stages import Stage
from models.territories import Territory
from models.users import User
from tests.command_line import Done, touchbase

FOLDER = Path(__file__).resolve().parents[3] / "shared/data/crm-sales-opportunities"

FILES = {
    "users": ("sales_teams", "sales_agent=name", "regional_office=territory"),
    "accounts": ("accounts", "account=name", "sector=type"),
    "products": ("products", "product=name", "series=family", "sales_price=price"),
    "opportunities": (
        "sales_pipeline",
        "opportunity_id=external_id",
        "sales_agent=owner",
        "deal_stage=stage",
        "engage_date=opened_on",
        "close_date=closed_on",
        "close_value=amount",
    ),
}


def test_the_public_pipeline_comes_in_with_its_defects_reported(sqlite_url: str) -> None:
    if not FOLDER.exists():
        pytest.skip("the public CRM export (../shared/data) is not on this machine")

    def import_(kind: str, *words: str) -> Done:
        file = str(FOLDER / f"{FILES[kind][0]}.csv")
        return touchbase("import", kind, file, *words, "--workspace", "T1", DATABASE_URL=sqlite_url)

    def first(kind: str) -> Done:
        words = [word for pair in FILES[kind][1:] for word in ("--map", pair)]
        dates = ["--dates", "mdy"] if kind == "opportunities" else []
        return import_(kind, *words, *dates, "--save-mapping", "maven")

    done = {kind: first(kind) for kind in FILES}
    assert [(one.code, one.err) for one in done.values()] == [(0, "")] * 4
    assert done["users"].last == "new=35 changed=0 unchanged=0 rejected=0"
    assert done["users"].out.count("New person: ") == 6  # the managers
    assert done["opportunities"].last == "new=8800 changed=0 unchanged=0 rejected=0"
    for said in (
        "New product: GTXPro; is it GTX Pro?",
        "New stage: Engaging, open, in new business",
        "1,425 new rows without an account",
    ):
        assert said in done["opportunities"].out.splitlines()
    for kind, count in (("users", 35), ("accounts", 85), ("products", 7), ("opportunities", 8800)):
        again = import_(kind, "--mapping", "maven")
        assert again.last == f"new=0 changed=0 unchanged={count} rejected=0"

    engine = open_engine(sqlite_url)
    with sessions_for(engine)() as session:
        of_stages = session.execute(
            select(Stage.label, func.count(), func.sum(Opportunity.amount_cents))
            .join(Opportunity, Opportunity.stage_id == Stage.id)
            .group_by(Stage.label)
        ).all()
        stages = {label: (count, cents) for label, count, cents in of_stages}
        assert stages == {
            "Won": (4238, 1_000_553_400),
            "Lost": (2473, 0),
            "Engaging": (1589, None),
            "Prospecting": (500, None),
        }
        assert session.scalar(select(func.count()).select_from(Move)) == 8800
        ownerless = select(func.count()).where(Opportunity.owner_id.is_(None))
        assert session.scalar(ownerless) == 0
        homeless = select(func.count()).where(Opportunity.account_id.is_(None))
        assert session.scalar(homeless) == 1425
        people = [(one.role, one.slack_id) for one in session.scalars(select(User))]
        assert sorted(people) == [("manager", None)] * 6 + [("rep", None)] * 35
        territories = session.scalars(select(Territory.name).order_by(Territory.name)).all()
        assert territories == ["Central", "East", "West"]
        assert session.scalar(select(func.count()).select_from(Account)) == 85
    engine.dispose()
    undone = touchbase("import", "undo", "4", DATABASE_URL=sqlite_url)  # with GTXPro and Engaging
    assert undone.out == "import 4 undone: removed=8802 put_back=0 kept=0\n"
