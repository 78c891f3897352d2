"""Lines and clips sent to the bot: a card each, saved, edited or discarded with one tap."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.sandbox.world import Message
from models import audit, follow_ups
from models.contacts import Contact
from models.db import Sessions
from models.drafts import Draft
from models.touches import Touch
from tests.by_the_clock import Clockwork
from tests.make import a_contact, a_user, a_workspace, an_account, an_actor, at
from tests.touchbase_in_slack import reread, touchbase

TEN_AM = at("2026-03-10T15:00Z")  # a Tuesday in Chicago
TEAM = "T0SANDBOX"


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    """Dana at work, with three accounts; two of them a Mercy."""
    with touchbase(sessions, TEN_AM) as made:
        with sessions.begin() as session:
            workspace = a_workspace(session, TEAM)
            dana = an_actor(a_user(session, workspace))
            a_user(session, workspace, "U2", name="Lee Park")
            marys = an_account(
                session, workspace.id, "St. Mary's Medical Center", owner=dana, city="Evanston"
            )
            a_contact(session, marys, "Priya Patel", title="Physiatrist", phone="312-555-0142")
            for city in ("Aurora", "Joliet"):
                an_account(session, workspace.id, "Mercy Hospital", owner=dana, city=city)
        yield made


def cards(it: Clockwork, person: str = "U1") -> list[Message]:
    """What the bot has written to the person, once all that is owed is sent."""
    it.send()
    return [message for message in it.said(person) if message.user != person]


def say(it: Clockwork, line: str) -> Message:
    """The card that answers a line."""
    before = len(cards(it))
    assert it.slack.say("U1", line).ok
    (card,) = cards(it)[before:]
    return card


def touches(it: Clockwork) -> list[Touch]:
    with it.sessions() as session:
        return list(session.scalars(select(Touch).order_by(Touch.id)))


def press(it: Clockwork, message: Message, label: str) -> str:
    """Press a button of a message; what the message says then."""
    it.slack.press("U1", reread(it, message), label)
    it.send()
    return words(reread(it, message))


def words(message: Message) -> str:
    return str([message.text, message.blocks])


def test_a_line_becomes_a_card_and_one_tap_on_save_a_visit(it: Clockwork) -> None:
    card = say(it, "st marys, dr patel, 2 referrals, f/u next tues")
    assert "St. Mary's Medical Center" in words(card) and not touches(it)
    after = press(it, card, "Save")
    (touch,) = touches(it)
    assert (touch.source, str(touch.occurred_on)) == ("dm", "2026-03-10")
    assert "Logged" in after and "2 referrals" in after and "'Save'" not in after
    assert len(cards(it)) == 1  # the card has become the receipt
    assert "Undone" in press(it, card, "Undo")


def test_a_second_tap_on_save_stores_nothing_more(it: Clockwork) -> None:
    card = say(it, "st marys, in-service")
    for _ in range(2):
        it.slack.press("U1", card, "Save")
    it.send()
    assert len(touches(it)) == 1 and len(cards(it)) == 1


def test_three_lines_make_three_cards(it: Clockwork) -> None:
    it.slack.say("U1", "st marys in-service\n\nmercy joliet, left folders\nst marys again, 1 ref")
    assert len(cards(it)) == 3


def test_an_event_that_comes_twice_makes_one_card(it: Clockwork) -> None:
    it.slack.say("U1", "st marys, in-service")
    assert it.slack.again().ok
    assert len(cards(it)) == 1


def test_a_line_of_yesterday_evening_is_dated_by_when_it_was_sent(it: Clockwork) -> None:
    it.wait(hours=-12)
    it.slack.say("U1", "2:15pm st marys in-service")
    it.wait(hours=12)
    (card,) = cards(it)
    press(it, card, "Save")
    (touch,) = touches(it)
    assert (str(touch.occurred_on), touch.occurred_at) == ("2026-03-09", "14:15")


def test_where_two_accounts_fit_the_card_offers_both(it: Clockwork) -> None:
    card = say(it, "mercy, left folders")
    assert "Save" not in words(card)
    after = press(it, card, "Mercy Hospital · Joliet")
    assert "Mercy Hospital · Joliet" in after and "Aurora" not in after
    press(it, card, "Save")
    assert len(touches(it)) == 1


def test_edit_opens_the_form_and_its_save_turns_the_card_into_the_receipt(it: Clockwork) -> None:
    card = say(it, "st marys, in-service")
    it.slack.press("U1", card, "Edit")
    form = it.slack.form("U1")
    assert form.value("Account") == "St. Mary's Medical Center · Evanston"
    form.fill("Notes", "wants outcomes data")
    assert form.save()
    it.send()
    (touch,) = touches(it)
    assert touch.note == "wants outcomes data"
    assert "Logged" in words(reread(it, card)) and len(cards(it)) == 1


def test_a_form_saved_after_its_card_says_so_and_keeps_its_words(it: Clockwork) -> None:
    card = say(it, "st marys, in-service")
    it.slack.press("U1", card, "Edit")
    form = it.slack.form("U1")
    form.fill("Notes", "wants outcomes data")
    it.slack.press("U1", card, "Save")
    assert not form.save()
    assert "saved in the meantime" in form.errors["Notes"]
    assert form.value("Notes") == "wants outcomes data" and len(touches(it)) == 1


def test_discard_leaves_nothing_behind(it: Clockwork) -> None:
    card = say(it, "st marys, wants outcomes data")
    assert "Discarded" in press(it, card, "Discard")
    with it.sessions() as session:
        assert session.scalars(select(Draft)).one().state == {}
    assert not touches(it)


def test_a_card_is_nobody_elses(it: Clockwork) -> None:
    card = say(it, "st marys, in-service")
    it.slack.press("U2", card, "Save")
    it.send()
    assert not touches(it)


def test_the_same_account_twice_in_two_minutes_is_asked_about(it: Clockwork) -> None:
    press(it, say(it, "st marys, in-service"), "Save")
    it.wait(seconds=20)
    card = say(it, "st marys, call")
    assert "Already logged 20 s ago" in press(it, card, "Save")
    assert len(touches(it)) == 1
    press(it, card, "Log again")
    assert len(touches(it)) == 2


def test_a_record_number_is_left_out_of_the_card_and_of_every_row(it: Clockwork) -> None:
    card = say(it, "st marys, dr patel asked about MRN 7741920, wants stats")
    assert "7741920" not in words(card) and "[removed]" in words(card)
    assert "This is not about a patient" not in words(card)
    press(it, card, "Replace and save")
    (touch,) = touches(it)
    assert "7741920" not in touch.note and "[removed]" in touch.note
    assert all("7741920" not in str(row.facts) for row in it.rows())


def test_words_that_may_be_a_patients_are_kept_only_when_the_rep_says_they_are_not(
    it: Clockwork,
) -> None:
    card = say(it, "st marys, client Maria Gomez gave a talk")
    assert "Gomez" not in words(card)
    with it.sessions() as session:
        assert "Gomez" not in str(session.scalars(select(Draft)).one().state)
    press(it, card, "This is not about a patient")
    (touch,) = touches(it)
    assert "Maria Gomez" in touch.note
    with it.sessions() as session:
        ticked = session.scalars(select(audit.Audit).filter_by(action="phi.not_a_patient")).one()
    assert ticked.entity_id == touch.id and ticked.facts == {"rules": ["patient and name"]}


def test_a_new_accounts_name_that_looks_like_a_number_is_not_lost(it: Clockwork) -> None:
    card = say(it, "new acct: 312 555 0177, left folders")
    assert "[removed]" in words(card) and "someone not on your list" in words(card)
    it.slack.command("U1", "/logvisit", "new acct: 312 555 0177, left folders")
    form = it.slack.form("U1")
    assert "312 555 0177" in form.value("Notes")
    assert "312 555 0177" not in form.view["private_metadata"]


def test_a_promise_becomes_a_follow_up_of_its_own(it: Clockwork) -> None:
    card = say(it, "st marys dr patel, I'll send the outcomes flyer by fri")
    press(it, card, "Save")
    with it.sessions() as session:
        promise = session.scalars(select(follow_ups.FollowUp).filter_by(kind="promise")).one()
    assert str(promise.due_on) == "2026-03-13" and "flyer" in promise.text


def test_over_three_thousand_characters_are_refused_with_a_sentence(it: Clockwork) -> None:
    it.slack.say("U1", "st marys " + "long " * 700)
    (said,) = cards(it)
    assert "3,000 fit" in said.text and not it.rows()


def test_a_hello_is_answered_with_the_help(it: Clockwork) -> None:
    it.slack.say("U1", "Hi!")
    (said,) = cards(it)
    assert "/logvisit" in said.text and not it.rows()


def test_a_photo_is_not_kept(it: Clockwork) -> None:
    it.slack.event(
        {
            "type": "message",
            "subtype": "file_share",
            "channel_type": "im",
            "channel": it.slack.service.world.dm_of("U1").id,
            "user": "U1",
            "text": "",
            "ts": f"{it.clock().timestamp():.6f}",
            "files": [{"id": "F1", "mimetype": "image/png", "name": "whiteboard.png"}],
        }
    )
    (said,) = cards(it)
    assert "didn't keep that file" in said.text


def test_a_new_person_is_added_where_the_account_is_known(it: Clockwork) -> None:
    card = say(it, "st marys, met with Corinne Mays, wants stats")
    press(it, card, "Save")
    with it.sessions() as session:
        assert "Corinne Mays" in session.scalars(select(Contact.name)).all()
