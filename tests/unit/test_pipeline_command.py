"""`/pipeline` as a rep meets it: the list, moves by button, Lost with its reason, the ways back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.sandbox.form import Form
from handlers.reading import money
from models import stages, users
from models.accounts import Account
from models.audit import Audit
from models.db import Sessions
from models.errors import BadAmount
from models.opportunities import Opportunity
from models.stages import Stage
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.make import NOW, a_contact, a_touch, an_account, an_actor
from tests.touchbase_in_slack import reread, say, touchbase
from tests.unit.test_deals import a_deal


def furnish(sessions: Sessions) -> None:
    """Dana with three deals, the smallest of them stale and past its close date; Lee with one."""
    with sessions.begin() as session:
        dana = an_actor(a_person(session, "U1"))
        lee = an_actor(a_person(session, "U2", name="Lee Park"))
        a_person(session, "U3", role=users.ADMIN, name="Ann Boss")
        oak = an_account(session, dana.workspace_id, "Oak Clinic", owner=dana)
        a_contact(session, oak, "Priya Patel")
        a_deal(session, dana, oak, amount_cents=1_250_000, next_step="Send the BAA")
        a_deal(session, dana, name="Big plan", at="Proposal", amount_cents=100_000_000)
        a_deal(
            session,
            dana,
            name="Quiet one",
            amount_cents=50_000,
            days_ago=70,
            close_date=NOW.date() - timedelta(days=9),
        )
        a_deal(session, lee, name="Lee's", amount_cents=900_000)


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    with touchbase(sessions, NOW) as made:
        furnish(sessions)
        made.send()
        yield made


def opened(it: Clockwork, who: str = "U1", line: str = "") -> Form:
    answer = it.slack.command(who, "/pipeline", line)
    assert answer.ok, answer
    return it.slack.form(who)


def deal(it: Clockwork, name: str) -> tuple[Opportunity, Stage]:
    with it.sessions() as session:
        found = session.scalars(select(Opportunity).filter_by(name=name)).one()
        return found, session.get_one(Stage, found.stage_id)


def pick(it: Clockwork, name: str, option: str, who: str = "U1") -> Form:
    """A choice from the menu of the deal's row."""
    found, _ = deal(it, name)
    it.slack.form(who).pick(f"deal:{found.id}:0", option)
    return it.slack.form(who)


def test_the_figures_come_first_then_the_deals_the_largest_first(it: Clockwork) -> None:
    words = opened(it).words
    for line in (
        "*3 open deals* · $1.01M · weighted $501k",
        "*Q1:* won nothing · commit $0 · best case $0",
        "Nothing closed this quarter yet, so no win rate",
        "*Look at:* 1 stale · 1 slipped · 3 single-threaded",
        "*Big plan*\n$1,000,000 · Proposal · no close date",
        "_Stale: 70 days quiet · Slipped: past its close date · Single-threaded · No next step_",
        "Next: Send the BAA",
    ):
        assert line in words, words
    order = [words.index(name) for name in ("*Big plan*", "*Oak Clinic*", "*Quiet one*")]
    assert order == sorted(order)
    assert "Lee's" not in words


def rows(it: Clockwork, option: str, who: str = "U1") -> str:
    """What the person reads after choosing a number from the menu of whichever line has it."""
    form = it.slack.form(who)
    line = next(
        block["text"]["text"]
        for block in form.view["blocks"]
        if any(
            one["text"]["text"] == option for one in block.get("accessory", {}).get("options", ())
        )
    )
    form.pick(line, option)
    said = it.slack.form(who).words
    it.slack.form(who).cancel()
    return said


def test_each_figure_opens_its_rows_and_its_formula_over_the_list(it: Clockwork) -> None:
    opened(it)
    said = rows(it, "$501k weighted")
    assert "Weighted: $501,300" in said
    assert "Big plan\nProposal · $1,000,000 × 50% = $500,000.00" in said
    assert "Quiet one\nProspecting · $500 × 10% = $50.00" in said
    assert "Lee's" not in said
    said = rows(it, "1 stale")
    assert "Stale: 1" in said and "Quiet one" in said and "Big plan" not in said
    pick(it, "Big plan", "Won")
    assert "Won: $1,000,000 · 1 deal" in rows(it, "Won $1.00M (1)")
    assert "Big plan\nWon · 0 days" in rows(it, "Won in 0 days (median)")
    opened(it, "U3")
    assert "Lee's\nProspecting · $9,000" in rows(it, "3 open deals, $22,000", "U3")


