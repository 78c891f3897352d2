"""`/pipeline` over signed HTTP, as a rep meets it: the list, a move, Lost with its reason, Undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.form import Form
from models.db import open_engine, sessions_for
from tests import databases
from tests.end_to_end.running import Running, a_bot, until
from tests.make import a_user, a_workspace, an_account, an_actor
from tests.unit.test_deals import a_deal

STAGE = (
    "SELECT stage.label FROM opportunity JOIN stage ON stage.id = opportunity.stage_id "
    "WHERE opportunity.name = :name"
)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Running]:
    """U1 with two deals."""
    url = databases.sqlite_at_head(tmp_path_factory.mktemp("deals"), sqlite_template)
    with a_bot(url) as running:
        engine = open_engine(running.database_url)
        with sessions_for(engine).begin() as session:
            workspace = a_workspace(session, running.slack.identity.team_id)
            rep = an_actor(a_user(session, workspace, "U1"))
            oak = an_account(session, workspace.id, "Oak Clinic", owner=rep)
            a_deal(session, rep, oak, name="Oak contract", amount_cents=1_250_000)
            a_deal(session, rep, oak, name="Oak renewal", amount_cents=500_000)
        engine.dispose()
        yield running
        assert running.slack.complaints == []


def opened(bot: Running) -> Form:
    answer = bot.slack.command("U1", "/pipeline", "")
    assert (answer.status, answer.body) == (200, None)
    return bot.slack.form("U1")


def test_a_deal_is_moved_by_its_button_and_taken_back(bot: Running) -> None:
    form = opened(bot)
    assert "*2 open deals* · $17,500 · weighted $1,750" in form.words
    form.press("To Qualification")
    assert "Oak contract is now in Qualification." in bot.slack.form("U1").words
    assert bot.value(STAGE, name="Oak contract") == "Qualification"
    until(
        lambda: [one for one in bot.dms("U1") if "$12,500 · Qualification" in one.words],
        "the receipt that shows the move",
    )
    bot.slack.form("U1").press("Undo")
    assert bot.value(STAGE, name="Oak contract") == "Prospecting"
    bot.slack.form("U1").cancel()


def test_lost_without_a_reason_says_so_beside_the_field_and_undo_opens_it_again(
    bot: Running,
) -> None:
    row = f"deal:{bot.value('SELECT id FROM opportunity WHERE name = :n', n='Oak contract')}:0"
    opened(bot).pick(row, "Lost…")
    form = bot.slack.form("U1")
    # What a client sends that does not check the field itself.
    assert not form.save(unchecked=True)
    assert form.errors == {"Reason": "Pick why it was lost."}
    assert bot.value(STAGE, name="Oak contract") == "Prospecting"
    form.pick("Reason", "Competition")
    assert form.save(), form.errors
    form = bot.slack.form("U1")
    assert "*1 open deal*" in form.words and "Lost: Oak contract." in form.words
    kept = "SELECT lost_reason, forecast FROM opportunity WHERE name = 'Oak contract'"
    assert bot.rows(kept) == [("competition", "omitted")]
    form.press("Undo")
    assert bot.rows(kept) == [(None, "pipeline")]
    assert bot.value(STAGE, name="Oak contract") == "Prospecting"


def test_a_double_tap_on_save_makes_one_deal(bot: Running) -> None:
    bot.slack.command("U1", "/pipeline", "new")
    form = bot.slack.form("U1")
    form.fill("Account", "Oak Clinic")
    form.fill("Name of the deal", "Twice tapped")
    form.save_twice()
    assert bot.value("SELECT count(*) FROM opportunity WHERE name = 'Twice tapped'") == 1
