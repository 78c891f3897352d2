"""The visit form: what it understood, what the patient guard asks, drafts, twins, shortcuts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.sandbox.form import Form
from handlers import lines
from models import aliases, audit, users
from models.accounts import Account
from models.db import Sessions
from models.drafts import Draft
from models.lookup import Index, Lookups
from models.touches import Touch
from tests.by_the_clock import Clockwork
from tests.make import a_contact, a_user, a_workspace, an_account, an_actor
from tests.touchbase_in_slack import touchbase
from tests.unit.test_cards import TEAM, TEN_AM, cards, press, touches, words


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    with touchbase(sessions, TEN_AM) as made:
        with sessions.begin() as session:
            workspace = a_workspace(session, TEAM)
            dana = an_actor(a_user(session, workspace))
            marys = an_account(
                session, workspace.id, "St. Mary's Medical Center", owner=dana, city="Evanston"
            )
            a_contact(session, marys, "Priya Patel", phone="312-555-0142")
            an_account(session, workspace.id, "Northlake Rehab", owner=dana, city="Skokie")
        yield made


def opened(it: Clockwork, line: str) -> Form:
    assert it.slack.command("U1", "/logvisit", line).ok
    return it.slack.form("U1")


def test_the_form_says_what_it_read_from_which_words(it: Clockwork) -> None:
    form = opened(it, "st marys, dr patel, 2 referrals, f/u next tues")
    assert "“st marys” account" in form.words and "next tues” follow up" in form.words
    form.press("More")
    assert "“st marys” account" in form.words  # also after the form was shown anew


def test_headcount_and_promise_are_stored_and_shown_in_the_receipt(it: Clockwork) -> None:
    form = opened(it, "st marys L&L 18 ppl, I'll send the outcomes flyer by fri")
    assert form.value("Headcount") == "18"
    assert form.save()
    (receipt,) = cards(it)
    assert "18 people there" in words(receipt) and "You promised" in words(receipt)
    it.slack.press("U1", receipt, "Edit")
    form = it.slack.form("U1")
    assert form.value("Headcount") == "18" and form.value("Promised by") == "2026-03-13"


def test_a_record_number_keeps_the_form_open_and_shows_the_words(it: Clockwork) -> None:
    form = opened(it, "st marys")
    form.fill("Notes", "asked about MRN 7741920")
    assert not form.save()
    assert "“MRN 7741920” in Notes looks like a record number" in form.words
    assert "This is not about a patient" not in form.words
    assert form.value("Notes") == "asked about MRN 7741920"
    form.press("Replace and save")
    (touch,) = touches(it)
    assert touch.note == "asked about [removed]" and "Saved" in it.slack.form("U1").title


def test_the_words_are_pointed_out_as_soon_as_the_form_opens(it: Clockwork) -> None:
    form = opened(it, "st marys, talked about MRN 7741920")
    assert "looks like a record number" in form.words
    assert "7741920" not in form.view["private_metadata"]


def test_the_tick_lets_a_description_pass_and_is_audited_by_rule(it: Clockwork) -> None:
    form = opened(it, "st marys")
    form.fill("Notes", "client Maria Gomez gave a talk")
    assert not form.save() and not touches(it)
    form.tick("This is not about a patient")
    assert form.save()
    (touch,) = touches(it)
    assert "Maria Gomez" in touch.note
    with it.sessions() as session:
        noted = session.scalars(select(audit.Audit).filter_by(action="phi.not_a_patient")).one()
    assert (noted.entity_id, noted.facts) == (touch.id, {"rules": ["patient and name"]})


def test_a_tick_says_nothing_about_what_is_typed_after_it(it: Clockwork) -> None:
    form = opened(it, "st marys")
    form.fill("Notes", "client Maria Gomez gave a talk")
    form.save()
    form.tick("This is not about a patient")
    form.fill("Notes", "client Maria Gomez gave a talk, 93 yo woman next")
    assert not form.save() and "an age over 89" in form.words


def test_a_known_contacts_phone_passes_and_a_strangers_is_asked_about(it: Clockwork) -> None:
    form = opened(it, "st marys")
    form.fill("Notes", "call her at (312) 555-0142")
    assert form.save()
    it.wait(minutes=5)
    form = opened(it, "st marys")
    form.fill("Notes", "call the son at (312) 555-0199")
    assert not form.save() and "someone not on your list" in form.words


def test_a_form_that_is_cancelled_comes_back_as_a_card_and_is_offered_again(
    it: Clockwork,
) -> None:
    form = opened(it, "st marys, wants outcomes data")
    form.cancel()
    (card,) = cards(it)
    assert "Not saved yet" in card.text and "outcomes data" in words(card)
    form = opened(it, "")
    assert "Not saved yet: St. Mary's Medical Center · Evanston" in form.words
    form.press("Resume")
    form = it.slack.form("U1")
    assert form.value("Notes") == "wants outcomes data"
    assert form.save()
    it.send()
    assert len(touches(it)) == 1 and "Logged" in words(cards(it)[0])
    assert "Not saved yet" not in opened(it, "").words


def test_what_is_chosen_in_a_form_that_is_lost_is_kept(it: Clockwork) -> None:
    form = opened(it, "")
    form.fill("Account", "northlake")  # a choice tells the app; then the phone goes dark
    with it.sessions() as session:
        draft = session.scalars(select(Draft)).one()
    assert "Northlake Rehab" in str(draft.state)


def test_the_line_of_a_form_that_is_lost_is_kept(it: Clockwork) -> None:
    opened(it, "st marys, wants outcomes data")  # and the phone goes dark
    assert it.keeper.store(it.sessions) == 1
    with it.sessions() as session:
        assert "outcomes data" in str(session.scalars(select(Draft)).one().state)
    assert it.keeper.store(it.sessions) == 0


def test_a_form_saved_before_it_was_kept_leaves_no_draft(it: Clockwork) -> None:
    assert opened(it, "st marys, wants outcomes data").save()
    it.keeper.store(it.sessions)
    with it.sessions() as session:
        assert session.scalars(select(Draft)).all() == []


def test_a_saved_form_leaves_no_draft(it: Clockwork) -> None:
    form = opened(it, "st marys, wants outcomes data")
    it.keeper.store(it.sessions)
    assert form.save()
    with it.sessions() as session:
        assert session.scalars(select(Draft)).all() == []


def test_a_field_with_a_finding_is_not_kept(it: Clockwork) -> None:
    form = opened(it, "st marys, talked about MRN 7741920")
    form.cancel()
    with it.sessions() as session:
        draft = session.scalars(select(Draft)).one()
    assert "7741920" not in str(draft.state) and draft.rules == ["record number"]
    assert "St. Mary's" in str(draft.state)


def test_a_draft_can_be_discarded_where_it_is_offered(it: Clockwork) -> None:
    opened(it, "st marys, wants outcomes data").cancel()
    form = opened(it, "")
    form.press("Discard")
    assert "Not saved yet" not in it.slack.form("U1").words
    (card,) = cards(it)
    assert "Discarded" in words(card)


def test_an_empty_form_that_is_cancelled_is_not_kept(it: Clockwork) -> None:
    opened(it, "").cancel()
    assert cards(it) == []


def test_the_same_visit_twice_in_two_minutes_is_asked_about_in_the_form(it: Clockwork) -> None:
    assert opened(it, "st marys, in-service").save()
    it.wait(seconds=20)
    form = opened(it, "st marys, in-service")
    assert not form.save()
    assert "Already logged 20 s ago" in form.words and len(touches(it)) == 1
    assert form.view["submit"]["text"] == "Log again"
    assert form.save() and len(touches(it)) == 2


def test_a_double_tap_is_no_twin(it: Clockwork) -> None:
    answers = opened(it, "st marys, in-service").save_twice()
    assert all(answer.ok for answer in answers)
    assert len(touches(it)) == 1 and len(cards(it)) == 1


def test_a_correction_is_remembered_for_that_rep(it: Clockwork) -> None:
    form = opened(it, "lakers, left folders")
    form.fill("Account", "northlake")
    assert form.save()
    with it.sessions() as session:
        learnt = session.scalars(select(aliases.Alias).where(aliases.Alias.user_id.is_not(None)))
        assert [alias.text for alias in learnt] == ["lakers"]
    assert "From now on, “lakers” means Northlake Rehab for you" in words(cards(it)[0])
    it.wait(minutes=10)
    assert opened(it, "lakers, in-service").value("Account") == "Northlake Rehab · Skokie"


def test_a_new_account_close_to_a_known_one_is_pointed_out(it: Clockwork) -> None:
    form = opened(it, "")
    typed = "Saint Marys Med Ctr"
    form.pick("Account", f"Add “{typed}” as a new account", query=typed)
    assert "If it is the same, tap it." in form.words
    form.press("St. Mary's Medical Center · Evanston")
    assert form.value("Account") == "St. Mary's Medical Center · Evanston"
    assert form.save()
    with it.sessions() as session:
        assert len(session.scalars(select(Account)).all()) == 2


def test_the_global_shortcut_opens_the_form(it: Clockwork) -> None:
    assert it.slack.shortcut("U1", "log_visit").ok
    form = it.slack.form("U1")
    form.fill("Account", "northlake")
    assert form.save()
    assert [touch.source for touch in touches(it)] == ["shortcut"]


def test_a_message_is_logged_as_of_the_day_it_was_sent(it: Clockwork) -> None:
    it.slack.say("U2", "st marys yesterday, 2 referrals & a tour", channel="C1")
    (message,) = it.said("C1")
    it.wait(days=3)
    assert it.slack.message_shortcut("U1", message, "log_message").ok
    form = it.slack.form("U1")
    assert form.value("Date") == "2026-03-09" and form.value("Referrals") == "2"
    assert form.save()
    assert [touch.source for touch in touches(it)] == ["message"]


def test_the_words_survive_a_reader_that_fails(it: Clockwork) -> None:
    class Broken(Lookups):
        def get(self, session: Session, workspace_id: int) -> Index:
            raise RuntimeError("no index")

    with it.sessions() as session:
        dana = users.actor(session, 1, "U1")
        assert dana is not None
        state = lines.read(session, dana, Broken(), "st marys, 2 refs", now=TEN_AM, source="dm")
    assert (state.note, str(state.day)) == ("st marys, 2 refs", "2026-03-10")


def test_undo_of_a_card_saved_visit_takes_its_promise_with_it(it: Clockwork) -> None:
    it.slack.say("U1", "st marys, I'll send the flyer by fri")
    (card,) = cards(it)
    press(it, card, "Save")
    press(it, card, "Undo")
    with it.sessions() as session:
        assert session.scalars(select(Touch)).all() == []