def test_one_tap_moves_a_deal_on_and_one_takes_it_back(it: Clockwork) -> None:
    opened(it)
    it.slack.form("U1").press("To Negotiation")
    form = it.slack.form("U1")
    assert "Big plan is now in Negotiation." in form.words
    assert deal(it, "Big plan")[1].label == "Negotiation"
    said, row = form.words.index("in Negotiation."), form.words.index("*Big plan*")
    assert form.words.index("*3 open deals*") < said < row  # beside the thumb
    form.press("Undo")
    assert "Undone: Big plan is back in Proposal." in it.slack.form("U1").words
    assert deal(it, "Big plan")[1].label == "Proposal"


def test_won_from_the_menu_closes_it_and_counts(it: Clockwork) -> None:
    opened(it)
    form = pick(it, "Big plan", "Won")
    assert "Won: Big plan. Well done." in form.words
    assert "*Q1:* won $1.00M (1)" in form.words
    assert "Win rate *100%* (1 of 1), 100% by value · won in 0 days (median)" in form.words


def test_lost_asks_for_the_reason_and_says_so_beside_it(it: Clockwork) -> None:
    opened(it)
    form = pick(it, "Big plan", "Lost…")
    assert form.title == "Lost"
    assert not form.save() and list(form.errors) == ["Reason"]
    assert deal(it, "Big plan")[1].kind == stages.OPEN
    form.pick("Reason", "Pricing")
    assert form.save(), form.errors
    form = it.slack.form("U1")
    assert "Lost: Big plan." in form.words and "*2 open deals*" in form.words
    assert deal(it, "Big plan")[0].lost_reason == "pricing"
    form.press("Undo")
    found, stage = deal(it, "Big plan")
    assert (stage.label, found.lost_reason, found.closed_on) == ("Proposal", None, None)


def test_any_stage_is_two_taps_away_and_a_closed_deal_opens_again(it: Clockwork) -> None:
    opened(it)
    form = pick(it, "Big plan", "Another stage…")
    assert form.offers("Stage") == ["Prospecting", "Qualification", "Negotiation", "Won"]
    form.pick("Stage", "Prospecting")
    assert form.save(), form.errors
    assert "Big plan is now in Prospecting." in it.slack.form("U1").words
    pick(it, "Big plan", "Won")
    it.send()
    receipt = next(one for one in it.said("U1") if "Deal: Big plan" in one.words)
    assert "closed today" in receipt.words
    it.slack.form("U1").cancel()
    it.slack.select("U1", receipt, "deal_more", "Reopen…")
    form = it.slack.form("U1")
    form.pick("Stage", "Negotiation")
    assert form.save(), form.errors
    found, stage = deal(it, "Big plan")
    assert (stage.label, found.closed_on, found.forecast) == ("Negotiation", None, "pipeline")


def test_a_new_deal_from_the_list_with_its_receipt(it: Clockwork) -> None:
    opened(it).press("New deal")
    form = it.slack.form("U1")
    assert form.title == "New deal"
    assert form.value("Stage") == "New business · Prospecting"
    form.fill("Account", "Oak Clinic")
    form.fill("Name of the deal", "Outpatient contract")
    form.fill("Amount", "lots")
    form.save()
    assert form.errors == {"Amount": "Enter an amount like $12,500, 12.5k or 1.2m."}
    assert form.value("Name of the deal") == "Outpatient contract"
    form.fill("Amount", "12.5k")
    form.pick("Stage", "Payer contracting · Credentialing")
    form.date("Expected to close", "2026-05-01")
    form.pick("Forecast", "Best case")
    form.fill("Broker", "Priya")
    assert form.save(), form.errors
    assert "Saved: Outpatient contract." in it.slack.form("U1").words
    it.send()
    receipt = next(one for one in it.said("U1") if "Outpatient" in one.words)
    assert "Deal: Outpatient contract · $12,500 · Credentialing" in receipt.words
    assert "Payer contracting · closes Fri, May 1 · forecast: best case" in receipt.words
    assert "Broker: Priya Patel" in receipt.words
    it.slack.press("U1", receipt, "To Rates negotiated")
    it.send()
    assert "· Rates negotiated" in reread(it, receipt).words
    it.slack.press("U1", reread(it, receipt), "Undo the last change")
    it.send()
    it.slack.press("U1", reread(it, receipt), "Undo")
    it.send()
    assert reread(it, receipt).words == "Undone. That deal is deleted."


def test_a_visits_receipt_starts_a_deal_at_its_account(it: Clockwork) -> None:
    dana = an_actor(it.user("U1"))
    with it.sessions.begin() as session:
        oak = session.scalars(select(Account).filter_by(name="Oak Clinic")).one()
        touch_id = a_touch(session, dana, oak)
    it.send()
    receipt = next(one for one in it.said("U1") if "Logged:" in one.words)
    it.slack.press("U1", receipt, "New deal")
    form = it.slack.form("U1")
    assert form.value("Account") == "Oak Clinic"
    form.fill("Name of the deal", "From the visit")
    assert form.save(), form.errors
    assert deal(it, "From the visit")[0].touch_id == touch_id
    it.send()
    receipt = next(one for one in it.said("U1") if "From the visit" in one.words)
    assert "From your visit today" in receipt.words


