"""One word to the owner when a source goes quiet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from models import users
from models.db import Sessions
from models.deliveries import SENT, SILENCE
from models.referrals import Received, add
from tests.by_the_clock import Clockwork, a_person
from tests.make import an_account, an_actor, at
from tests.touchbase_in_slack import say, touchbase

FRIDAY = at("2026-11-20T13:30:10Z")
"""Ten seconds past half past seven in Chicago."""


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    """A rep with one source that referred every ten days, the last time forty days ago."""
    with touchbase(sessions, FRIDAY) as made:
        with sessions.begin() as session:
            rep = an_actor(a_person(session, "U1"))
            account = an_account(session, rep.workspace_id, owner=rep, type="hospital")
            for ago in (70, 60, 50, 40):
                day = FRIDAY.date() - timedelta(days=ago)
                add(session, rep, Received(account.id, day, 1), submission=f"R{ago}", now=FRIDAY)
        yield made


def morning(it: Clockwork) -> list[str]:
    """What the rep has been told by the end of this morning."""
    it.plan()
    it.send()
    return [one.words for one in it.said("U1") if "quiet" in one.words]


def test_the_owner_hears_of_a_silence_once(it: Clockwork) -> None:
    (said,) = morning(it)
    assert "St. Mary's Medical Center has gone quiet" in said
    assert "No referral for 40 days; usually one comes within 10 days" in said
    assert "no touch since" in said
    for _ in range(4):
        it.wait(days=1)
        assert len(morning(it)) == 1


def test_a_second_silence_is_a_second_word(it: Clockwork) -> None:
    morning(it)
    with it.sessions.begin() as session:
        user = users.by_slack_id(session, it.user().workspace_id, "U1")
        assert user is not None
        rep = an_actor(user)
        add(session, rep, Received(1, FRIDAY.date(), 1), submission="again", now=FRIDAY)
    it.wait(days=3)
    assert len(morning(it)) == 1
    it.wait(days=70)
    assert len(morning(it)) == 2


def test_nobody_is_told_who_has_no_mornings(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        user = users.by_slack_id(session, it.user().workspace_id, "U1")
        assert user is not None
        user.active = False
    assert morning(it) == []


def test_a_source_that_speaks_before_the_word_is_sent_is_not_silent(it: Clockwork) -> None:
    it.plan()
    with it.sessions.begin() as session:
        user = users.by_slack_id(session, it.user().workspace_id, "U1")
        assert user is not None
        add(
            session,
            an_actor(user),
            Received(1, FRIDAY.date(), 1),
            submission="just now",
            now=FRIDAY,
        )
    assert morning(it) == []
    assert it.row(kind=SILENCE).state != SENT


def test_the_brief_says_it_too(it: Clockwork) -> None:
    assert "quiet for 40 days, usually up to 10" in say(it, "U1", "account st marys").words
