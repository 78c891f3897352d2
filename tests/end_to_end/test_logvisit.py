"""`/logvisit` as a rep meets it: signed requests in, rows and Slack calls out."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest

from bot.sandbox.world import Identity
from models.clock import system
from models.db import Sessions
from tests.end_to_end.running import Running, a_bot, until
from tests.make import a_contact, a_user, a_workspace, an_account, an_actor

NASTY = "<!channel> *bold* & `code` @here \N{HOSPITAL} \u0645\u0631\u062d\u0628\u0627"


@pytest.fixture
def with_accounts(sqlite_url: str, sessions: Sessions) -> Iterator[Running]:
    """The bot, with four accounts, two of them alike and one nobody's, and two people."""
    with sessions.begin() as session:
        workspace = a_workspace(session, Identity().team_id)
        rep = an_actor(a_user(session, workspace, "U1", now=system()))
        columns = {"owner": rep, "owned_since": rep.today(system())}
        oakfield = an_account(
            session,
            workspace.id,
            "Oakfield Memorial Hospital",
            city="Oakfield",
            state="IL",
            tier="A",
            **columns,
        )
        for name in ("Fairview", "Anderson"):
            an_account(
                session,
                workspace.id,
                f"Mercy Health - {name} Hospital",
                city=name,
                state="OH",
                tier="B",
                **columns,
            )
        an_account(session, workspace.id, "Larkspur Rehab", city="Larkspur", state="IL", tier="C")
        a_contact(session, oakfield, "Priya Patel", title="Physiatrist")
        a_contact(session, oakfield, "Kim Osgood", title="Case Manager")
    with a_bot(sqlite_url) as running:
        yield running


def touches(bot: Running) -> int:
    return int(bot.value("SELECT count(*) FROM touch"))


def test_a_line_becomes_a_form_a_row_and_a_receipt(with_accounts: Running) -> None:
    bot = with_accounts
    answer = bot.slack.command(
        "U1", "/logvisit", "oakfield memorial, dr patel, in-service, 2 referrals, f/u next tues"
    )
    assert (answer.status, answer.body) == (200, None)
    form = bot.slack.form("U1")
    assert form.title == "Log a visit"
    assert form.value("Account") == "Oakfield Memorial Hospital · Oakfield, IL"
    assert form.value("Met with") == ["Priya Patel · Physiatrist"]
    assert (form.value("Type"), form.value("Referrals")) == ("In-service", "2")
    due = datetime.fromisoformat(form.value("Follow up on")).date()
    assert due.weekday() == 1
    assert form.save()
    receipt = bot.dm("U1", "Logged: In-service")
    assert "Met Priya Patel" in receipt.words
    assert "2 referrals: R-" in receipt.words
    assert "(A account, every 10 days)" in receipt.words
    assert receipt.buttons == ["Edit", "Undo", "New deal"]
    assert bot.rows("SELECT type, source FROM touch") == [("in-service", "command")]
    assert bot.value("SELECT count(DISTINCT code) FROM referral") == 2
    assert str(bot.value("SELECT due_on FROM follow_up")) == due.isoformat()
    assert bot.slack.complaints == []


def test_two_that_fit_are_offered_and_one_tap_chooses(with_accounts: Running) -> None:
    bot = with_accounts
    bot.slack.command("U1", "/logvisit", "mercy, left folders")
    form = bot.slack.form("U1")
    assert form.value("Account") is None
    fits = [label for label in form.buttons if label.startswith("Mercy Health")]
    assert len(fits) == 2
    form.fill("Notes", "typed before the tap")
    form.press(fits[1])
    assert form.value("Account") == fits[1]
    assert form.value("Notes") == "typed before the tap"
    assert form.save()
    assert touches(bot) == 1


def test_more_adds_the_rest_and_loses_nothing(with_accounts: Running) -> None:
    bot = with_accounts
    bot.slack.command("U1", "/logvisit", "")
    form = bot.slack.form("U1")
    form.fill("Account", "oakf")
    form.fill("Notes", NASTY)
    form.fill("Next step", "Bring flyers")
    form.press("More")
    rest = "Time, Outcome, Service line, Competitor, Promise, Promised by, Headcount"
    assert ", ".join(form.labels[-7:]) == rest
    assert (form.value("Notes"), form.value("Next step")) == (NASTY, "Bring flyers")
    form.time("Time", "14:30")
    form.pick("Outcome", "No access")
    form.fill("Competitor", "Brightwater")
    assert form.save()
    row = bot.rows("SELECT occurred_at, outcome, qualifying FROM touch")[0]
    assert (row[0], row[1], bool(row[2])) == ("14:30", "no access", False)
    assert bot.value("SELECT name FROM competitor") == "Brightwater"


