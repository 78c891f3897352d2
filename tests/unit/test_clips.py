"""Voice clips: Slack's own transcript, now or later, and what is said when there is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from handlers import cards as card_handlers
from models.db import Sessions
from models.lookup import Lookups
from models.touches import Touch
from scheduler import clips
from tests.by_the_clock import Clockwork
from tests.make import a_user, a_workspace, an_account, an_actor
from tests.touchbase_in_slack import touchbase
from tests.unit.test_cards import TEAM, TEN_AM, cards, press, words

LONG = "saint mary's with doctor patel period " + "she asked how our outcomes compare " * 8


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    with touchbase(sessions, TEN_AM) as made:
        with sessions.begin() as session:
            workspace = a_workspace(session, TEAM)
            dana = an_actor(a_user(session, workspace))
            an_account(session, workspace.id, "St. Mary's Medical Center", owner=dana)
        yield made


def listen(it: Clockwork) -> int:
    """What the loop does every two seconds."""
    return clips.listen(it.road, card_handlers.hear(Lookups()))


def wait_it_out(it: Clockwork) -> None:
    """Two minutes, asked in between as often as the loop asks."""
    for _ in range(30):
        it.wait(seconds=5)
        listen(it)


def test_a_clip_with_its_transcript_is_a_card_at_once(it: Clockwork) -> None:
    it.slack.say_clip("U1", "Saint Mary's in service two referrals")
    (card,) = cards(it)
    assert "St. Mary's Medical Center" in card.text
    press(it, card, "Save")
    with it.sessions() as session:
        touch = session.scalars(select(Touch)).one()
    assert (touch.source, touch.type) == ("clip", "in-service")


def test_a_long_transcript_is_read_whole(it: Clockwork) -> None:
    it.slack.say_clip("U1", LONG)
    (card,) = cards(it)
    assert "still writing" in words(card)
    assert listen(it) == 1
    (card,) = cards(it)
    assert "St. Mary's Medical Center" in card.text
    press(it, card, "Save")
    with it.sessions() as session:
        assert session.scalars(select(Touch)).one().note.count("outcomes compare") == 8


def test_a_transcript_that_comes_later_is_waited_for(it: Clockwork) -> None:
    file = it.slack.say_clip("U1", status="processing")
    cards(it)
    assert listen(it) == 0
    it.slack.finish_transcript(file, "saint mary's in service")
    it.wait(seconds=3)
    assert listen(it) == 1
    (card,) = cards(it)
    assert "St. Mary's Medical Center" in card.text


@pytest.mark.parametrize("status", ["none", "failed", None])
def test_without_a_transcript_the_rep_is_asked_to_type(it: Clockwork, status: str | None) -> None:
    it.slack.say_clip("U1", status=status)
    wait_it_out(it)
    (card,) = cards(it)
    assert "I could not read this clip, type one line" in card.text
    asked = len(it.slack.calls_of("files.info"))
    wait_it_out(it)
    assert len(it.slack.calls_of("files.info")) == asked <= 7


def test_two_processes_that_hear_one_clip_make_one_card(it: Clockwork) -> None:
    it.slack.say_clip("U1", LONG)
    cards(it)
    assert listen(it) + clips.listen(it.another().road, card_handlers.hear(Lookups())) == 1
    assert len(cards(it)) == 1


def test_our_token_is_sent_to_slack_alone(it: Clockwork) -> None:
    client = it.road.slack(1)
    for address in ("https://evil.example/x.vtt", "http://files.slack.com/x", "file:///etc/hosts"):
        with pytest.raises(ValueError, match="outside Slack"):
            clips._fetch(address, client)
