"""Word about a referral past its time: to its owner, then to the next in line, once each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from models import deliveries, profiles, profiling, referrals, referring, users, workspaces
from models.db import Sessions
from models.referrals import Received
from models.users import Actor
from tests.by_the_clock import Clockwork, a_clockwork, a_person
from tests.conftest import Database
from tests.make import an_account, an_actor, at

TUESDAY_TEN = at("2026-03-10T15:00Z")
NIGHT = at("2026-03-10T07:00Z")
"""Two in the morning in Chicago."""


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    with a_clockwork(sessions, TUESDAY_TEN) as made:
        yield made


def a_team(it: Clockwork, profile: str = profiles.HEALTHCARE) -> Actor:
    """Dana, whose manager is Lee, whose manager is Ann; nobody gets morning messages."""
    with it.sessions.begin() as session:
        dana, lee, ann = (a_person(session, f"U{n}") for n in (1, 2, 3))
        dana.manager_id, lee.manager_id = lee.id, ann.id
        for user in (dana, lee, ann):
            users.stop_reminding(user)
        workspace = workspaces.only(session)
        assert workspace is not None
        workspace.holidays = ""
        profiling.grant(session, workspace, profiling.Wish(profile=profile), it.clock.now)
        return an_actor(dana)


def received(it: Clockwork, rep: Actor, count: int = 1) -> int:
    with it.sessions.begin() as session:
        account = an_account(session, rep.workspace_id, "Oakfield Memorial", owner=rep)
        told = Received(account.id, rep.today(it.clock.now), count)
        return referrals.add(session, rep, told, submission="V1", now=it.clock.now)[0].id


def pass_to(it: Clockwork, moment: datetime) -> None:
    it.wait(seconds=(moment - it.clock.now).total_seconds())
    it.plan()
    while it.send().total():
        pass


def test_the_owner_then_their_manager_once_each(it: Clockwork) -> None:
    rep = a_team(it)
    received(it, rep, count=3)
    pass_to(it, TUESDAY_TEN + timedelta(minutes=119))
    assert it.said("U1") == []
    pass_to(it, TUESDAY_TEN + timedelta(minutes=121))
    (first,) = it.said("U1")
    assert "3 referrals from Oakfield Memorial still waiting" in first.words
    assert first.buttons.count("Contacted") == 3
    assert it.said("U2") == []
    pass_to(it, TUESDAY_TEN + timedelta(minutes=242))
    (second,) = it.said("U2")
    assert "Dana Reyes has not answered" in second.words
    pass_to(it, TUESDAY_TEN + timedelta(days=3))
    assert (len(it.said("U1")), len(it.said("U2")), len(it.said("U3"))) == (1, 1, 0)


def test_an_answer_in_time_tells_nobody_and_a_later_one_is_shown(it: Clockwork) -> None:
    rep = a_team(it)
    row_id = received(it, rep)
    pass_to(it, TUESDAY_TEN + timedelta(minutes=121))
    assert len(it.said("U1")) == 1
    with it.sessions.begin() as session:
        referring.move_referral(session, rep, row_id, "contacted", it.clock.now)
    pass_to(it, TUESDAY_TEN + timedelta(hours=5))
    (message,) = it.said("U1")
    assert message.text == "Answered: 1 referral from Oakfield Memorial."
    assert message.buttons == []
    assert it.said("U2") == []


def test_office_hours_hold_the_clock_over_a_night_and_quiet_hours_the_word(it: Clockwork) -> None:
    rep = a_team(it)
    it.wait(hours=6)  # 16:00: due on Wednesday at 09:00
    received(it, rep)
    with it.sessions.begin() as session:
        dana = users.get(session, rep.workspace_id, rep.user_id)
        dana.zone = "Pacific/Honolulu"  # where that is four in the morning
    pass_to(it, at("2026-03-11T13:59Z"))
    assert it.rows(kind=deliveries.REFERRAL_LATE) == []
    pass_to(it, at("2026-03-11T14:01Z"))
    assert len(it.rows(kind=deliveries.REFERRAL_LATE)) == 1
    assert it.said("U1") == []
    pass_to(it, at("2026-03-11T17:01Z"))  # seven there
    assert len(it.said("U1")) == 1


def test_in_restoration_a_quarter_of_an_hour_at_night(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, NIGHT) as it:
        rep = a_team(it, profiles.RESTORATION)
        received(it, rep)
        pass_to(it, NIGHT + timedelta(minutes=14))
        assert it.said("U1") == []
        pass_to(it, NIGHT + timedelta(minutes=15, seconds=1))
        assert len(it.said("U1")) == 1
        pass_to(it, NIGHT + timedelta(minutes=30, seconds=2))
        assert len(it.said("U2")) == 1


def test_whoever_is_away_is_passed_over(it: Clockwork) -> None:
    rep = a_team(it)
    with it.sessions.begin() as session:
        dana = users.get(session, rep.workspace_id, rep.user_id)
        dana.paused_until = TUESDAY_TEN.date() + timedelta(days=7)
        lee = users.by_slack_id(session, rep.workspace_id, "U2")
        assert lee is not None
        lee.active = False
    received(it, rep)
    pass_to(it, TUESDAY_TEN + timedelta(minutes=121))
    assert (it.said("U1"), it.said("U2")) == ([], [])
    assert len(it.said("U3")) == 1
    pass_to(it, TUESDAY_TEN + timedelta(days=2))
    assert len(it.said("U3")) == 1


def test_one_told_of_days_later_alerts_nobody(it: Clockwork) -> None:
    rep = a_team(it)
    with it.sessions.begin() as session:
        account = an_account(session, rep.workspace_id, owner=rep)
        told = Received(account.id, TUESDAY_TEN.date() - timedelta(days=3), 1)
        row = referrals.add(session, rep, told, submission="V2", now=TUESDAY_TEN)[0]
        assert row.answer_by is not None and row.answer_by < TUESDAY_TEN
        assert row.alert_at is None
    pass_to(it, TUESDAY_TEN + timedelta(days=2))
    assert it.said("U1") == []