def test_what_people_type_is_shown_as_they_typed_it(with_accounts: Running) -> None:
    bot = with_accounts
    bot.slack.command("U1", "/logvisit", "")
    form = bot.slack.form("U1")
    form.fill("Account", f"Clinic {NASTY}")
    form.fill("Met with", f"Jo {NASTY}")
    form.fill("Notes", NASTY)
    assert form.save(), form.errors
    assert bot.value("SELECT note FROM touch") == NASTY
    receipt = bot.dm("U1", "Logged")
    marked = [
        block["text"]["text"]
        for block in receipt.blocks
        if block["type"] == "section" and block["text"]["type"] == "mrkdwn"
    ]
    assert marked
    assert all("<" not in text for text in [receipt.text, *marked])
    assert any(
        NASTY in element["text"]
        for block in receipt.blocks
        if block["type"] == "context"
        for element in block["elements"]
    )


def test_every_refusal_stands_beside_its_field_and_keeps_the_words(with_accounts: Running) -> None:
    bot = with_accounts
    bot.slack.command("U1", "/logvisit", "")
    form = bot.slack.form("U1")
    form.fill("Notes", "x" * 3001)
    form.date("Date", (system() + timedelta(days=2)).date().isoformat())
    form.fill("Referrals", "21")
    assert not form.save(unchecked=True)
    assert set(form.errors) == {"Account", "Date", "Referrals", "Notes"}
    assert "still to come" in form.errors["Date"]
    assert "3,000" in form.errors["Notes"]
    assert len(form.value("Notes")) == 3001
    form.fill("Referrals", "two")
    assert not form.save(unchecked=True)
    assert form.errors["Referrals"] == "Enter a whole number, such as 2."
    assert touches(bot) == 0


def test_what_looks_like_a_patient_is_not_kept_and_not_logged(with_accounts: Running) -> None:
    bot = with_accounts
    bot.slack.command("U1", "/logvisit", "oakfield")
    form = bot.slack.form("U1")
    form.fill("Notes", "MRN 7741920 was denied")
    assert not form.save()
    assert "“MRN 7741920” in Notes looks like a record number" in form.words
    assert form.value("Notes") == "MRN 7741920 was denied" and touches(bot) == 0
    bot.stop()
    assert "7741920" not in "\n".join(bot.log)


def test_an_event_needs_no_account(with_accounts: Running) -> None:
    bot = with_accounts
    bot.slack.command("U1", "/logvisit", "")
    form = bot.slack.form("U1")
    assert not form.save(unchecked=True)
    assert form.errors == {"Account": "Fill this in."}
    form.pick("Type", "Event")
    assert form.save()
    assert touches(bot) == 1


def test_a_double_tap_on_save_stores_one_touch(with_accounts: Running) -> None:
    bot = with_accounts
    bot.slack.command("U1", "/logvisit", "oakfield")
    answers = bot.slack.form("U1").save_twice()
    assert [(answer.status, answer.body) for answer in answers] == [(200, None)] * 2
    assert touches(bot) == 1
    bot.dm("U1", "Logged")
    assert len(bot.slack.calls_of("chat.postMessage")) == 1


def test_edit_changes_the_touch_and_its_receipt(with_accounts: Running) -> None:
    bot = with_accounts
    bot.slack.command("U1", "/logvisit", "oakfield, 1 referral")
    assert bot.slack.form("U1").save()
    receipt = bot.dm("U1", "Logged")
    bot.slack.press("U1", receipt, "Edit")
    form = bot.slack.form("U1")
    assert form.title == "Edit visit"
    assert form.value("Account") == "Oakfield Memorial Hospital · Oakfield, IL"
    assert form.value("Referrals") == "1"
    form.fill("Referrals", "3")
    form.pick("Type", "Call")
    assert form.save()
    changed = bot.dm("U1", "Logged (edited): Call")
    assert changed.ts == receipt.ts
    assert "3 referrals" in changed.words
    assert bot.value("SELECT count(*) FROM referral") == 3


