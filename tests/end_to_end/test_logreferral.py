"""`/logreferral` as a rep meets it: the form, a row a referral, the receipt that moves them on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.world import Message
from models.db import open_engine, sessions_for
from tests import databases
from tests.end_to_end.running import Running, a_bot, until
from tests.make import a_contact, a_user, a_workspace, an_account, an_actor

LABELS = [
    "Source account",
    "Referred by",
    "Direction",
    "Service line",
    "Payer type",
    "How many",
    "Urgency",
]
CODE = re.compile(r"R-[2-9A-Z]{4}-[2-9A-Z]{4}")


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Running]:
    """One bot for the file, on one database."""
    url = databases.sqlite_at_head(tmp_path_factory.mktemp("referrals"), sqlite_template)
    with a_bot(url) as running:
        yield running
        assert running.slack.complaints == []


@pytest.fixture
def bot(process: Running) -> Running:
    """U1 with an account of theirs and Priya Patel in it; no touch, no referral, no form open."""
    with process.engine.begin() as connection:
        for table in ("touch_contact", "referral", "follow_up", "touch", "delivery"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    for form in process.slack.stack_of("U1"):
        process.slack.service.views.close(form)
    if not process.rows("SELECT 1 FROM account"):
        _people_and_accounts(process)
    return process


def _people_and_accounts(process: Running) -> None:
    engine = open_engine(process.database_url)
    with sessions_for(engine).begin() as session:
        workspace = a_workspace(session, process.slack.identity.team_id)
        rep = an_actor(a_user(session, workspace, "U1"))
        oakfield = an_account(
            session, workspace.id, "Oakfield Memorial Hospital", owner=rep, city="Oakfield"
        )
        a_contact(session, oakfield, "Priya Patel")
        an_account(session, workspace.id, "Larkspur Rehab", owner=rep)
        for city in ("Fairview", "Anderson"):
            an_account(session, workspace.id, f"Mercy {city} Hospital", owner=rep, city=city)
    engine.dispose()


def count(bot: Running) -> int:
    return int(bot.value("SELECT count(*) FROM referral"))


def logged(bot: Running, many: str = "3", line: str = "oakfield memorial") -> Message:
    """A saved form of so many, as its receipt."""
    bot.slack.command("U1", "/logreferral", line)
    form = bot.slack.form("U1")
    form.fill("How many", many)
    assert form.save(), form.errors
    last = bot.value("SELECT max(id) FROM referral")
    code = str(bot.value("SELECT code FROM referral WHERE id = :id", id=last))
    return bot.dm("U1", code)


def test_the_form_asks_seven_things_and_says_that_no_patient_belongs_here(bot: Running) -> None:
    answer = bot.slack.command("U1", "/logreferral", "")
    assert (answer.status, answer.body) == (200, None)
    form = bot.slack.form("U1")
    assert form.labels == LABELS
    assert "No patient names, dates or numbers here" in form.words
    assert (form.value("How many"), form.value("Urgency")) == ("1", "Routine")
    assert form.value("Direction").startswith("Incoming")
    assert [each.split()[0] for each in form.offers("Direction")] == ["Incoming", "Outgoing"]


def test_a_line_fills_the_account_the_person_and_the_number(bot: Running) -> None:
    bot.slack.command("U1", "/logreferral", "oakfield memorial, dr patel, 2 referrals")
    form = bot.slack.form("U1")
    assert form.value("Source account").startswith("Oakfield Memorial Hospital")
    assert form.value("Referred by").startswith("Priya Patel")
    assert form.value("How many") == "2"


def test_a_number_alone_is_how_many(bot: Running) -> None:
    bot.slack.command("U1", "/logreferral", "larkspur rehab, 4")
    form = bot.slack.form("U1")
    assert form.value("Source account") == "Larkspur Rehab"
    assert form.value("How many") == "4"


def test_more_than_fit_are_shown_as_typed_and_refused_beside_the_field(bot: Running) -> None:
    bot.slack.command("U1", "/logreferral", "oakfield memorial, 25")
    form = bot.slack.form("U1")
    assert form.value("How many") == "25"
    assert not form.save()
    assert list(form.errors) == ["How many"]


def test_of_two_accounts_that_fit_one_tap_chooses(bot: Running) -> None:
    bot.slack.command("U1", "/logreferral", "mercy, 2")
    form = bot.slack.form("U1")
    assert form.value("Source account") is None
    fit = next(label for label in form.buttons if label.startswith("Mercy Fairview"))
    form.pick("Service line", "Stroke")
    form.press(fit)
    assert form.value("Source account") == fit
    assert (form.value("How many"), form.value("Service line")) == ("2", "Stroke")
    assert form.save(), form.errors


def test_three_referrals_are_three_rows_each_new_with_a_code_of_its_own(bot: Running) -> None:
    bot.slack.command("U1", "/logreferral", "oakfield memorial, dr patel")
    form = bot.slack.form("U1")
    form.pick("Direction", "Outgoing")
    form.pick("Urgency", "Urgent")
    service, payer = form.offers("Service line")[-1], form.offers("Payer type")[-1]
    form.pick("Service line", service)
    form.pick("Payer type", payer)
    form.fill("How many", "3")
    assert form.save(), form.errors
    rows = bot.rows("SELECT code, direction, urgency, status, contact_id, touch_id FROM referral")
    assert len({row.code for row in rows}) == 3
    assert all(CODE.fullmatch(row.code) for row in rows)
    assert {(row.direction, row.urgency, row.status) for row in rows} == {("out", "urgent", "new")}
    assert None not in {row.contact_id for row in rows}
    assert {row.touch_id for row in rows} == {None}
    receipt = bot.dm("U1", "Logged: 3 referrals to Oakfield Memorial Hospital")
    assert set(CODE.findall(receipt.words)) == {row.code for row in rows}
    assert receipt.words.count("· New") == 3
    for said in ("Referred by Priya Patel", service, payer, "Urgent"):
        assert said in receipt.words
    assert receipt.buttons == ["Contacted"] * 3 + ["Undo"]


def test_what_was_logged_with_todays_visit_is_said_once_the_account_is_chosen(
    bot: Running,
) -> None:
    bot.slack.command("U1", "/logvisit", "oakfield memorial, 2 referrals")
    visit = bot.slack.form("U1")
    assert visit.value("Referrals") == "2"
    assert visit.save(), visit.errors
    bot.slack.command("U1", "/logreferral", "")
    form = bot.slack.form("U1")
    assert "already logged" not in form.words
    form.fill("Source account", "oakfield")
    assert "2 already logged with your visit today." in form.words
    form.fill("Source account", "larkspur")
    assert "already logged" not in form.words
    form.fill("Source account", "oakfield")
    assert form.save(), form.errors
    assert count(bot) == 3
    bot.slack.command("U1", "/logreferral", "oakfield memorial")  # that one came without a visit
    assert "2 already logged with your visit today." in bot.slack.form("U1").words


def test_a_line_that_names_the_account_says_so_at_once(bot: Running) -> None:
    bot.slack.command("U1", "/logvisit", "oakfield memorial, 2 referrals")
    assert bot.slack.form("U1").save()
    bot.slack.command("U1", "/logreferral", "oakfield memorial")
    assert "2 already logged with your visit today." in bot.slack.form("U1").words


def test_choosing_an_account_loses_nothing_of_what_was_typed(bot: Running) -> None:
    bot.slack.command("U1", "/logreferral", "")
    form = bot.slack.form("U1")
    form.fill("How many", "7")
    form.pick("Urgency", "Urgent")
    form.pick("Direction", "Outgoing")
    form.fill("Source account", "oakfield")
    assert (form.value("How many"), form.value("Urgency")) == ("7", "Urgent")
    assert form.value("Direction").startswith("Outgoing")
    assert form.offers("Referred by")[0].startswith("Priya Patel")


def test_the_menu_beside_a_code_moves_that_referral_and_the_receipt_shows_it(bot: Running) -> None:
    receipt = logged(bot)
    second = CODE.findall(receipt.words)[1]
    bot.slack.select("U1", receipt, "Move to", "Accepted", nth=1)
    moved = bot.dm("U1", f"{second} · Accepted")
    assert moved.ts == receipt.ts
    assert moved.words.count("· New") == 2
    standing = dict(map(tuple, bot.rows("SELECT code, status FROM referral")))
    assert standing.pop(second) == "accepted"
    assert set(standing.values()) == {"new"}


def test_one_tap_moves_a_referral_to_what_comes_next(bot: Running) -> None:
    receipt = logged(bot, "1")
    assert receipt.buttons == ["Contacted", "Undo"]
    bot.slack.press("U1", receipt, "Contacted")
    until(lambda: "In review" in bot.dms("U1")[-1].buttons, "the receipt with the next step")
    last = bot.rows("SELECT status FROM referral ORDER BY id DESC LIMIT 1")
    assert last == [("contacted",)]


def test_a_referral_that_reached_an_end_has_no_menu_any_more(bot: Running) -> None:
    receipt = logged(bot, "1")
    (code,) = CODE.findall(receipt.words)
    bot.slack.select("U1", receipt, "Move to", "Started")
    ended = bot.dm("U1", f"{code} · Started")
    assert ended.ts == receipt.ts
    with pytest.raises(LookupError):
        bot.slack.select("U1", ended, "Move to", "Accepted")
    assert bot.rows("SELECT status FROM referral") == [("started",)]


def test_undo_takes_all_rows_of_the_save_back_and_no_others(bot: Running) -> None:
    kept = logged(bot, "2")
    receipt = logged(bot, "3")
    assert count(bot) == 5
    assert bot.slack.press("U1", receipt, "Undo", confirm=False) is None
    assert count(bot) == 5
    bot.slack.press("U1", receipt, "Undo")
    assert bot.dm("U1", "Undone.").ts == receipt.ts
    left = {row.code for row in bot.rows("SELECT code FROM referral")}
    assert left == set(CODE.findall(kept.words))


@pytest.mark.parametrize(
    ("many", "said"),
    [
        ("21", "At most 20 referrals at once."),
        ("0", "Enter a whole number"),
        ("-1", "Enter a whole number"),
        ("two", "Enter a whole number"),
        ("1.5", "Enter a whole number"),
        ("٣", "Enter a whole number"),
    ],
)
def test_a_number_that_cannot_be_is_refused_beside_its_field(
    bot: Running, many: str, said: str
) -> None:
    bot.slack.command("U1", "/logreferral", "oakfield memorial")
    form = bot.slack.form("U1")
    form.fill("How many", many)
    assert not form.save()
    assert list(form.errors) == ["How many"]
    assert form.errors["How many"].startswith(said)
    assert form.value("How many") == many
    assert count(bot) == 0


def test_twenty_at_once_are_stored(bot: Running) -> None:
    receipt = logged(bot, "20")
    assert count(bot) == 20
    assert len(set(CODE.findall(receipt.words))) == 20


def test_without_an_account_the_form_stays_open(bot: Running) -> None:
    bot.slack.command("U1", "/logreferral", "")
    form = bot.slack.form("U1")
    assert not form.save(unchecked=True)
    assert form.errors == {"Source account": "Fill this in."}
    assert count(bot) == 0


def test_a_double_tap_on_save_stores_them_once_and_sends_one_receipt(bot: Running) -> None:
    bot.slack.command("U1", "/logreferral", "oakfield memorial, 2 referrals")
    before = len(bot.dms("U1"))
    answers = bot.slack.form("U1").save_twice()
    assert [(answer.status, answer.body) for answer in answers] == [(200, None)] * 2
    assert count(bot) == 2
    until(lambda: len(bot.dms("U1")) > before or None, "a receipt")
    assert bot.value("SELECT count(*) FROM delivery") == 1
    assert len(bot.dms("U1")) == before + 1
