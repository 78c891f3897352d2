"""An account in eight lines, before walking in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from bot.sandbox.limits import problems_in_message
from bot.sandbox.world import Message
from handlers.views import briefs as views
from models import aliases, briefs, follow_ups, users
from models.accounts import Account
from models.briefs import Agreed, Brief, OpenDeal, Person, Told
from models.db import Sessions, reading
from models.errors import NoSuchAccount
from models.follow_ups import FollowUp
from models.phi import Clean
from models.referrals import Received, add
from models.sources import Silence
from models.touches import Touch
from models.users import Actor, User
from tests.by_the_clock import Clockwork
from tests.conftest import Database
from tests.deals import a_deal
from tests.make import (
    NOW,
    a_contact,
    a_rep,
    a_touch,
    a_user,
    a_workspace,
    an_account,
    an_actor,
)
from tests.touchbase_in_slack import say, touchbase

TODAY = date(2026, 3, 10)
TEAM = "T0SANDBOX"
LONG = "<!channel> *bold* @here & `code` \u202eright\u202c <https://a.example|b> " * 6


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    with touchbase(sessions, NOW) as made:
        with sessions.begin() as session:
            workspace = a_workspace(session, TEAM)
            for number, name in enumerate(("Dana Reyes", "Lee Park", "Ann Boss"), start=1):
                a_user(session, workspace, f"U{number}", name=name)
        yield made


def person(session: Session, slack_id: str = "U1") -> Actor:
    workspace = a_workspace(session, TEAM)
    user = users.by_slack_id(session, workspace.id, slack_id)
    assert user is not None
    return an_actor(user)


def marys(session: Session, owner: Actor, **columns: Any) -> Account:
    columns.setdefault("city", "Evanston")
    return an_account(
        session, owner.workspace_id, "St. Mary's Medical Center", owner=owner, state="IL", **columns
    )


def a_step(session: Session, rep: Actor, account: Account, text: str, **columns: Any) -> None:
    row: dict[str, Any] = {"kind": follow_ups.PROMISE, "due_on": TODAY + timedelta(days=3)}
    session.add(
        FollowUp(
            workspace_id=rep.workspace_id,
            account_id=account.id,
            user_id=rep.user_id,
            text=Clean(text),
            created_at=NOW,
            **{**row, **columns},
        )
    )
    session.flush()


def asked(it: Clockwork, line: str, who: str = "U1") -> Message:
    """The answer to `/account line`."""
    assert it.slack.command(who, "/account", line).ok
    return it.slack.ephemerals(who)[-1]


def test_the_brief_says_who_what_and_when_in_eight_lines(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana = person(session)
        place = marys(session, dana)
        a_contact(session, place, "Priya Patel", title="Physiatrist")
        for name in ("Tom Osei", "Kim Lund", "Ana Cruz", "Jo Bell", "Max Orr"):
            a_contact(session, place, name)
        a_touch(session, dana, place, days_ago=1, note="Left the outcomes flyer.\nBusy day")
        a_touch(session, dana, place, days_ago=8, type="call")
        a_touch(session, dana, place, days_ago=9)
        a_touch(session, dana, place, days_ago=20)
        a_step(session, dana, place, "outcomes flyer")
        for days, count in ((3, 2), (60, 1), (300, 4), (400, 8)):
            told = Received(place.id, TODAY - timedelta(days=days), count)
            add(session, dana, told, submission=f"R{days}", now=NOW)
    lines = asked(it, "st marys").words.split("\n")
    buttons = [line for line in lines if line in ("Log a visit", "Log a referral", "Snooze")]
    assert buttons == ["Log a visit", "Log a referral", "Snooze"]
    assert lines[: lines.index("Log a visit")] == [
        "*St. Mary's Medical Center*, Evanston, IL · A account · yours",
        "People: Priya Patel (Physiatrist), Tom Osei, Kim Lund, Ana Cruz and 2 more",
        "Mon, Mar 9 · Visit · you: Left the outcomes flyer. Busy day",
        "Mon, Mar 2 · Call · you",
        "Sun, Mar 1 · Visit · you",
        "Open: you promised: outcomes flyer by Fri, Mar 13",
        "Referrals in: 2 in 30, 3 in 90, 7 in 365 days",
        "Next due by Thu, Mar 19",
    ]


def test_the_word_after_touchbase_does_the_same(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        marys(session, person(session))
    said = say(it, "U1", "account st marys")
    assert "*St. Mary's Medical Center*, Evanston" in said.words
    assert "No touch yet" in said.words and "No open promises or follow-ups" in said.words


def test_what_a_colleague_wrote_is_theirs_and_their_touches_are_counted(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana, lee = person(session), person(session, "U2")
        place = marys(session, lee)
        a_touch(session, lee, place, days_ago=1, note="What Lee heard")
        a_touch(session, lee, place, days_ago=2)
        a_touch(session, dana, place, days_ago=3, note="What Dana heard")
        a_step(session, lee, place, "Lee's own plan")
    mine = asked(it, "st marys").words
    assert "What Dana heard · and 2 touches by others" in mine
    assert "What Lee heard" not in mine and "Lee's own plan" not in mine
    assert "owner Lee Park" in mine and "Snooze" not in mine
    lees = asked(it, "st marys", "U2").words  # the owner sees all of the account's touches
    assert "What Lee heard" in lees and "Dana Reyes: What Dana heard" in lees
    assert "by others" not in lees


def test_a_manager_reads_their_teams_touches_and_an_admin_all(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana, lee, ann = (person(session, f"U{number}") for number in (1, 2, 3))
        place = marys(session, lee)
        a_touch(session, lee, place, days_ago=1, note="What Lee heard")
        a_touch(session, dana, place, days_ago=2, note="What Dana heard")
        boss = session.get_one(User, ann.user_id)
        boss.role = users.MANAGER
        users.put_under(session, session.get_one(User, dana.user_id), boss)
    words = asked(it, "st marys", "U3").words
    assert "Dana Reyes: What Dana heard · and 1 touch by others" in words
    assert "What Lee heard" not in words
    with it.sessions.begin() as session:
        session.get_one(User, ann.user_id).role = users.ADMIN
    assert "Lee Park: What Lee heard" in asked(it, "st marys", "U3").words


def test_words_that_were_taken_out_are_shown_as_such(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana = person(session)
        touch = a_touch(session, dana, marys(session, dana), note="left behind")
        session.get_one(Touch, touch).redacted_at = NOW
    words = asked(it, "st marys").words
    assert "today · Visit · you: redacted" in words and "left behind" not in words


def test_of_two_that_fit_none_is_guessed_and_one_tap_shows_the_brief(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana = person(session)
        for city in ("Aurora", "Joliet"):
            an_account(session, dana.workspace_id, "Mercy Hospital", owner=dana, city=city)
    choices = asked(it, "mercy")
    assert "Which one did you mean?" in choices.words
    it.slack.press("U1", choices, "Mercy Hospital · Joliet")
    words = it.slack.ephemerals("U1")[-1].words
    assert "*Mercy Hospital*, Joliet" in words and "Which one" not in words


def test_a_misspelled_name_is_offered_not_taken(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana = person(session)
        an_account(session, dana.workspace_id, "Brightwater Rehab", owner=dana, city="Skokie")
    words = asked(it, "evanston brite").words
    assert "*Brightwater" not in words
    words = asked(it, "skokie").words  # a city is no name
    assert "Which one did you mean?" in words and "Brightwater Rehab · Skokie" in words


def test_for_nothing_found_it_says_what_to_try(it: Clockwork) -> None:
    words = asked(it, "<!channel> zzyzx *clinic*").words
    assert "I can't find an account called “" in words and "To add it, log a visit there." in words


def test_without_a_name_it_offers_those_touched_lately(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana = person(session)
        an_account(session, dana.workspace_id, "Acorn Clinic", owner=dana)
        a_touch(session, dana, marys(session, dana))
    words = asked(it, "").words
    assert "Type its name after the command" in words
    assert words.index("St. Mary's") < words.index("Acorn")


def test_a_reps_own_word_finds_its_account(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana = person(session)
        place = marys(session, dana)
        aliases.teach(session, dana, "the mothership", place.id, NOW)
    assert "*St. Mary's Medical Center*" in asked(it, "the mothership").words


def test_its_buttons_open_the_forms_with_the_account_filled_in(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        marys(session, person(session))
    answer = asked(it, "st marys")
    it.slack.press("U1", answer, "Log a visit")
    assert it.slack.form("U1").value("Account") == "St. Mary's Medical Center · Evanston, IL"
    it.slack.form("U1").close_all()
    it.slack.press("U1", answer, "Log a referral")
    form = it.slack.form("U1")
    assert form.value("Source account") == "St. Mary's Medical Center · Evanston, IL"
    assert form.save()


def test_an_account_in_no_cadence_offers_no_snooze(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        place = marys(session, person(session))
        place.status = "on_hold"
    words = asked(it, "st marys").words
    assert "Not in a cadence" in words and "Snooze" not in words


def test_an_account_past_due_says_since_when(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        marys(session, person(session), owned_since=TODAY - timedelta(days=12))
    assert "Overdue since Sun, Mar 8" in asked(it, "st marys").words


def test_the_largest_open_deal_stands_in_the_last_line_for_who_may_see_it(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana, lee = person(session, "U1"), person(session, "U2")
        at_marys = {"account_id": marys(session, dana).id}
        a_deal(session, dana, "Proposal", 40_000, close_date=TODAY, name="Day care", **at_marys)
        a_deal(session, dana, "Prospecting", None, name="Later", **at_marys)
        a_deal(session, dana, "Won", 900_000, name="Done", closed_on=TODAY, **at_marys)
        a_deal(session, lee, "Proposal", 70_000, name="Lee's", **at_marys)
    last = asked(it, "st marys").words.split("\n")
    assert (
        "Next due by Fri, Mar 20 · Deal: Day care, $40,000, Proposal, closes today and 1 more"
        in last
    )
    assert "Deal: Lee's, $70,000, Proposal" in asked(it, "st marys", "U2").words


def test_another_workspaces_account_is_no_account(sessions: Sessions) -> None:
    with sessions.begin() as session:
        theirs = a_user(session, a_workspace(session, "T2"), "U1")
        place = marys(session, an_actor(theirs))
        with pytest.raises(NoSuchAccount):
            briefs.of(session, a_rep(session), place.id, NOW)


def test_it_takes_the_same_number_of_reads_however_much_there_is(each_database: Database) -> None:
    counts = []
    for number, size in enumerate((0, 60)):
        with each_database.sessions.begin() as session:
            rep = a_rep(session, f"U{number}")
            place = marys(session, rep, city=f"City {number}")
            for each in range(size):
                a_contact(session, place, f"Kim {each}")
                a_touch(session, rep, place, days_ago=each, referrals=1, note="Left flyers")
                a_step(session, rep, place, "call back")
        with reading(each_database.sessions) as session:
            engine = session.get_bind()
            assert isinstance(engine, Engine)
            said: list[str] = []

            def note(
                _c: object, _k: object, statement: str, *_r: object, s: list[str] = said
            ) -> None:
                s.append(statement)

            event.listen(engine, "before_cursor_execute", note)
            briefs.of(session, rep, place.id, NOW)
            event.remove(engine, "before_cursor_execute", note)
        counts.append(len(said))
    # One that has never referred: how many touches so far, and how many others took.
    assert counts == [9, 8]


def test_the_largest_brief_fits_slack_and_is_shown_literally() -> None:
    text, blocks = views.brief(
        Brief(
            account_id=10**12,
            name=LONG[:120],
            city=LONG[:120],
            state=LONG[:40],
            tier="unrated",
            owner=LONG[:120],
            is_mine=False,
            people=tuple(Person(LONG[:120], LONG[:120]) for _ in range(4)),
            more_people=1000,
            touches=tuple(
                Told(TODAY, "Lunch and learn", LONG[:120], LONG, False) for _ in range(3)
            ),
            hidden=9999,
            agreed=(Agreed("promise", LONG[:300], TODAY, None), Agreed("task", "", None, "Lee")),
            more_agreed=40,
            referrals=(1, 20, 3000),
            standing=Silence(1, TODAY, 3000, 2999.0),
            deal=OpenDeal(LONG[:200], "Rates negotiated", 10**13, TODAY),
            more_deals=40,
            due_on=None,
            in_cadence=True,
            today=TODAY,
        )
    )
    assert problems_in_message({"text": text, "blocks": blocks}) == []
    lines = [line for block in blocks[:2] for line in block["text"]["text"].split("\n")]
    assert len(lines) == 8
    assert "<" not in text and "<" not in blocks[0]["text"]["text"]
