"""`/touchbase purge` as an admin meets it, and what is left in Slack."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from bot.sandbox.limits import problems_in_view
from handlers.views import purging as views
from models import users
from models.db import Sessions
from models.phi import Clean
from models.redaction import MOST, Found, Redaction
from models.touches import Touch
from tests.by_the_clock import Clockwork, a_person
from tests.make import a_touch, an_account, an_actor, at
from tests.touchbase_in_slack import reread, say, touchbase

FRIDAY = at("2026-11-20T16:00Z")
"""Ten in the morning in Chicago."""

SECRET = "zanzibar"
NASTY = "<!channel> *bold* _it_ & `code` @here"


def a_day(it: Clockwork, *, visits: int = 1) -> list[int]:
    """An admin, and a rep with so many visits of today to one account; their numbers."""
    with it.sessions.begin() as session:
        rep = an_actor(a_person(session, "U1"))
        a_person(session, "U3", role=users.ADMIN)
        account = an_account(session, rep.workspace_id, "Oakfield Clinic", owner=rep)
        made = [
            a_touch(
                session, rep, account, now=FRIDAY, submission=f"V{n}", note=Clean(f"{SECRET} {n}")
            )
            for n in range(visits)
        ]
    it.send()
    return made


def open_form(it: Clockwork) -> Any:
    assert it.slack.command("U3", "/touchbase", "purge").ok
    return it.slack.form("U3")


def notes(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(Touch.note).order_by(Touch.id)))


def test_the_words_leave_touchbase_and_the_receipt(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        (touch_id,) = a_day(it)
        receipt = it.said("U1")[-1]
        assert SECRET in receipt.words
        form = open_form(it)
        form.fill("Reference", f"Ref T{touch_id}")
        form.save()
        form = it.slack.form("U3")
        assert f"T{touch_id} · Visit · Fri, Nov 20" in form.words
        assert "can't be undone" in form.words
        assert SECRET not in form.words
        form.save()
        said = it.slack.form("U3").words
        assert f"the words of T{touch_id} are gone" in said
        assert "Dana Reyes's receipt no longer shows them." in said
        assert "stays there until someone deletes it" in said
        it.send()
        assert SECRET not in reread(it, receipt).words
        assert notes(sessions) == [""]


def test_of_several_the_admin_chooses_one(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        first, second = a_day(it, visits=2)
        form = open_form(it)
        form.fill("Account", "oakf")
        form.date("Date of the visit", "2026-11-20")
        form.fill("Logged by", "dana")
        form.save()
        form = it.slack.form("U3")
        offered = form.offers("Which one")
        assert [words.partition(" ")[0] for words in offered] == [f"T{first}", f"T{second}"]
        form.pick("Which one", offered[1])
        form.save()
        assert notes(sessions) == [f"{SECRET} 0", ""]


def test_what_is_not_found_is_said_beside_the_field(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_day(it)
        form = open_form(it)
        assert not form.save()
        assert form.errors["Reference"] == "Fill this in."
        form.fill("Reference", "the one of last week")
        form.save()
        assert "looks like T123" in form.errors["Reference"]
        form.fill("Reference", "T999999")
        form.save()
        assert "can't find that visit" in form.errors["Reference"]
        form.clear("Reference")
        form.fill("Account", "oakf")
        form.save()
        assert form.errors["Date of the visit"] == "Fill this in."
        form.date("Date of the visit", "2026-11-19")
        form.save()
        assert "can't find that visit" in form.errors["Account"]
        assert notes(sessions) == [f"{SECRET} 0"]


def test_a_rep_is_told_who_may(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_day(it)
        assert "Only an admin can do that." in say(it, "U1", "purge").words


@pytest.mark.parametrize("several", [False, True])
def test_the_forms_fit_at_their_fullest(several: bool) -> None:
    name = (NASTY * 5)[:120]
    one = Found(10**12, name[:60], name, date(2026, 11, 20), name, 20, True, True)
    found = [one] * (MOST if several else 1)
    assert problems_in_view(views.sure_form(found, date(2027, 1, 1))) == []
    assert problems_in_view(views.find_form()) == []
    for made in (None, Redaction(10**12, name, not several, 20, True, 3)):
        assert problems_in_view(views.done(made)) == []
