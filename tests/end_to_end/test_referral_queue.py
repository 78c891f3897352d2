"""The open referrals as people meet them: `/touchbase referrals`, reasons, the way back, words
for the referrer, and the ledger of leads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.world import Message
from models import users
from models.db import open_engine, sessions_for
from tests import databases
from tests.end_to_end.running import Running, a_bot, until
from tests.make import a_contact, a_user, a_workspace, an_account, an_actor

CODE = re.compile(r"R-[2-9A-Z]{4}-[2-9A-Z]{4}")


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Running]:
    """One bot for the file, on one database."""
    url = databases.sqlite_at_head(tmp_path_factory.mktemp("queue"), sqlite_template)
    with a_bot(url) as running:
        yield running
        assert running.slack.complaints == []


@pytest.fixture
def bot(process: Running) -> Running:
    """U1 reports to U3, a manager; U2 to nobody. No referral, no form open; in healthcare."""
    with process.engine.begin() as connection:
        for table in ("referral_move", "referral", "delivery"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    for person in ("U1", "U2", "U3"):
        for form in process.slack.stack_of(person):
            process.slack.service.views.close(form)
    if not process.rows("SELECT 1 FROM account"):
        _people_and_accounts(process)
    return process


def _people_and_accounts(process: Running) -> None:
    engine = open_engine(process.database_url)
    with sessions_for(engine).begin() as session:
        workspace = a_workspace(session, process.slack.identity.team_id)
        boss = a_user(session, workspace, "U3", name="Ann Boss", role=users.MANAGER)
        dana = a_user(session, workspace, "U1")
        dana.manager_id = boss.id
        rep = an_actor(dana)
        oakfield = an_account(session, workspace.id, "Oakfield Memorial", owner=rep)
        a_contact(session, oakfield, "Priya Patel", email="priya@oakfield.example")
        lee = an_actor(a_user(session, workspace, "U2", name="Lee Park"))
        an_account(session, workspace.id, "Larkspur Rehab", owner=lee)
    engine.dispose()


def logged(bot: Running, person: str = "U1", line: str = "oakfield, dr patel", n: str = "1") -> str:
    """A saved form; the code of its last referral."""
    bot.slack.command(person, "/logreferral", line)
    form = bot.slack.form(person)
    form.fill("How many", n)
    assert form.save(), form.errors
    return str(bot.value("SELECT code FROM referral ORDER BY id DESC LIMIT 1"))


def status(bot: Running, code: str) -> str:
    return str(bot.value("SELECT status FROM referral WHERE code = :code", code=code))


def receipt(bot: Running, holding: str) -> Message:
    return bot.dm("U1", holding)


def test_the_whole_life_of_one_in_the_queue(bot: Running) -> None:
    code = logged(bot)
    bot.slack.command("U1", "/touchbase", "referrals")
    queue = bot.slack.form("U1")
    assert "1 referral to handle" in queue.words
    assert "*Oakfield Memorial*" in queue.words
    assert f"{code} · New · today" in queue.words
    assert "Answer due in 2 h" in queue.words
    queue.press("Contacted")
    queue = bot.slack.form("U1")
    assert (status(bot, code), "Answered in 0 min" in queue.words) == ("contacted", True)
    assert f"{code} · Contacted" in receipt(bot, f"{code} · Contacted").words

    queue.pick("Move to", "Declined by us")
    why = bot.slack.form("U1")
    assert why.labels == ["Why?"]
    assert status(bot, code) == "contacted"
    assert not why.save(unchecked=True)
    assert why.errors == {"Why?": "Fill this in."}
    why.pick("Why?", "Staffing / capacity")
    assert why.save(), why.errors
    assert status(bot, code) == "declined"
    queue = bot.slack.form("U1")
    assert "The referrer has not been told yet" in queue.words
    receipt(bot, f"{code} · Declined by us (Staffing / capacity)")
    row = bot.rows("SELECT reason, decided_at FROM referral WHERE code = :code", code=code)[0]
    assert row.reason == "staffing capacity" and row.decided_at

    queue.press("Undo move")
    assert status(bot, code) == "contacted"
    moves = bot.rows("SELECT from_status, to_status, reason, undone_at FROM referral_move")
    assert [tuple(move)[:3] for move in moves] == [
        ("new", "contacted", None),
        ("contacted", "declined", "staffing capacity"),
    ]
    assert [move.undone_at is None for move in moves] == [True, False]


def test_from_the_receipt_a_reason_is_asked_in_a_form_of_its_own(bot: Running) -> None:
    code = logged(bot)
    bot.slack.select("U1", receipt(bot, code), "Move to", "Lost")
    why = bot.slack.form("U1")
    assert code in why.words
    assert "Chose competitor" in why.offers("Why?")
    assert "Geography" not in why.offers("Why?")  # that is why we decline
    why.pick("Why?", "Chose competitor")
    assert why.save(), why.errors
    closed = receipt(bot, f"{code} · Lost (Chose competitor)")
    assert closed.buttons == ["Tell the referrer", "Reopen", "Undo move", "Undo"]
    bot.slack.press("U1", closed, "Reopen")
    assert status(bot, code) == "new"
    assert bot.value("SELECT count(*) FROM referral_move WHERE undone_at IS NULL") == 2


def test_one_tap_has_words_for_the_referrer_without_a_patient_and_closes_the_loop(
    bot: Running,
) -> None:
    code = logged(bot)
    bot.slack.command("U1", "/touchbase", "referrals")
    bot.slack.form("U1").pick("Move to", "Accepted")
    bot.slack.form("U1").press("Tell the referrer")
    words = bot.slack.form("U1")
    said = words.value("Ready to send")
    assert said.startswith("Hello Priya Patel,") and code in said and "We accepted it" in said
    assert said.endswith("Dana Reyes\nSandbox")
    assert "mailto:priya@oakfield.example?subject=" in words.words
    assert until(lambda: bot.value("SELECT loop_closed_at FROM referral"), "the loop closed")
    words.press("I haven't told them yet")
    assert bot.value("SELECT loop_closed_at FROM referral") is None
    assert "still to be told" in bot.slack.form("U1").words
    assert bot.slack.form("U1").save()
    assert "1 referral to handle" in bot.slack.form("U1").words


def test_a_manager_sees_the_team_and_pages_through_it(bot: Running) -> None:
    logged(bot, n="9")
    logged(bot, "U2", "larkspur")
    bot.slack.command("U3", "/touchbase", "referrals")
    queue = bot.slack.form("U3")
    assert "9 referrals to handle for you and your team" in queue.words
    assert queue.words.count("Dana Reyes") == 8
    queue.press("Next page")
    queue = bot.slack.form("U3")
    assert queue.words.count("Dana Reyes") == 1
    queue.press("Contacted")
    queue = bot.slack.form("U3")
    assert queue.words.count("Dana Reyes") == 1  # still on that page
    assert bot.rows("SELECT status, count(*) FROM referral GROUP BY 1 ORDER BY 1") == [
        ("contacted", 1),
        ("new", 9),
    ]
    queue.press("Back")
    assert bot.slack.form("U3").words.count("Dana Reyes") == 8


def test_with_nothing_open_the_queue_says_so(bot: Running) -> None:
    bot.slack.command("U1", "/touchbase", "referrals")
    assert "No open referrals. /logreferral logs one." in bot.slack.form("U1").words


def test_more_takes_a_branch_and_a_promise_that_becomes_new_with_one_tap(bot: Running) -> None:
    bot.slack.command("U1", "/logreferral", "oakfield")
    form = bot.slack.form("U1")
    form.fill("How many", "2")
    form.press("More")
    form = bot.slack.form("U1")
    assert form.value("How many") == "2"
    form.fill("Branch or location", "Katy clinic")
    form.pick("Received or promised", "Promised, not yet received")
    assert form.save(), form.errors
    assert set(map(tuple, bot.rows("SELECT status, branch, received_at FROM referral"))) == {
        ("promised", "Katy clinic", None)
    }
    shown = bot.dm("U1", "Katy clinic")
    assert shown.words.count("· Promised") == 2
    bot.slack.press("U1", shown, "New")
    assert bot.value("SELECT count(*) FROM referral WHERE received_at IS NOT NULL") == 1


def test_a_branch_that_looks_like_a_patient_is_refused(bot: Running) -> None:
    bot.slack.command("U1", "/logreferral", "oakfield")
    bot.slack.form("U1").press("More")
    form = bot.slack.form("U1")
    form.fill("Branch or location", "room 12, DOB 4/5/1961")
    assert not form.save()
    assert "no patient details" in form.errors["Branch or location"]


def test_leads_in_and_out_are_for_fields_that_may_trade_them(bot: Running) -> None:
    answer = bot.slack.command("U1", "/touchbase", "leads")
    assert "off in healthcare" in str(answer.body)
    bot.cli("workspace", "--profile", "restoration")
    try:
        logged(bot, n="3")
        bot.slack.command("U1", "/logreferral", "oakfield")
        form = bot.slack.form("U1")
        form.pick("Direction", "Outgoing")
        assert form.save(), form.errors
        bot.slack.command("U1", "/touchbase", "leads")
        ledger = bot.slack.form("U1")
        assert "3 leads received and 1 given" in ledger.words
        assert "3 in · 1 out · you owe 2" in ledger.words
    finally:
        bot.cli("workspace", "--profile", "healthcare")
