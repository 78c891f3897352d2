"""`/touchbase merge` as people meet it: a form, what it would move, a receipt, and the way back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.sandbox.limits import problems_in_message, problems_in_view
from handlers.views import merging as views
from handlers.views.fields import Choice
from models import users
from models.accounts import Account
from models.aliases import Alias
from models.db import Sessions
from models.merges import ACCOUNT, CONTACT
from models.merging import MergeReceipt, Preview
from models.touches import Touch
from tests.by_the_clock import Clockwork, a_person
from tests.make import a_contact, a_touch, an_account, an_actor, at
from tests.touchbase_in_slack import reread, touchbase

FRIDAY = at("2026-11-20T16:00Z")
"""Ten in the morning in Chicago."""

NASTY = "<!channel> *bold* _it_ & `code` @here"


def a_day(it: Clockwork) -> None:
    """Two accounts that are one, with two people that are one; a rep, a colleague, an admin."""
    with it.sessions.begin() as session:
        rep = an_actor(a_person(session, "U1"))
        other = an_actor(a_person(session, "U2"))
        a_person(session, "U3", role=users.ADMIN)
        kept = an_account(session, rep.workspace_id, "St. Mary's Medical Center", owner=rep)
        gone = an_account(session, rep.workspace_id, "Saint Marys Hosp", owner=rep)
        an_account(session, rep.workspace_id, "Oakfield Clinic", owner=other)
        priya = a_contact(session, kept, "Priya Patel")
        twin = a_contact(session, gone, "Dr. P. Patel")
        for days in range(3):
            met = (twin.id,) if days else (priya.id,)
            a_touch(session, rep, gone, days_ago=days, now=FRIDAY, met=met, referrals=int(not days))
    it.send()


def open_form(it: Clockwork, person: str = "U1") -> Any:
    before = len(it.slack.ephemerals(person))
    assert it.slack.command(person, "/touchbase", "merge").ok
    assert len(it.slack.ephemerals(person)) == before  # the form is the answer
    return it.slack.form(person)


def the_receipt(it: Clockwork, person: str = "U1") -> Any:
    it.send()
    return it.said(person)[-1]


def test_a_rep_makes_one_of_two_accounts_and_takes_it_back(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_day(it)
        form = open_form(it)
        assert form.labels == ["Merge", "Keep this one", "Merge this one into it"]
        assert form.offers("Keep this one", "zzz") == []  # nothing new is offered
        form.fill("Keep this one", "St. Mary's")
        form.fill("Merge this one into it", "Saint Marys")
        assert "3 touches, 1 person and 1 referral" in form.words
        assert "“Saint Marys Hosp” stays as another name." in form.words
        assert form.save(), form.errors
        receipt = the_receipt(it)
        assert "Merged Saint Marys Hosp into St. Mary's Medical Center." in receipt.words
        assert "3 touches, 1 person and 1 referral moved." in receipt.words
        assert receipt.buttons == ["Undo"]
        with sessions() as session:
            assert session.scalars(select(Alias.text)).all() == ["Saint Marys Hosp"]
            assert len(set(session.scalars(select(Touch.account_id)))) == 1
        it.slack.press("U1", receipt, "Undo")
        it.send()
        shown = reread(it, receipt)
        assert "are separate again" in shown.words
        assert shown.buttons == []
        with sessions() as session:
            assert session.scalars(select(Alias.text)).all() == []
            assert set(session.scalars(select(Account.archived_at))) == {None}


def test_two_people_are_told_apart_by_their_accounts(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_day(it)
        form = open_form(it, "U3")
        form.fill("Keep this one", "Oakfield")
        form.pick("Merge", "Two people")
        assert form.value("Keep this one") is None
        assert form.offers("Keep this one", "priya") == ["Priya Patel · St. Mary's Medical Center"]
        form.fill("Keep this one", "priya")
        form.fill("Merge this one into it", "p. patel")
        assert form.value("Merge this one into it") == "Dr. P. Patel · Saint Marys Hosp"
        assert "To “Priya Patel”: 2 touches." in form.words
        assert form.save(), form.errors
        assert "2 touches moved." in the_receipt(it, "U3").words


def test_a_refusal_stands_beside_the_field(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_day(it)
        form = open_form(it)
        form.fill("Keep this one", "St. Mary's")
        form.fill("Merge this one into it", "St. Mary's")
        assert not form.save()
        assert "the same one twice" in form.errors["Merge this one into it"]
        form.fill("Merge this one into it", "Oakfield")
        assert "Only an admin, or the owner of both, can merge these." in form.words
        assert not form.save()
        assert "Only an admin" in form.errors["Merge this one into it"]
        form.fill("Merge this one into it", "Saint Marys")
        assert form.save(), form.errors


def test_a_double_tap_merges_once(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_day(it)
        form = open_form(it)
        form.fill("Keep this one", "St. Mary's")
        form.fill("Merge this one into it", "Saint Marys")
        answers = form.save_twice()
        assert all(answer.ok and not answer.body for answer in answers)
        it.send()
        assert len([one for one in it.said("U1") if "Merged" in one.words]) == 1


def test_an_undo_after_a_day_is_answered_kindly(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_day(it)
        form = open_form(it)
        form.fill("Keep this one", "St. Mary's")
        form.fill("Merge this one into it", "Saint Marys")
        assert form.save()
        receipt = the_receipt(it)
        it.wait(hours=25)
        it.slack.press("U1", receipt, "Undo")
        assert "That time has passed" in it.slack.ephemerals("U1")[-1].words


@pytest.mark.parametrize("entity", [ACCOUNT, CONTACT])
def test_the_form_and_its_receipt_fit_at_their_fullest(entity: str) -> None:
    name = (NASTY * 5)[:120]
    moves = {"touch": 12_000, "contact": 300, "referral": 2_000, "follow_up": 1}
    one = Choice("a:1" if entity == ACCOUNT else "c:1", name)
    state = views.MergeForm(entity=entity, keep=one, gone=one, reset=3)
    for preview in (None, Preview(name, "b", moves, True), Preview(name, name, {}, False)):
        assert problems_in_view(views.form(state, preview)) == []
    for undone, may_undo in ((True, False), (False, True), (False, False)):
        shown = MergeReceipt(10**12, entity, name, name, moves, undone, may_undo)
        text, blocks = views.receipt(shown)
        assert problems_in_message({"text": text, "blocks": blocks}) == []
        assert "<" not in text and "@here" not in text
        assert any(block["type"] == "actions" for block in blocks) == may_undo