def test_editing_puts_the_close_date_off_and_undo_brings_it_back(it: Clockwork) -> None:
    opened(it)
    form = pick(it, "Quiet one", "Edit…")
    assert (form.title, form.value("Amount")) == ("Edit deal", "$500")
    form.date("Expected to close", "2026-04-01")
    assert form.save(), form.errors
    assert "Slipped: put off once" in it.slack.form("U1").words
    it.slack.form("U1").press("Undo")
    assert "was due Sun, Mar 1" in it.slack.form("U1").words


def test_a_patient_stays_out_of_a_deal_and_a_doubt_can_be_ticked_away(it: Clockwork) -> None:
    form = opened(it, line="new")
    form.fill("Account", "Oak Clinic")
    form.fill("Next step", "call about MRN 4471902")
    form.save()
    assert list(form.errors) == ["Next step"]
    form.fill("Next step", "call the patient John Smith")
    form.save()
    form = it.slack.form("U1")
    assert "“patient John Smith” in Next step looks like a patient's name." in form.words
    assert form.value("Next step") == "call the patient John Smith"
    form.tick("This is not about a patient")
    assert form.save(), form.errors
    with it.sessions() as session:
        kept = session.scalars(select(Opportunity.next_step)).all()
        assert "call the patient John Smith" in kept
        ticked = session.scalars(select(Audit).filter_by(action="phi.not_a_patient")).one()
        assert (ticked.entity, ticked.facts) == ("opportunity", {"rules": ["patient and name"]})


def test_who_has_a_say_stands_on_the_receipt(it: Clockwork) -> None:
    opened(it)
    form = pick(it, "Oak Clinic", "Who has a say…")
    form.fill("Person", "Priya")
    form.pick("Buying role", "Champion")
    assert form.save(), form.errors
    it.send()
    receipt = next(one for one in it.said("U1") if "Deal: Oak Clinic" in one.words)
    assert "Champion: Priya Patel" in receipt.words
    form = pick(it, "Oak Clinic", "Who has a say…")
    assert "Champion: Priya Patel" in form.words
    form.fill("Person", "Priya")
    assert form.save(), form.errors
    it.send()
    assert "Champion" not in reread(it, receipt).words


def test_an_admin_sees_everyones_deals_and_may_look_at_their_own_only(it: Clockwork) -> None:
    form = opened(it, "U3")
    assert "*4 open deals*" in form.words and "Lee Park" in form.words
    form.press("Only mine")
    form = it.slack.form("U3")
    assert "No open deals yet." in form.words
    form.press("Everyone's")
    it.slack.form("U3").press("To Qualification", nth=1)  # below Dana's larger one
    assert deal(it, "Lee's")[1].label == "Qualification"


def test_a_page_holds_eight_and_more_turns_it(it: Clockwork) -> None:
    dana = an_actor(it.user("U1"))
    with it.sessions.begin() as session:
        for number in range(10):
            a_deal(session, dana, name=f"Small {number}", amount_cents=number)
    form = opened(it)
    form.press("More (5)")
    words = it.slack.form("U1").words
    assert "*Small 0*" in words and "*Big plan*" not in words
    it.slack.form("U1").press("Back")
    assert "*Big plan*" in it.slack.form("U1").words


def test_the_same_from_touchbase_and_on_either_database(each_database: Database) -> None:
    with touchbase(each_database.sessions, NOW) as it:
        furnish(each_database.sessions)
        assert it.slack.command("U1", "/touchbase", "pipeline").ok
        it.slack.form("U1").press("To Negotiation")
        form = it.slack.form("U1")
        assert "*3 open deals* · $1.01M · weighted $801k" in form.words
        form.press("Undo")
        assert deal(it, "Big plan")[1].label == "Proposal"


def test_help_knows_the_word(it: Clockwork) -> None:
    assert "`/touchbase pipeline`" in say(it, "U1", "pipelin").words


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("$12,500", 1_250_000),
        ("12.5k", 1_250_000),
        ("12,500.50", 1_250_050),
        ("$ 1.2m", 120_000_000),
        ("12 500", 1_250_000),
        ("USD 12,500", 1_250_000),
        ("0", 0),
        (" ", None),
    ],
)
def test_amounts_as_people_type_them(typed: str, cents: int | None) -> None:
    assert money.cents(typed) == cents


@pytest.mark.parametrize(
    "typed", ["lots", "12,5k", "12.500", "-5", "1,25,000", "12k5", "9" * 16, "1.234567k"]
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(BadAmount):
        money.cents(typed)