def test_undo_takes_it_all_back(with_accounts: Running) -> None:
    bot = with_accounts
    bot.slack.command("U1", "/logvisit", "")
    form = bot.slack.form("U1")
    form.fill("Account", "Brand New Clinic")
    form.fill("Met with", "Ada Byrd")
    assert form.save(), form.errors
    receipt = bot.dm("U1", "Brand New Clinic is a new account")
    as_it_was = copy.deepcopy(receipt)
    bot.slack.press("U1", receipt, "Undo")
    assert bot.dm("U1", "Undone.").ts == receipt.ts
    assert touches(bot) == 0
    assert bot.value("SELECT count(*) FROM account WHERE name = 'Brand New Clinic'") == 0
    bot.slack.press("U1", as_it_was, "Undo")
    told = until(lambda: bot.slack.ephemerals("U1"), "an answer to the second Undo")
    assert told[-1].text == "That was already undone."


def test_an_account_without_an_owner_becomes_the_first_reps(with_accounts: Running) -> None:
    bot = with_accounts
    bot.slack.command("U1", "/logvisit", "larkspur rehab")
    assert bot.slack.form("U1").save()
    receipt = bot.dm("U1", "Larkspur Rehab had no owner, so it is yours now")
    bot.slack.press("U1", receipt, "Not mine")
    until(lambda: "Not mine" not in bot.dm("U1", "Logged").buttons, "the receipt without it")
    assert bot.value("SELECT owner_id FROM account WHERE name = 'Larkspur Rehab'") is None


def test_the_search_finds_own_accounts_from_one_letter_and_adds_last(
    with_accounts: Running,
) -> None:
    bot = with_accounts
    bot.slack.command("U1", "/logvisit", "")
    offers = bot.slack.form("U1").offers("Account", "o")
    assert offers[0].startswith("Oakfield")
    assert offers[-1] == "Add “o” as a new account"
    form = bot.slack.form("U1")
    form.fill("Account", "oakfield mem")
    people = form.offers("Met with", "")
    assert set(people[:2]) == {"Priya Patel · Physiatrist", "Kim Osgood · Case Manager"}


def test_a_forged_a_stale_and_a_replayed_request_store_nothing(with_accounts: Running) -> None:
    bot = with_accounts
    bot.slack.command("U1", "/logvisit", "oakfield")
    body = urlencode({"payload": json.dumps(bot.slack.form("U1").submission())})
    now = int(system().timestamp())
    forged = bot.slack.deliver(body, secret="another")
    stale = bot.slack.deliver(body, timestamp=str(now - 301))
    assert (forged.status, stale.status, touches(bot)) == (401, 401, 0)
    genuine = bot.slack.deliver(body, timestamp=str(now))
    replayed = bot.slack.deliver(body, timestamp=str(now))
    assert (genuine.status, replayed.status, touches(bot)) == (200, 401, 1)


def test_a_stranger_and_a_guest_are_refused(with_accounts: Running) -> None:
    bot = with_accounts
    bot.slack.add_person("U8", "Guest", "America/Chicago", "g@example.com", is_restricted=True)
    answer = bot.slack.command("U8", "/logvisit", "oakfield")
    assert "members of this workspace" in str(answer.body)
    assert bot.value("SELECT count(*) FROM \"user\" WHERE slack_id = 'U8'") == 0


def test_a_line_too_long_is_given_back_whole(with_accounts: Running) -> None:
    bot = with_accounts
    line = "word " * 700
    answer = bot.slack.command("U1", "/logvisit", line)
    assert "3,000 fit" in str(answer.body)
    assert line.strip() in str(answer.body)


def test_logs_hold_no_note_name_or_token(with_accounts: Running) -> None:
    bot = with_accounts
    bot.slack.command("U1", "/logvisit", "oakfield, dr patel, talked about zebra crossings")
    assert bot.slack.form("U1").save()
    bot.dm("U1", "Logged")
    bot.slack.deliver(urlencode({"payload": "{zebra"}), secret="another")
    assert bot.stop() == 0
    log = "\n".join(bot.log).casefold()
    assert log
    for word in ("zebra", "patel", "oakfield", "dana", "xoxb", "signing-secret"):
        assert word not in log
