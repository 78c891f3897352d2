"""`/touchbase digest here`: which channels get figures on Mondays, and about whom."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import select

from handlers import digests
from models import clock, subscriptions, users
from models.audit import Audit
from models.db import Sessions
from models.errors import NotAChannel, NotInChannel, Refused, SharedChannel
from models.subscriptions import EVERYONE, TEAM, Subscription
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.end_to_end.slack_driver import serving
from tests.make import a_rep, at
from tests.touchbase_in_slack import say, touchbase

FRIDAY = at("2026-11-20T16:00Z")


def a_team(it: Clockwork) -> None:
    """Ann (U3) is admin; Lee (U2) is a manager of Dana (U1) and one more."""
    with it.sessions.begin() as session:
        lee = a_person(session, "U2", role=users.MANAGER)
        for slack_id in ("U1", "U4"):
            users.put_under(session, a_person(session, slack_id), lee)
        a_person(session, "U3", role=users.ADMIN, zone="America/New_York")


def stored(it: Clockwork, channel: str = "C1") -> Subscription | None:
    with it.sessions() as session:
        return session.scalar(select(Subscription).where(Subscription.channel_id == channel))


def audited(it: Clockwork) -> list[str]:
    with it.sessions() as session:
        return list(session.scalars(select(Audit.action)))


def test_a_managers_digest_is_about_their_own_team(each_database: Database) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        a_team(it)
        said = say(it, "U2", "digest here", "C1").words
        first = "First one: Mon, Nov 23 at 8:00 AM (Chicago time), about your team of 3."
        assert first in said
        row = stored(it)
        assert row is not None
        assert (row.scope, row.user_id, row.zone) == (TEAM, it.user("U2").id, "America/Chicago")
        assert row.next_due_at == at("2026-11-23T14:00Z")
        assert audited(it) == ["digest_on"]


def test_an_admins_digest_is_about_everyone_in_the_admins_zone(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        said = say(it, "U3", "digest here", "C1").words
        assert "Mon, Nov 23 at 8:00 AM (New York time), about everyone." in said
        row = stored(it)
        assert row is not None
        assert (row.scope, row.next_due_at) == (EVERYONE, at("2026-11-23T13:00Z"))


def test_a_manager_without_a_team_is_told_how_to_get_one(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        with it.sessions.begin() as session:
            a_person(session, "U2", role=users.MANAGER)
        said = say(it, "U2", "digest here", "C1").words
        assert "/touchbase manager @ann <@U2>" in said


def test_asking_twice_is_asking_once(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        first = say(it, "U2", "digest here", "C1").words
        it.wait(minutes=3)
        assert say(it, "U2", "digest here", "C1").words == first
        assert audited(it) == ["digest_on"]


def test_two_taps_at_the_same_moment_store_one_digest(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        admin = a_rep(session, role=users.ADMIN)
    ready = threading.Barrier(4)
    failed: list[BaseException] = []

    def ask() -> None:
        ready.wait()
        try:
            with each_database.sessions.begin() as session:
                subscriptions.subscribe(session, admin, "C1", EVERYONE, FRIDAY)
        except BaseException as fault:
            failed.append(fault)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with each_database.sessions() as session:
        assert len(session.scalars(select(Subscription)).all()) == 1
        assert len(session.scalars(select(Audit)).all()) == 1


def test_a_digest_stops_and_comes_back(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        assert "nothing to stop" in say(it, "U2", "digest off", "C1").words
        assert "gets no digest" in say(it, "U2", "digest", "C1").words
        say(it, "U2", "digest here", "C1")
        assert "Next one: Mon, Nov 23" in say(it, "U2", "digest", "C1").words
        assert "no more Monday digest" in say(it, "U2", "digest off", "C1").words
        row = stored(it)
        assert row is not None
        assert (row.active, row.next_due_at) == (False, None)
        it.wait(days=3)  # Monday, and past eight: the first one is a week later
        assert "First one: Mon, Nov 30" in say(it, "U2", "digest here", "C1").words
        assert audited(it) == ["digest_on", "digest_off", "digest_on"]


@pytest.mark.parametrize("typed", ["digest here", "digest off", "digest"])
def test_a_rep_sets_up_no_digest(sessions: Sessions, typed: str) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        said = say(it, "U1", typed, "C1").words
        assert "Only a manager or an admin can do that" in said
        assert stored(it) is None


@pytest.mark.parametrize("private", [False, True])
def test_a_channel_without_the_bot_is_asked_to_invite_it_first(
    sessions: Sessions, private: bool
) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        it.slack.add_channel("C2", "west", members={"U2"}, private=private)
        assert "`/invite @Touchbase`" in say(it, "U2", "digest here", "C2").words
        assert stored(it, "C2") is None
        it.slack.invite_bot("C2")
        assert "First one" in say(it, "U2", "digest here", "C2").words


def test_a_direct_message_gets_no_digest(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        assert "Digests go to channels" in say(it, "U2", "digest here").words
        with it.sessions() as session:
            assert session.scalars(select(Subscription)).all() == []


def test_a_manager_cannot_overrule_an_admin_but_an_admin_may(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        say(it, "U3", "digest here", "C1")
        for typed in ("digest here", "digest off"):
            assert "<@U3> set up this channel's digest" in say(it, "U2", typed, "C1").words
        row = stored(it)
        assert row is not None
        assert (row.active, row.scope) == (True, EVERYONE)
        say(it, "U3", "digest off", "C1")
        assert "about your team of 3" in say(it, "U2", "digest here", "C1").words
        assert "about everyone" in say(it, "U3", "digest here", "C1").words


def test_a_manager_may_end_what_somebody_of_their_team_set_up(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        with it.sessions.begin() as session:
            below = users.by_slack_id(session, it.user().workspace_id, "U1")
            assert below is not None
            below.role = users.MANAGER
        assert "your team of 1" in say(it, "U1", "digest here", "C1").words
        assert "<@U1>'s team of 1" in say(it, "U2", "digest", "C1").words
        assert "no more Monday digest" in say(it, "U2", "digest off", "C1").words


def test_other_words_after_digest_are_answered_with_how_to_type_it(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_team(it)
        assert "`/touchbase digest here`" in say(it, "U2", "digest weekly", "C1").words
        assert stored(it) is None


@pytest.mark.parametrize(
    ("channel", "refusal"),
    [
        ({"is_member": True, "is_ext_shared": True}, SharedChannel),
        ({"is_member": True, "is_pending_ext_shared": True}, SharedChannel),
        ({"is_member": True, "is_mpim": True}, NotAChannel),
        ({"is_member": False}, NotInChannel),
        ("channel_not_found", NotInChannel),
        ("missing_scope", NotInChannel),
        ("internal_error", SlackApiError),
    ],
)
def test_figures_go_only_where_the_bot_is_and_nobody_else_reads(
    sessions: Sessions, channel: dict[str, bool] | str, refusal: type[Refused]
) -> None:
    with sessions.begin() as session:
        admin = a_rep(session, role=users.ADMIN)
    said: dict[str, Any] = {"ok": False, "error": channel}
    if isinstance(channel, dict):
        said = {"ok": True, "channel": {"id": "C1", **channel}}
    answer = json.dumps(said).encode()
    with serving(lambda _headers, _body: (200, {}, answer)) as url:
        slack = WebClient("xoxb-test", base_url=f"{url}/", retry_handlers=[])
        typed = {"channel_id": "C1", "channel_name": "field-team"}
        with pytest.raises(refusal):
            digests.digest("here", typed, slack, admin, sessions, clock.fixed(FRIDAY))
    with sessions() as session:
        assert session.scalars(select(Subscription)).all() == []
